//! Instances, as far as they hold interfaces: what they do for groups is what their primary interface does (F30).

mod describe;
mod lifecycle;
mod modify;
mod place;
mod run;
mod show;
mod status;

pub(super) use describe::describe_instances;
pub(super) use lifecycle::{start_instances, stop_instances, terminate_instances};
pub(super) use modify::modify_instance_attribute;
pub(super) use run::run_instances;
pub(super) use status::describe_instance_status;
