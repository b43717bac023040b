//! Doors that are closed before anybody is asked who they are.
//!
//! A web page that somebody on this machine looks at can send forms to loopback addresses, and by a name that changes
//! its address it can read the answers too. What a browser sends says so; and without keys a request must carry an
//! `Authorization` header, which a page cannot add to a form, and a host that names this machine.

use crate::endpoint::sigv4::Claim;
use crate::endpoint::{Message, Refusal};
use std::net::IpAddr;

/// Lets a request in by its form alone.
pub(super) fn pass(message: &Message<'_>) -> Result<(), Refusal> {
    let is_from_page =
        message.all("origin").next().is_some() || message.all("sec-fetch-site").any(|site| site != b"none");
    if is_from_page {
        return Err(Refusal::forbidden("UnauthorizedOperation", "Requests from web pages are not taken."));
    }
    if message.path != "/" && !message.path.is_empty() {
        return Err(Refusal::bad(
            "InvalidAction",
            "The API lives at the path / alone: take it off the endpoint's URL.",
        ));
    }
    match message.method {
        "GET" | "POST" => Ok(()),
        method => Err(Refusal::bad("UnsupportedProtocol", format!("{method} is not supported: use POST or GET."))),
    }
}

/// Without keys, over TCP: what the request says of its signature, which nobody proves.
pub(super) fn pass_without_keys(message: &Message<'_>) -> Result<Claim, Refusal> {
    if !message.only("host").is_some_and(is_here) {
        let words = "Without keys, only requests to localhost or a loopback address are taken: see sgfw serve --help.";
        return Err(Refusal::forbidden("UnauthorizedOperation", words));
    }
    let claim = Claim::of(message)?.filter(|claim| claim.expires.is_none());
    claim.ok_or_else(|| {
        let words = "The request must be signed, with whatever key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.";
        Refusal::forbidden("MissingAuthenticationToken", words)
    })
}

/// Whether a host names this machine, whatever the port.
fn is_here(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, _)) => name,
        None => host.split(':').next().unwrap_or(host),
    };
    let is_name = name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost");
    is_name || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn loopback_has_several_names() {
        for host in ["localhost", "LocalHost:4570", "127.0.0.1:4570", "127.8.0.1", "[::1]:80", "ec2.localhost:1"] {
            assert!(is_here(host), "{host}");
        }
        for host in
            ["", "example.com", "127.0.0.1.example.com", "localhost.example.com:80", "192.0.2.1", "[2001:db8::1]:1"]
        {
            assert!(!is_here(host), "{host}");
        }
    }
}
