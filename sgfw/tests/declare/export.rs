//! A state that is written as a file and adopted from it is the same state, owned by the file.

use crate::states;
use sgfw::compile::compile;
use sgfw::declare::adopt;
use sgfw::inventory::{Rows, State, lower};
use sgfw::model::{Direction, Origin};
use sgfw::policy;

/// How many stores go out and come back.
const STORES: u64 = 1_000;

/// Without what a file does not keep: owners, places, baselines, tokens and the trouble with records. Rules of a direction keep their order.
fn kept(state: &State) -> Rows {
    let mut state = states::disowned(state.clone());
    state.baseline.clear();
    state.tokens.clear();
    state.flow_logs.change(|_| true, |it| it.trouble = None);
    state.groups.change(
        |_| true,
        |group| {
            group.rules.iter_mut().for_each(|rule| rule.origin = Origin::default());
            group.rules.sort_by_key(|rule| rule.direction == Direction::Egress);
        },
    );
    state.to_rows()
}

fn imported(text: &str) -> State {
    let loaded = policy::load_text("export.yaml", text).unwrap_or_else(|found| panic!("{found}\n{text}"));
    adopt(&State::default(), &loaded.declared).unwrap_or_else(|refused| panic!("{refused}\n{text}")).state
}

fn difference(a: &Rows, b: &Rows) -> String {
    let show = |rows: &Rows, key: &str| rows.get(key).map(|row| String::from_utf8_lossy(row).into_owned());
    let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let different = keys.into_iter().filter(|key| a.get(*key) != b.get(*key));
    different.map(|key| format!("{key}\n  {:?}\n  {:?}\n", show(a, key), show(b, key))).collect()
}

#[test]
fn a_thousand_random_stores_go_out_and_come_back() {
    let (mut groups, mut rules, mut stale, mut flow_logs) = (0, 0, 0, 0);
    for seed in 0..STORES {
        let state = states::state(seed);
        let text = policy::emit_state(&state);
        let again = imported(&text);
        again.check().unwrap_or_else(|wrong| panic!("{seed}: {wrong}"));
        let (before, after) = (kept(&state), kept(&again));
        assert!(before == after, "{seed}:\n{}{text}", difference(&before, &after));
        let (one, other) = (lower(&state).snapshot, lower(&again).snapshot);
        assert_eq!(one, other, "{seed}");
        assert_eq!(compile(&one), compile(&other), "{seed}");
        assert_eq!(policy::emit_state(&again), text, "{seed}: a second export is the same");
        assert!(again.groups.values().all(|group| group.owner.is_file()), "{seed}");
        groups += state.groups.len();
        flow_logs += state.flow_logs.len();
        rules += state.groups.values().map(|group| group.rules.len()).sum::<usize>();
        stale += state.groups.values().map(|group| count_stale(&state, group)).sum::<usize>();
    }
    assert!(groups > 5_000 && rules > 20_000 && stale > 1_000, "{groups} groups, {rules} rules, {stale} stale");
    assert!(flow_logs > 2_000, "{flow_logs} flow logs");
}

fn count_stale(state: &State, group: &sgfw::inventory::SecurityGroup) -> usize {
    let is_stale = |rule: &&sgfw::inventory::GroupRule| match &rule.peer {
        sgfw::inventory::RulePeer::Group(to) => state.reference(group, to) != sgfw::inventory::Reference::Live,
        _ => false,
    };
    group.rules.iter().filter(is_stale).count()
}

#[test]
fn an_export_reads_like_a_policy_somebody_wrote() {
    let text = "version: 1
groups:
  - name: web
    ingress: [ssh from 10.0.0.0/8, https from self]
interfaces: [{name: uplink, device: eth1, groups: [web]}]
";
    let state = adopt(&State::default(), &policy::load_text("a", text).unwrap().declared).unwrap().state;
    let text = policy::emit_state(&state);
    for words in ["- name: web\n", "  from: self\n", "- name: uplink\n", "  groups:\n  - web\n", "  device: eth1\n"] {
        assert!(text.contains(words), "{words:?} is not in\n{text}");
    }
}
