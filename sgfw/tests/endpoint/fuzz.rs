//! Whatever is sent, the answer is well-formed XML with an id, and never the status of a failure of ours.

use crate::http::{UNPROVED, connect, exchange, form, post, receive};
use crate::random::Random;
use crate::stage::Stage;
use quick_xml::Reader;
use quick_xml::events::Event;
use sgfw::api::{Kind, Member, OPERATIONS};
use std::io::Write;
use std::net::Shutdown;

/// How many requests; `SGFW_FUZZ` says another number.
const REQUESTS: usize = 4_000;
const STATUSES: [u16; 8] = [200, 400, 401, 403, 404, 412, 413, 503];

const VALUES: &[&str] = &[
    "",
    "0",
    "-1",
    "80",
    "65536",
    "99999999999999999999",
    "true",
    "tcp",
    "udp",
    "icmp",
    "58",
    "10.0.0.0/8",
    "::/0",
    "10.0.0.0/33",
    "10.0.0.1",
    "sg-11112222",
    "sg-x",
    "vpc-11112222",
    "pl-11112222",
    "pcx-11112222",
    "eni-11112222",
    "i-11112222",
    "default",
    "web",
    "*",
    "?",
    "%00",
    "%0A%0D",
    "%ff",
    "%",
    "+",
    "<a>%26",
    "%e2%82%ac",
    "ingress",
    "security-group",
    "tag:a",
    "group-name",
    "IPv4",
    "5",
    "1000",
    "subnet-11112222",
    "sgr-11112222",
    "123456789012",
];

/// Values that make sense, by the end of the name.
const LIKELY: &[(&str, &str)] = &[
    ("GroupId", "sg-11112222"),
    ("GroupName", "web"),
    ("GroupDescription", "web"),
    ("CidrIp", "10.0.0.0/8"),
    ("CidrIpv6", "2001:db8::/32"),
    ("IpProtocol", "17"),
    ("ResourceType", "security-group"),
    ("Filter.1.Name", "group-name"),
    ("NextToken", ""),
];

/// A request that knows the shapes and respects nothing else.
fn request(random: &mut Random) -> String {
    let operation = &OPERATIONS[random.below(OPERATIONS.len())];
    let mut text = format!("Action={}", operation.name);
    for member in operation.input.members {
        if random.chance(if member.required { 90 } else { 30 }) {
            add(&mut text, random, member.query, member.kind, 0);
        }
    }
    text
}

#[expect(clippy::only_used_in_recursion, reason = "how deep it is is told for whoever reads a failure")]
fn add(text: &mut String, random: &mut Random, name: &str, kind: Kind, depth: usize) {
    match kind {
        Kind::List(kind) => {
            for index in 1..=1 + random.below(3) {
                let index = if random.chance(3) { random.half() as usize } else { index };
                add(text, random, &format!("{name}.{index}"), *kind, depth + 1);
            }
        }
        Kind::Structure(shape) => {
            let likely = |_: &&Member| random.chance(50);
            let chosen: Vec<&Member> = shape.members.iter().filter(likely).collect();
            for member in chosen {
                add(text, random, &format!("{name}.{}", member.query), member.kind, depth + 1);
            }
        }
        Kind::Integer if random.chance(70) => text.push_str(&format!("&{name}={}", random.half())),
        Kind::Boolean if random.chance(80) => text.push_str(&format!("&{name}={}", random.pick(&["true", "false"]))),
        _ => {
            let likely = LIKELY.iter().find(|(end, _)| name.ends_with(end)).filter(|_| random.chance(70));
            let value = likely.map_or_else(|| random.pick(VALUES), |(_, value)| value);
            text.push_str(&format!("&{name}={value}"));
        }
    }
}

/// Some bytes of it are others now.
fn mutate(text: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..random.below(4) {
        let at = random.below(text.len() + 1);
        match random.below(4) {
            0 if at < text.len() => text[at] = random.byte(),
            1 if at < text.len() => drop(text.remove(at)),
            2 => text.insert(at, random.pick(b"&=.%+1A<\0")),
            _ => text.truncate(text.len().max(1) - text.len().saturating_sub(at).min(8)),
        }
    }
}

/// The id in a document that is well-formed.
fn id_in(document: &str) -> Result<String, String> {
    let mut reader = Reader::from_str(document);
    let (mut path, mut id) = (Vec::new(), None);
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(start) => path.push(start.name().as_ref().to_owned()),
            Event::End(_) => drop(path.pop()),
            Event::Text(text) if path.last().is_some_and(|it| it.eq_ignore_ascii_case("requestid")) => {
                id = Some(text.to_string());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let whole = path.is_empty() && document.chars().all(sgfw::endpoint::xml::can_carry);
    id.filter(|_| whole).ok_or_else(|| "no id, or not whole".into())
}

#[test]
fn whatever_is_sent_is_answered_in_xml() {
    let requests = std::env::var("SGFW_FUZZ").ok().and_then(|it| it.parse().ok()).unwrap_or(REQUESTS);
    let stage = Stage::open();
    let group = post(
        stage.address(),
        "Action=CreateSecurityGroup&GroupName=web&GroupDescription=web&TagSpecification.1.ResourceType=security-group&TagSpecification.1.Tag.1.Key=_custom_id_&TagSpecification.1.Tag.1.Value=sg-11112222",
    );
    assert_eq!(group.element("groupId"), Some("sg-11112222"), "{}", group.body);
    let mut random = Random::new(0x5347_4657);
    let mut stream = connect(stage.address());
    let mut statuses = std::collections::BTreeMap::<u16, usize>::new();
    let mut codes = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..requests {
        let mut body = request(&mut random).into_bytes();
        if random.chance(40) {
            mutate(&mut body, &mut random);
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        let reply = exchange(&mut stream, &form(UNPROVED, &body)).unwrap_or_else(|error| panic!("{error}: {body}"));
        assert!(STATUSES.contains(&reply.status), "{}: {body}\n{}", reply.status, reply.body);
        let id = id_in(&reply.body).unwrap_or_else(|error| panic!("{error}: {body}\n{}", reply.body));
        assert_eq!(Some(id.as_str()), reply.header("x-amzn-requestid"), "{body}");
        *statuses.entry(reply.status).or_default() += 1;
        *codes.entry(reply.code().1.to_owned()).or_default() += 1;
    }
    println!("{statuses:?} {codes:?}");
    assert!(statuses[&200] > requests / 100, "hardly anything was accepted: {statuses:?}");
}

/// Heads too: methods, targets and headers of all kinds.
#[test]
fn whatever_the_head_says_is_answered_in_xml_or_not_at_all() {
    let stage = Stage::open();
    let mut random = Random::new(0x4845_4144);
    for _ in 0..2_000 {
        let mut bytes = form(UNPROVED, "Action=DescribeSecurityGroups");
        let head = bytes.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
        for _ in 0..1 + random.below(3) {
            let at = random.below(head);
            bytes[at] = random.byte();
        }
        let mut stream = connect(stage.address());
        stream.write_all(&bytes).unwrap();
        // No more comes, so that a head without an end is one.
        stream.shutdown(Shutdown::Write).unwrap();
        let Ok(reply) = receive(&mut stream) else { continue };
        // Broken HTTP has no API to answer it.
        assert!(reply.status < 500, "{}: {}", reply.status, String::from_utf8_lossy(&bytes));
        assert!(reply.body.is_empty() || id_in(&reply.body).is_ok(), "{}", reply.body);
    }
    assert_eq!(post(stage.address(), "Action=DescribeSecurityGroups").status, 200);
}
