//! Amazon's own signer for Rust.

use crate::sent::{Draft, ID, SECRET, Sent, Way};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign as sign_request,
};
use aws_sigv4::sign::v4::SigningParams;
use std::fmt::Write;
use std::time::{Duration, UNIX_EPOCH};

pub(crate) fn sign(draft: &Draft) -> Sent {
    let (mut sent, headers) = unsigned(draft);
    let identity = Credentials::new(ID, SECRET, None, None, "test").into();
    let mut settings = SigningSettings::default();
    if draft.way == Way::Presigned {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(draft.expires));
    }
    let parameters = SigningParams::builder().identity(&identity).region(&draft.region).name(&draft.service);
    let parameters = parameters.time(UNIX_EPOCH + Duration::from_secs(draft.time)).settings(settings);
    let parameters = parameters.build().unwrap().into();
    let uri = format!("http://{}{}?{}", draft.host, sent.path, sent.query);
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let request = SignableRequest::new(&sent.method, uri, headers, SignableBody::Bytes(&sent.body)).unwrap();
    let (instructions, _) = sign_request(request, &parameters).unwrap().into_parts();
    let added = instructions.headers().map(|(name, value)| (name.to_ascii_lowercase(), value.as_bytes().to_vec()));
    sent.headers.extend(added);
    for (name, value) in instructions.params() {
        write!(sent.query, "&{name}={}", encode(value)).unwrap();
    }
    sent
}

fn unsigned(draft: &Draft) -> (Sent, Vec<(String, String)>) {
    let pairs = draft.parameters.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    let text = pairs.collect::<Vec<_>>().join("&");
    let mut headers = vec![("host".to_owned(), draft.host.clone())];
    let mut sent = Sent {
        time: draft.time,
        expires: (draft.way == Way::Presigned).then_some(draft.expires),
        method: "GET".into(),
        path: "/".into(),
        query: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
    };
    if draft.way == Way::Post {
        headers.push(("content-type".into(), "application/x-www-form-urlencoded; charset=utf-8".into()));
        (sent.method, sent.body) = ("POST".into(), text.into_bytes());
    } else {
        sent.query = text;
    }
    sent.headers = headers.iter().map(|(name, value)| (name.clone(), value.clone().into_bytes())).collect();
    (sent, headers)
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|it| if plain(it) { char::from(it).to_string() } else { format!("%{it:02X}") }).collect()
}
