//! How a request names a group: by id anywhere, by name in the default VPC and in EC2-Classic (F94).

use crate::inventory::{GroupId, Network, SecurityGroup, VpcId};
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// The caller's group that a request names.
///
/// # Errors
/// It names none, both ways, or none that exists.
pub(in crate::service) fn find(desk: &Desk, id: Option<&str>, name: Option<&str>) -> Result<Arc<SecurityGroup>, Fault> {
    let given = |text: Option<&'_ str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    match (given(id), given(name)) {
        (Some(id), None) => by_id(desk, &id),
        (None, Some(name)) => by_name(desk, &name),
        (Some(_), Some(_)) => {
            let words = "The parameter groupName cannot be used with the parameter groupId";
            Err(Fault::new("InvalidParameterCombination", words))
        }
        (None, None) => Err(Fault::missing("groupName or groupId")),
    }
}

/// The caller's group with this id.
///
/// # Errors
/// The id is malformed, or of no group of the account and region.
pub(in crate::service) fn by_id(desk: &Desk, text: &str) -> Result<Arc<SecurityGroup>, Fault> {
    let id = GroupId::parse(text)?;
    let found = desk.state.groups.get(&id).filter(|group| group.scope == desk.scope);
    found.cloned().ok_or_else(|| not_found(text))
}

/// The caller's group with this name.
///
/// # Errors
/// There is none where names count, or only one where they do not.
pub(super) fn by_name(desk: &Desk, name: &str) -> Result<Arc<SecurityGroup>, Fault> {
    if desk.state.is_classic(&desk.scope) {
        let found = desk.state.group_named(&desk.scope, &Network::Classic, name);
        return found.cloned().ok_or_else(|| not_found(name));
    }
    let default = desk.state.default_vpc(&desk.scope).map(|vpc| vpc.id.clone());
    let network = default.clone().map(Network::Vpc);
    if let Some(group) = network.and_then(|network| desk.state.group_named(&desk.scope, &network, name)) {
        return Ok(group.clone());
    }
    let elsewhere = desk.state.groups.values().any(|it| it.scope == desk.scope && it.name == name);
    Err(if elsewhere { by_name_only(name) } else { not_in_default_vpc(name, default.as_ref()) })
}

/// What an id or a name without a group is refused with.
pub(in crate::service) fn not_found(group: &str) -> Fault {
    Fault::new("InvalidGroup.NotFound", format!("The security group '{group}' does not exist"))
}

/// What a name without a group in the default VPC is refused with.
pub(in crate::service) fn not_in_default_vpc(name: &str, vpc: Option<&VpcId>) -> Fault {
    let vpc = vpc.map_or("none", VpcId::as_str);
    Fault::new("InvalidGroup.NotFound", format!("The security group '{name}' does not exist in default VPC '{vpc}'"))
}

/// What a name is refused with where only ids count.
pub(in crate::service) fn by_name_only(name: &str) -> Fault {
    Fault::value(format!(
        "Invalid value '{name}' for groupName. You may not reference Amazon VPC security groups by name. Please use the \
         corresponding id for this operation."
    ))
}
