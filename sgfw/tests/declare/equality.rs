//! A state that holds nothing but files means what the files mean, and a second apply of the same files changes nothing.

use crate::policies;
use crate::random::Random;
use sgfw::declare::adopt;
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
