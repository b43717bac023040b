//! What a change does to a snapshot: told from the change, it is what lowering the whole tells.

use super::*;
use crate::compile::testing::Random;
use crate::model::{Direction, Origin, Patch, Side, Timeouts, Traffic};
use std::collections::BTreeMap;
use std::sync::Arc;

fn vpc_id(random: &mut Random) -> VpcId {
    VpcId::from_number(1 + random.below(3) as u64)
}

fn network(random: &mut Random) -> Network {
    if random.below(6) == 0 { Network::Classic } else { Network::Vpc(vpc_id(random)) }
}

fn vpc(number: u64) -> Vpc {
    Vpc {
        id: VpcId::from_number(number),
        scope: Scope::default(),
        v4: Vec::new(),
        v6: Vec::new(),
        is_default: number == 1,
        legacy: false,
        dns_support: true,
        dns_hostnames: false,
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

fn group(random: &mut Random, id: &GroupId) -> SecurityGroup {
    // Seldom a name that another group may have: then the whole has to be lowered.
    let name = if random.below(12) == 0 { "shared".into() } else { format!("group {id}") };
    let mut group = SecurityGroup {
        id: id.clone(),
        scope: Scope::default(),
        network: network(random),
        name,
        description: format!("{}", random.below(3)),
        rules: Vec::new(),
        tags: Tags::new(),
        owner: Owner::Action,
    };
    group.rules = (0..random.below(5)).map(|number| rule(random, number as u64)).collect();
    group
}

fn rule(random: &mut Random, number: u64) -> GroupRule {
    let peer = match random.below(4) {
        0 => RulePeer::Cidr("10.0.0.0/8".parse().unwrap()),
        1 => RulePeer::PrefixList(PrefixListId::from_number(random.below(3) as u64)),
        _ => {
            let (account, id) = (AccountId::default(), GroupId::from_number(random.below(8) as u64));
            RulePeer::Group(GroupRef { id, account, vpc: None, name: String::new(), peering: None })
        }
    };
    let direction = if random.below(2) == 0 { Direction::Ingress } else { Direction::Egress };
    let (traffic, origin) = (Traffic::All, Origin::default());
    GroupRule {
        id: RuleId::from_number(number),
        direction,
        traffic,
        peer,
        description: None,
        tags: Tags::new(),
        origin,
    }
}

fn list(random: &mut Random, id: &PrefixListId) -> ManagedPrefixList {
    let entry = |text: &str| ListEntry { cidr: text.parse().unwrap(), description: None };
    let name = if random.below(3) == 0 { "shared".into() } else { format!("list {id}") };
    ManagedPrefixList {
        id: id.clone(),
        scope: Scope::default(),
        name,
        family: Family::V4,
        max_entries: 9,
        version: 1,
        entries: (0..random.below(3)).map(|_| entry(random.pick(&["10.0.0.0/8", "10.1.0.0/16"]))).collect(),
        earlier: BTreeMap::new(),
        state: ListState::CreateComplete,
        aws_weight: None,
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

fn interface(random: &mut Random, id: &InterfaceId) -> NetworkInterface {
    let instance = InstanceId::from_number(random.below(3) as u64);
    let attachment = Attachment {
        id: AttachmentId::from_number(1),
        instance,
        index: 0,
        since: String::new(),
        delete_on_termination: false,
    };
    let name = match random.below(10) {
        0 => Some("shared".into()),
        1..5 => Some(format!("interface {id}")),
        _ => None,
    };
    NetworkInterface {
        id: id.clone(),
        scope: Scope::default(),
        network: network(random),
        subnet: None,
        name,
        description: String::new(),
        addresses: (0..random.below(3))
            .map(|_| random.pick(&["10.0.0.1", "10.0.0.2", "::1"]).parse().unwrap())
            .collect(),
        groups: (0..=random.below(2)).map(|_| GroupId::from_number(random.below(8) as u64)).collect(),
        source_dest_check: true,
        timeouts: Timeouts::default(),
        attachment: (random.below(2) == 0).then_some(attachment),
        device: (random.below(20) == 0).then(|| LocalDevice::named("d", Side::Port)),
        mac: [0; 6],
        tags: Tags::new(),
        owner: Owner::Action,
    }
}

fn instance(random: &mut Random, id: &InstanceId) -> Instance {
    let state = [InstanceState::Running, InstanceState::Stopped, InstanceState::Terminated][random.below(3)];
    let (scope, network) = (Scope::default(), Network::Classic);
    Instance { id: id.clone(), scope, network, state, launched: String::new(), tags: Tags::new(), owner: Owner::Action }
}

fn peering(random: &mut Random, id: &PeeringId) -> Peering {
    let mut end = || PeeringEnd { account: AccountId::default(), vpc: vpc_id(random), v4: Vec::new(), v6: Vec::new() };
    let (requester, accepter) = (end(), end());
    let status = if random.below(2) == 0 { PeeringStatus::Active } else { PeeringStatus::Deleted };
    let (ended_by, expires, tags) = (None, None, Tags::new());
    let region = "us-east-1".into();
    Peering { id: id.clone(), region, requester, accepter, status, ended_by, expires, tags, owner: Owner::Action }
}

/// Puts something else in the place of one thing, or takes it away.
fn replace<K: Ord + Clone, V>(
    random: &mut Random,
    table: &mut Table<K, V>,
    key: K,
    make: impl Fn(&mut Random, &K) -> V,
) {
    if random.below(4) == 0 {
        table.remove(&key);
    } else {
        let value = make(random, &key);
        table.insert(key, Arc::new(value));
    }
}

fn change(random: &mut Random, state: &mut State) {
    let number = random.below(8) as u64;
    match random.below(32) {
        0..10 => replace(random, &mut state.groups, GroupId::from_number(number), group),
        10..24 => replace(random, &mut state.interfaces, InterfaceId::from_number(number), interface),
        24..27 => replace(random, &mut state.prefix_lists, PrefixListId::from_number(number % 3), list),
        27..30 => replace(random, &mut state.instances, InstanceId::from_number(number % 3), instance),
        30 => replace(random, &mut state.peerings, PeeringId::from_number(number % 2), peering),
        _ => {
            let key = (GroupId::from_number(number), vpc_id(random));
            let status = [AssociationState::Associated, AssociationState::Disassociated][random.below(2)];
            let make = |_: &mut Random, (group, vpc): &(GroupId, VpcId)| Association {
                group: group.clone(),
                vpc: vpc.clone(),
                state: status,
                owner: Owner::Action,
            };
            replace(random, &mut state.associations, key, make);
        }
    }
}

#[test]
fn a_change_told_by_itself_is_what_lowering_the_whole_tells() {
    let (mut told, mut whole) = (0, 0);
    for seed in 1..400 {
        let (mut random, mut old) = (Random(seed), State::default());
        (1..4).for_each(|number| drop(old.vpcs.insert(VpcId::from_number(number), Arc::new(vpc(number)))));
        (0..30).for_each(|_| change(&mut random, &mut old));
        for _ in 0..30 {
            let mut new = old.clone();
            (0..=random.below(2)).for_each(|_| change(&mut random, &mut new));
            let mut policy = lower(&old).snapshot;
            if has_own_names(&old) {
                match relower(&policy, &old, &new) {
                    Some(patch) => {
                        told += 1;
                        let unneeded = |patch: &Patch| patch.is_empty() != (policy == lower(&new).snapshot);
                        assert!(!unneeded(&patch), "seed {seed}: {patch:#?}");
                        patch.apply(&mut policy);
                        assert_eq!(policy, lower(&new).snapshot, "seed {seed}");
                        assert!(has_own_names(&new), "seed {seed}");
                    }
                    None => whole += 1,
                }
            }
            old = new;
        }
    }
    assert!(told > 4 * whole && told > 4_000 && whole > 100, "{told} told, {whole} not");
}

#[test]
fn f111_f112_a_rule_that_goes_stale_with_its_group_and_back_is_told() {
    let (mut random, mut old) = (Random(1), State::default());
    old.vpcs.insert(VpcId::from_number(1), Arc::new(vpc(1)));
    for number in 0..2 {
        let id = GroupId::from_number(number);
        let of = Network::Vpc(VpcId::from_number(1));
        let group = SecurityGroup { network: of, name: format!("g{number}"), ..group(&mut random, &id) };
        old.groups.insert(id, Arc::new(group));
    }
    let to = old.groups[&GroupId::from_number(1)].reference(None);
    let rule = GroupRule { peer: RulePeer::Group(to), ..rule(&mut random, 9) };
    Arc::make_mut(old.groups.get_mut(&GroupId::from_number(0)).unwrap()).rules = vec![rule];
    let mut new = old.clone();
    new.groups.remove(&GroupId::from_number(1));
    let mut policy = lower(&old).snapshot;
    for (from, to) in [(&old, &new), (&new, &old)] {
        let patch = relower(&policy, from, to).expect("groups in one VPC");
        assert_eq!(patch.groups.keys().collect::<Vec<_>>(), ["g0", "g1"]);
        patch.apply(&mut policy);
        assert_eq!(policy, lower(to).snapshot);
    }
}
