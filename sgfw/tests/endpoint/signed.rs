//! Requests signed with keys that the endpoint knows.

use crate::http::{Reply, connect, exchange};
use crate::stage::{SECRET, Stage};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use std::net::SocketAddr;
use std::time::SystemTime;

/// A form signed with a key and [`SECRET`], as the bytes of a request.
pub(crate) fn form(host: &str, key: &str, secret: &str, service: &str, body: &str) -> Vec<u8> {
    let identity = Credentials::new(key, secret, None, None, "test").into();
    let parameters = SigningParams::builder().identity(&identity).region("us-east-1").name(service);
    let parameters = parameters.time(SystemTime::now()).settings(SigningSettings::default()).build().unwrap().into();
    let headers = [("host", host)].into_iter();
    let uri = format!("http://{host}/");
    let request = SignableRequest::new("POST", uri, headers, SignableBody::Bytes(body.as_bytes())).unwrap();
    let (instructions, _) = sign(request, &parameters).unwrap().into_parts();
    let headers: String = instructions.headers().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!("POST / HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

/// What a key that is known gets.
pub(crate) fn ask(stage: &Stage, key: &str, body: &str) -> Reply {
    ask_as(stage.address(), key, SECRET, "ec2", body)
}

pub(crate) fn ask_as(address: SocketAddr, key: &str, secret: &str, service: &str, body: &str) -> Reply {
    exchange(&mut connect(address), &form(&address.to_string(), key, secret, service, body)).unwrap()
}
