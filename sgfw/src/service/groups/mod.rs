//! Security groups: create, delete, describe, copy, and how a request names one.

mod copy;
mod create;
mod delete;
mod describe;
mod find;
mod show;

pub use copy::{Copied, CopyGroup, copy_group};
pub(super) use create::create_security_group;
pub(super) use delete::{delete_security_group, depended_on};
pub(super) use describe::{describe_security_groups, get_security_groups_for_vpc};
pub(super) use find::{by_id, by_name_only, find, not_found, not_in_default_vpc};

use super::rules::refer;
