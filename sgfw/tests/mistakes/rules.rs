//! Mistakes in rules: protocol, ports, ICMP types, peers.

use super::{Case, file, group, peer, rule};

pub(crate) fn rules() -> Vec<Case> {
    [traffic(), peers(), whole()].concat()
}

fn traffic() -> Vec<Case> {
    vec![
        rule("no protocol", "ports: 80, from: self", &["error: this rule has no `protocol` | `protocol: tcp`"])
            .at_brace(),
        rule(
            "an unknown protocol",
            "protocol: «tpc», ports: 80, from: self",
            &["error: `tpc` is not a protocol | `tcp`"],
        ),
        rule(
            "a protocol in capitals",
            "protocol: «TCP», ports: 80, from: self",
            &["error: `TCP` | did you mean `tcp`?"],
        ),
        rule("a protocol nobody knows", "protocol: «warp», from: self", &["error: `warp` | IANA number"]),
        rule("protocol 256", "protocol: «256», from: self", &["error: protocol must be 0 to 255"]),
        rule("protocol -1", "protocol: «-1», from: self", &["error: protocol must be | `protocol: all`"]),
        rule("protocols in a list", "protocol: «[»tcp, udp], ports: 53, from: self", &["error: protocol is a list"]),
        rule("no ports", "protocol: tcp, from: self", &["error: a rule for TCP or UDP has no `ports` | `ports: all`"])
            .at_brace(),
        rule("port 65536", "protocol: tcp, ports: «65536», from: self", &["error: a port must be 0 to 65535"]),
        rule(
            "port 65536 in a range",
            "protocol: tcp, ports: «80-65536», from: self",
            &["error: a port must be 0 to 65535"],
        ),
        rule("port -1", "protocol: tcp, ports: «-1», from: self", &["error: a port must be | `ports: all`"]),
        rule("half a port", "protocol: tcp, ports: «80.5», from: self", &["error: a port must be 0 to 65535"]),
        rule("an inverted range", "protocol: tcp, ports: «90-80», from: self", &["error: upside down | write `80-90`"]),
        rule(
            "a range with a colon",
            "protocol: tcp, ports: «80:90», from: self",
            &["error: `80:90` is not a port | 8000-8080"],
        ),
        rule("a service by name", "protocol: tcp, ports: «http», from: self", &["error: `http` is not a port"]),
        rule("no port in the list", "protocol: tcp, ports: «[»], from: self", &["error: the list of ports is empty"]),
        rule("a list in the list", "protocol: tcp, ports: [80, «[»81]], from: self", &["error: a port is a list"]),
        rule("ports that are null", "protocol: tcp, ports: «null», from: self", &["error: a port is nothing"]),
        rule(
            "ports with ICMP",
            "protocol: icmp, ports: «80», from: self",
            &["error: only TCP and UDP have ports | `ports` out"],
        ),
        rule("ports with all", "protocol: all, ports: «80», from: self", &["error: only TCP and UDP have ports"]),
        rule("ports with a number", "protocol: 50, ports: «80», from: self", &["error: only TCP and UDP have ports"]),
        rule(
            "a type with TCP",
            "protocol: tcp, ports: 1, type: «8», from: self",
            &["error: only ICMP and ICMPv6 have types"],
        ),
        rule("type 256", "protocol: icmp, type: «256», from: self", &["error: `type` must be 0 to 255"]),
        rule("type -1", "protocol: icmp, type: «-1», from: self", &["error: `type` must be | `type: all`"]),
        rule(
            "a code without type",
            "protocol: icmp, code: «0», from: self",
            &["error: a code needs a type | add `type`"],
        ),
        rule(
            "a code for all types",
            "protocol: icmp, type: all, code: «0», from: self",
            &["error: a code needs a type"],
        ),
    ]
}

