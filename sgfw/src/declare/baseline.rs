//! What this apply made, row by row, so that later differences can be told.

use super::adopt::{of_files, says_settings};
use super::flow_logs::without_trouble;
use super::object::Object;
use super::work::Work;
use crate::inventory::{
    Account, Association, FlowLog, Gateway, Instance, ManagedPrefixList, NetworkInterface, Peering, SecurityGroup,
    Settings, State, Subnet, Vpc,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The key of what holds for all.
pub(super) const SETTINGS: &str = "settings";

type Rows = BTreeMap<String, Arc<Vec<u8>>>;

/// Notes the rows of all that files declare.
pub(super) fn note(work: &mut Work<'_>) {
    let mut rows = Rows::new();
    let (state, old) = (&work.state, work.old);
    for (key, account) in of_files::<Account>(state) {
        keep(key, &without_use(account), old, &mut rows);
    }
    all::<Vpc>(state, old, &mut rows);
    all::<Subnet>(state, old, &mut rows);
    all::<Gateway>(state, old, &mut rows);
    all::<SecurityGroup>(state, old, &mut rows);
    all::<ManagedPrefixList>(state, old, &mut rows);
    all::<NetworkInterface>(state, old, &mut rows);
    all::<Instance>(state, old, &mut rows);
    all::<Peering>(state, old, &mut rows);
    all::<Association>(state, old, &mut rows);
    for (key, flow_log) in of_files::<FlowLog>(state) {
        keep(key, &without_trouble(flow_log), old, &mut rows);
    }
    if says_settings(work.declared) {
        keep::<Settings>(SETTINGS.into(), &state.settings, old, &mut rows);
    }
    work.state.baseline = rows.into_iter().collect();
}

fn all<T: Object>(state: &State, old: &State, rows: &mut Rows) {
    for (key, object) in of_files::<T>(state) {
        keep(key, &**object, old, rows);
    }
}

/// A row that is as it was stays shared.
fn keep<T: Serialize>(key: String, object: &T, old: &State, rows: &mut Rows) {
    // Nothing in a state fails to be written: its maps have keys of text.
    let row = serde_json::to_vec(object).unwrap_or_default();
    let same = old.baseline.get(&key).filter(|it| ***it == row).cloned();
    rows.insert(key, same.unwrap_or_else(|| Arc::new(row)));
}

/// An account as files can declare it: which regions are in use is no file's business.
pub(super) fn without_use(account: &Account) -> Account {
    Account { begun: BTreeSet::new(), ..account.clone() }
}
