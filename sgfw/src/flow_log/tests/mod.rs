//! Flow logs on real files: a stand with interfaces, logs, a directory of its own and a clock that tests set.

use super::*;
use crate::inventory::{
    AccountId, Attachment, AttachmentId, FlowLog, FlowLogId, InstanceId, InterfaceId, LogDestination, LogField,
    LoggedResource, LoggedTraffic, Network, NetworkInterface, Owner, Scope, State, Subnet, SubnetId, Tags, VpcId,
};
use crate::kernel::LoggedFlow;
use crate::model::{Direction, Timeouts};
use flate2::read::GzDecoder;
use sgfw_common::reason::Reason;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

mod buckets;
mod comings;
mod examples;
mod failures;
mod random;
mod windows;

/// 21 June 2018, 16:20:00: a multiple of both intervals.
const NOON: u64 = 1_529_598_000;

/// A place to write in, and what is written about.
struct Stand {
    room: TempDir,
    state: State,
    here: BTreeSet<InterfaceId>,
    writer: Writer,
}

impl Stand {
    /// With one interface, `eni-...1`, whose addresses are 172.31.16.21 and 2001:db8::21.
    fn new() -> Self {
        Self::bounded(Bounds::default())
    }

    fn bounded(bounds: Bounds) -> Self {
        let room = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let writer = Writer::bounded(room.path().join("logs"), bounds);
        let mut stand = Self { room, state: State::default(), here: BTreeSet::new(), writer };
        stand.interface("eni-00000000000000001", "172.31.16.21 2001:db8::21");
        stand
    }

    /// An interface of this host, in vpc-1 and in no subnet.
    fn interface(&mut self, id: &str, addresses: &str) -> InterfaceId {
        let id = InterfaceId::parse(id).unwrap();
        let interface = NetworkInterface {
            id: id.clone(),
            scope: Scope { account: AccountId::parse("123456789010").unwrap(), region: "us-east-1".into() },
            network: Network::Vpc(VpcId::from_number(1)),
            subnet: None,
            name: None,
            description: String::new(),
            addresses: addresses.split_whitespace().map(|address| address.parse().unwrap()).collect(),
            groups: Vec::new(),
            source_dest_check: true,
            timeouts: Timeouts::default(),
            attachment: None,
            device: None,
            mac: [2; 6],
            tags: Tags::new(),
            owner: Owner::Action,
        };
        self.state.interfaces.insert(id.clone(), Arc::new(interface));
        self.here.insert(id.clone());
        id
    }

    fn change_interface(&mut self, id: &str, change: impl FnOnce(&mut NetworkInterface)) {
        let id = InterfaceId::parse(id).unwrap();
        change(Arc::make_mut(self.state.interfaces.get_mut(&id).unwrap()));
    }

    /// A log of vpc-1 with this number, every minute and all fields of version 2, but for what is changed.
    fn log(&mut self, number: u64, change: impl FnOnce(&mut FlowLog)) -> FlowLogId {
        let id = FlowLogId::from_number(number);
        let mut log = FlowLog {
            id: id.clone(),
            scope: Scope { account: AccountId::parse("123456789012").unwrap(), region: "us-east-1".into() },
            resource: LoggedResource::Vpc(VpcId::from_number(1)),
            traffic: LoggedTraffic::All,
            destination: LogDestination::Group { name: format!("group-{number}") },
            format: LogField::standard(),
            interval: 60,
            role: None,
            created: String::new(),
            trouble: None,
            tags: Tags::new(),
            owner: Owner::Action,
        };
        change(&mut log);
        self.state.flow_logs.insert(id.clone(), Arc::new(log));
        id
    }

    fn follow(&mut self, now: u64) {
        self.writer.follow(&self.state, &self.here, now);
    }

    /// Takes flows of an interface, one a line.
    fn take(&mut self, interface: &str, lines: &str) {
        let interface = InterfaceId::parse(interface).unwrap();
        self.writer.take(lines.lines().map(|line| (interface.clone(), flow(line))));
    }

    fn place(&self, name: &str) -> PathBuf {
        self.room.path().join("logs").join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.place(name)).unwrap_or_default()
    }

    /// All files below the directory with what is in them, unpacked.
    fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let mut directories = vec![self.room.path().join("logs")];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path);
                    continue;
                }
                let name = path.strip_prefix(self.room.path().join("logs")).unwrap().display().to_string();
                found.insert(name.clone(), unpacked(&name, fs::read(path).unwrap()));
            }
        }
        found
    }
}

fn unpacked(name: &str, bytes: Vec<u8>) -> String {
    let mut text = String::new();
    match name.ends_with(".gz") {
        true => drop(GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap()),
        false => text = String::from_utf8(bytes).unwrap(),
    }
    text
}

/// `ingress SRC SPORT DST DPORT PROTOCOL PACKETS BYTES FIRST LAST FLAGS OUTCOME`, where the outcome is `ok` or a reason.
fn flow(line: &str) -> LoggedFlow {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [direction, src, sport, dst, dport, protocol, packets, bytes, first, last, flags, outcome] = words[..] else {
        panic!("no flow: {line}")
    };
    LoggedFlow {
        slot: 0,
        src: src.parse().unwrap(),
        dst: dst.parse().unwrap(),
        sport: sport.parse().unwrap(),
        dport: dport.parse().unwrap(),
        protocol: protocol.parse().unwrap(),
        direction: if direction == "ingress" { Direction::Ingress } else { Direction::Egress },
        refusal: Reason::ALL.iter().copied().find(|reason| reason.word() == outcome),
        packets: packets.parse().unwrap(),
        bytes: bytes.parse().unwrap(),
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
        flags: flags.parse().unwrap(),
    }
}

/// The fields with these names.
fn fields(words: &str) -> Vec<LogField> {
    words.split_whitespace().map(|word| LogField::named(word).unwrap()).collect()
}

/// What every log met with is nothing bad.
#[track_caller]
fn fine(met: &BTreeMap<FlowLogId, Result<(), String>>) {
    assert!(met.values().all(Result::is_ok), "{met:?}");
}
