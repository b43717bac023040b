//! Flow logs of whatever there is, to log groups and buckets.

use super::Maker;
use sgfw::inventory::{FlowLog, FlowLogId, LogDestination, LogField, LoggedResource, LoggedTraffic};
use std::sync::Arc;

impl Maker {
    pub(super) fn flow_logs(&mut self) {
        let state = &self.state;
        let vpcs = state.vpcs.keys().cloned().map(LoggedResource::Vpc);
        let subnets = state.subnets.keys().cloned().map(LoggedResource::Subnet);
        let interfaces = state.interfaces.keys().cloned().map(LoggedResource::Interface);
        let all: Vec<LoggedResource> = vpcs.chain(subnets).chain(interfaces).collect();
        let most = if all.is_empty() { 0 } else { self.random.below(8) };
        for number in 0..most {
            let resource = all[self.random.below(all.len())].clone();
            self.flow_log(resource, number);
        }
    }

    /// The number keeps destinations apart: no two flow logs may write the same.
    fn flow_log(&mut self, resource: LoggedResource, number: usize) {
        let flow_log = FlowLog {
            id: FlowLogId::from_number(self.number()),
            scope: self.state.logged_scope(&resource).unwrap().clone(),
            resource,
            traffic: self.random.pick(&[LoggedTraffic::Accept, LoggedTraffic::Reject, LoggedTraffic::All]),
            destination: self.destination(number),
            format: self.format(),
            interval: self.random.pick(&FlowLog::INTERVALS),
            role: self.random.chance(30).then(|| "arn:aws:iam::123456789012:role/flows".into()),
            created: self.time(),
            trouble: self.random.chance(20).then(|| "the disk is full".into()),
            tags: self.tags(),
            owner: self.owner(),
        };
        self.state.flow_logs.insert(flow_log.id.clone(), Arc::new(flow_log));
    }

    fn destination(&mut self, number: usize) -> LogDestination {
        if self.random.chance(50) {
            let prefix = self.random.pick(&["", "/aws/", "#", "no", "1e"]);
            return LogDestination::group(&format!("{prefix}{number}")).unwrap();
        }
        let folder = self.random.pick(&["", "a", "a/b=(1)"]);
        let (hive, hourly) = (self.random.chance(30), self.random.chance(30));
        LogDestination::bucket(&format!("10{number}"), folder, hive, hourly).unwrap()
    }

    /// The standard one, or some fields in another order.
    fn format(&mut self) -> Vec<LogField> {
        if self.random.chance(30) {
            return LogField::standard();
        }
        let (all, first) = (LogField::ALL, self.random.below(LogField::ALL.len()));
        (0..1 + self.random.below(all.len())).map(|at| all[(first + at * 5) % all.len()]).collect()
    }
}
