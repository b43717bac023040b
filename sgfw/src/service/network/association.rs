//! Blocks that a VPC gets and loses after it was made (F11, F12).

use super::block;
use crate::api;
use crate::inventory::{PeeringStatus, Vpc, VpcId, open_out_v6};
use crate::service::show::{derived, text};
use crate::service::{Desk, Fault, find};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::sync::Arc;

/// The id of the association of a VPC with a block.
pub(super) fn id(vpc: &VpcId, block: IpNet) -> String {
    derived("vpc-cidr-assoc-", &[vpc.as_str(), &block.to_string()])
}

/// Adds a block to a VPC. With the first IPv6 block its groups get the outbound rule for ::/0, unless their outbound
/// rules were changed (F11, F12).
///
/// # Errors
/// There is no such VPC, or not exactly one block, or it meets another of the VPC or of a peer.
pub(in crate::service) fn associate_vpc_cidr_block(
    desk: &mut Desk,
    request: &api::AssociateVpcCidrBlock,
) -> Result<api::AssociateVpcCidrBlockReply, Fault> {
    let mut vpc = desk.vpc(request.vpc_id.as_deref())?;
    let block = wanted(desk, &vpc, request)?;
    check_free(desk, &vpc, block)?;
    let had_none = vpc.v6.is_empty();
    match block {
        IpNet::V4(block) => Arc::make_mut(&mut vpc).v4.push(block),
        IpNet::V6(block) => Arc::make_mut(&mut vpc).v6.push(block),
    }
    let reply = api::AssociateVpcCidrBlockReply {
        vpc_id: text(&vpc.id),
        cidr_block_association: v4(block).map(|block| show_v4(&vpc, block, "associated")),
        ipv6_cidr_block_association: v6(block).map(|block| show_v6(&vpc, block, "associated")),
    };
    if had_none && !vpc.v6.is_empty() {
        open_out_v6(&mut desk.state, &vpc.id);
    }
    desk.state.vpcs.insert(vpc.id.clone(), vpc);
    Ok(reply)
}

fn wanted(desk: &Desk, vpc: &Vpc, request: &api::AssociateVpcCidrBlock) -> Result<IpNet, Fault> {
    let provided = request.amazon_provided_ipv6_cidr_block == Some(true);
    match (&request.cidr_block, &request.ipv6_cidr_block, provided) {
        (Some(text), None, false) => block::vpc_v4(text).map(IpNet::V4),
        (None, Some(text), false) => block::vpc_v6(text).map(IpNet::V6),
        (None, None, true) => Ok(IpNet::V6(block::provided_v6(&desk.state, &vpc.id))),
        (None, None, false) => Err(Fault::missing("CidrBlock, Ipv6CidrBlock or AmazonProvidedIpv6CidrBlock")),
        _ => {
            let words = "Only one of cidrBlock, ipv6CidrBlock and amazonProvidedIpv6CidrBlock can be specified";
            Err(Fault::new("InvalidParameterCombination", words))
        }
    }
}

fn check_free(desk: &Desk, vpc: &Vpc, wanted: IpNet) -> Result<(), Fault> {
    if let Some(own) = block::of_vpc(&vpc.v4, &vpc.v6).find(|own| block::meet(*own, wanted)) {
        let words = format!("The CIDR '{wanted}' overlaps with the CIDR '{own}' of the VPC.");
        return Err(Fault::new("InvalidVpc.Range", words));
    }
    let active = desk.state.peerings.values().filter(|it| it.status == PeeringStatus::Active);
    for peer in active.filter_map(|it| it.other(&vpc.id)) {
        if let Some(theirs) = block::occupied(&desk.state, &peer.vpc).find(|theirs| block::meet(*theirs, wanted)) {
            let words =
                format!("The CIDR '{wanted}' overlaps with the CIDR '{theirs}' of the peer VPC '{}'.", peer.vpc);
            return Err(Fault::new("InvalidVpc.Range", words));
        }
    }
    Ok(())
}

