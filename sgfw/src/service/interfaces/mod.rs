//! Network interfaces: what has addresses, is a member of groups, and may be a device of this host (F29-F36).

pub(super) mod address;
mod assign;
mod attach;
mod attribute;
mod create;
mod describe;
pub(super) mod device;
pub(super) mod membership;
pub(super) mod show;
pub(super) mod timeouts;

pub(super) use assign::{
    assign_ipv6_addresses, assign_private_ip_addresses, unassign_ipv6_addresses, unassign_private_ip_addresses,
};
pub(super) use attach::{attach_network_interface, attachment, check_attachable, detach_network_interface};
pub(super) use attribute::{describe_network_interface_attribute, modify_network_interface_attribute};
pub(super) use create::{Draft, create_network_interface, delete_network_interface};
pub(super) use describe::{describe_network_interfaces, filter_names, filter_values};

use super::Fault;

/// What a request for address prefixes is answered with.
fn unsupported_prefixes() -> Fault {
    Fault::new("UnsupportedOperation", "Prefixes cannot be assigned to network interfaces: assign addresses.")
}
