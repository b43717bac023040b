//! What packets would be judged by if there were nothing but the files.

use super::draft::Draft;
use crate::declare::{self, Declared};
use crate::inventory::{self, State};
use crate::model::{Snapshot, Test};
use std::collections::HashSet;

/// The snapshot and the tests of what was read. What cannot be adopted is reported.
pub(super) fn of(draft: &mut Draft) -> Option<(Snapshot, Vec<Test>)> {
    let adopted = match declare::adopt(&State::default(), &draft.out) {
        Ok(adopted) => adopted,
        Err(refused) => {
            for refusal in &refused.0 {
                draft.report.error_in(&refusal.place, refusal.message.as_str(), refusal.help.as_str());
            }
            return None;
        }
    };
    let lowered = inventory::lower(&adopted.state);
    let tests = declare::tests(&adopted.state, &lowered, &draft.out);
    let mut snapshot = lowered.snapshot;
    only_said(&mut snapshot, &draft.out);
    Some((snapshot, tests))
}

/// Files say nothing of ids that only follow from names.
fn only_said(snapshot: &mut Snapshot, declared: &Declared) {
    let groups: HashSet<String> = declared.groups.iter().filter_map(|it| it.id.as_ref()).map(to_text).collect();
    let lists: HashSet<String> = declared.prefix_lists.iter().filter_map(|it| it.id.as_ref()).map(to_text).collect();
    let written = declared.groups.iter().flat_map(|it| it.ingress.iter().chain(&it.egress)).flatten();
    let rules: HashSet<String> = written.filter_map(|it| it.id.as_ref()).map(to_text).collect();
    for group in snapshot.groups.values_mut() {
        group.id = group.id.take().filter(|id| groups.contains(id));
        for rule in group.ingress.iter_mut().chain(&mut group.egress) {
            rule.origin.id = rule.origin.id.take().filter(|id| rules.contains(id));
        }
    }
    for list in snapshot.prefix_lists.values_mut() {
        list.id = list.id.take().filter(|id| lists.contains(id));
    }
}

fn to_text(id: &impl ToString) -> String {
    id.to_string()
}
