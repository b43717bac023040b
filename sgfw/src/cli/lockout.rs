//! The lock-out guard: a policy must let in again whoever is logged in now.
//!
//! A tracked connection survives a change of policy, so an operator would notice only after logging out. Therefore
//! a fresh SYN of each such connection is judged by the new policy: of the caller's own ($SSH_CONNECTION) and of
//! every established one to port 22, in each network namespace that has a `host` interface.

use super::context::Context;
use super::failure::Failure;
use crate::kernel::within;
use crate::model::{Direction, Interface, Side, Snapshot};
use crate::reference::What;
use crate::reference::judge::matching;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const SSH: u16 = 22;
/// `TCP_ESTABLISHED` of linux/net/tcp_states.h.
const ESTABLISHED: &str = "01";

/// Somebody is logged in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Login {
    netns: Option<String>,
    client: IpAddr,
    client_port: u16,
    server: IpAddr,
    port: u16,
}

/// Refuses a policy that would not let these in again.
pub(super) fn check(context: &Context, snapshot: &Snapshot) -> Result<(), Failure> {
    let refused = logins(snapshot, context.login.as_deref()).into_iter().find_map(|login| {
        let interface = refusing(snapshot, &login)?;
        Some((login, interface))
    });
    match refused {
        None => Ok(()),
        Some((login, interface)) => Err(refusal(&login, interface)),
    }
}

fn refusal(login: &Login, interface: &Interface) -> Failure {
    let group = interface.groups.first().map_or("its groups", String::as_str);
    Failure::new(
        format!("this policy would lock out {login}: interface {:?} has no rule for it", interface.name),
        format!(
            "add this to `ingress` of group {group:?}, or give --allow-lockout:\n      \
             - {{protocol: tcp, ports: {}, from: \"{}\"}}",
            login.port, login.client
        ),
    )
}

/// The interface with the login's address, if none of its rules lets the login in.
fn refusing<'a>(snapshot: &'a Snapshot, login: &Login) -> Option<&'a Interface> {
    let here = |it: &&Interface| it.side == Side::Host && it.netns == login.netns;
    let interfaces = || snapshot.interfaces.values().filter(here);
    // A connection of the machine to itself never meets the device.
    if interfaces().any(|it| it.addresses.contains(&login.client)) {
        return None;
    }
    let interface = interfaces().find(|it| it.addresses.contains(&login.server))?;
    let allowing = matching(snapshot, interface, Direction::Ingress, login.client, What::Tcp(login.port));
    allowing.is_empty().then_some(interface)
}

/// The caller's own first.
fn logins(snapshot: &Snapshot, login: Option<&str>) -> Vec<Login> {
    let own = login.and_then(own);
    let hosts = snapshot.interfaces.values().filter(|it| it.side == Side::Host);
    let places: BTreeSet<&Option<String>> = hosts.map(|it| &it.netns).collect();
    let mut all: Vec<Login> = own.into_iter().collect();
    for netns in places {
        // A namespace that cannot be entered was refused before.
        let tables = within(netns.as_deref(), tables).unwrap_or_default();
        all.extend(established(&tables).into_iter().map(|login| Login { netns: netns.clone(), ..login }));
    }
    all
}

/// `CLIENT PORT SERVER PORT`, as sshd writes it; a scoped address carries its zone behind a percent sign.
fn own(text: &str) -> Option<Login> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [client, client_port, server, port] = words[..] else { return None };
    let address = |text: &str| text.split('%').next()?.parse::<IpAddr>().ok().map(|it| it.to_canonical());
    Some(Login {
        netns: None,
        client: address(client)?,
        client_port: client_port.parse().ok()?,
        server: address(server)?,
        port: port.parse().ok()?,
    })
}

fn tables() -> String {
    let read = |table: &str| fs::read_to_string(format!("/proc/thread-self/net/{table}")).unwrap_or_default();
    read("tcp") + &read("tcp6")
}

/// Lines of /proc/net/tcp: number, local, remote, state, ...
fn established(tables: &str) -> Vec<Login> {
    let line = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().take(4).collect();
        let [_, local, remote, ESTABLISHED] = words[..] else { return None };
        let ((server, port), (client, client_port)) = (endpoint(local)?, endpoint(remote)?);
        (port == SSH).then_some(Login { netns: None, client, client_port, server, port })
    };
    tables.lines().filter_map(line).collect()
}

/// `0100007F:0016`: words of the address in the machine's own byte order, then the port.
fn endpoint(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| u32::from_str_radix(address.get(at * 8..at * 8 + 8)?, 16).ok().map(u32::to_ne_bytes);
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0; 16];
            for (at, part) in bytes.chunks_exact_mut(4).enumerate() {
                part.copy_from_slice(&word(at)?);
            }
            IpAddr::V6(Ipv6Addr::from(bytes)).to_canonical()
        }
        _ => return None,
    };
    Some((address, port))
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (client, server) = (self.client, self.server);
        write!(f, "the connection from {client} port {} to {server} port {}", self.client_port, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::testing::policy;

    const TABLES: &str = "  sl  local_address rem_address   st tx_queue rx_queue\n\
        0: 0200000A:0016 076433C6:C350 01 00000000:00000000 02:000A8B2C 00000000     0        0 24 2\n\
        1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 23 1\n\
        2: 0200000A:01BB 076433C6:C351 01 00000000:00000000 02:000A8B2C 00000000     0        0 25 2\n\
        3: 0000000000000000FFFF00000200000A:0016 0000000000000000FFFF0000086433C6:C352 01 0 0\n";

    #[test]
    #[cfg(target_endian = "little")]
    fn established_connections_to_port_22_are_logins() {
        let words: Vec<String> = established(TABLES).iter().map(Login::to_string).collect();
        assert_eq!(
            words,
            [
                "the connection from 198.51.100.7 port 50000 to 10.0.0.2 port 22",
                "the connection from 198.51.100.8 port 50002 to 10.0.0.2 port 22",
            ]
        );
    }

    #[test]
    fn the_callers_own_connection_is_read_with_zone_and_mapped() {
        let login = own("fe80::1%eth0 50000 fe80::2%eth0 2222").unwrap();
        assert_eq!((login.client.to_string().as_str(), login.port), ("fe80::1", 2222));
        assert_eq!(own("::ffff:10.0.0.1 5 10.0.0.2 22").unwrap().client.to_string(), "10.0.0.1");
        assert_eq!(own("nonsense"), None);
    }

    #[test]
    fn a_login_is_refused_by_the_interface_with_its_address_and_no_rule() {
        let refused = |rules: &str, connection: &str| {
            let snapshot = policy(&format!("group a\n {rules}\n interface i a 10.0.0.2"));
            refusing(&snapshot, &own(connection).unwrap()).is_some()
        };
        let ssh = "198.51.100.7 50000 10.0.0.2 22";
        assert!(refused("ingress tcp 443 0.0.0.0/0", ssh));
        assert!(refused("ingress tcp 22 10.0.0.0/8", ssh));
        assert!(!refused("ingress tcp 20-30 198.51.100.0/24", ssh));
        assert!(!refused("", "198.51.100.7 50000 10.0.0.9 22"), "an address that is not protected");
        assert!(!refused("", "10.0.0.2 50000 10.0.0.2 22"), "from itself");
    }
}
