//! Instances take interfaces and let them go.

use super::show;
use crate::api;
use crate::inventory::{
    Attachment, AttachmentId, Instance, InstanceId, InstanceState, Network, NetworkInterface, State,
};
use crate::service::show::text;
use crate::service::tagging::fresh;
use crate::service::{Desk, Fault, find};
use std::sync::Arc;

/// A new attachment of an interface to an instance.
pub(in crate::service) fn attachment(
    desk: &mut Desk,
    instance: &InstanceId,
    index: u32,
    delete_on_termination: bool,
) -> Attachment {
    let is_taken = |state: &State, id: &AttachmentId| attachments(state).any(|it| it.id == *id);
    let id = fresh(desk, AttachmentId::from_number, is_taken);
    Attachment { id, instance: instance.clone(), index, since: desk.now.clone(), delete_on_termination }
}

fn attachments(state: &State) -> impl Iterator<Item = &Attachment> {
    state.interfaces.values().filter_map(|it| it.attachment.as_ref())
}

/// Attaches a network interface to an instance, running or stopped.
///
/// # Errors
/// There is no such interface or instance, one is in use, or they are in different VPCs or zones.
pub(in crate::service) fn attach_network_interface(
    desk: &mut Desk,
    request: &api::AttachNetworkInterface,
) -> Result<api::AttachNetworkInterfaceReply, Fault> {
    let mut interface = desk.interface(request.network_interface_id.as_deref())?;
    let instance = desk.instance(request.instance_id.as_deref())?;
    let index = request.device_index.ok_or_else(|| Fault::missing("DeviceIndex"))?;
    let index = u32::try_from(index).map_err(|_| Fault::value(format!("Invalid value '{index}' for deviceIndex.")))?;
    check_state(&instance)?;
    check_attachable(&interface)?;
    check_place(&desk.state, &interface, &instance)?;
    if attachments(&desk.state).any(|it| it.instance == instance.id && it.index == index) {
        let words = format!("Instance '{}' already has an interface attached at device index '{index}'.", instance.id);
        return Err(Fault::value(words));
    }
    desk.dry_run(request.dry_run)?;
    let attachment = attachment(desk, &instance.id, index, false);
    let attachment_id = text(&attachment.id);
    Arc::make_mut(&mut interface).attachment = Some(attachment);
    desk.state.interfaces.insert(interface.id.clone(), interface);
    Ok(api::AttachNetworkInterfaceReply { attachment_id, network_card_index: Some(0) })
}

/// Refuses an interface that an instance holds.
///
/// # Errors
/// An instance holds it.
pub(in crate::service) fn check_attachable(interface: &NetworkInterface) -> Result<(), Fault> {
    match interface.attachment {
        None => Ok(()),
        Some(_) => Err(Fault::new("InvalidNetworkInterface.InUse", format!("Interface: [{}] in use.", interface.id))),
    }
}

fn check_state(instance: &Instance) -> Result<(), Fault> {
    if instance.network == Network::Classic {
        let words = "Network interfaces cannot be attached to EC2-Classic instances.";
        return Err(Fault::new("OperationNotPermitted", words));
    }
    match instance.state {
        InstanceState::Running | InstanceState::Stopped => Ok(()),
        InstanceState::Terminated => {
            Err(Fault::new("IncorrectState", format!("Instance '{}' is not 'running' or 'stopped'.", instance.id)))
        }
    }
}

fn check_place(state: &State, interface: &NetworkInterface, instance: &Instance) -> Result<(), Fault> {
    if interface.network != instance.network {
        let words = "You may not attach a network interface to an instance if they are not in the same VPC";
        return Err(Fault::new("InvalidParameterCombination", words));
    }
    let primary = state.interfaces_of(&instance.id).first().and_then(|it| show::zone_of(state, it));
    match (primary, show::zone_of(state, interface)) {
        (Some(there), Some(here)) if there != here => {
            let words =
                "You may not attach a network interface to an instance if they are not in the same availability zone";
            Err(Fault::new("InvalidParameterCombination", words))
        }
        _ => Ok(()),
    }
}

/// Detaches a network interface from its instance.
///
/// # Errors
/// There is no such attachment, or it is the primary interface's.
pub(in crate::service) fn detach_network_interface(
    desk: &mut Desk,
    request: &api::DetachNetworkInterface,
) -> Result<api::DetachNetworkInterfaceReply, Fault> {
    let id = AttachmentId::parse(find::required(request.attachment_id.as_deref(), "AttachmentId")?)?;
    let held = |it: &&Arc<NetworkInterface>| it.attachment.as_ref().is_some_and(|it| it.id == id);
    let found = desk.state.interfaces.values().filter(|it| it.scope == desk.scope).find(held);
    let mut interface = found.cloned().ok_or_else(|| not_found(&id))?;
    if interface.attachment.as_ref().is_some_and(|it| it.index == 0) {
        let words = "The network interface at device index 0 cannot be detached.";
        return Err(Fault::new("OperationNotPermitted", words));
    }
    desk.dry_run(request.dry_run)?;
    Arc::make_mut(&mut interface).attachment = None;
    desk.state.interfaces.insert(interface.id.clone(), interface);
    Ok(api::DetachNetworkInterfaceReply {})
}

/// An attachment that does not exist.
pub(super) fn not_found(id: &AttachmentId) -> Fault {
    Fault::new("InvalidAttachmentID.NotFound", format!("The networkInterfaceAttachment ID '{id}' does not exist"))
}
