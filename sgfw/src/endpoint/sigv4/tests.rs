//! Amazon's published example, the times, and what each mistake is called. Signers of others are tried in `tests/sigv4.rs`.

use super::{Claim, WINDOW, canonical, stamp, verify};
use crate::endpoint::{Key, Keys, Message, Refusal, Role, Secret};
use crate::inventory::AccountId;

const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const DATE: &str = "20150830T123600Z";
const NOW: u64 = 1_440_938_160;

fn keys() -> Keys {
    let secret_access_key = Secret::new(SECRET);
    let account = AccountId::default();
    Keys::new(vec![Key { access_key_id: ID.into(), secret_access_key, account, role: Role::Read }]).unwrap()
}

fn message(authorization: &str) -> Message<'_> {
    let headers = vec![
        ("host", &b"example.amazonaws.com"[..]),
        ("x-amz-date", DATE.as_bytes()),
        ("authorization", authorization.as_bytes()),
    ];
    Message { method: "GET", path: "/", headers, ..Message::default() }
}

fn header(service: &str, signature: &str) -> String {
    let credential = format!("{ID}/20150830/us-east-1/{service}/aws4_request");
    format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host;x-amz-date, Signature={signature}")
}

fn signed() -> String {
    let text = header("ec2", "none");
    let message = message(&text);
    let claim = Claim::of(&message).unwrap().unwrap();
    header("ec2", &canonical::signature(&message, &claim, SECRET.as_bytes()).unwrap())
}

fn code(result: Result<impl std::fmt::Debug, Refusal>) -> (u16, String) {
    let refusal = result.unwrap_err();
    (refusal.status, refusal.code.into_owned())
}

/// `get-vanilla` of the suite that Amazon publishes.
#[test]
fn the_published_example_has_the_published_signature() {
    let text = header("service", "none");
    let message = message(&text);
    let claim = Claim::of(&message).unwrap().unwrap();
    let signature = canonical::signature(&message, &claim, SECRET.as_bytes()).unwrap();
    assert_eq!(signature, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

#[test]
fn times_are_read_and_written() {
    assert_eq!(stamp::seconds(DATE), Some(NOW));
    for seconds in (0..8_000_000_000).step_by(86_399 * 37) {
        assert_eq!(stamp::seconds(&stamp::text(seconds)), Some(seconds));
    }
    for wrong in
        ["", "20150830T123600", "20150830T126000Z", "20151330T123600Z", "2015083\u{e4}123600Z", "15000101T000000Z"]
    {
        assert_eq!(stamp::seconds(wrong), None, "{wrong}");
    }
}

#[test]
fn a_signature_lives_fifteen_minutes_either_way() {
    let (keys, text) = (keys(), signed());
    let message = message(&text);
    for now in [NOW - WINDOW, NOW, NOW + WINDOW] {
        assert_eq!(verify(&message, &keys, now).unwrap().key.access_key_id, ID);
    }
    for now in [NOW - WINDOW - 1, NOW + WINDOW + 1] {
        assert_eq!(code(verify(&message, &keys, now)), (400, "RequestExpired".into()));
    }
}

#[test]
fn a_signature_by_the_date_header_is_taken() {
    let text = signed();
    let mut message = message(&text);
    message.headers[1] = ("date", b"Sun, 30 Aug 2015 12:36:00 GMT");
    let text = text.replace("host;x-amz-date", "date;host");
    message.headers[2].1 = text.as_bytes();
    let claim = Claim::of(&message).unwrap().unwrap();
    let signature = canonical::signature(&message, &claim, SECRET.as_bytes()).unwrap();
    let text = text.replace(text.rsplit('=').next().unwrap(), &signature);
    message.headers[2].1 = text.as_bytes();
    assert!(verify(&message, &keys(), NOW).is_ok());
}

#[test]
fn each_mistake_has_its_code() {
    let keys = keys();
    let right = signed();
    let case = |text: &str| code(verify(&message(text), &keys, NOW));
    let mismatch = (403, "SignatureDoesNotMatch".to_owned());
    let incomplete = (400, "IncompleteSignature".to_owned());
    assert_eq!(case(&right.replace("AKID", "AKIX")), (401, "AuthFailure".into()));
    assert_eq!(case(&right.replace("AKID", "AKIX").replace("/ec2/", "/sts/")), (403, "InvalidClientTokenId".into()));
    assert_eq!(case(&right.replace("us-east-1", "us-east-2")), mismatch);
    assert_eq!(case(&right.replace("/ec2/", "/s3/")), mismatch);
    assert_eq!(case(&right.replace("/20150830/", "/20150831/")), mismatch);
    assert_eq!(case(&right.replace("host;", "")), mismatch);
    assert_eq!(case(&right.replace(";x-amz-date", "")), mismatch);
    assert_eq!(case(&right.replace("SHA256 ", "SHA512 ")), incomplete);
    assert_eq!(case(&right.replace("SignedHeaders=", "Headers=")), incomplete);
    assert_eq!(case(&right.replace("host;x-amz-date", "x-amz-date;host")), incomplete);
    assert_eq!(case(&right.replace("/aws4_request", "")), incomplete);
    assert_eq!(case("Basic dXNlcjpwYXNzd29yZA=="), incomplete);
    let nothing = Message { method: "GET", path: "/", ..Message::default() };
    assert_eq!(code(verify(&nothing, &keys, NOW)), (403, "MissingAuthenticationToken".into()));
}
