//! Small things that many replies have: texts, ARNs, digits.

use crate::inventory::{Scope, VpcId};
use std::fmt::Display;

/// As the API has texts: perhaps.
#[allow(clippy::unnecessary_wraps, reason = "every scalar of the API is optional")]
pub(super) fn text(value: impl Display) -> Option<String> {
    Some(value.to_string())
}

/// A number as the API has them.
pub(super) fn number(value: impl TryInto<i64>) -> Option<i64> {
    value.try_into().ok()
}

/// The name of a resource all over AWS, such as `arn:aws:ec2:us-east-1:123456789012:subnet/subnet-1a2b3c4d`.
pub(super) fn arn(scope: &Scope, kind: &str, id: impl Display) -> String {
    format!("arn:aws:ec2:{}:{}:{kind}/{id}", scope.region, scope.account)
}

/// An id of a kind that is not kept, always the same for the same words: prefix and 17 digits.
pub(super) fn derived(prefix: &str, words: &[&str]) -> String {
    let like = VpcId::derive(words);
    format!("{prefix}{}", &like.as_str()[VpcId::PREFIX.len()..])
}
