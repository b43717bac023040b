//! The request in the one form that both sides sign, and the signature of it.

use super::{Claim, stamp};
use crate::endpoint::form::pairs;
use crate::endpoint::{Message, Refusal};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The signature that this claim must have if it was made with this secret: 64 hex digits.
pub(super) fn signature(message: &Message<'_>, claim: &Claim, secret: &[u8]) -> Result<String, Refusal> {
    let scope = format!("{}/{}/{}/aws4_request", claim.date, claim.region, claim.service);
    let request = hex(&Sha256::digest(request(message, claim)?));
    let signed = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{request}", stamp::text(claim.time));
    let key = mac(&[b"AWS4", secret].concat(), &claim.date);
    let key = [&claim.region, &claim.service, "aws4_request"].iter().fold(key, |key, part| mac(&key, part));
    Ok(hex(&mac(&key, &signed)))
}

fn request(message: &Message<'_>, claim: &Claim) -> Result<Vec<u8>, Refusal> {
    let query = query(message, claim)?;
    let mut text = format!("{}\n{}\n{query}\n", message.method, encode(message.path, b"/")).into_bytes();
    for name in &claim.headers {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend(values(message, name));
        text.push(b'\n');
    }
    text.extend_from_slice(format!("\n{}\n", claim.headers.join(";")).as_bytes());
    text.extend_from_slice(hex(&Sha256::digest(message.body)).as_bytes());
    Ok(text)
}

/// All values of a header as sent, trimmed, with one blank where there are several.
fn values(message: &Message<'_>, name: &str) -> Vec<u8> {
    let trimmed = |value: &[u8]| {
        let words = value.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(&b' ')
    };
    message.all(name).map(trimmed).collect::<Vec<_>>().join(&b',')
}

/// Names and values, encoded anew and sorted; without the signature itself.
fn query(message: &Message<'_>, claim: &Claim) -> Result<String, Refusal> {
    let is_signature = |name: &str| claim.expires.is_some() && name == "X-Amz-Signature";
    let pairs = pairs(message.query)?.into_iter().filter(|(name, _)| !is_signature(name));
    let mut pairs: Vec<_> = pairs.map(|(name, value)| (encode(&name, b""), encode(&value, b""))).collect();
    pairs.sort();
    Ok(pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
}

/// Percent-encoded, but for letters, digits, `-_.~` and what is kept.
fn encode(text: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a text cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
