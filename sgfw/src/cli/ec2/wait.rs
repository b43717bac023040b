//! `wait`: asks again until what is asked for is there, as the AWS CLI's waiters do.

use super::data::Data;
use super::error::Error;
use super::query::Query;
use crate::api::{self, Operation};
use std::fmt;
use std::time::Duration;

/// A waiter: what to ask how often, and when that is enough.
#[derive(Debug)]
pub(super) struct Waiter {
    /// As the command line calls it.
    pub(super) name: &'static str,
    operation: &'static str,
    /// Between two questions.
    delay: Duration,
    attempts: usize,
    checks: &'static [(Sign, End)],
}

/// What an answer may show.
#[derive(Debug)]
enum Sign {
    /// Any answer that is no refusal.
    Answer,
    /// A refusal with this code.
    Refusal(&'static str),
    /// All of what the expression finds, and at least one, is this.
    All(&'static str, &'static str),
    /// Any of what the expression finds is this.
    Any(&'static str, &'static str),
    /// The expression finds something.
    Found(&'static str),
    /// The expression finds nothing.
    NotFound(&'static str),
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    Again,
    Failed,
}

const INSTANCES: &str = "Reservations[].Instances[].State.Name";
const ASSOCIATIONS: &str = "SecurityGroupVpcAssociations[].State";

macro_rules! waiters {
    ($($name:literal: $operation:ident every $delay:literal s, $attempts:literal times: $($sign:expr => $end:ident),+;)+) => {
        /// Every waiter of these operations.
        pub(super) static WAITERS: &[Waiter] = &[$(Waiter {
            name: $name,
            operation: stringify!($operation),
            delay: Duration::from_secs($delay),
            attempts: $attempts,
            checks: &[$(($sign, End::$end)),+],
        }),+];
    };
}

waiters! {
    "instance-exists": DescribeInstances every 5 s, 40 times:
        Sign::Found("Reservations[]") => Done, Sign::Refusal("InvalidInstanceID.NotFound") => Again;
    "instance-running": DescribeInstances every 15 s, 40 times:
        Sign::All(INSTANCES, "running") => Done, Sign::Any(INSTANCES, "shutting-down") => Failed,
        Sign::Any(INSTANCES, "terminated") => Failed, Sign::Any(INSTANCES, "stopping") => Failed,
        Sign::Refusal("InvalidInstanceID.NotFound") => Again;
    "instance-status-ok": DescribeInstanceStatus every 15 s, 40 times:
        Sign::All("InstanceStatuses[].InstanceStatus.Status", "ok") => Done,
        Sign::Refusal("InvalidInstanceID.NotFound") => Again;
    "instance-stopped": DescribeInstances every 15 s, 40 times:
        Sign::All(INSTANCES, "stopped") => Done, Sign::Any(INSTANCES, "pending") => Failed,
        Sign::Any(INSTANCES, "terminated") => Failed;
    "instance-terminated": DescribeInstances every 15 s, 40 times:
        Sign::All(INSTANCES, "terminated") => Done, Sign::Any(INSTANCES, "pending") => Failed,
        Sign::Any(INSTANCES, "stopping") => Failed;
    "internet-gateway-exists": DescribeInternetGateways every 5 s, 6 times:
        Sign::Found("InternetGateways[].InternetGatewayId") => Done,
        Sign::Refusal("InvalidInternetGateway.NotFound") => Again;
    "network-interface-available": DescribeNetworkInterfaces every 20 s, 10 times:
        Sign::All("NetworkInterfaces[].Status", "available") => Done,
        Sign::Refusal("InvalidNetworkInterfaceID.NotFound") => Failed;
    "security-group-exists": DescribeSecurityGroups every 5 s, 6 times:
        Sign::Found("SecurityGroups[].GroupId") => Done, Sign::Refusal("InvalidGroup.NotFound") => Again;
    "security-group-vpc-association-associated": DescribeSecurityGroupVpcAssociations every 10 s, 7 times:
        Sign::All(ASSOCIATIONS, "associated") => Done, Sign::Any(ASSOCIATIONS, "associating") => Again,
        Sign::Any(ASSOCIATIONS, "association-failed") => Failed;
    "security-group-vpc-association-disassociated": DescribeSecurityGroupVpcAssociations every 10 s, 7 times:
        Sign::All(ASSOCIATIONS, "disassociated") => Done, Sign::Any(ASSOCIATIONS, "disassociating") => Again,
        Sign::Any(ASSOCIATIONS, "disassociation-failed") => Failed, Sign::NotFound(ASSOCIATIONS) => Done;
    "subnet-available": DescribeSubnets every 15 s, 40 times: Sign::All("Subnets[].State", "available") => Done;
    "system-status-ok": DescribeInstanceStatus every 15 s, 40 times:
        Sign::All("InstanceStatuses[].SystemStatus.Status", "ok") => Done;
    "vpc-available": DescribeVpcs every 15 s, 40 times: Sign::All("Vpcs[].State", "available") => Done;
    "vpc-exists": DescribeVpcs every 1 s, 5 times:
        Sign::Answer => Done, Sign::Refusal("InvalidVpcID.NotFound") => Again;
    "vpc-peering-connection-exists": DescribeVpcPeeringConnections every 15 s, 40 times:
        Sign::Answer => Done, Sign::Refusal("InvalidVpcPeeringConnectionID.NotFound") => Again;
    "vpc-peering-connection-deleted": DescribeVpcPeeringConnections every 15 s, 40 times:
        Sign::All("VpcPeeringConnections[].Status.Code", "deleted") => Done,
        Sign::Refusal("InvalidVpcPeeringConnectionID.NotFound") => Done;
}

impl Waiter {
    /// The waiter that the command line calls so, or none.
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        WAITERS.iter().find(|waiter| waiter.name == name)
    }

    /// What it asks.
    pub(super) fn operation(&self) -> Option<&'static Operation> {
        api::operation(self.operation)
    }

    /// Asks until it is done.
    ///
    /// # Errors
    /// When that was too often, or the answer says that it will never be.
    pub(super) fn wait(
        &self,
        ask: &mut dyn FnMut() -> Result<Data, Error>,
        pause: &dyn Fn(Duration),
    ) -> Result<(), Error> {
        let mut last = None;
        for attempt in 1..=self.attempts {
            let answer = ask();
            let shown = self.shown(&answer)?;
            match (shown, answer) {
                (Some((_, End::Done)), _) => return Ok(()),
                (Some((sign, End::Failed)), _) => {
                    return Err(self.failed(&format!("Waiter encountered a terminal failure state: {sign}")));
                }
                (Some((sign, End::Again)), _) => last = Some(sign),
                (None, Err(Error::Refused { fault, .. })) => {
                    return Err(self.failed(&format!("An error occurred ({}): {}", fault.code, fault.message)));
                }
                (None, Err(error)) => return Err(error),
                (None, Ok(_)) => {}
            }
            if attempt < self.attempts {
                pause(self.delay);
            }
        }
        let last = last.map(|sign| format!(". Previously accepted state: {sign}")).unwrap_or_default();
        Err(self.failed(&format!("Max attempts exceeded{last}")))
    }

    /// The first sign that the answer shows, and what follows.
    fn shown(&self, answer: &Result<Data, Error>) -> Result<Option<(&Sign, End)>, Error> {
        for (sign, end) in self.checks {
            if sign.shows(answer)? {
                return Ok(Some((sign, *end)));
            }
        }
        Ok(None)
    }

    fn failed(&self, what: &str) -> Error {
        let name: String = self.name.split('-').map(capital).collect();
        Error::Failed(format!("Waiter {name} failed: {what}"))
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1.min(word.len()));
    first.to_uppercase() + rest
}

/// As the AWS CLI explains what it saw.
impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer => f.write_str("Matched expected HTTP status code: 200"),
            Self::Refusal(code) => write!(f, "Matched expected service error code: {code}"),
            Self::All(path, text) => {
                write!(f, "For expression \"{path}\" all members matched expected path: \"{text}\"")
            }
            Self::Any(path, text) => {
                write!(f, "For expression \"{path}\" we matched expected path: \"{text}\" at least once")
            }
            Self::Found(path) => write!(f, "For expression \"{path}\" something was found"),
            Self::NotFound(path) => write!(f, "For expression \"{path}\" nothing was found"),
        }
    }
}

impl Sign {
    fn shows(&self, answer: &Result<Data, Error>) -> Result<bool, Error> {
        let found = |path: &str| answer.as_ref().map_or(Ok(Data::Null), |data| Query::new(path)?.search(data));
        let is = |text: &str, data: &Data| matches!(data, Data::Text(other) if other == text);
        Ok(match self {
            Self::Answer => answer.is_ok(),
            Self::Refusal(code) => matches!(answer, Err(Error::Refused { fault, .. }) if fault.code == *code),
            Self::All(path, text) => {
                let found = found(path)?;
                !found.elements().is_empty() && found.elements().iter().all(|data| is(text, data))
            }
            Self::Any(path, text) => found(path)?.elements().iter().any(|data| is(text, data)),
            Self::Found(path) => !found(path)?.elements().is_empty(),
            Self::NotFound(path) => answer.is_ok() && found(path)?.elements().is_empty(),
        })
    }
}