fn peers() -> Vec<Case> {
    vec![
        peer(
            "an empty peer list",
            "«[»]",
            &["error: `from` is an empty list: this rule is for nobody | leave the whole rule"],
        ),
        peer("a peer that is null", "«null»", &["error: a peer is nothing | write an address block"]),
        peer("a peer that is a number", "«10»", &["error: a peer is a number"]),
        peer("an empty mapping", "«{»}", &["error: this peer names nobody"]),
        peer(
            "an unknown kind of peer",
            "{«cidr»: 10.0.0.0/8}",
            &["error: a peer has no key `cidr` | `group`, `prefix-list`"],
        ),
        peer("two kinds of peer", "«{»group: web, prefix-list: web}", &["error: not both"]),
        peer("an unknown group", "{group: «wbe»}", &["error: there is no group `wbe` | did you mean `web`?"]),
        peer("an unknown group id", "{group: «sg-12345678»}", &["error: there is no group `sg-12345678`"]),
        peer("an unknown prefix list", "{prefix-list: «office»}", &["error: no prefix list `office` | `prefix-lists`"]),
        peer("a group without braces", "«web»", &["error: `web` is not an address block | write `{group: web}`"]),
        peer("a list without braces", "«pl-12345678»", &["error: not an address block | `{prefix-list: pl-12345678}`"]),
        peer("any", "«any»", &["error: `any` is not an address block | write `anywhere`"]),
        peer("a bad address", "«10.0.0.300/8»", &["error: `10.0.0.300` is not an IPv4 or IPv6 address | 0 to 255"]),
        peer("three numbers", "«10.0.0/8»", &["error: `10.0.0` is not | four numbers"]),
        peer("leading zeros", "«010.0.0.1»", &["error: `010.0.0.1` is not | leading zeros"]),
        peer("prefix length 33", "«10.0.0.0/33»", &["error: prefix length `33` is not 0 to 32"]),
        peer("prefix length 129", "«\"2001:db8::/129\"»", &["error: prefix length `129` is not 0 to 128"]),
        peer("no prefix length", "«10.0.0.0/»", &["error: prefix length `` is not 0 to 32"]),
        peer("a mask", "«10.0.0.0/255.0.0.0»", &["error: is a mask | write `10.0.0.0/8`"]),
        peer(
            "a mapped address",
            "«\"::ffff:10.0.0.1\"»",
            &["error: is an IPv4 address in IPv6 dress | write `10.0.0.1`"],
        ),
        peer("host bits", "«10.1.2.3/8»", &["warning: `10.1.2.3/8` has host bits set and is taken as 10.0.0.0/8"]),
        peer(
            "host bits of IPv6",
            "«\"2001:db8::1/64\"»",
            &["warning: is taken as 2001:db8::/64 | `2001:db8::1` for one"],
        ),
    ]
}

fn whole() -> Vec<Case> {
    let twice = "version: 1\ngroups:\n  - name: web\n    ingress:\n      - {protocol: tcp, ports: 80, from: self}\n      \
                 - «{»protocol: 6, ports: [80, 81], from: {group: web}}\n";
    let unknown = "protocol: tcp, ports: 80, from: self, «action»: allow";
    let egress = "name: web, egress: [{protocol: tcp, ports: 80, to: {group: «nobody»}}]";
    let described = format!("protocol: all, from: self, description: «{}»{}", "x".repeat(60), "x".repeat(200));
    vec![
        rule(
            "an IPv4 block in a rule for ICMPv6",
            "protocol: icmpv6, from: «10.0.0.0/8»",
            &["error: an IPv4 block | `protocol: icmp`"],
        ),
        rule(
            "an IPv6 block in a rule for ICMP",
            "protocol: icmp, from: [self, «\"::/0\"»]",
            &["error: an IPv6 block | icmpv6"],
        ),
        rule("no peer", "protocol: tcp, ports: 80", &["error: this rule has no `from` | from: anywhere"]).at_brace(),
        rule("a deny rule", unknown, &["error: an ingress rule has no key `action`"]),
        rule(
            "`to` in ingress",
            "protocol: all, from: self, «to»: self",
            &["error: no key `to` | did you mean `from`?"],
        ),
        rule("the port of one", "protocol: tcp, «port»: 80, from: self", &["error: no key `port` | `ports`"]),
        rule(
            "& in a description",
            "protocol: all, from: self, description: «a & b»",
            &["error: the description has the character '&'"],
        ),
        rule("a long description of a rule", &described, &["error: the description has 260 characters"]),
        file("a rule twice", twice, &["warning: tcp 80 for group web is said twice; first in line 5"]),
        group("rules in a mapping", "name: web, ingress: «{»}", &["error: `ingress` is a mapping, not a list"]),
        group("a rule of text", "name: web, ingress: [«all»]", &["error: an ingress rule is text, not a mapping"]),
        group(
            "egress that says nothing",
            "name: web, egress: «null»",
            &["error: nothing or everything | write `egress: []`"],
        ),
        group("an unknown group in egress", egress, &["error: there is no group `nobody`"]),
        rule(
            "SSH for the world",
            "protocol: tcp, ports: 20-25, from: «0.0.0.0/0»",
            &["warning: the whole world may reach SSH"],
        ),
        rule(
            "RDP for the world",
            "protocol: tcp, ports: [3389], from: «\"::/0\"»",
            &["warning: the whole world may reach RDP"],
        ),
        rule(
            "all for the world",
            "protocol: all, from: «anywhere»",
            &["warning: the whole world may reach SSH and RDP"],
        ),
        rule("a million rules", &million(), &["error: more than 250000 rules | prefix lists"]).at_brace(),
    ]
}

/// 1 000 ports times 1 000 peers.
fn million() -> String {
    let ports: Vec<String> = (1..=1000).map(|port| (port * 2).to_string()).collect();
    let peers: Vec<String> = (0..1000).map(|peer| format!("10.{}.{}.0/24", peer / 256, peer % 256)).collect();
    format!("protocol: udp, ports: [{}], from: [{}]", ports.join(", "), peers.join(", "))
}

impl Case {
    /// The place is where the item begins.
    pub(crate) fn at_brace(mut self) -> Self {
        self.file = self.file.replace("- {", "- «{»");
        self
    }
}
