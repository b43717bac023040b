//! Mistakes in interfaces and members.

use super::{Case, file, interface};

pub(crate) fn interfaces() -> Vec<Case> {
    [places(), settings(), members()].concat()
}

fn places() -> Vec<Case> {
    let twice = "version: 1\ninterfaces:\n  - {name: a, device: eth0}\n  - {name: b, device: «eth0»}\n  \
                 - {name: c, device: eth0, netns: blue}\n";
    let names = "version: 1\ninterfaces:\n  - name: web\n  - name: «web»\n";
    let numbers: String = (0..17).map(|number| format!("  - name: g{number}\n")).collect();
    let groups: Vec<String> = (0..17).map(|number| format!("g{number}")).collect();
    let many =
        format!("version: 1\ngroups:\n{numbers}interfaces:\n  - {{name: a, groups: «[»{}]}}\n", groups.join(", "));
    vec![
        interface("an unknown key of an interface", "«mtu»: 1500", &["error: an interface has no key `mtu`"]),
        interface(
            "a key with an underscore",
            "«source_check»: true",
            &["error: no key | did you mean `source-check`?"],
        ),
        interface("a device with a slash", "device: «eth/0»", &["error: `eth/0` cannot be a device | no `/`"]),
        interface("a device of 16 bytes", "device: «abcdefghijklmnop»", &["error: cannot be a device | 1 to 15 bytes"]),
        interface("a namespace that is half a path", "netns: «var/blue»", &["error: cannot be a network namespace"]),
        interface("an unknown side", "side: «left»", &["error: `side` cannot be `left` | known here: `host`, `port`"]),
        interface("an unknown hook", "hook: «xdp-native»", &["error: `hook` cannot be `xdp-native`"]),
        interface("a hook nearly right", "hook: «xpd»", &["error: `hook` cannot be `xpd` | did you mean `xdp`?"]),
        interface("an unknown group of an interface", "groups: [«defualt»]", &["error: there is no group `defualt`"]),
        interface("groups that are text", "groups: «default»", &["error: `groups` is text, not a list"]),
        interface(
            "a group listed twice",
            "groups: [default, «default»]",
            &["warning: group `default` is listed twice"],
        ),
        interface(
            "an address with a prefix length",
            "addresses: [«10.0.0.1/24»]",
            &["error: is a block | write `10.0.0.1`"],
        ),
        interface(
            "an address that is a name",
            "addresses: [«localhost»]",
            &["error: `localhost` is not an IPv4 or IPv6"],
        ),
        interface(
            "no address at all",
            "addresses: [«0.0.0.0»]",
            &["error: 0.0.0.0 cannot be the address of one interface"],
        ),
        interface(
            "a multicast address",
            "addresses: [«\"ff02::1\"»]",
            &["error: cannot be the address of one interface"],
        ),
        interface(
            "an address listed twice",
            "addresses: [10.0.0.1, «10.0.0.1»]",
            &["warning: 10.0.0.1 is listed twice"],
        ),
        interface("a port without addresses", "side: port", &["error: `side: port` has no `addresses`"]).at_brace(),
        interface("a port with no address", "side: port, addresses: «[»]", &["error: one address at least"]),
        file("a device twice", twice, &["error: device `eth0` is declared twice; first at test.yaml:3:23"]),
        file("an interface twice", names, &["error: interface `web` is declared twice; first at test.yaml:3:11"]),
        file("a name with a space", "version: 1\ninterfaces:\n  - name: «a b»\n", &["error: has the character ' '"]),
        file("17 groups", many, &["error: 17 groups; 16 are allowed"]),
    ]
}

fn settings() -> Vec<Case> {
    vec![
        interface("a short TCP timeout", "timeouts: {tcp-established: «59»}", &["error: must be 60 to 432000"]),
        interface("a long TCP timeout", "timeouts: {tcp-established: «432001»}", &["error: must be 60 to 432000"]),
        interface("a short UDP timeout", "timeouts: {udp: «29»}", &["error: `udp`, in seconds, must be 30 to 60"]),
        interface("a long stream timeout", "timeouts: {udp-stream: «181»}", &["error: must be 60 to 180"]),
        interface("a timeout with a unit", "timeouts: {udp: «30s»}", &["error: is text, not a whole number, 30 to 60"]),
        interface("an unknown timeout", "timeouts: {«tcp»: 60}", &["error: `timeouts` has no key `tcp`"]),
        interface(
            "an unknown pass",
            "pass: {«ndp»: false}",
            &["error: `pass` has no key `ndp` | `neighbour-discovery`"],
        ),
        interface("a pass that is a number", "pass: {arp: «0»}", &["error: `arp` is a number, not `true` or `false`"]),
        interface(
            "IPv4 as an EtherType",
            "ethertypes: [«0x0800»]",
            &["error: 0x0800 cannot be listed | judged by rules"],
        ),
        interface("VLAN as an EtherType", "ethertypes: [«0x8100»]", &["error: cannot be listed | `trunk: true`"]),
        interface("a length as an EtherType", "ethertypes: [«1500»]", &["error: an EtherType must be 1536 to 65535"]),
        interface(
            "five EtherTypes",
            "ethertypes: «[»2000, 2001, 2002, 2003, 2004]",
            &["error: 5 EtherTypes; 4 are allowed"],
        ),
        interface("an unknown word for ICMP errors", "icmp-errors: «none»", &["error: `icmp-errors` cannot be `none`"]),
    ]
}

fn members() -> Vec<Case> {
    let member = |entries: &str| format!("version: 1\nmembers:\n  - {{{entries}}}\n");
    vec![
        file(
            "a member without addresses",
            member("name: a, groups: [default]"),
            &["error: this member has no `addresses`"],
        )
        .at_brace(),
        file(
            "a member with no address",
            member("name: a, addresses: «[»], groups: [default]"),
            &["error: one address"],
        ),
        file(
            "a member without groups",
            member("name: a, addresses: [10.0.0.1]"),
            &["error: this member has no `groups`"],
        )
        .at_brace(),
        file(
            "a member in no group",
            member("name: a, addresses: [10.0.0.1], groups: «[»]"),
            &["error: one group at least"],
        ),
        file(
            "a member with a device",
            member("name: a, addresses: [10.0.0.1], groups: [default], «device»: eth0"),
            &["error: a member has no key `device`"],
        ),
    ]
}
