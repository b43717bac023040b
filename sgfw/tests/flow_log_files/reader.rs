//! What a reader of AWS's flow logs that others made says of sgfw's: the same that was taken.

use crate::client::python;
use crate::skip::skip;
use crate::stand::{NOON, Stand};
use serde_json::{Value, json};
use sgfw::inventory::LogField;
use sgfw::kernel::LoggedFlow;
use sgfw::model::Direction;
use sgfw_common::reason::Reason;
use std::path::Path;
use std::process::Command;

const SCRIPT: &str = include_str!("reader.py");

/// The records of the group and those of the bucket, as the reader has them; nothing, and said so, where it is not.
#[track_caller]
fn read(directory: &Path, format: &[LogField]) -> Option<[Vec<Value>; 2]> {
    let Some(python) = python("flowlogs_reader") else {
        skip("needs flowlogs-reader: `cargo xtask setup` installs it");
        return None;
    };
    let fields: Vec<&str> = format.iter().map(|field| field.word()).collect();
    let output = Command::new(python).args(["-c", SCRIPT]).arg(directory).args(fields).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// What the reader is to say of a flow: the fields that a format of version 5 has.
fn expected(flow: &LoggedFlow) -> Value {
    let family = if flow.src.is_ipv4() { "IPv4" } else { "IPv6" };
    let action = if flow.refusal.is_some() { "REJECT" } else { "ACCEPT" };
    json!({
        "version": 5, "account_id": "123456789012", "interface_id": "eni-0123456789abcdef0",
        "srcaddr": flow.src, "dstaddr": flow.dst, "srcport": flow.sport, "dstport": flow.dport,
        "protocol": flow.protocol, "packets": flow.packets, "bytes": flow.bytes,
        "start": flow.first, "end": flow.last, "action": action, "log_status": "OK",
        "vpc_id": "vpc-00000000000000001", "tcp_flags": flow.flags, "type": family,
        "pkt_srcaddr": flow.src, "pkt_dstaddr": flow.dst, "region": "us-east-1", "flow_direction": flow.direction,
    })
}

fn flows(stand: &Stand) -> Vec<LoggedFlow> {
    let refused = LoggedFlow {
        refusal: Some(Reason::NoIngressRule),
        first: stand.now + 3,
        last: stand.now + 3,
        ..stand.flow(23)
    };
    let (src, dst) = ("fd00::5".parse().unwrap(), "2001:db8::7".parse().unwrap());
    let out = LoggedFlow { src, dst, direction: Direction::Egress, ..stand.flow(443) };
    let out = LoggedFlow { first: stand.now + 4, last: stand.now + 50, packets: 1 << 40, bytes: 1 << 50, ..out };
    vec![stand.flow(22), refused, out]
}

#[test]
fn a_reader_that_others_made_reads_what_was_taken() {
    let format: Vec<LogField> = LogField::ALL.iter().copied().filter(|field| field.version() <= 5).collect();
    let room = tempfile::tempdir().unwrap();
    let mut stand = Stand::new(room.path().to_owned(), &format);
    let mut taken = Vec::new();
    for _ in 0..6 {
        let flows = flows(&stand);
        taken.extend(flows.iter().map(expected));
        flows.into_iter().for_each(|flow| stand.take(flow));
        stand.pass();
    }
    let without = |status: &str, version: u32, first: u64, last: u64| {
        json!({
            "version": version, "account_id": "123456789012", "interface_id": "eni-0123456789abcdef0",
            "start": first, "end": last, "log_status": status,
            "vpc_id": "vpc-00000000000000001", "region": "us-east-1",
        })
    };
    stand.pass();
    taken.push(without("NODATA", 5, NOON + 360, NOON + 419));
    let interface = stand.interface.clone();
    stand.writer.lost(&interface);
    stand.pass();
    taken.push(without("SKIPDATA", 5, NOON + 420, NOON + 479));
    stand.writer.close(stand.now + 7);
    taken.push(without("NODATA", 5, NOON + 480, NOON + 487));
    let Some([group, bucket]) = read(room.path(), &format) else { return };
    assert_eq!(group, taken);
    assert_eq!(bucket, taken);
}