/// Takes a block from a VPC. Rules for ::/0 stay where they are.
///
/// # Errors
/// There is no such association, it is the primary block, or a subnet is in it.
pub(in crate::service) fn disassociate_vpc_cidr_block(
    desk: &mut Desk,
    request: &api::DisassociateVpcCidrBlock,
) -> Result<api::DisassociateVpcCidrBlockReply, Fault> {
    let wanted = find::required(request.association_id.as_deref(), "AssociationId")?;
    let (mut vpc, block) = find_association(desk, wanted)?;
    check_unused(desk, &vpc, block, wanted)?;
    let reply = api::DisassociateVpcCidrBlockReply {
        vpc_id: text(&vpc.id),
        cidr_block_association: v4(block).map(|block| show_v4(&vpc, block, "disassociated")),
        ipv6_cidr_block_association: v6(block).map(|block| show_v6(&vpc, block, "disassociated")),
    };
    let changed = Arc::make_mut(&mut vpc);
    changed.v4.retain(|it| IpNet::V4(*it) != block);
    changed.v6.retain(|it| IpNet::V6(*it) != block);
    desk.state.vpcs.insert(vpc.id.clone(), vpc);
    Ok(reply)
}

fn find_association(desk: &Desk, wanted: &str) -> Result<(Arc<Vpc>, IpNet), Fault> {
    for vpc in desk.state.vpcs.values().filter(|vpc| vpc.scope == desk.scope) {
        if let Some(block) = block::of_vpc(&vpc.v4, &vpc.v6).find(|block| id(&vpc.id, *block) == wanted) {
            return Ok((vpc.clone(), block));
        }
    }
    let words = format!("The vpc CIDR block association ID {wanted} does not exist");
    Err(Fault::new("InvalidVpcCidrBlockAssociationIDError.NotFound", words))
}

fn check_unused(desk: &Desk, vpc: &Vpc, block: IpNet, association: &str) -> Result<(), Fault> {
    if vpc.v4.first().map(|it| IpNet::V4(*it)) == Some(block) {
        let words = format!(
            "The vpc CIDR block with association ID {association} may not be disassociated. \
             It is the primary IPv4 CIDR block of the VPC"
        );
        return Err(Fault::new("OperationNotPermitted", words));
    }
    let subnets = desk.state.subnets.values().filter(|it| it.vpc == vpc.id);
    let mut blocks = subnets.flat_map(|it| it.v4.map(IpNet::V4).into_iter().chain(it.v6.map(IpNet::V6)));
    if blocks.any(|it| block.contains(&it)) {
        let words = format!("The vpc CIDR block with association ID {association} is in use by a subnet.");
        return Err(Fault::new("InvalidCidrBlock.InUse", words));
    }
    Ok(())
}

fn v4(block: IpNet) -> Option<Ipv4Net> {
    if let IpNet::V4(block) = block { Some(block) } else { None }
}

fn v6(block: IpNet) -> Option<Ipv6Net> {
    if let IpNet::V6(block) = block { Some(block) } else { None }
}

/// An IPv4 block of a VPC as the API shows it.
pub(super) fn show_v4(vpc: &Vpc, block: Ipv4Net, state: &str) -> api::VpcCidrBlockAssociation {
    api::VpcCidrBlockAssociation {
        association_id: Some(id(&vpc.id, block.into())),
        cidr_block: text(block),
        cidr_block_state: Some(shown_state(state)),
    }
}

/// An IPv6 block of a VPC as the API shows it.
pub(super) fn show_v6(vpc: &Vpc, block: Ipv6Net, state: &str) -> api::VpcIpv6CidrBlockAssociation {
    api::VpcIpv6CidrBlockAssociation {
        association_id: Some(id(&vpc.id, block.into())),
        ipv6_cidr_block: text(block),
        ipv6_cidr_block_state: Some(shown_state(state)),
        network_border_group: text(&vpc.scope.region),
        ipv6_pool: text("Amazon"),
    }
}

fn shown_state(state: &str) -> api::VpcCidrBlockState {
    api::VpcCidrBlockState { state: text(state), status_message: None }
}
