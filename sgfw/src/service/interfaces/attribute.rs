//! Attributes of an interface: its groups above all (F32, F33).

use super::create::check_description;
use super::membership::{self, Holder};
use super::{show, timeouts};
use crate::api;
use crate::inventory::{AttachmentId, NetworkInterface};
use crate::service::show::text;
use crate::service::{Desk, Fault, find};
use std::sync::Arc;

/// One attribute of a network interface.
///
/// # Errors
/// There is no such interface or attribute.
pub(in crate::service) fn describe_network_interface_attribute(
    desk: &mut Desk,
    request: &api::DescribeNetworkInterfaceAttribute,
) -> Result<api::DescribeNetworkInterfaceAttributeReply, Fault> {
    let it = desk.interface(request.network_interface_id.as_deref())?;
    let mut reply =
        api::DescribeNetworkInterfaceAttributeReply { network_interface_id: text(&it.id), ..Default::default() };
    match find::required(request.attribute.as_deref(), "Attribute")? {
        "description" => reply.description = Some(api::AttributeValue { value: text(&it.description) }),
        "groupSet" => reply.groups = show::groups(&desk.state, &it.groups),
        "sourceDestCheck" => {
            reply.source_dest_check = Some(api::AttributeBooleanValue { value: Some(it.source_dest_check) });
        }
        "attachment" => reply.attachment = it.attachment.as_ref().map(|held| show::attachment(&it, held)),
        "associatePublicIpAddress" => reply.associate_public_ip_address = Some(false),
        other => return Err(Fault::value(format!("Value ({other}) for parameter attribute is invalid."))),
    }
    desk.dry_run(request.dry_run)?;
    Ok(reply)
}

/// Changes one attribute of a network interface. Groups replace the present ones (F33).
///
/// # Errors
/// There is no such interface, group or attachment, there are too many groups or not exactly one attribute, or a value
/// is out of range.
pub(in crate::service) fn modify_network_interface_attribute(
    desk: &mut Desk,
    request: &api::ModifyNetworkInterfaceAttribute,
) -> Result<api::ModifyNetworkInterfaceAttributeReply, Fault> {
    let mut interface = desk.interface(request.network_interface_id.as_deref())?;
    check_one(request)?;
    refuse_unknown(request)?;
    let changed = Arc::make_mut(&mut interface);
    if let Some(ids) = &request.groups {
        changed.groups = membership::groups(desk, &changed.network, ids, Holder::Interface)?;
    }
    if let Some(value) = request.source_dest_check.as_ref().and_then(|it| it.value) {
        changed.source_dest_check = value;
    }
    if let Some(value) = request.description.as_ref().and_then(|it| it.value.clone()) {
        check_description(&value)?;
        changed.description = value;
    }
    changed.timeouts = timeouts::changed(changed.timeouts, request.connection_tracking_specification.as_ref())?;
    if let Some(attachment) = &request.attachment {
        change_attachment(changed, attachment)?;
    }
    desk.dry_run(request.dry_run)?;
    desk.state.interfaces.insert(interface.id.clone(), interface);
    Ok(api::ModifyNetworkInterfaceAttributeReply {})
}

fn check_one(request: &api::ModifyNetworkInterfaceAttribute) -> Result<(), Fault> {
    let given = [
        ("groupSet", request.groups.is_some()),
        ("sourceDestCheck", request.source_dest_check.is_some()),
        ("description", request.description.is_some()),
        ("connectionTrackingSpecification", request.connection_tracking_specification.is_some()),
        ("attachment", request.attachment.is_some()),
        ("enablePrimaryIpv6", request.enable_primary_ipv6.is_some()),
        ("associatePublicIpAddress", request.associate_public_ip_address.is_some()),
        ("associatedSubnetIds", request.associated_subnet_ids.is_some()),
    ];
    let names: Vec<&str> = given.iter().filter(|(_, is_given)| *is_given).map(|(name, _)| *name).collect();
    match names.len() {
        1 => Ok(()),
        0 => Err(Fault::new("InvalidParameterCombination", "No attributes specified.")),
        _ => {
            let words = format!("Fields for multiple attribute types specified: {}", names.join(", "));
            Err(Fault::new("InvalidParameterCombination", words))
        }
    }
}

fn refuse_unknown(request: &api::ModifyNetworkInterfaceAttribute) -> Result<(), Fault> {
    let wanted = [
        ("EnablePrimaryIpv6", request.enable_primary_ipv6 == Some(true)),
        ("AssociatePublicIpAddress", request.associate_public_ip_address == Some(true)),
        ("AssociatedSubnetIds", request.associated_subnet_ids.as_ref().is_some_and(|ids| !ids.is_empty())),
    ];
    match wanted.iter().find(|(_, is_wanted)| *is_wanted) {
        None => Ok(()),
        Some((name, _)) => {
            Err(Fault::new("UnsupportedOperation", format!("The attribute {name} of network interfaces is not kept.")))
        }
    }
}

fn change_attachment(
    interface: &mut NetworkInterface,
    wanted: &api::NetworkInterfaceAttachmentChanges,
) -> Result<(), Fault> {
    let id = AttachmentId::parse(find::required(wanted.attachment_id.as_deref(), "Attachment.AttachmentId")?)?;
    let attachment = interface.attachment.as_mut().filter(|it| it.id == id);
    let attachment = attachment.ok_or_else(|| super::attach::not_found(&id))?;
    attachment.delete_on_termination = wanted.delete_on_termination.unwrap_or(attachment.delete_on_termination);
    Ok(())
}
