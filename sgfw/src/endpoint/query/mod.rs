//! The EC2 query protocol: from names and values to an action.
//!
//! `IpPermissions.1.IpRanges.2.CidrIp=10.0.0.0/8` is one of the pairs. What a name may be follows from the shapes of
//! [`crate::api`]; lists count from 1 and may have gaps. Whether a value makes sense is for the service to say, but a
//! number must be one. Nothing that is sent makes it panic.

mod decode;
mod tree;

use super::Refusal;
use super::form::Pair;
use crate::api::{self, Action, EMPTY, Empty};
use tree::Node;

/// What is asked, as far as the wire is concerned.
#[derive(Clone, Debug)]
pub enum Asked {
    /// An action for the service.
    Action(Box<Action>),
    /// Something that there is never any of.
    Empty(&'static Empty),
    /// `GetCallerIdentity` of STS.
    Identity,
}

/// A request of the query protocol.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is asked.
    pub asked: Asked,
    /// The version of the API that the answer names.
    pub version: String,
}

/// The newest version, and the only one that clients of today name.
pub const VERSION: &str = "2016-11-15";
/// The oldest version that knows security groups of today's protocol.
const OLDEST: &str = "2009-04-04";
/// The version of STS.
pub const STS_VERSION: &str = "2011-06-15";

/// The call in these pairs; `service` is that of the signature, if there is one.
///
/// # Errors
/// `MissingAction`, `InvalidAction`, `NoSuchVersion`, `UnknownParameter`, `InvalidParameterValue`,
/// `MalformedQueryString`.
pub fn decode(pairs: &[Pair<'_>], service: Option<&str>) -> Result<Call, Refusal> {
    let mut rest = Vec::with_capacity(pairs.len());
    let (mut action, mut version) = (None, None);
    for (name, value) in pairs {
        let place = match name.as_ref() {
            "Action" => &mut action,
            "Version" => &mut version,
            _ => {
                rest.push((name.as_ref(), value.as_ref()));
                continue;
            }
        };
        if place.replace(value.as_ref()).is_some() {
            return Err(twice(name));
        }
    }
    let action = action.ok_or_else(|| Refusal::bad("MissingAction", "The request is missing an action."))?;
    if is_sts(action, version, service) {
        return identity(action);
    }
    let asked = asked(action, &rest)?;
    Ok(Call { asked, version: known(version.unwrap_or(VERSION))?.into() })
}

fn is_sts(action: &str, version: Option<&str>, service: Option<&str>) -> bool {
    match service {
        Some(service) => service == "sts",
        None => version == Some(STS_VERSION) || action == "GetCallerIdentity",
    }
}

fn identity(action: &str) -> Result<Call, Refusal> {
    let call = || Call { asked: Asked::Identity, version: STS_VERSION.into() };
    (action == "GetCallerIdentity").then(call).ok_or_else(|| invalid(action))
}

fn asked(name: &str, pairs: &[(&str, &str)]) -> Result<Asked, Refusal> {
    if let Some(empty) = EMPTY.iter().find(|empty| empty.name == name) {
        return Ok(Asked::Empty(empty));
    }
    let operation = api::operation(name).ok_or_else(|| invalid(name))?;
    let mut root = Node::default();
    for (name, value) in pairs {
        root.insert(name, value)?;
    }
    let members = decode::structure(operation.input, &root, "")?;
    let action = Action::from_json(operation.name, members);
    action
        .map(|action| Asked::Action(Box::new(action)))
        .map_err(|error| Refusal::bad("InvalidParameterValue", error.to_string()))
}

fn known(version: &str) -> Result<&str, Refusal> {
    let is_digit = |(at, byte): (usize, u8)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    let is_date = version.len() == 10 && version.bytes().enumerate().all(is_digit);
    if is_date && (OLDEST..=VERSION).contains(&version) {
        return Ok(version);
    }
    Err(Refusal::bad("NoSuchVersion", format!("The requested version ({version}) of service AmazonEC2 does not exist")))
}

fn invalid(action: &str) -> Refusal {
    Refusal::bad("InvalidAction", format!("The action {action} is not valid for this web service."))
}

fn twice(name: &str) -> Refusal {
    Refusal::bad("MalformedQueryString", format!("The request contains the parameter {name} more than once."))
}

#[cfg(test)]
mod tests;
