//! `history`, `diff` and `rollback` on a store that actions wrote to.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::Sgfw;
use sgfw::inventory::{GroupRule, Network, RuleId, RulePeer, Scope, SecurityGroup, State, Tags, begin};
use sgfw::model::{Direction, Origin, PortRange, Traffic};
use sgfw::store::{Note, Redb, Store};
use std::sync::Arc;

/// A store, and the state in it.
struct Lab {
    sgfw: Sgfw,
    store: Redb,
    state: State,
}

impl Lab {
    fn new() -> Self {
        let sgfw = Sgfw::unprivileged();
        let store = Redb::new(sgfw.state());
        Self { sgfw, store, state: State::default() }
    }

    /// One revision more.
    fn change(&mut self, action: &str, change: impl FnOnce(&mut State)) {
        let old = self.state.clone();
        change(&mut self.state);
        let note = Note { author: "uid 7 (anna)".into(), action: action.into(), time: "2026-01-02T03:04:05Z".into() };
        self.store.commit(self.store.revision().unwrap(), self.state.changes_from(&old), note).unwrap();
    }

    /// Three revisions: what a region begins with, a rule more, and another description of it with one less.
    fn filled() -> Self {
        let mut lab = Self::new();
        lab.change("DescribeVpcs", |state| begin(state, &Scope::default()));
        lab.change("AuthorizeSecurityGroupIngress", |state| group(state).rules.push(https(None)));
        lab.change("UpdateSecurityGroupRuleDescriptionsIngress", |state| {
            let rules = &mut group(state).rules;
            rules.retain(|rule| rule.id == https(None).id || rule.direction == Direction::Ingress);
            *rules.last_mut().unwrap() = https(Some("browsers"));
        });
        lab
    }
}

/// The default group.
fn group(state: &mut State) -> &mut SecurityGroup {
    let scope = Scope::default();
    let vpc = state.default_vpc(&scope).unwrap().id.clone();
    let id = state.default_group(&scope, &Network::Vpc(vpc)).unwrap().id.clone();
    Arc::make_mut(state.groups.get_mut(&id).unwrap())
}

fn https(description: Option<&str>) -> GroupRule {
    GroupRule {
        id: RuleId::parse("sgr-0123456789abcdef0").unwrap(),
        direction: Direction::Ingress,
        traffic: Traffic::Tcp(PortRange::one(443)),
        peer: RulePeer::Cidr("203.0.113.0/24".parse().unwrap()),
        description: description.map(Into::into),
        tags: Tags::new(),
        origin: Origin::default(),
    }
}

#[test]
fn history_says_who_changed_what_when() {
    let lab = Lab::filled();
    let said = lab.sgfw.run(&["history"]);
    let lines: Vec<&str> = said.exits(0).out.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("REVISION  TIME"), "{}", lines[0]);
    for word in ["1 ", "2026-01-02T03:04:05Z", "uid 7 (anna)", "DescribeVpcs", "1 account, 1 group, 3 subnets, 1 vpc"] {
        assert!(lines[1].contains(word), "{}", lines[1]);
    }
    assert!(lines[2].starts_with("2 ") && lines[2].ends_with("AuthorizeSecurityGroupIngress               1 group"));
    let json = lab.sgfw.run(&["history", "-o", "json"]).exits(0).json();
    assert_eq!(json["revisions"][2]["action"], "UpdateSecurityGroupRuleDescriptionsIngress");
    assert_eq!(json["revisions"][1]["changes"], serde_json::json!({ "group": 1 }));
}

