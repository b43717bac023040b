//! Answers as XML: replies by their shapes, errors, and STS in its own form.
//!
//! Whatever is in a value, the document is well-formed: characters that XML 1.0 cannot carry become U+FFFD.

mod reply;
mod text;

pub use text::can_carry;

use super::Refusal;
use super::query::STS_VERSION;
use crate::api::{Empty, GetCallerIdentityReply, Reply, Structure};
use reply::Tree;

/// The answer to an action that was done.
pub fn reply(reply: &Reply, version: &str, id: &str) -> String {
    let name = reply.name();
    let mut tree = Tree::new(&format!("{name}Response"), &namespace(version), id);
    match crate::api::operation(name).filter(|operation| !operation.output.members.is_empty()) {
        Some(operation) => tree.members(operation.output, &serde_json::to_value(reply).unwrap_or_default()),
        None => tree.leaf("return", "true"),
    }
    tree.end()
}

/// The answer to a question about what there is never any of.
pub fn empty(empty: &Empty, version: &str, id: &str) -> String {
    let mut tree = Tree::new(&format!("{}Response", empty.name), &namespace(version), id);
    for member in empty.members {
        match member.text {
            Some(text) => tree.leaf(member.xml, text),
            None => tree.nothing(member.xml),
        }
    }
    tree.end()
}

/// What EC2 says where it refuses.
pub fn refusal(refusal: &Refusal, id: &str) -> String {
    let mut tree = Tree::open("Response", None);
    tree.within("Errors", |tree| {
        tree.within("Error", |tree| {
            tree.leaf("Code", &refusal.code);
            tree.leaf("Message", &refusal.message);
        });
    });
    tree.leaf("RequestID", id);
    tree.end()
}

/// Who the caller is, as STS says it.
pub fn identity(reply: &GetCallerIdentityReply, id: &str) -> String {
    let mut tree = Tree::open("GetCallerIdentityResponse", Some(&sts()));
    tree.within("GetCallerIdentityResult", |tree| {
        tree.members(&GetCallerIdentityReply::SHAPE, &serde_json::to_value(reply).unwrap_or_default());
    });
    tree.within("ResponseMetadata", |tree| tree.leaf("RequestId", id));
    tree.end()
}

/// What STS says where it refuses.
pub fn sts_refusal(refusal: &Refusal, id: &str) -> String {
    let mut tree = Tree::open("ErrorResponse", Some(&sts()));
    tree.within("Error", |tree| {
        tree.leaf("Type", if refusal.status < 500 { "Sender" } else { "Receiver" });
        tree.leaf("Code", &refusal.code);
        tree.leaf("Message", &refusal.message);
    });
    tree.leaf("RequestId", id);
    tree.end()
}

fn namespace(version: &str) -> String {
    format!("http://ec2.amazonaws.com/doc/{version}/")
}

fn sts() -> String {
    format!("https://sts.amazonaws.com/doc/{STS_VERSION}/")
}

#[cfg(test)]
mod tests;
