//! From what is declared to the state that holds it.

use super::groups::Ids;
use super::object::Object;
use super::work::Work;
use super::{
    Declared, Refused, baseline, bound, check, flow_logs, groups, hosts, lists, networks, peerings, quotas, remove,
};
use crate::inventory::{Settings, State};
use std::sync::Arc;

/// A state that holds what is declared.
#[derive(Clone, Debug)]
pub struct Adopted {
    /// The state.
    pub state: State,
    /// What somebody may want to know: objects that actions made and that are a file's now.
    pub notes: Vec<String>,
}

/// Makes the state hold what is declared, which is all that the files of one apply declare together.
///
/// Every declared object is its file's ([`crate::inventory::Owner::File`]). What the last apply declared and this one
/// does not is taken away; default groups and default VPCs stay, the groups with the rules they began with. What
/// actions made is left alone, unless a file declares an object with its id, or its name in the same network. Objects
/// keep their ids, and rules theirs as long as they say the same. An interface whose file names no device keeps the one it
/// was given. A second time nothing changes.
///
/// # Errors
/// All that cannot be: with the place of the declaration, in order. Nothing is adopted then.
pub fn adopt(state: &State, declared: &Declared) -> Result<Adopted, Refused> {
    let mut work = Work::new(state, declared);
    settings(&mut work);
    networks::adopt(&mut work);
    peerings::adopt(&mut work);
    let mut ids = Ids::default();
    lists::adopt(&mut work, &mut ids);
    groups::adopt(&mut work, &mut ids);
    groups::associations(&mut work, &ids);
    groups::rules(&mut work, &ids);
    hosts::adopt(&mut work, &ids);
    flow_logs::adopt(&mut work);
    remove::left_out(&mut work);
    // What actions log of what is gone now ends with it.
    work.state.end_flow_logs();
    remove::check_needs(&mut work);
    remove::check_classic(&mut work);
    check::all(&mut work);
    quotas::check(&mut work);
    let refused = work.refused();
    if !refused.is_empty() {
        return Err(Refused(refused));
    }
    baseline::note(&mut work);
    // What is noted is what the files say, so that the next apply knows that they name no device.
    bound::keep(&mut work);
    Ok(Adopted { state: work.state, notes: work.notes })
}

/// What files say holds; what they said before and do not say any more is as it is by itself.
fn settings(work: &mut Work<'_>) {
    let declared = work.declared;
    let was_declared = work.old.baseline.contains_key(baseline::SETTINGS);
    let mut settings = if was_declared { Settings::default() } else { (*work.old.settings).clone() };
    if was_declared {
        // Seen from the home of before, unless the files speak of it.
        work.home = super::Names::of(declared, &settings.home).home().clone();
        work.names = super::Names::of(declared, &settings.home);
    }
    settings.home.clone_from(&work.home);
    if let Some(it) = &declared.quotas {
        settings.quotas.clone_from(&it.quotas);
    }
    if settings != *work.state.settings {
        work.state.settings = Arc::new(settings);
    }
}

/// Whether files say anything about what holds for all.
pub(super) fn says_settings(declared: &Declared) -> bool {
    declared.account.is_some() || declared.region.is_some() || declared.quotas.is_some()
}

/// The rows of all objects that are a file's.
pub(super) fn of_files<T: Object>(state: &State) -> impl Iterator<Item = (String, &Arc<T>)> {
    T::all(state).iter().filter(|(_, it)| it.owner().is_file()).map(|(id, it)| (T::key(id), it))
}
