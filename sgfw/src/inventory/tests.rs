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
