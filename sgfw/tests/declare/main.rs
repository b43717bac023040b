//! Files and actions on the same state: what files declare becomes the state's, and what becomes of it.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod across;
mod adoption;
mod drifting;
mod equality;
mod export;
mod flow_logs;
mod limits;
#[path = "../proof/policies.rs"]
#[expect(dead_code, reason = "the proofs use the rest")]
mod policies;
#[path = "../proof/random.rs"]
#[expect(dead_code, reason = "the proofs use the rest")]
mod random;
mod refusals;
mod states;
mod tests_of_files;
#[path = "../proof/universe.rs"]
#[expect(dead_code, reason = "the proofs use the rest")]
mod universe;

use sgfw::declare::{Adopted, Declared, Refused, adopt};
use sgfw::inventory::{Owner, SecurityGroup, State};
use sgfw::policy;
use std::sync::Arc;

/// What a file of this text declares; `version` is put before it.
fn declared(text: &str) -> Declared {
    let text = format!("version: 1\n{text}");
    policy::load_text("test.yaml", &text).unwrap_or_else(|found| panic!("{found}\n{text}")).declared
}

/// Adopts a file into a state.
fn apply(state: &State, text: &str) -> State {
    let state = applied(state, text).unwrap_or_else(|refused| panic!("{refused}\n{text}")).state;
    state.check().unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
    state
}

/// Adopts a file into a state, or says why not.
fn applied(state: &State, text: &str) -> Result<Adopted, Refused> {
    adopt(state, &declared(text))
}

/// Adopts a file into nothing.
fn alone(text: &str) -> State {
    apply(&State::default(), text)
}

/// The group with this name; there must be one.
fn group<'a>(state: &'a State, name: &str) -> &'a Arc<SecurityGroup> {
    let mut found = state.groups.values().filter(|group| group.name == name);
    let group = found.next().unwrap_or_else(|| panic!("no group {name}"));
    assert!(found.next().is_none(), "several groups {name}");
    group
}

/// `ingress tcp 80 10.0.0.0/8`-like lines of the rules of a group.
fn rules(group: &SecurityGroup) -> Vec<String> {
    let peer = |rule: &sgfw::inventory::GroupRule| match &rule.peer {
        sgfw::inventory::RulePeer::Cidr(block) => block.to_string(),
        sgfw::inventory::RulePeer::Group(to) => to.id.to_string(),
        sgfw::inventory::RulePeer::PrefixList(list) => list.to_string(),
    };
    group.rules.iter().map(|rule| format!("{} {} {}", rule.direction, rule.traffic, peer(rule))).collect()
}

/// A change that an action could have made.
fn change(state: &mut State, name: &str, change: impl FnOnce(&mut SecurityGroup)) {
    let id = group(state, name).id.clone();
    change(Arc::make_mut(state.groups.get_mut(&id).unwrap()));
}

/// The groups that belong to files, by name.
fn of_files(state: &State) -> Vec<&str> {
    state.groups.values().filter(|group| matches!(group.owner, Owner::File { .. })).map(|it| it.name.as_str()).collect()
}
