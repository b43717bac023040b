//! A state that holds nothing but files means what the files mean, and a second apply of the same files changes nothing.

use crate::random::Random;
use crate::{policies, states};
use sgfw::declare::{adopt, drift};
use sgfw::inventory::{State, lower};
use sgfw::model::{Link, Peer, Rule, Snapshot, Traffic};
use sgfw::policy::{self, Loaded};
use std::fs;
use std::path::Path;

const POLICIES: [&str; 8] = ["web", "database", "bastion", "default", "everything", "peering", "vpc", "classic"];

fn load(name: &str) -> Loaded {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies").join(name).with_extension("yaml");
    policy::load_text(name, &fs::read_to_string(path).unwrap()).unwrap_or_else(|found| panic!("{found}"))
}

/// Without what only says which object something is.
fn without_ids(mut snapshot: Snapshot) -> Snapshot {
    snapshot.groups.values_mut().for_each(|group| group.id = None);
    snapshot.prefix_lists.values_mut().for_each(|list| list.id = None);
    snapshot
}

#[test]
fn every_policy_of_the_repository_means_in_a_state_what_it_means_alone() {
    for name in POLICIES {
        let loaded = load(name);
        let state = adopt(&State::default(), &loaded.declared).unwrap().state;
        assert_eq!(without_ids(lower(&state).snapshot), without_ids(loaded.snapshot), "{name}");
        let again = adopt(&state, &loaded.declared).unwrap();
        assert!(again.state.changes_from(&state).is_empty(), "{name}: {:?}", keys(&again.state, &state));
        assert!(again.notes.is_empty(), "{:?}", again.notes);
    }
}

fn keys(new: &State, old: &State) -> Vec<String> {
    new.changes_from(old).into_iter().map(|(key, _)| key).collect()
}

/// What a file cannot say: blocks of the wrong family, addresses that no interface has, link types.
fn sayable(mut policy: Snapshot) -> Snapshot {
    let fits = |rule: &Rule| match (&rule.traffic, &rule.peer) {
        (Traffic::Icmp(_), Peer::Cidr(block)) => block.addr().is_ipv4(),
        (Traffic::Icmpv6(_), Peer::Cidr(block)) => block.addr().is_ipv6(),
        _ => true,
    };
    for group in policy.groups.values_mut() {
        if group.name == "default" {
            group.description.get_or_insert_with(|| "default VPC security group".into());
        }
        group.ingress.retain(fits);
        group.egress.retain(fits);
    }
    for member in policy.members.values_mut() {
        member.addresses.retain(|address| !address.is_multicast() && !address.is_unspecified());
    }
    policy.members.retain(|_, member| !member.addresses.is_empty());
    for interface in policy.interfaces.values_mut() {
        interface.link = Link::default();
        interface.ethertypes.retain(|kind| *kind >= 0x600 && *kind != 0x0806);
    }
    policy
}

#[test]
fn random_policies_mean_in_a_state_what_they_mean_alone() {
    for seed in 0..300 {
        let policy = sayable(policies::policy(&mut Random::new(seed)));
        let text = policy::emit(&policy);
        let loaded = policy::load_text("random", &text).unwrap_or_else(|found| panic!("{seed}: {found}\n{text}"));
        let state = adopt(&State::default(), &loaded.declared).unwrap().state;
        assert_eq!(without_ids(lower(&state).snapshot), without_ids(policy), "{seed}: {text}");
        let again = adopt(&state, &loaded.declared).unwrap().state;
        assert!(again.changes_from(&state).is_empty(), "{seed}: {:?}", keys(&again, &state));
    }
}

#[test]
fn going_from_one_random_policy_to_another_leaves_nothing_of_the_first() {
    let load = |seed: u64| {
        let text = policy::emit(&sayable(policies::policy(&mut Random::new(seed))));
        policy::load_text("random", &text).unwrap().declared
    };
    let mut state = State::default();
    for seed in 0..60 {
        let declared = load(seed);
        state = adopt(&state, &declared).unwrap().state;
        let alone = adopt(&State::default(), &declared).unwrap().state;
        assert_eq!(lower(&state).snapshot, lower(&alone).snapshot, "{seed}");
    }
}

/// Whatever there is: what is adopted is consistent, a second time changes nothing, and what actions made stays as it is.
#[test]
fn a_file_applied_to_any_store_keeps_what_actions_made() {
    let (mut adopted, mut refused) = (0, 0);
    for seed in 0..200 {
        // In every other store actions made everything, so that nothing stands against the file.
        let state = if seed % 2 == 0 { states::of_actions(seed) } else { states::state(seed) };
        let text = policy::emit(&sayable(policies::policy(&mut Random::new(seed))));
        let declared = policy::load_text("random", &text).unwrap().declared;
        let Ok(after) = adopt(&state, &declared) else {
            refused += 1;
            continue;
        };
        after.state.check().unwrap_or_else(|wrong| panic!("{seed}: {wrong}"));
        let again = adopt(&after.state, &declared).unwrap();
        assert!(again.state.changes_from(&after.state).is_empty(), "{seed}: {:?}", keys(&again.state, &after.state));
        assert!(drift(&after.state).is_empty(), "{seed}");
        for (id, group) in state.groups.iter().filter(|(_, group)| !group.owner.is_file()) {
            let now = after.state.groups.get(id);
            let declared = now.is_some_and(|group| group.owner.is_file());
            // A default group goes with its VPC, and only the files' VPCs go.
            let of_file = group.vpc().and_then(|vpc| state.vpcs.get(vpc)).is_some_and(|vpc| vpc.owner.is_file());
            assert!(declared || now == Some(group) || (of_file && group.name == "default"), "{seed}: {}", group.name);
        }
        adopted += 1;
    }
    assert!(adopted > 80 && refused > 50, "{adopted} adopted, {refused} refused");
}
