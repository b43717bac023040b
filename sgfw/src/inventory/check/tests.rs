//! A state that was broken by hand is found out, whatever was broken.

use super::super::*;
use crate::model::{Direction, Origin, Timeouts, Traffic};
use std::sync::Arc;

/// A default VPC with a group that refers to itself, and a member of it.
fn whole() -> (State, GroupId) {
    let mut state = State::default();
    let scope = Scope::default();
    begin(&mut state, &scope);
    let vpc = state.default_vpc(&scope).unwrap().clone();
    let id = GroupId::from_number(1);
    let mut group = SecurityGroup {
        id: id.clone(),
        scope: scope.clone(),
        network: Network::Vpc(vpc.id.clone()),
        name: "web".into(),
        description: "web".into(),
        rules: Vec::new(),
        tags: Tags::new(),
        owner: Owner::Action,
    };
    group.rules = vec![group.everything_from_itself()];
    state.groups.insert(id.clone(), Arc::new(group));
    let subnet = state.subnets.values().next().unwrap().clone();
    let interface = NetworkInterface {
        id: InterfaceId::from_number(1),
        scope,
        network: Network::Vpc(vpc.id.clone()),
        subnet: Some(subnet.id.clone()),
        name: None,
        description: String::new(),
        addresses: vec![subnet.v4.unwrap().hosts().nth(9).unwrap().into()],
        groups: vec![id.clone()],
        source_dest_check: true,
        timeouts: Timeouts::default(),
        attachment: None,
        device: None,
        mac: [2; 6],
        tags: Tags::new(),
        owner: Owner::Action,
    };
    state.interfaces.insert(interface.id.clone(), Arc::new(interface));
    (state, id)
}

fn group(state: &mut State) -> &mut SecurityGroup {
    Arc::make_mut(state.groups.get_mut(&GroupId::from_number(1)).unwrap())
}

fn interface(state: &mut State) -> &mut NetworkInterface {
    Arc::make_mut(state.interfaces.get_mut(&InterfaceId::from_number(1)).unwrap())
}

/// What is found after something was broken.
#[track_caller]
fn broken(by: impl FnOnce(&mut State), words: &str) {
    let (mut state, _) = whole();
    assert_eq!(state.check(), Ok(()));
    by(&mut state);
    let found = state.check().unwrap_err();
    assert!(found.contains(words), "{found}");
}

#[test]
fn groups_that_are_broken() {
    broken(|state| group(state).name = "sg-web".into(), "must not begin with");
    broken(|state| group(state).name = "default".into(), "is a second \"default\"");
    broken(|state| group(state).id = GroupId::from_number(2), "is kept as");
    broken(|state| group(state).network = Network::Vpc(VpcId::from_number(9)), "does not exist where the group is");
    broken(|state| group(state).scope.region = "eu-west-1".into(), "does not exist where the group is");
}

#[test]
fn rules_that_are_broken() {
    let to = |state: &mut State, peer: RulePeer| group(state).rules[0].peer = peer;
    broken(|state| to(state, RulePeer::PrefixList(PrefixListId::from_number(1))), "does not exist");
    broken(|state| to(state, RulePeer::Cidr("10.0.0.1/8".parse().unwrap())), "has host bits");
    broken(|state| group(state).rules[0].traffic = Traffic::Protocol(6), "a kind of its own");
    broken(|state| group(state).rules[0].description = Some("a & b".into()), "has the character");
    broken(
        |state| {
            let again = group(state).rules[0].clone();
            group(state).rules.push(GroupRule { id: RuleId::from_number(7), origin: Origin::default(), ..again });
        },
        "says what another rule says",
    );
    broken(
        |state| {
            let again = group(state).rules[0].clone();
            group(state).rules.push(GroupRule { direction: Direction::Egress, ..again });
        },
        "is there twice",
    );
    broken(
        |state| {
            let lost = GroupRef { id: GroupId::from_number(5), ..group(state).reference(None) };
            group(state).rules[0].peer = RulePeer::Group(lost);
        },
        "does not exist",
    );
}

