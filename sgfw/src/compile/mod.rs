//! Snapshot to image: pure, deterministic, knowing neither time, disk nor kernel.
//!
//! A policy becomes disjoint ranges and these become trees, on this way:
//!
//! * `ports`: rules' traffic to normalised sets of (protocol, port) numbers, stored once each;
//! * `sweep`: nested address blocks to disjoint ranges, each with all that may be reached from there;
//! * `nodes`: ranges to trees of sixteen-way nodes, stored once each;
//! * `rules`: the groups of an interface to what its two directions allow;
//! * `members`: the addresses of groups, and what rules that name groups grant them.
//!
//! [`Standing`] goes the same way for what changes only.
//!
//! [`HostTables`] answers from an image in memory what the kernel answers from its maps.
//!
//! [`allowed`] and [`blocks`] read compiled rules back.
//!
//! Limits: ids are 64-bit hashes of what they name (SHA-256, cut), so equal ids mean equal content with a
//! certainty that is not checked further.

mod error;
mod host;
mod image;
mod members;
mod nodes;
mod ports;
mod read;
mod rules;
mod standing;
mod sweep;

pub use error::CompileError;
pub use host::{FlowEntry, Flows, HostTables, in_ticks};
pub use image::{Image, Kind};
pub use nodes::Shape;
pub use read::{allowed, blocks};
pub use standing::{Delta, Standing};

use crate::model::{IcmpErrors, Interface, Link, Side, Snapshot};
use error::check;
use members::Members;
use nodes::Pool;
use rules::Compiler;
use sgfw_common::maps::{self, flag};

/// Compiles a policy. The same snapshot gives the same bytes, on any machine.
///
/// # Errors
/// The first map that cannot hold the policy, with its limit and what was asked.
pub fn compile(snapshot: &Snapshot) -> Result<Image, CompileError> {
    check("INTERFACES", maps::MAX_INTERFACES - 1, snapshot.interfaces.len())?;
    let members = Members::of(snapshot);
    check("MEMBERS", maps::MAX_MEMBERS, members.sets.len())?;
    let (mut nodes32, mut nodes128) = (Pool::new(), Pool::new());
    let mut compiler = Compiler::new(snapshot.into(), &mut nodes32, &mut nodes128);
    let mut image = Image::default();
    for (name, interface) in &snapshot.interfaces {
        image.interfaces.insert(name.clone(), compile_interface(&mut compiler, interface)?);
    }
    image.member_cells = members.cells(&mut compiler)?;
    image.members = members.sets;
    (image.nodes32, image.nodes128) = (nodes32.into_nodes()?, nodes128.into_nodes()?);
    Ok(image)
}

fn compile_interface<'a>(
    compiler: &mut Compiler<'a>,
    interface: &'a Interface,
) -> Result<maps::Interface, CompileError> {
    let (own4, own6) = compiler.own(&interface.addresses)?;
    let mut ethertypes = [0; 4];
    for (place, kind) in ethertypes.iter_mut().zip(&interface.ethertypes) {
        *place = *kind;
    }
    let timeouts = interface.timeouts;
    Ok(maps::Interface {
        rules: compiler.rules(&interface.groups)?,
        own4,
        own6,
        flags: flags(interface),
        generation: 0,
        timeouts: [timeouts.tcp_established, timeouts.udp, timeouts.udp_stream],
        ethertypes,
        hertz: 1,
    })
}

fn flags(interface: &Interface) -> u32 {
    let never = interface.never_filtered;
    [
        (true, flag::LIVE),
        (interface.side == Side::Port, flag::PORT),
        (interface.trunk, flag::TRUNK),
        (interface.source_check, flag::SOURCE_CHECK),
        (interface.link == Link::Bare, flag::BARE),
        (never.arp, flag::ARP),
        (never.neighbour_discovery, flag::NEIGHBOUR_DISCOVERY),
        (never.dhcp, flag::DHCP),
        (never.multicast_control, flag::MULTICAST_CONTROL),
        (interface.icmp_errors == IcmpErrors::Related, flag::RELATED),
    ]
    .into_iter()
    .filter(|(wanted, _)| *wanted)
    .fold(0, |flags, (_, bit)| flags | bit)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
