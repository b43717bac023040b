//! Requests: what is to be signed, and what was.

use crate::random::Random;
use serde::{Deserialize, Serialize};
use sgfw::endpoint::{Key, Keys, Message, Role, Secret};
use sgfw::inventory::AccountId;

pub(crate) const ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// Somebody else's key, which is known too.
pub(crate) const OTHER: &str = "AKIAI44QH8DHBEXAMPLE";
/// 2026-11-21T10:35:45Z.
const TIME: u64 = 1_795_257_345;

/// Where a signature goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    Post,
    Get,
    Presigned,
}

/// A request to sign.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Draft {
    pub(crate) way: Way,
    pub(crate) time: u64,
    pub(crate) host: String,
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) expires: u64,
    pub(crate) parameters: Vec<(String, String)>,
}

impl Draft {
    pub(crate) fn new(random: &mut Random) -> Self {
        let values = ["web server", "a+b&c=d/e", "\u{e4}\u{20ac}\u{1f600}", "", "10.0.0.0/8", "~-_.*'()", "100%"];
        let mut parameters = vec![("Action".to_owned(), "DescribeSecurityGroups".to_owned())];
        parameters.push(("Version".into(), "2016-11-15".into()));
        for index in 1..=random.below(6) {
            parameters.push((format!("Filter.{index}.Name"), random.pick(&["group-name", "tag:a b"]).into()));
            parameters.push((format!("Filter.{index}.Value.1"), random.pick(&values).into()));
        }
        Self {
            way: random.pick(&[Way::Post, Way::Post, Way::Get, Way::Presigned]),
            time: TIME + random.bits() % 100_000_000,
            host: random
                .pick(&["127.0.0.1:4570", "localhost:4570", "ec2.us-east-1.amazonaws.com", "[::1]:4570"])
                .into(),
            region: random.pick(&["us-east-1", "eu-central-1", "ap-southeast-2"]).into(),
            service: random.pick(&["ec2", "ec2", "sts"]).into(),
            expires: 1 + random.bits() % 600_000,
            parameters,
        }
    }
}

/// A signed request, as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Sent {
    pub(crate) time: u64,
    pub(crate) expires: Option<u64>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn message(&self) -> Message<'_> {
        Message {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect(),
            body: &self.body,
        }
    }

    /// The value of a header that is there.
    pub(crate) fn header(&mut self, name: &str) -> Option<&mut Vec<u8>> {
        self.headers.iter_mut().find(|(it, _)| it == name).map(|(_, value)| value)
    }
}

/// The keys of both.
pub(crate) fn keys() -> Keys {
    let key = |id: &str, secret: &str| Key {
        access_key_id: id.into(),
        secret_access_key: Secret::new(secret),
        account: AccountId::default(),
        role: Role::Admin,
    };
    Keys::new(vec![key(ID, SECRET), key(OTHER, "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY")]).unwrap()
}
