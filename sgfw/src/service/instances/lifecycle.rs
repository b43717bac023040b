//! Stop, start, terminate. A stopped instance stays a member of its groups (F23); a terminated one is gone from them,
//! with the interfaces that go with it.

use super::show;
use crate::api;
use crate::inventory::{Instance, InstanceState, State};
use crate::service::show::text;
use crate::service::{Desk, Fault};
use std::sync::Arc;

/// Stops instances.
///
/// # Errors
/// There is no such instance, or one is terminated.
pub(in crate::service) fn stop_instances(
    desk: &mut Desk,
    request: &api::StopInstances,
) -> Result<api::StopInstancesReply, Fault> {
    let changes = change(desk, &request.instance_ids, InstanceState::Stopped, request.dry_run)?;
    Ok(api::StopInstancesReply { stopping_instances: changes })
}

/// Starts instances.
///
/// # Errors
/// There is no such instance, or one is terminated.
pub(in crate::service) fn start_instances(
    desk: &mut Desk,
    request: &api::StartInstances,
) -> Result<api::StartInstancesReply, Fault> {
    let changes = change(desk, &request.instance_ids, InstanceState::Running, request.dry_run)?;
    Ok(api::StartInstancesReply { starting_instances: changes })
}

/// Ends instances. Interfaces that were made with them go, others are detached.
///
/// # Errors
/// There is no such instance.
pub(in crate::service) fn terminate_instances(
    desk: &mut Desk,
    request: &api::TerminateInstances,
) -> Result<api::TerminateInstancesReply, Fault> {
    let changes = change(desk, &request.instance_ids, InstanceState::Terminated, request.dry_run)?;
    Ok(api::TerminateInstancesReply { terminating_instances: changes })
}

fn change(
    desk: &mut Desk,
    ids: &[String],
    wanted: InstanceState,
    dry_run: Option<bool>,
) -> Result<Vec<api::InstanceStateChange>, Fault> {
    if ids.is_empty() {
        return Err(Fault::missing("InstanceId"));
    }
    let instances = desk.instances(ids)?;
    let is_over = |it: &&Arc<Instance>| it.state == InstanceState::Terminated && wanted != InstanceState::Terminated;
    if let Some(over) = instances.iter().find(is_over) {
        let verb = if wanted == InstanceState::Stopped { "stopped" } else { "started" };
        let words = format!("The instance '{}' is not in a state from which it can be {verb}.", over.id);
        return Err(Fault::new("IncorrectInstanceState", words));
    }
    desk.dry_run(dry_run)?;
    Ok(instances.into_iter().map(|instance| set(&mut desk.state, instance, wanted)).collect())
}

fn set(state: &mut State, mut instance: Arc<Instance>, wanted: InstanceState) -> api::InstanceStateChange {
    let before = instance.state;
    if wanted == InstanceState::Terminated {
        let_go(state, &instance);
    }
    Arc::make_mut(&mut instance).state = wanted;
    let change = api::InstanceStateChange {
        instance_id: text(&instance.id),
        current_state: Some(show::state(wanted)),
        previous_state: Some(show::state(before)),
    };
    state.instances.insert(instance.id.clone(), instance);
    change
}

fn let_go(state: &mut State, instance: &Instance) {
    let held: Vec<_> = state.interfaces_of(&instance.id).into_iter().cloned().collect();
    for mut interface in held {
        let goes = interface.attachment.as_ref().is_some_and(|it| it.delete_on_termination);
        if goes {
            state.interfaces.remove(&interface.id);
        } else {
            Arc::make_mut(&mut interface).attachment = None;
            state.interfaces.insert(interface.id.clone(), interface);
        }
    }
}