#[test]
fn diff_says_in_words_what_differs_either_way() {
    let lab = Lab::filled();
    lab.sgfw.run(&["diff", "1", "2"]).exits(0).says(&[
        "~ group sg-",
        " (default)\n",
        "  + ingress tcp 443 from 203.0.113.0/24   (sgr-0123456789abcdef0)\n",
    ]);
    let newest = lab.sgfw.run(&["diff"]);
    newest.exits(0).says(&[
        "  ~ ingress tcp 443 from 203.0.113.0/24   (sgr-0123456789abcdef0): description: none -> browsers",
        "  - egress all to 0.0.0.0/0   (sgr-",
    ]);
    assert_eq!(newest.out, lab.sgfw.run(&["diff", "2", "3"]).out);
    lab.sgfw.run(&["diff", "2", "1"]).exits(0).says(&["  - ingress tcp 443 from 203.0.113.0/24"]);
    lab.sgfw.run(&["diff", "0", "1"]).exits(0).says(&["+ vpc vpc-", "+ subnet subnet-", "  + egress all to ::/0"]);
    lab.sgfw.run(&["diff", "2", "2"]).exits(0).says(&["No difference between revisions 2 and 2"]);
    lab.sgfw.run(&["diff", "2", "4"]).exits(1).complains(&["no revision 4; kept are 0 to 3", "sgfw history"]);
    let json = lab.sgfw.run(&["diff", "1", "2", "-o", "json"]).exits(0).json();
    let group = &json["differences"][0];
    assert_eq!(
        (&group["kind"], &group["change"], &group["name"]),
        (&"group".into(), &"changed".into(), &"default".into())
    );
    assert_eq!(group["parts"][0]["words"], "ingress tcp 443 from 203.0.113.0/24");
    assert_eq!(group["new"]["rules"].as_array().unwrap().len(), group["old"]["rules"].as_array().unwrap().len() + 1);
}

#[test]
fn rolling_back_is_a_revision_that_can_be_rolled_back() {
    let lab = Lab::filled();
    let at = |revision| lab.store.at(revision).unwrap().rows;
    lab.sgfw.run(&["rollback"]).exits(0).says(&["revision 4: as it was after revision 2", "+ egress all to 0.0.0.0/0"]);
    assert_eq!(lab.store.get().unwrap().rows, at(2));
    let json = lab.sgfw.run(&["rollback", "1", "-o", "json"]).exits(0).json();
    assert_eq!((&json["revision"], &json["as_of"]), (&5.into(), &1.into()));
    assert_eq!(lab.store.get().unwrap().rows, at(1));
    lab.sgfw.run(&["rollback"]).exits(0);
    assert_eq!(at(6), at(2));
    lab.sgfw.run(&["rollback", "4"]).exits(0).says(&["No changes: revision 6 holds the same as revision 4"]);
    lab.sgfw.run(&["rollback", "0"]).exits(0).says(&["- vpc vpc-"]);
    assert!(lab.store.get().unwrap().rows.is_empty());
    lab.sgfw.run(&["history"]).exits(0).says(&["uid ", "rollback to 2", "rollback to 1", "rollback to 0"]);
    lab.sgfw.run(&["rollback", "99"]).exits(1).complains(&["no revision 99; kept are 0 to 7"]);
}

#[test]
fn an_empty_store_has_no_history_and_stays_away() {
    let lab = Lab::new();
    lab.sgfw.run(&["history"]).exits(0).says(&["no revision yet"]);
    assert_eq!(lab.sgfw.run(&["history", "-o", "json"]).exits(0).json()["revisions"], serde_json::json!([]));
    lab.sgfw.run(&["diff"]).exits(0).says(&["No difference"]);
    lab.sgfw.run(&["rollback"]).exits(1).complains(&["no revision to go back to"]);
    assert!(!lab.sgfw.state().exists());
}

#[test]
fn a_store_that_cannot_be_used_is_named_with_what_to_do() {
    let lab = Lab::filled();
    let whole = std::fs::read(lab.store.file()).unwrap();
    let overwritten = |from: usize| [&whole[..from], &vec![0xff; whole.len() - from]].concat();
    for bytes in [Vec::new(), b"not a store\n".to_vec(), whole[..whole.len() / 2].to_vec(), overwritten(4096)] {
        std::fs::write(lab.store.file(), &bytes).unwrap();
        for arguments in [&["history"][..], &["diff"], &["rollback"]] {
            let said = lab.sgfw.run(arguments);
            said.exits(1).complains(&["store.redb is damaged", "what is in force stays in force"]);
            assert!(!said.err.contains("panicked"), "{}", said.err);
        }
        assert!(std::fs::read(lab.store.file()).unwrap() == bytes, "it is left as it was");
    }
}
