//! What is allowed and yet worth a word: SSH or RDP for everybody (F144).

use super::{Direction, Origin, Peer, Snapshot, Traffic};
use ipnet::IpNet;
use std::fmt;

/// Ports by which people log in, and what is behind them.
const LOGINS: [(u16, &str); 2] = [(22, "SSH"), (3389, "RDP")];

/// An inbound rule that lets every address try to log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenToTheWorld {
    /// The group.
    pub group: String,
    /// What is open: `SSH`, `RDP`.
    pub services: Vec<&'static str>,
    /// For whom: a block of length zero.
    pub block: IpNet,
    /// Where the rule stands.
    pub origin: Origin,
}

impl fmt::Display for OpenToTheWorld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (services, group, block) = (self.services.join(" and "), &self.group, self.block);
        write!(
            f,
            "{services} of group {group} is open to every address ({block}): acceptable for a short test only, "
        )?;
        f.write_str("otherwise allow your own range")
    }
}

/// What logs in through this: nothing unless everybody may come in that way.
pub fn open_logins(direction: Direction, traffic: &Traffic, block: &IpNet) -> Vec<&'static str> {
    if direction == Direction::Egress || block.prefix_len() > 0 {
        return Vec::new();
    }
    LOGINS.iter().filter(|(port, _)| reaches(traffic, *port)).map(|(_, service)| *service).collect()
}

fn reaches(traffic: &Traffic, port: u16) -> bool {
    match traffic {
        Traffic::All => true,
        Traffic::Tcp(ports) => ports.contains(port),
        Traffic::Udp(_) | Traffic::Icmp(_) | Traffic::Icmpv6(_) | Traffic::Protocol(_) => false,
    }
}

/// The rules of a whole policy that let every address log in, group by group.
pub fn warnings(snapshot: &Snapshot) -> Vec<OpenToTheWorld> {
    let mut found = Vec::new();
    for group in snapshot.groups.values() {
        for rule in &group.ingress {
            for block in blocks(snapshot, &rule.peer) {
                let services = open_logins(Direction::Ingress, &rule.traffic, &block);
                if !services.is_empty() {
                    let (group, origin) = (group.name.clone(), rule.origin.clone());
                    found.push(OpenToTheWorld { group, services, block, origin });
                }
            }
        }
    }
    found
}

fn blocks(snapshot: &Snapshot, peer: &Peer) -> Vec<IpNet> {
    match peer {
        Peer::Cidr(block) => vec![*block],
        Peer::PrefixList(name) => {
            let list = snapshot.prefix_lists.get(name);
            list.into_iter().flat_map(|list| &list.entries).map(|entry| entry.block).collect()
        }
        Peer::Group(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Group, PortRange, PrefixList, PrefixListEntry, Rule};
    use super::*;

    fn logins(traffic: Traffic, block: &str) -> Vec<&'static str> {
        open_logins(Direction::Ingress, &traffic, &block.parse().unwrap())
    }

    #[test]
    fn f144_ssh_or_rdp_for_everybody_is_worth_a_word() {
        let ssh = Traffic::Tcp(PortRange::one(22));
        assert_eq!(logins(ssh, "0.0.0.0/0"), ["SSH"]);
        assert_eq!(logins(ssh, "::/0"), ["SSH"]);
        assert_eq!(logins(Traffic::Tcp(PortRange::ALL), "0.0.0.0/0"), ["SSH", "RDP"]);
        assert_eq!(logins(Traffic::All, "0.0.0.0/0"), ["SSH", "RDP"]);
        assert!(logins(ssh, "10.0.0.0/8").is_empty());
        assert!(logins(Traffic::Tcp(PortRange::one(443)), "0.0.0.0/0").is_empty());
        assert!(logins(Traffic::Udp(PortRange::one(22)), "0.0.0.0/0").is_empty());
        assert!(open_logins(Direction::Egress, &ssh, &"0.0.0.0/0".parse().unwrap()).is_empty());
    }

    #[test]
    fn f144_a_policy_is_looked_through_lists_and_all() {
        let entry = PrefixListEntry { block: "0.0.0.0/0".parse().unwrap(), description: None };
        let list = PrefixList { name: "all".into(), id: None, entries: vec![entry] };
        let rule = Rule {
            traffic: Traffic::Tcp(PortRange::one(3389)),
            peer: Peer::PrefixList("all".into()),
            description: None,
            origin: Origin { file: "a.yaml".into(), line: 7, id: None },
        };
        let group = Group { ingress: vec![rule], ..Group::new("desk") };
        let snapshot = Snapshot {
            groups: [("desk".into(), group)].into(),
            prefix_lists: [("all".into(), list)].into(),
            ..Snapshot::default()
        };
        let found = warnings(&snapshot);
        assert_eq!(
            found.iter().map(|it| (it.services.as_slice(), it.origin.line)).collect::<Vec<_>>(),
            [(["RDP"].as_slice(), 7)]
        );
        assert_eq!(
            found[0].to_string(),
            "RDP of group desk is open to every address (0.0.0.0/0): acceptable for a short test only, otherwise allow \
             your own range"
        );
    }
}
