//! The records that AWS shows in its guide, byte for byte, and what every field says.

use super::*;

const ENI: &str = "eni-1235b8ca123456789";

/// The lines that a log of one window writes about an interface with this address.
#[track_caller]
fn writes(address: &str, format: Option<&str>, window: (u64, u64), flows: &str, expected: &str) {
    let mut stand = Stand::new();
    stand.here.clear();
    stand.interface(ENI, address);
    stand.change_interface(ENI, |it| {
        it.network = Network::Vpc(VpcId::parse("vpc-abcdefab012345678").unwrap());
        it.subnet = Some(SubnetId::parse("subnet-aaaaaaaa012345678").unwrap());
        let (id, instance) = (AttachmentId::from_number(1), InstanceId::parse("i-01234567890123456").unwrap());
        it.attachment = Some(Attachment { id, instance, index: 0, since: String::new(), delete_on_termination: true });
    });
    stand.log(1, |log| {
        log.resource = LoggedResource::Interface(InterfaceId::parse(ENI).unwrap());
        log.format = format.map_or_else(LogField::standard, fields);
    });
    stand.follow(window.0);
    stand.take(ENI, flows);
    fine(&stand.writer.close(window.1));
    assert_eq!(stand.read(&format!("group-1/{ENI}-all")), format!("{expected}\n"));
}

#[test]
fn accepted_and_rejected_traffic() {
    writes(
        "172.31.16.21",
        None,
        (1418530000, 1418530075),
        "ingress 172.31.16.139 20641 172.31.16.21 22 6 20 4249 1418530010 1418530070 18 ok",
        "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070 ACCEPT OK",
    );
    writes(
        "172.31.9.12",
        None,
        (1418530000, 1418530075),
        "ingress 172.31.9.69 49761 172.31.9.12 3389 6 20 4249 1418530010 1418530070 2 no-ingress-rule",
        "2 123456789010 eni-1235b8ca123456789 172.31.9.69 172.31.9.12 49761 3389 6 20 4249 1418530010 1418530070 REJECT OK",
    );
}

#[test]
fn a_ping_that_is_let_in_and_not_out() {
    writes(
        "172.31.16.139",
        None,
        (1432917000, 1432917142),
        "egress 172.31.16.139 0 203.0.113.12 0 1 4 336 1432917094 1432917142 0 no-egress-rule\n\
         ingress 203.0.113.12 0 172.31.16.139 0 1 4 336 1432917027 1432917142 0 ok",
        "2 123456789010 eni-1235b8ca123456789 203.0.113.12 172.31.16.139 0 0 1 4 336 1432917027 1432917142 ACCEPT OK\n\
         2 123456789010 eni-1235b8ca123456789 172.31.16.139 203.0.113.12 0 0 1 4 336 1432917094 1432917142 REJECT OK",
    );
}

#[test]
fn ipv6() {
    writes(
        "172.31.16.21 2001:db8:1234:a102:3304:8879:34cf:4071",
        None,
        (1477913700, 1477913820),
        "ingress 2001:db8:1234:a100:8d6e:3477:df66:f105 34892 2001:db8:1234:a102:3304:8879:34cf:4071 22 6 54 8855 \
         1477913708 1477913820 18 ok",
        "2 123456789010 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 \
         2001:db8:1234:a102:3304:8879:34cf:4071 34892 22 6 54 8855 1477913708 1477913820 ACCEPT OK",
    );
}

#[test]
fn no_data_and_skipped_data() {
    writes(
        "172.31.16.21",
        None,
        (1431280876, 1431280934),
        "",
        "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA",
    );
    let mut stand = Stand::new();
    let interface = stand.interface("eni-11111111aaaaaaaaa", "10.0.0.1");
    stand.log(1, |log| log.resource = LoggedResource::Interface(interface.clone()));
    stand.follow(1431280876);
    stand.writer.lost(&interface);
    fine(&stand.writer.close(1431280934));
    let line = "2 123456789010 eni-11111111aaaaaaaaa - - - - - - - 1431280876 1431280934 - SKIPDATA\n";
    assert_eq!(stand.read("group-1/eni-11111111aaaaaaaaa-all"), line);
}

#[test]
fn tcp_flags_of_a_short_connection() {
    let format = "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport \
                  pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status";
    let who = "3 vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 \
               123456789010 IPv4";
    writes(
        "10.0.0.62",
        Some(format),
        (1566933100, 1566933193),
        "ingress 52.213.180.42 43638 10.0.0.62 5001 6 9 900 1566933133 1566933140 2 ok\n\
         egress 10.0.0.62 5001 52.213.180.42 43638 6 14 967 1566933133 1566933193 19 ok\n\
         ingress 52.213.180.42 43638 10.0.0.62 5001 6 8 360 1566933141 1566933193 1 ok",
        &format!(
            "{who} 10.0.0.62 52.213.180.42 5001 43638 10.0.0.62 52.213.180.42 6 967 14 1566933133 1566933193 ACCEPT 19 OK\n\
             {who} 52.213.180.42 10.0.0.62 43638 5001 52.213.180.42 10.0.0.62 6 1260 17 1566933133 1566933193 ACCEPT 3 OK"
        ),
    );
}

