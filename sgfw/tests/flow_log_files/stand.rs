//! One interface with two logs, one in a group and one in a bucket, of windows of a minute.

use sgfw::flow_log::Writer;
use sgfw::inventory::{
    FlowLog, FlowLogId, InterfaceId, LogDestination, LogField, LoggedResource, LoggedTraffic, Network,
    NetworkInterface, Owner, Scope, State, Tags, VpcId,
};
use sgfw::kernel::LoggedFlow;
use sgfw::model::{Direction, Timeouts};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// 21 June 2018, 16:20:00.
pub(crate) const NOON: u64 = 1_529_598_000;

/// What writes, and its clock.
pub(crate) struct Stand {
    pub(crate) writer: Writer,
    pub(crate) now: u64,
    pub(crate) interface: InterfaceId,
}

impl Stand {
    pub(crate) fn new(directory: PathBuf, format: &[LogField]) -> Self {
        let mut state = State::default();
        let interface = interface();
        let id = interface.id.clone();
        state.interfaces.insert(id.clone(), Arc::new(interface));
        let group = LogDestination::Group { name: "/vpc/logs".into() };
        let bucket =
            LogDestination::Bucket { bucket: "my-logs".into(), folder: "in/it".into(), hive: false, hourly: false };
        for (number, destination) in [(1, group), (2, bucket)] {
            let log = log(number, &id, destination, format);
            state.flow_logs.insert(log.id.clone(), Arc::new(log));
        }
        let mut writer = Writer::new(directory);
        writer.follow(&state, &BTreeSet::from([id.clone()]), NOON);
        Self { writer, now: NOON, interface: id }
    }

    pub(crate) fn take(&mut self, flow: LoggedFlow) {
        self.writer.take([(self.interface.clone(), flow)]);
    }

    /// A window later.
    pub(crate) fn pass(&mut self) -> BTreeMap<FlowLogId, Result<(), String>> {
        self.now += 60;
        self.writer.write(self.now)
    }

    /// A packet to this port in the open window.
    pub(crate) fn flow(&self, dport: u16) -> LoggedFlow {
        LoggedFlow {
            slot: 1,
            src: "203.0.113.9".parse().unwrap(),
            dst: "10.0.0.5".parse().unwrap(),
            sport: 40_000,
            dport,
            protocol: 6,
            direction: Direction::Ingress,
            refusal: None,
            packets: 1,
            bytes: 60,
            first: self.now + 1,
            last: self.now + 2,
            flags: 2,
        }
    }
}

fn interface() -> NetworkInterface {
    NetworkInterface {
        id: InterfaceId::parse("eni-0123456789abcdef0").unwrap(),
        scope: Scope::default(),
        network: Network::Vpc(VpcId::from_number(1)),
        subnet: None,
        name: None,
        description: String::new(),
        addresses: vec!["10.0.0.5".parse().unwrap(), "fd00::5".parse().unwrap()],
        groups: Vec::new(),
        source_dest_check: true,
        timeouts: Timeouts::default(),
        attachment: None,
        device: None,
        mac: [2; 6],
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

fn log(number: u64, interface: &InterfaceId, destination: LogDestination, format: &[LogField]) -> FlowLog {
    FlowLog {
        id: FlowLogId::from_number(number),
        scope: Scope::default(),
        resource: LoggedResource::Interface(interface.clone()),
        traffic: LoggedTraffic::All,
        destination,
        format: format.to_vec(),
        interval: 60,
        role: None,
        created: String::new(),
        trouble: None,
        tags: Tags::new(),
        owner: Owner::Action,
    }
}
