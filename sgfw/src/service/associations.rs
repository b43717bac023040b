//! Groups that are used in further VPCs of their owner's region (§5).

use super::filter::Filters;
use super::groups::{by_id, depended_on};
use super::page::Pages;
use super::{Desk, Fault};
use crate::api::{
    AssociateSecurityGroupVpc, AssociateSecurityGroupVpcReply, DescribeSecurityGroupVpcAssociations,
    DescribeSecurityGroupVpcAssociationsReply, DisassociateSecurityGroupVpc, DisassociateSecurityGroupVpcReply,
    SecurityGroupVpcAssociation,
};
use crate::inventory::{Association, AssociationState, Network, Owner, SecurityGroup, State, Vpc};
use crate::model::DEFAULT_GROUP;
use std::sync::Arc;

const PAGES: Pages = Pages::of("DescribeSecurityGroupVpcAssociations");
const FILTERS: &[&str] = &["group-id", "group-owner-id", "state", "vpc-id", "vpc-owner-id"];

/// Lets a group be used in a further VPC. It is at once.
pub(super) fn associate_security_group_vpc(
    desk: &mut Desk,
    request: &AssociateSecurityGroupVpc,
) -> Result<AssociateSecurityGroupVpcReply, Fault> {
    let group = by_id(desk, request.group_id.as_deref().unwrap_or_default())?;
    let vpc = desk.vpc(request.vpc_id.as_deref())?;
    associable(&group, &vpc)?;
    let key = (group.id.clone(), vpc.id.clone());
    if desk.state.associations.get(&key).is_some_and(|it| it.state == AssociationState::Associated) {
        let words = format!("The security group '{}' is already associated with VPC '{}'", group.id, vpc.id);
        return Err(Fault::new("InvalidSecurityGroupVpcAssociation.Duplicate", words));
    }
    desk.dry_run(request.dry_run)?;
    let state = AssociationState::Associated;
    let made = Association { group: key.0.clone(), vpc: key.1.clone(), state, owner: Owner::Action };
    desk.state.associations.insert(key, Arc::new(made));
    Ok(AssociateSecurityGroupVpcReply { state: Some(text(state).into()) })
}

/// Default groups stay where they are, the default VPC takes no others, and its own VPC a group has already.
fn associable(group: &SecurityGroup, vpc: &Vpc) -> Result<(), Fault> {
    let wrong = match &group.network {
        Network::Classic => "Only Amazon VPC security groups may be used with this operation.".to_owned(),
        Network::Vpc(_) if group.name == DEFAULT_GROUP => {
            format!("The default security group '{}' cannot be associated with another VPC", group.id)
        }
        Network::Vpc(own) if *own == vpc.id => {
            format!("The security group '{}' was created in VPC '{}'", group.id, vpc.id)
        }
        Network::Vpc(_) if vpc.is_default => {
            format!("Security groups cannot be associated with the default VPC '{}'", vpc.id)
        }
        Network::Vpc(_) => return Ok(()),
    };
    Err(Fault::value(wrong))
}

/// Ends the use of a group in a further VPC, unless interfaces there have it.
pub(super) fn disassociate_security_group_vpc(
    desk: &mut Desk,
    request: &DisassociateSecurityGroupVpc,
) -> Result<DisassociateSecurityGroupVpcReply, Fault> {
    let group = by_id(desk, request.group_id.as_deref().unwrap_or_default())?;
    let vpc = desk.vpc(request.vpc_id.as_deref())?;
    let key = (group.id.clone(), vpc.id.clone());
    let live = desk.state.associations.get(&key).filter(|it| it.state == AssociationState::Associated).cloned();
    let mut ended = live.ok_or_else(|| {
        let words = format!("The security group '{}' is not associated with VPC '{}'", group.id, vpc.id);
        Fault::new("InvalidSecurityGroupVpcAssociation.NotFound", words)
    })?;
    if desk.state.members(&group.id).any(|it| it.network.vpc() == Some(&vpc.id)) {
        return Err(depended_on(&group));
    }
    desk.dry_run(request.dry_run)?;
    Arc::make_mut(&mut ended).state = AssociationState::Disassociated;
    desk.state.associations.insert(key, ended);
    Ok(DisassociateSecurityGroupVpcReply { state: Some(text(AssociationState::Disassociated).into()) })
}

/// Which of the caller's groups are, or were, used in which further VPCs.
pub(super) fn describe_security_group_vpc_associations(
    desk: &mut Desk,
    request: &DescribeSecurityGroupVpcAssociations,
) -> Result<DescribeSecurityGroupVpcAssociationsReply, Fault> {
    let filters = Filters::new(&request.filters, FILTERS)?;
    let scope = &desk.scope;
    let own = desk.state.associations.values().filter_map(|it| {
        let group = desk.state.groups.get(&it.group).filter(|group| group.scope == *scope)?;
        Some((format!("{}/{}", it.group, it.vpc), shown(&desk.state, group, it)))
    });
    let wanted = own.filter(|(_, it)| filters.accept(&crate::inventory::Tags::new(), |name| value(it, name)));
    let (security_group_vpc_associations, next_token) = PAGES.page(request, wanted.collect())?;
    desk.dry_run(request.dry_run)?;
    Ok(DescribeSecurityGroupVpcAssociationsReply { security_group_vpc_associations, next_token })
}

fn shown(state: &State, group: &SecurityGroup, it: &Association) -> SecurityGroupVpcAssociation {
    SecurityGroupVpcAssociation {
        group_id: Some(it.group.to_string()),
        vpc_id: Some(it.vpc.to_string()),
        vpc_owner_id: state.vpcs.get(&it.vpc).map(|vpc| vpc.scope.account.to_string()),
        state: Some(text(it.state).into()),
        state_reason: None,
        group_owner_id: Some(group.scope.account.to_string()),
    }
}

fn value(it: &SecurityGroupVpcAssociation, filter: &str) -> Vec<String> {
    let value = match filter {
        "group-id" => &it.group_id,
        "group-owner-id" => &it.group_owner_id,
        "state" => &it.state,
        "vpc-id" => &it.vpc_id,
        _ => &it.vpc_owner_id,
    };
    value.iter().cloned().collect()
}

const fn text(state: AssociationState) -> &'static str {
    match state {
        AssociationState::Associated => "associated",
        AssociationState::Disassociated => "disassociated",
    }
}
