//! A whole state as a policy file: adopted into an empty state it gives this state again, owned by the file.
//!
//! Everything has its id, so what referred to it before still does. What stands at home stands at the top level, as
//! people write it; everything else under its VPC, or under `classic`. Not kept are client tokens, places in files,
//! and instances that ended in a VPC that is gone.

mod flow_logs;
mod groups;
mod hosts;
mod networks;
mod rules;

use super::document::VERSION;
use super::quota::{HOLDS, LIMITS, OPTIONAL};
use super::write::Map;
use crate::inventory::{Network, Quotas, Scope, State, VpcId};
use serde_yaml::Value;

/// Writes the state as version 1 of the policy file.
pub fn emit_state(state: &State) -> String {
    let export = Export::of(state);
    let home = &state.settings.home;
    let mut document = Map::default();
    document.put("version", VERSION);
    document.put("account", home.account.as_str());
    document.put("region", home.region.as_str());
    if let Some(quotas) = quotas(&state.settings.quotas) {
        document.put("quotas", quotas);
    }
    export.networks(&mut document);
    document.put_list("prefix-lists", export.prefix_lists());
    if let Some(vpc) = &export.home {
        export.inside(home, &Network::Vpc(vpc.clone()), &mut document);
    }
    document.put_list("flow-logs", export.flow_logs());
    document.to_yaml()
}

/// A state on its way to a file.
struct Export<'a> {
    state: &'a State,
    /// The home's default VPC.
    home: Option<VpcId>,
}

impl<'a> Export<'a> {
    fn of(state: &'a State) -> Self {
        Self { state, home: state.default_vpc(&state.settings.home).map(|vpc| vpc.id.clone()) }
    }

    /// What lives in a network: groups, instances and interfaces.
    fn inside(&self, scope: &Scope, network: &Network, out: &mut Map) {
        out.put_list("groups", self.groups(scope, network));
        out.put_list("instances", self.instances(scope, network));
        out.put_list("interfaces", self.interfaces(scope, network, true));
        out.put_list("members", self.interfaces(scope, network, false));
    }

    /// Account and region, as far as they are not the home's.
    fn at(&self, scope: &Scope, out: &mut Map) {
        let home = &self.state.settings.home;
        out.put_unless("account", scope.account.to_string(), &home.account.to_string());
        out.put_unless("region", scope.region.clone(), &home.region);
    }
}

/// Limits that are not the usual ones. What is there was made under them or before them: it is not held to them again.
fn quotas(quotas: &Quotas) -> Option<Value> {
    let (mut quotas, mut usual) = (quotas.clone(), Quotas::default());
    let mut out = Map::default();
    for (name, at) in LIMITS {
        out.put_unless(name, *at(&mut quotas), at(&mut usual));
    }
    for (name, at) in OPTIONAL {
        match *at(&mut quotas) {
            same if same == *at(&mut usual) => {}
            Some(limit) => drop(out.put(name, limit)),
            None => drop(out.put(name, "none")),
        }
    }
    if out.is_empty() {
        return None;
    }
    out.put(HOLDS, false);
    Some(out.into())
}
