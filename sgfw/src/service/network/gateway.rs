//! Internet gateways. They route nothing; what matters is when one can be attached (F21).

use crate::api;
use crate::inventory::{Gateway, GatewayId, LEGACY_GROUP, Network, Owner};
use crate::service::filter::{Filters, TAGS};
use crate::service::page::{Pages, alone};
use crate::service::show::text;
use crate::service::tagging::{shown, tags_for};
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// Creates an Internet gateway, attached to nothing.
///
/// # Errors
/// A tag is refused.
pub(in crate::service) fn create_internet_gateway(
    desk: &mut Desk,
    request: &api::CreateInternetGateway,
) -> Result<api::CreateInternetGatewayReply, Fault> {
    let wanted = tags_for(desk, &request.tag_specifications, "internet-gateway")?;
    let id = wanted.id(desk, GatewayId::from_number, |state, id| state.gateways.contains_key(id))?;
    desk.dry_run(request.dry_run)?;
    let gateway = Gateway { id, scope: desk.scope.clone(), vpc: None, tags: wanted.tags, owner: Owner::Action };
    let reply = api::CreateInternetGatewayReply { internet_gateway: Some(show(&gateway)) };
    desk.state.gateways.insert(gateway.id.clone(), Arc::new(gateway));
    Ok(reply)
}

/// Attaches an Internet gateway to a VPC.
///
/// # Errors
/// There is no such gateway or VPC, one of them has another, or the VPC has its `2009-07-15-default` group still (F21).
pub(in crate::service) fn attach_internet_gateway(
    desk: &mut Desk,
    request: &api::AttachInternetGateway,
) -> Result<api::AttachInternetGatewayReply, Fault> {
    let mut gateway = desk.gateway(request.internet_gateway_id.as_deref())?;
    let vpc = desk.vpc(request.vpc_id.as_deref())?;
    if let Some(other) = &gateway.vpc {
        let words = format!("resource {} is already attached to network {other}", gateway.id);
        return Err(Fault::new("Resource.AlreadyAssociated", words));
    }
    if desk.state.gateways.values().any(|it| it.vpc.as_ref() == Some(&vpc.id)) {
        let words = format!("Network {} already has an internet gateway attached", vpc.id);
        return Err(Fault::new("InvalidParameterValue", words));
    }
    if desk.state.group_named(&vpc.scope, &Network::Vpc(vpc.id.clone()), LEGACY_GROUP).is_some() {
        let words = format!(
            "The vpc '{}' has the security group '{LEGACY_GROUP}': \
             it must be deleted before an internet gateway can be attached",
            vpc.id
        );
        return Err(Fault::new("DependencyViolation", words));
    }
    desk.dry_run(request.dry_run)?;
    Arc::make_mut(&mut gateway).vpc = Some(vpc.id.clone());
    desk.state.gateways.insert(gateway.id.clone(), gateway);
    Ok(api::AttachInternetGatewayReply {})
}

const FILTERS: &[&str] = &["attachment.state", "attachment.vpc-id", "internet-gateway-id", "owner-id", TAGS];

/// Describes Internet gateways.
///
/// # Errors
/// An id is unknown, or a filter or the page is refused.
pub(in crate::service) fn describe_internet_gateways(
    desk: &mut Desk,
    request: &api::DescribeInternetGateways,
) -> Result<api::DescribeInternetGatewaysReply, Fault> {
    alone(request, "internetGatewayIds", &request.internet_gateway_ids)?;
    let filters = Filters::new(&request.filters, FILTERS)?;
    let found = desk.gateways(&request.internet_gateway_ids)?.into_iter();
    let found = found.filter(|it| filters.accept(&it.tags, |name| values(it, name)));
    let items = found.map(|it| (it.id.to_string(), it)).collect();
    let (page, next_token) = Pages::of("DescribeInternetGateways").page(request, items)?;
    desk.dry_run(request.dry_run)?;
    let internet_gateways = page.iter().map(|it| show(it)).collect();
    Ok(api::DescribeInternetGatewaysReply { internet_gateways, next_token })
}

fn values(gateway: &Gateway, name: &str) -> Vec<String> {
    match name {
        "attachment.state" => gateway.vpc.iter().map(|_| "available".into()).collect(),
        "attachment.vpc-id" => gateway.vpc.iter().map(ToString::to_string).collect(),
        "internet-gateway-id" => vec![gateway.id.to_string()],
        _ => vec![gateway.scope.account.to_string()],
    }
}

fn show(gateway: &Gateway) -> api::InternetGateway {
    let attachment = |vpc| api::InternetGatewayAttachment { state: text("available"), vpc_id: text(vpc) };
    api::InternetGateway {
        attachments: gateway.vpc.iter().map(attachment).collect(),
        internet_gateway_id: text(&gateway.id),
        owner_id: text(&gateway.scope.account),
        tags: shown(&gateway.tags),
    }
}
