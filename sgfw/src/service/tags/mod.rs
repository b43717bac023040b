//! Tags of everything that has an id: create, delete, describe.

mod change;
mod describe;
mod resource;

pub(super) use change::{create_tags, delete_tags};
pub(super) use describe::describe_tags;
