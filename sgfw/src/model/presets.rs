//! Traffic by the names people know it by: the types of the console's rule form (F140).
//!
//! A preset is a list of [`Traffic`]: `dns` is TCP and UDP. Names are found whatever their case and punctuation, so that
//! `MYSQL/Aurora`, `mysql-aurora` and `mysql` are one. Names of ICMP types are in [`icmp_type`].

use super::{IcmpMatch, PortRange, Traffic};

/// A name for traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// What a policy file calls it: small letters, digits and dashes.
    pub name: &'static str,
    /// Other names it is found by.
    pub also: &'static [&'static str],
    /// What the console calls it.
    pub title: &'static str,
    /// What it stands for; at least one.
    pub traffic: &'static [Traffic],
}

const fn tcp(port: u16) -> Traffic {
    Traffic::Tcp(PortRange::one(port))
}

const fn udp(port: u16) -> Traffic {
    Traffic::Udp(PortRange::one(port))
}

macro_rules! presets {
    ($($name:literal $([$($also:literal),*])? $title:literal => $($traffic:expr),+;)*) => {
        /// Every preset, in the order of the console's form.
        pub static PRESETS: &[Preset] = &[$(Preset {
            name: $name,
            also: &[$($($also),*)?],
            title: $title,
            traffic: &[$($traffic),+],
        }),*];
    };
}

presets! {
    "all-traffic" ["all"] "All traffic" => Traffic::All;
    "all-tcp" "All TCP" => Traffic::Tcp(PortRange::ALL);
    "all-udp" "All UDP" => Traffic::Udp(PortRange::ALL);
    "all-icmp" ["all-icmp-ipv4", "all-icmpv4"] "All ICMP - IPv4" => Traffic::Icmp(IcmpMatch::ALL);
    "all-icmpv6" ["all-icmp-ipv6"] "All ICMP - IPv6" => Traffic::Icmpv6(IcmpMatch::ALL);
    "ping" "Echo Request" => Traffic::Icmp(IcmpMatch::kind_only(8)), Traffic::Icmpv6(IcmpMatch::kind_only(128));
    "ssh" "SSH" => tcp(22);
    "smtp" "SMTP" => tcp(25);
    "dns" "DNS" => tcp(53), udp(53);
    "dns-udp" "DNS (UDP)" => udp(53);
    "dns-tcp" "DNS (TCP)" => tcp(53);
    "http" "HTTP" => tcp(80);
    "pop3" "POP3" => tcp(110);
    "ntp" "NTP" => udp(123);
    "imap" "IMAP" => tcp(143);
    "ldap" "LDAP" => tcp(389);
    "https" "HTTPS" => tcp(443);
    "smb" "SMB" => tcp(445);
    "smtps" "SMTPS" => tcp(465);
    "ldaps" "LDAPS" => tcp(636);
    "imaps" "IMAPS" => tcp(993);
    "pop3s" "POP3S" => tcp(995);
    "mssql" ["ms-sql", "sql-server"] "MSSQL" => tcp(1433);
    "oracle" ["oracle-rds"] "Oracle-RDS" => tcp(1521);
    "nfs" "NFS" => tcp(2049);
    "mysql" ["mysql-aurora", "aurora", "mariadb"] "MYSQL/Aurora" => tcp(3306);
    "rdp" "RDP" => tcp(3389);
    "postgresql" ["postgres"] "PostgreSQL" => tcp(5432);
    "redshift" "Redshift" => tcp(5439);
    "winrm-http" "WinRM-HTTP" => tcp(5985);
    "winrm-https" "WinRM-HTTPS" => tcp(5986);
    "redis" "Redis" => tcp(6379);
    "cassandra" ["cqlsh"] "CQLSH / Cassandra" => tcp(9042);
}

/// The preset that goes by this name.
pub fn preset(name: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|it| same(it.name, name) || same(it.title, name) || it.also.iter().any(|also| same(also, name)))
}

/// The names that the console's form has for types of ICMP for IPv4, and for codes of a type (F140).
static ICMP: &[(&str, u8, Option<u8>)] = &[
    ("echo-reply", 0, None),
    ("destination-unreachable", 3, None),
    ("network-unreachable", 3, Some(0)),
    ("host-unreachable", 3, Some(1)),
    ("protocol-unreachable", 3, Some(2)),
    ("port-unreachable", 3, Some(3)),
    ("fragmentation-needed", 3, Some(4)),
    ("source-route-failed", 3, Some(5)),
    ("communication-prohibited", 3, Some(13)),
    ("source-quench", 4, None),
    ("redirect", 5, None),
    ("echo-request", 8, None),
    ("router-advertisement", 9, None),
    ("router-solicitation", 10, None),
    ("time-exceeded", 11, None),
    ("ttl-exceeded", 11, Some(0)),
    ("fragment-reassembly-time-exceeded", 11, Some(1)),
    ("parameter-problem", 12, None),
    ("timestamp-request", 13, None),
    ("timestamp-reply", 14, None),
    ("traceroute", 30, None),
];