#[test]
fn traffic_that_passes_through() {
    // A packet of a machine behind the interface, which has another address, and the answer to it.
    let format = "instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr";
    writes(
        "10.0.0.220",
        Some(format),
        (1566933100, 1566933193),
        "ingress 10.0.1.5 4000 203.0.113.5 80 17 1 60 1566933133 1566933140 0 ok\n\
         egress 203.0.113.5 80 10.0.1.5 4000 17 1 60 1566933150 1566933150 0 ok",
        "i-01234567890123456 eni-1235b8ca123456789 10.0.1.5 10.0.0.220 10.0.1.5 203.0.113.5\n\
         i-01234567890123456 eni-1235b8ca123456789 10.0.0.220 10.0.1.5 203.0.113.5 10.0.1.5",
    );
}

#[test]
fn an_interface_whose_addresses_are_its_devices_shows_those_of_packets() {
    let flow = "ingress 10.0.1.5 4000 10.0.0.7 80 17 1 60 1566933133 1566933140 0 ok";
    writes("", Some("srcaddr dstaddr"), (1566933100, 1566933193), flow, "10.0.1.5 10.0.0.7");
    writes("fd00::1", Some("srcaddr dstaddr"), (1566933100, 1566933193), flow, "10.0.1.5 10.0.0.7");
}

/// One field of a record about a TCP packet out of an interface.
#[track_caller]
fn says(word: &str, expected: &str) {
    let mut stand = Stand::new();
    let subnet = SubnetId::from_number(5);
    stand.change_interface("eni-00000000000000001", |it| it.subnet = Some(subnet.clone()));
    let zone = "us-east-1b".to_owned();
    let (vpc, tags) = (VpcId::from_number(1), Tags::new());
    let new =
        Subnet { id: subnet.clone(), vpc, zone, v4: None, v6: None, is_default: false, tags, owner: Owner::Action };
    stand.state.subnets.insert(subnet, Arc::new(new));
    stand.log(1, |log| log.format = fields(word));
    stand.follow(NOON);
    let flow = "egress 172.31.16.99 1024 198.51.100.7 443 6 7 700 1529598001 1529598002 4 no-egress-rule";
    stand.take("eni-00000000000000001", flow);
    fine(&stand.writer.write(NOON + 60));
    assert_eq!(stand.read("group-1/eni-00000000000000001-all"), format!("{expected}\n"), "{word}");
}

#[test]
fn every_field() {
    let known = [
        ("version", "2"),
        ("account-id", "123456789010"),
        ("interface-id", "eni-00000000000000001"),
        ("srcaddr", "172.31.16.21"),
        ("dstaddr", "198.51.100.7"),
        ("srcport", "1024"),
        ("dstport", "443"),
        ("protocol", "6"),
        ("packets", "7"),
        ("bytes", "700"),
        ("start", "1529598001"),
        ("end", "1529598002"),
        ("action", "REJECT"),
        ("log-status", "OK"),
        ("vpc-id", "vpc-00000000000000001"),
        ("subnet-id", "subnet-00000000000000005"),
        ("tcp-flags", "4"),
        ("type", "IPv4"),
        ("pkt-srcaddr", "172.31.16.99"),
        ("pkt-dstaddr", "198.51.100.7"),
        ("region", "us-east-1"),
        ("az-id", "use1-az2"),
        ("flow-direction", "egress"),
        ("reject-reason", "no-egress-rule"),
    ];
    for (word, expected) in known {
        says(word, expected);
    }
    let is_known = |word| known.iter().any(|(known, _)| *known == word);
    for field in LogField::ALL.iter().filter(|field| !is_known(field.word())) {
        says(field.word(), "-");
    }
}

#[test]
fn the_version_is_the_highest_of_the_fields() {
    for (word, version) in [
        ("action", "2"),
        ("type", "3"),
        ("region", "4"),
        ("flow-direction", "5"),
        ("ecs-task-id", "7"),
        ("reject-reason", "8"),
        ("resource-id", "9"),
        ("encryption-status", "10"),
    ] {
        let mut stand = Stand::new();
        stand.log(1, |log| log.format = fields(&format!("log-status version {word}")));
        stand.follow(NOON);
        fine(&stand.writer.write(NOON + 60));
        let line = stand.read("group-1/eni-00000000000000001-all");
        assert!(line.starts_with(&format!("NODATA {version} ")), "{word}: {line}");
    }
}

#[test]
fn a_record_without_data_says_what_is_known_of_the_interface() {
    let format = "start end vpc-id region interface-id account-id version tcp-flags action reject-reason log-status";
    let expected =
        "1566933100 1566933193 vpc-abcdefab012345678 us-east-1 eni-1235b8ca123456789 123456789010 8 - - - NODATA";
    writes("10.0.0.1", Some(format), (1566933100, 1566933193), "", expected);
}
