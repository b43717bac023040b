//! `--generate-cli-skeleton`: a request or a reply with every member and no values.

use super::data::Data;
use crate::api::{Kind, Shape};

/// The skeleton of a structure.
pub(super) fn skeleton(shape: &Shape) -> Data {
    Data::Map(shape.members.iter().map(|member| (member.name.to_owned(), value(&member.kind))).collect())
}

fn value(kind: &Kind) -> Data {
    match kind {
        Kind::Text => Data::Text(String::new()),
        Kind::Time => Data::Text("1970-01-01T00:00:00".into()),
        Kind::Integer => Data::Number(0.into()),
        Kind::Boolean => Data::Boolean(true),
        Kind::Structure(shape) => skeleton(shape),
        Kind::List(kind) => Data::List(vec![value(kind)]),
    }
}