/// The same for ICMPv6 (RFC 4443, RFC 4861).
static ICMPV6: &[(&str, u8, Option<u8>)] = &[
    ("destination-unreachable", 1, None),
    ("network-unreachable", 1, Some(0)),
    ("communication-prohibited", 1, Some(1)),
    ("host-unreachable", 1, Some(3)),
    ("port-unreachable", 1, Some(4)),
    ("packet-too-big", 2, None),
    ("time-exceeded", 3, None),
    ("ttl-exceeded", 3, Some(0)),
    ("fragment-reassembly-time-exceeded", 3, Some(1)),
    ("parameter-problem", 4, None),
    ("echo-request", 128, None),
    ("echo-reply", 129, None),
    ("router-solicitation", 133, None),
    ("router-advertisement", 134, None),
    ("neighbour-solicitation", 135, None),
    ("neighbour-advertisement", 136, None),
    ("redirect", 137, None),
];

/// What a name of an ICMP type, or of a code of a type, means; `v6` asks for ICMPv6.
pub fn icmp_type(name: &str, v6: bool) -> Option<IcmpMatch> {
    let names = if v6 { ICMPV6 } else { ICMP };
    let (_, kind, code) = names.iter().find(|(known, ..)| same(known, name))?;
    IcmpMatch::new(Some(*kind), *code)
}

/// Whether two names differ by case and punctuation at most.
fn same(a: &str, b: &str) -> bool {
    let letters = |text: &str| -> Vec<u8> {
        text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()).collect()
    };
    letters(a) == letters(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f140_a_preset_is_found_by_any_spelling() {
        for name in ["mysql", "MySQL", "MYSQL/Aurora", "mysql-aurora", "aurora"] {
            assert_eq!(preset(name).map(|it| it.traffic), Some([tcp(3306)].as_slice()), "{name}");
        }
        assert_eq!(preset("DNS (UDP)").map(|it| it.traffic), Some([udp(53)].as_slice()));
        assert_eq!(preset("dns").map(|it| it.traffic), Some([tcp(53), udp(53)].as_slice()));
        assert_eq!(preset("telepathy"), None);
    }

    #[test]
    fn f140_the_console_s_types_have_their_ports() {
        let table = [
            ("SSH", tcp(22)),
            ("HTTP", tcp(80)),
            ("HTTPS", tcp(443)),
            ("RDP", tcp(3389)),
            ("MSSQL", tcp(1433)),
            ("PostgreSQL", tcp(5432)),
            ("Oracle-RDS", tcp(1521)),
            ("SMTP", tcp(25)),
            ("IMAP", tcp(143)),
            ("LDAP", tcp(389)),
            ("NFS", tcp(2049)),
            ("All TCP", Traffic::Tcp(PortRange::ALL)),
            ("All UDP", Traffic::Udp(PortRange::ALL)),
            ("All ICMP - IPv4", Traffic::Icmp(IcmpMatch::ALL)),
            ("All ICMP - IPv6", Traffic::Icmpv6(IcmpMatch::ALL)),
            ("All traffic", Traffic::All),
        ];
        for (title, traffic) in table {
            assert_eq!(preset(title).map(|it| it.traffic), Some([traffic].as_slice()), "{title}");
        }
    }

    #[test]
    fn no_name_means_two_things() {
        let names = PRESETS.iter().flat_map(|it| it.also.iter().chain([&it.name]).map(move |name| (name, it)));
        for (name, it) in names {
            assert_eq!(preset(name), Some(it), "{name}");
        }
    }

    #[test]
    fn f140_icmp_types_and_codes_have_names() {
        assert_eq!(icmp_type("Echo Request", false), IcmpMatch::new(Some(8), None));
        assert_eq!(icmp_type("echo-request", true), IcmpMatch::new(Some(128), None));
        assert_eq!(icmp_type("fragmentation needed", false), IcmpMatch::new(Some(3), Some(4)));
        assert_eq!(icmp_type("packet-too-big", true), IcmpMatch::new(Some(2), None));
        assert_eq!(icmp_type("packet-too-big", false), None);
    }
}