#[test]
fn a_lost_group_of_another_vpc_is_stale_and_not_broken() {
    let (mut state, _) = whole();
    let far =
        GroupRef { id: GroupId::from_number(5), vpc: Some(VpcId::from_number(5)), ..group(&mut state).reference(None) };
    group(&mut state).rules[0].peer = RulePeer::Group(far);
    assert_eq!(state.check(), Ok(()));
}

#[test]
fn members_that_are_broken() {
    broken(|state| interface(state).groups.clear(), "it has no group");
    broken(|state| interface(state).groups.push(GroupId::from_number(1)), "a group twice");
    broken(|state| interface(state).groups = vec![GroupId::from_number(3)], "does not exist");
    broken(|state| interface(state).network = Network::Classic, "is of another VPC");
    broken(|state| interface(state).addresses = vec!["192.0.2.1".parse().unwrap()], "is not of subnet-");
    broken(
        |state| {
            let mut other = interface(state).clone();
            other.id = InterfaceId::from_number(2);
            state.interfaces.insert(other.id.clone(), Arc::new(other));
        },
        "is another's too",
    );
    broken(|state| drop(state.groups.remove(&GroupId::from_number(1))), "does not exist");
}

#[test]
fn networks_that_are_broken() {
    let vpc = |state: &State| state.default_vpc(&Scope::default()).unwrap().clone();
    broken(
        |state| {
            let id = vpc(state).id.clone();
            state.groups.retain(|_, it| it.name != "default" || it.vpc() != Some(&id));
        },
        "has no default group",
    );
    broken(
        |state| {
            let mut second = (*vpc(state)).clone();
            second.id = VpcId::from_number(2);
            state.vpcs.insert(second.id.clone(), Arc::new(second));
        },
        "default",
    );
    broken(
        |state| {
            let key = (GroupId::from_number(1), vpc(state).id.clone());
            let (group, vpc) = key.clone();
            let it = Association { group, vpc, state: AssociationState::Associated, owner: Owner::Action };
            state.associations.insert(key, Arc::new(it));
        },
        "with its own VPC",
    );
    broken(|state| state.vpcs.clear(), "does not exist");
}

#[test]
fn flow_logs_that_are_broken() {
    fn with(state: &mut State, change: impl FnOnce(&mut FlowLog)) {
        let mut it = FlowLog {
            id: FlowLogId::from_number(1),
            scope: Scope::default(),
            resource: LoggedResource::Interface(InterfaceId::from_number(1)),
            traffic: LoggedTraffic::All,
            destination: LogDestination::group("g").unwrap(),
            format: LogField::standard(),
            interval: 60,
            role: None,
            created: String::new(),
            trouble: None,
            tags: Tags::new(),
            owner: Owner::Action,
        };
        change(&mut it);
        state.flow_logs.insert(FlowLogId::from_number(1), Arc::new(it));
    }
    let missing = LoggedResource::Vpc(VpcId::from_number(9));
    broken(|state| with(state, |it| it.resource = missing), "does not exist where it is");
    broken(|state| with(state, |it| it.scope.region = "eu-west-1".into()), "does not exist where it is");
    broken(|state| with(state, |it| it.id = FlowLogId::from_number(2)), "is kept as");
    broken(|state| with(state, |it| it.role = Some("a b".into())), "is not the ARN of a role");
    broken(|state| with(state, |it| it.interval = 61), "61 s is no interval");
    broken(|state| with(state, |it| it.format.clear()), "the log format is empty");
    let outside = LogDestination::Group { name: "../x".into() };
    broken(|state| with(state, |it| it.destination = outside), "no part of it is . or ..");
    let folder = |folder: &str| LogDestination::Bucket {
        bucket: "logs".into(),
        folder: folder.into(),
        hive: false,
        hourly: false,
    };
    broken(|state| with(state, |it| it.destination = folder("../x")), "no part of it is . or ..");
    broken(|state| with(state, |it| it.destination = folder("x/")), "ends with a slash");
}
