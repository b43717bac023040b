//! Policies of so many rules: port 22 from one range, port 80 from everybody, and the rest from /24 and /32.

use ipnet::{IpNet, Ipv4Net};
use sgfw::model::{Group, Interface, Origin, Peer, PortRange, Rule, Side, Snapshot, Traffic};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// Whether outbound rules let everything out, which makes port 80 untracked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Egress {
    /// Everything.
    All,
    /// Port 443.
    Some,
}

/// A host with one interface, `web`, and one group of about so many rules.
pub(crate) fn policy(rules: u32, egress: Egress) -> Snapshot {
    let mut group = Group::new("web");
    group.ingress = vec![tcp(22, "192.0.2.0/24"), tcp(80, "0.0.0.0/0"), tcp(22, "2001:db8:1::/64")];
    group.ingress.extend((0..rules.saturating_sub(5)).map(generated));
    if egress == Egress::Some {
        group.egress = vec![tcp(443, "0.0.0.0/0")];
    }
    let mut snapshot = Snapshot::default();
    snapshot.groups.insert("web".into(), group.canonical());
    snapshot.interfaces.insert("web".into(), interface());
    snapshot
}

/// Prefixes all over 11.0.0.0/8 to 100.0.0.0/8, two of three a /24, each with a port of its own.
fn generated(index: u32) -> Rule {
    let scattered = index.wrapping_mul(0x9e37_79b1);
    let address = Ipv4Addr::from(0x0b00_0000 + scattered % 0x5900_0000);
    let length = if index.is_multiple_of(3) { 32 } else { 24 };
    let block = Ipv4Net::new(address, length).expect("a length that IPv4 has").trunc();
    let port = 1000 + (index % 50) as u16;
    rule(port, IpNet::V4(block))
}

fn tcp(port: u16, block: &str) -> Rule {
    rule(port, block.parse().expect("a block written here"))
}

fn rule(port: u16, block: IpNet) -> Rule {
    let ports = PortRange::new(port, port).expect("one port is a range");
    Rule { traffic: Traffic::Tcp(ports), peer: Peer::Cidr(block), description: None, origin: Origin::default() }
}

fn interface() -> Interface {
    let addresses: [IpAddr; 2] = [Ipv4Addr::new(10, 0, 0, 2).into(), "2001:db8::2".parse().expect("an address")];
    Interface {
        addresses: BTreeSet::from(addresses),
        groups: BTreeSet::from(["web".to_owned()]),
        ..Interface::new("web", Side::Host)
    }
}
