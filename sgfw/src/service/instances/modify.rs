//! Changes of an instance after its launch: its groups, which are those of its primary interface (F30, F31, F33).

use crate::api;
use crate::inventory::{Instance, InstanceState, Network, NetworkInterface};
use crate::service::interfaces::membership::{self, Holder};
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// Changes one attribute of an instance, running or stopped. Groups replace the present ones (F33).
///
/// # Errors
/// There is no such instance or group, there are too many groups or not exactly one attribute, the attribute is not
/// kept, or the instance is one of EC2-Classic, whose groups stay as they are (F34).
pub(in crate::service) fn modify_instance_attribute(
    desk: &mut Desk,
    request: &api::ModifyInstanceAttribute,
) -> Result<api::ModifyInstanceAttributeReply, Fault> {
    let instance = desk.instance(request.instance_id.as_deref())?;
    let change = wanted(request)?;
    let mut primary = primary(desk, &instance)?;
    let changed = Arc::make_mut(&mut primary);
    match change {
        Change::Groups(_) if instance.network == Network::Classic => return Err(fixed(&instance)),
        Change::Groups(ids) => changed.groups = membership::groups(desk, &changed.network, ids, Holder::Instance)?,
        Change::SourceDestCheck(value) => changed.source_dest_check = value,
    }
    desk.dry_run(request.dry_run)?;
    desk.state.interfaces.insert(primary.id.clone(), primary);
    Ok(api::ModifyInstanceAttributeReply {})
}

/// What can be changed.
enum Change<'a> {
    Groups(&'a [String]),
    SourceDestCheck(bool),
}

fn wanted(request: &api::ModifyInstanceAttribute) -> Result<Change<'_>, Fault> {
    let other = not_kept(request);
    let check = request.source_dest_check.as_ref().and_then(|it| it.value);
    let named = match (request.attribute.as_deref(), request.value.as_deref()) {
        (Some("sourceDestCheck"), Some(value)) => Some(value.parse::<bool>().map_err(|_| {
            Fault::value(format!("Value ({value}) for parameter value is invalid. Expecting true or false."))
        })?),
        (Some("groupSet"), None) | (None, _) => None,
        (Some(name), _) => return Err(unsupported(name)),
    };
    match (&request.groups, check.or(named), other) {
        (_, _, Some(name)) => Err(unsupported(name)),
        (Some(ids), None, None) => Ok(Change::Groups(ids)),
        (None, Some(value), None) => Ok(Change::SourceDestCheck(value)),
        (None, None, None) => Err(Fault::new("InvalidParameterCombination", "No attributes specified.")),
        (Some(_), Some(_), None) => {
            let words = "Fields for multiple attribute types specified: groupSet, sourceDestCheck";
            Err(Fault::new("InvalidParameterCombination", words))
        }
    }
}

/// The first attribute that instances do not have here.
fn not_kept(request: &api::ModifyInstanceAttribute) -> Option<&'static str> {
    let given = [
        ("disableApiStop", request.disable_api_stop.is_some()),
        ("disableApiTermination", request.disable_api_termination.is_some()),
        ("instanceType", request.instance_type.is_some()),
        ("kernel", request.kernel.is_some()),
        ("ramdisk", request.ramdisk.is_some()),
        ("instanceInitiatedShutdownBehavior", request.instance_initiated_shutdown_behavior.is_some()),
        ("ebsOptimized", request.ebs_optimized.is_some()),
        ("sriovNetSupport", request.sriov_net_support.is_some()),
        ("enaSupport", request.ena_support.is_some()),
    ];
    given.into_iter().find(|(_, is_given)| *is_given).map(|(name, _)| name)
}

fn unsupported(attribute: &str) -> Fault {
    Fault::new("UnsupportedOperation", format!("The attribute {attribute} of instances is not kept."))
}

fn fixed(instance: &Instance) -> Fault {
    let words =
        format!("The security groups of the EC2-Classic instance '{}' cannot be changed after launch.", instance.id);
    Fault::new("UnsupportedOperation", words)
}

fn primary(desk: &Desk, instance: &Instance) -> Result<Arc<NetworkInterface>, Fault> {
    let first = desk.state.interfaces_of(&instance.id).first().map(|it| Arc::clone(it));
    match first.filter(|_| instance.state != InstanceState::Terminated) {
        Some(interface) => Ok(interface),
        None => {
            let words = format!("Instance '{}' is not 'running' or 'stopped'.", instance.id);
            Err(Fault::new("IncorrectState", words))
        }
    }
}
