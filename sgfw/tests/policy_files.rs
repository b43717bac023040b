//! Every file in `policies/` is documentation, demo input and golden-test input at once.
//!
//! `UPDATE_GOLDEN=1 cargo test -p sgfw --test policy_files` writes the golden files anew.

use sgfw::compile::compile;
use sgfw::declare::adopt;
use sgfw::inventory::{Network, State, lower};
use sgfw::model::{Device, Peer, Snapshot, Traffic};
use sgfw::policy;
use std::fs;
use std::path::{Path, PathBuf};

const FILES: [&str; 9] = [
    "web.yaml",
    "database.yaml",
    "bastion.yaml",
    "default.yaml",
    "everything.yaml",
    "peering.yaml",
    "vpc.yaml",
    "classic.yaml",
    "cloud.yaml",
];

fn path_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies").join(name)
}

/// The text under a name without the machine's paths.
fn load(name: &str) -> Snapshot {
    let text = fs::read_to_string(path_of(name)).expect("a policy of the repository");
    let loaded = policy::load_text(&format!("policies/{name}"), &text).unwrap_or_else(|found| panic!("{found}"));
    assert!(loaded.warnings.is_empty(), "{}", loaded.warnings);
    loaded.snapshot
}

#[test]
fn snapshots_are_as_recorded() {
    let mut stale = Vec::new();
    for name in FILES {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("json");
        let json = serde_json::to_string_pretty(&load(name)).expect("plain values") + "\n";
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&golden, &json).expect("the golden directory");
        }
        if fs::read_to_string(&golden).unwrap_or_default() != json {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "{stale:?} differ; if that is meant, run with UPDATE_GOLDEN=1 and read the difference");
}

#[test]
fn every_policy_of_the_repository_is_listed_here() {
    let mut found: Vec<String> = fs::read_dir(path_of("web.yaml").parent().expect("a directory"))
        .expect("policies/")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    let mut listed: Vec<String> = FILES.map(String::from).to_vec();
    found.sort();
    listed.sort();
    assert_eq!(found, listed);
}

#[test]
fn files_are_loaded_by_path() {
    let loaded = policy::load(&[path_of("web.yaml")]).unwrap_or_else(|found| panic!("{found}"));
    assert_eq!(loaded.snapshot, load("web.yaml"));
}

#[test]
fn what_is_emitted_loads_as_the_same_snapshot() {
    // A snapshot does not know the VPCs that its groups are of; `emit_state` does.
    for name in
        FILES.into_iter().filter(|name| !["peering.yaml", "vpc.yaml", "classic.yaml", "cloud.yaml"].contains(name))
    {
        let snapshot = load(name);
        let text = policy::emit(&snapshot);
        let again = policy::load_text("emitted", &text).unwrap_or_else(|found| panic!("{found}\n{text}"));
        assert_eq!(again.snapshot, snapshot, "{text}");
        assert!(again.warnings.is_empty(), "{}", again.warnings);
    }
}

/// The store that an apply of this text to nothing makes.
fn store(name: &str, text: &str) -> State {
    let loaded = policy::load_text(name, text).unwrap_or_else(|found| panic!("{found}\n{text}"));
    adopt(&State::default(), &loaded.declared).unwrap_or_else(|refused| panic!("{refused}\n{text}")).state
}

#[test]
fn what_is_exported_of_every_file_applies_to_the_same_image() {
    for name in FILES {
        let state = store(name, &fs::read_to_string(path_of(name)).expect("a policy of the repository"));
        let text = policy::emit_state(&state);
        let again = store("exported", &text);
        assert_eq!(compile(&lower(&again).snapshot), compile(&lower(&state).snapshot), "{name}\n{text}");
        assert_eq!(policy::emit_state(&again), text, "{name}");
    }
}

#[test]
fn the_reference_of_all_around_groups_has_one_of_every_kind() {
    let state = store("cloud.yaml", &fs::read_to_string(path_of("cloud.yaml")).expect("a policy of the repository"));
    let list = state.prefix_lists.values().find(|list| list.name == "offices").expect("a list of one's own");
    assert_eq!((list.version, list.max_entries, list.earlier.len()), (3, 10, 2));
    assert!(state.vpcs.values().any(|vpc| vpc.legacy) && state.vpcs.values().any(|vpc| !vpc.v6.is_empty()));
    assert_eq!((state.gateways.len(), state.peerings.len(), state.associations.len()), (1, 1, 1));
    assert_eq!((state.settings.quotas.rules_per_group, state.instances.len(), state.interfaces.len()), (100, 3, 5));
    assert!(state.groups.values().any(|group| group.network == Network::Classic && group.name == "websrv"));
    assert!(state.groups.values().flat_map(|group| &group.rules).any(|rule| !rule.tags.is_empty()));
    assert!(state.accounts.values().any(|account| !account.classic.is_empty()));
}

#[test]
fn f64_the_web_server_of_the_user_guide() {
    let snapshot = load("web.yaml");
    let rules = |rules: &[sgfw::model::Rule]| -> Vec<String> {
        rules.iter().map(|rule| format!("{} {}", rule.traffic, rule.peer)).collect()
    };
    let web = &snapshot.groups["web"];
    assert_eq!(
        rules(&web.ingress),
        [
            "tcp 22 203.0.113.0/24",
            "tcp 80 0.0.0.0/0",
            "tcp 80 ::/0",
            "tcp 443 0.0.0.0/0",
            "tcp 443 ::/0",
            "tcp 3389 203.0.113.0/24",
        ]
    );
    assert_eq!(rules(&web.egress), ["tcp 1433 group mssql", "tcp 3306 group mysql"]);
    assert_eq!(snapshot.interfaces["web"].device, Device::DefaultRoute, "so that --device web=NAME fits any machine");
}

#[test]
fn the_reference_file_uses_every_kind_of_traffic_and_peer() {
    let snapshot = load("everything.yaml");
    let rules: Vec<_> = snapshot.groups.values().flat_map(|group| group.ingress.iter().chain(&group.egress)).collect();
    let traffic = |test: fn(&Traffic) -> bool| assert!(rules.iter().any(|rule| test(&rule.traffic)));
    traffic(|traffic| matches!(traffic, Traffic::All));
    traffic(|traffic| matches!(traffic, Traffic::Tcp(_)));
    traffic(|traffic| matches!(traffic, Traffic::Udp(_)));
    traffic(|traffic| matches!(traffic, Traffic::Icmp(_)));
    traffic(|traffic| matches!(traffic, Traffic::Icmpv6(_)));
    traffic(|traffic| matches!(traffic, Traffic::Protocol(_)));
    let peer = |test: fn(&Peer) -> bool| assert!(rules.iter().any(|rule| test(&rule.peer)));
    peer(|peer| matches!(peer, Peer::Cidr(_)));
    peer(|peer| *peer == Peer::Group("by-id".into()));
    peer(|peer| matches!(peer, Peer::PrefixList(_)));
}
