//! Ids, rows, stale references and the lowering.

use super::*;

#[test]
fn f98_ids_have_8_or_17_digits() {
    assert!(GroupId::parse("sg-903004f8").is_ok());
    assert!(GroupId::parse("sg-0123456789abcdef0").is_ok());
    assert_eq!(
        GroupId::parse("sg-9030").map_err(|error| error.to_string()),
        Err("Invalid id: \"sg-9030\" (expecting \"sg-...\")".into())
    );
    assert!(GroupId::parse("vpc-1a2b3c4d").is_err());
    assert_eq!(GroupId::from_number(7).as_str(), "sg-00000000000000007");
    assert_eq!(VpcId::derive(&["a", "b"]), VpcId::derive(&["a", "b"]));
    assert_ne!(VpcId::derive(&["a", "b"]), VpcId::derive(&["ab"]));
}

#[test]
fn f99_accounts_have_12_digits() {
    assert!(AccountId::parse("123456789012").is_ok());
    assert!(AccountId::parse("12345678901").is_err());
}

#[test]
fn a_state_is_the_same_after_its_rows() {
    let state = State::default();
    let rows = state.to_rows();
    assert_eq!(State::from_rows(&rows), Ok(state));
    let unknown = Rows::from([("planet/x".to_owned(), vec![])]);
    assert!(matches!(State::from_rows(&unknown), Err(RowsError::Unknown(_))));
}

#[test]
fn f14_a_region_begins_with_a_default_vpc_and_group_once() {
    let (mut state, home) = (State::default(), Scope::default());
    begin(&mut state, &home);
    let vpc = state.default_vpc(&home).expect("a default VPC").clone();
    let group = state.default_group(&home, &Network::Vpc(vpc.id.clone())).expect("a default group").clone();
    let rules: Vec<String> = group.rules.iter().map(|rule| format!("{} {:?}", rule.direction, rule.peer)).collect();
    assert_eq!(rules.len(), 3, "{rules:?}");
    assert_eq!(state.subnets.len(), 3);
    assert!(state.subnets.values().all(|it| vpc.v4[0].contains(&it.v4.expect("IPv4"))));
    assert!(state.subnets.values().all(|it| vpc.v6[0].contains(&it.v6.expect("IPv6"))));
    let once = state.clone();
    begin(&mut state, &home);
    assert_eq!(state, once);
    state.vpcs.clear();
    begin(&mut state, &home);
    assert!(state.vpcs.is_empty(), "what was deleted is not brought back");
}

#[test]
fn f11_a_default_vpc_that_is_not_the_hosts_own_has_no_ipv6() {
    let mut state = State::default();
    let elsewhere = Scope { region: "eu-west-1".into(), ..Scope::default() };
    begin(&mut state, &elsewhere);
    assert!(state.default_vpc(&elsewhere).expect("a default VPC").v6.is_empty());
    assert_eq!(state.groups.values().next().map(|group| group.rules.len()), Some(2));
}

#[test]
fn f14_a_region_of_classic_begins_with_a_default_group_and_no_vpc() {
    let (mut state, scope) = (State::default(), Scope::default());
    let mut account = Account::new(&scope.account);
    account.classic.insert(scope.region.clone());
    state.accounts.insert(scope.account.clone(), std::sync::Arc::new(account));
    begin(&mut state, &scope);
    assert!(state.vpcs.is_empty());
    assert!(state.default_group(&scope, &Network::Classic).is_some());
}
