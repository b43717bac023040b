//! A new group: its name, its description, where it may be, and the rules it begins with (F1-F11).

use super::show::arn;
use crate::api::{CreateSecurityGroup, CreateSecurityGroupReply};
use crate::inventory::{GroupId, Network, Owner, SecurityGroup, State, Tags};
use crate::model::{DEFAULT_GROUP, LONGEST_NAME, NameError, check_description, check_name};
use crate::service::tagging::{self, Wanted};
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// Makes a group (F2).
pub(in crate::service) fn create_security_group(
    desk: &mut Desk,
    request: &CreateSecurityGroup,
) -> Result<CreateSecurityGroupReply, Fault> {
    let wanted = tagging::tags_for(desk, &request.tag_specifications, "security-group")?;
    let name = request.group_name.as_deref().unwrap_or_default();
    let description = request.description.as_deref().unwrap_or_default();
    let plan = Plan::new(desk, request.vpc_id.as_deref(), name, description, wanted)?;
    desk.dry_run(request.dry_run)?;
    let group = plan.make(desk);
    Ok(CreateSecurityGroupReply {
        group_id: Some(group.id.to_string()),
        tags: tagging::shown(&group.tags),
        security_group_arn: Some(arn(&group)),
    })
}

/// A group that may be made.
pub(super) struct Plan {
    id: GroupId,
    network: Network,
    name: String,
    description: String,
    tags: Tags,
}

impl Plan {
    /// Checks everything about a new group.
    ///
    /// # Errors
    /// The name or the description is not allowed, the VPC does not exist, or there would be too many or two of a name.
    pub(super) fn new(
        desk: &mut Desk,
        vpc: Option<&str>,
        name: &str,
        description: &str,
        wanted: Wanted,
    ) -> Result<Self, Fault> {
        let name = name.trim_end();
        if description.is_empty() {
            return Err(Fault::missing("GroupDescription"));
        }
        let network = network(desk, vpc)?;
        check_words(&network, name, description)?;
        quota(desk, &network)?;
        unique(desk, &network, name)?;
        let is_taken = |state: &State, id: &GroupId| state.groups.contains_key(id);
        let id = wanted.id(desk, GroupId::from_number, is_taken)?;
        Ok(Self { id, network, name: name.into(), description: description.into(), tags: wanted.tags })
    }

    /// Makes it, with everything out: for IPv6 too where the VPC has it (F9-F11).
    pub(super) fn make(self, desk: &mut Desk) -> Arc<SecurityGroup> {
        let mut group = SecurityGroup {
            id: self.id,
            scope: desk.scope.clone(),
            network: self.network,
            name: self.name,
            description: self.description,
            rules: Vec::new(),
            tags: self.tags,
            owner: Owner::Action,
        };
        let vpc = group.vpc().and_then(|id| desk.state.vpcs.get(id));
        group.rules = group.everything_out(vpc.is_some_and(|vpc| !vpc.v6.is_empty()));
        let group = Arc::new(group);
        desk.state.groups.insert(group.id.clone(), group.clone());
        group
    }
}

/// Where a new group will be: the VPC that is named, else EC2-Classic or the default VPC.
fn network(desk: &Desk, vpc: Option<&str>) -> Result<Network, Fault> {
    if let Some(id) = vpc.filter(|id| !id.is_empty()) {
        return desk.vpc(Some(id)).map(|vpc| Network::Vpc(vpc.id.clone()));
    }
    if desk.state.is_classic(&desk.scope) {
        return Ok(Network::Classic);
    }
    let default = desk.state.default_vpc(&desk.scope).map(|vpc| Network::Vpc(vpc.id.clone()));
    let words = "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.";
    default.ok_or_else(|| Fault::new("VPCIdNotSpecified", words))
}

/// The characters that are allowed in a VPC, as messages list them.
const SET: &str = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";

fn check_words(network: &Network, name: &str, description: &str) -> Result<(), Fault> {
    if name == DEFAULT_GROUP {
        return Err(match network {
            Network::Vpc(_) => Fault::value("Cannot use reserved security group name: default"),
            Network::Classic => reserved(name),
        });
    }
    match check_name(name) {
        Err(NameError::Empty) => return Err(Fault::missing("groupName")),
        Err(NameError::Reserved) => {
            let words = "for parameter GroupName is invalid. Group names may not be in the format sg-*.";
            return Err(Fault::value(format!("Value ({name}) {words}")));
        }
        _ => {}
    }
    match network {
        Network::Classic => ascii("GroupName", name).and_then(|()| ascii("GroupDescription", description)),
        Network::Vpc(_) => in_vpc(name, description),
    }
}

fn in_vpc(name: &str, description: &str) -> Result<(), Fault> {
    if check_name(name).is_err() {
        let words = "Invalid security group name. Valid names are non-empty strings less than 256 characters from the following set:";
        return Err(Fault::value(format!("{words}  {SET}")));
    }
    if check_description(description).is_err() {
        let words = "Invalid security group description. Valid descriptions are strings less than 256 characters from the following set:";
        return Err(Fault::value(format!("{words}  {SET}")));
    }
    Ok(())
}

/// In EC2-Classic any ASCII is allowed (F6).
fn ascii(parameter: &str, text: &str) -> Result<(), Fault> {
    let wrong = match (text.is_ascii(), text.len() <= LONGEST_NAME) {
        (true, true) => return Ok(()),
        (false, _) => "Character sets beyond ASCII are not supported.",
        (true, false) => "It must be less than 256 characters long.",
    };
    Err(Fault::value(format!("Value ({text}) for parameter {parameter} is invalid. {wrong}")))
}

/// What the default group of EC2-Classic is guarded with (F20).
pub(super) fn reserved(name: &str) -> Fault {
    Fault::new("InvalidGroup.Reserved", format!("The security group '{name}' is reserved"))
}

/// Groups of EC2-Classic and of VPCs are counted apart (F79, F81).
fn quota(desk: &Desk, network: &Network) -> Result<(), Fault> {
    let quotas = desk.quotas();
    let own = || desk.state.groups.values().filter(|group| group.scope == desk.scope);
    let of_vpc = own().filter(|group| group.network == *network).count();
    let is_full = match network {
        Network::Classic => of_vpc >= quotas.classic_groups as usize,
        Network::Vpc(_) => {
            let of_region = own().filter(|group| group.network != Network::Classic).count();
            let most = quotas.groups_per_vpc.map_or(usize::MAX, |most| most as usize);
            of_region >= quotas.groups_per_region as usize || of_vpc >= most
        }
    };
    if !is_full {
        return Ok(());
    }
    Err(Fault::new("SecurityGroupLimitExceeded", "The maximum number of security groups has been reached."))
}

/// A name is one group's in its VPC, or in EC2-Classic of the account and region (F8).
fn unique(desk: &Desk, network: &Network, name: &str) -> Result<(), Fault> {
    let place = match (desk.state.group_named(&desk.scope, network, name), network) {
        (None, _) => return Ok(()),
        (Some(_), Network::Vpc(vpc)) => format!(" for VPC '{vpc}'"),
        (Some(_), Network::Classic) => String::new(),
    };
    Err(Fault::new("InvalidGroup.Duplicate", format!("The security group '{name}' already exists{place}")))
}
