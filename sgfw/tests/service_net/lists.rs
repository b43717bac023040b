//! Managed prefix lists (F55, F82).

use crate::cloud::{Cloud, OTHER, custom, filter, texts};
use crate::random::Random;
use serde_json::{Value, json};
use sgfw::inventory::{Family, ListEntry, ListState, ManagedPrefixList, Owner, PrefixListId, Scope, Tags, lower};
use std::collections::BTreeMap;
use std::sync::Arc;

const CREATE: &str = "CreateManagedPrefixList";
const MODIFY: &str = "ModifyManagedPrefixList";
const RESTORE: &str = "RestoreManagedPrefixListVersion";
const ENTRIES: &str = "GetManagedPrefixListEntries";

fn new(size: i64, blocks: &[&str]) -> Value {
    json!({"PrefixListName": "offices", "MaxEntries": size, "AddressFamily": "IPv4", "Entries": entries(blocks),
        "TagSpecifications": custom("prefix-list", "pl-1a2b3c4d")})
}

fn entries(blocks: &[&str]) -> Value {
    blocks.iter().map(|block| json!({"Cidr": block})).collect()
}

fn change(add: &[&str], remove: &[&str]) -> Value {
    json!({"PrefixListId": "pl-1a2b3c4d", "AddEntries": entries(add), "RemoveEntries": entries(remove)})
}

fn at(mut members: Value, version: u64) -> Value {
    members["CurrentVersion"] = json!(version);
    members
}

fn restore(previous: u64, current: u64) -> Value {
    json!({"PrefixListId": "pl-1a2b3c4d", "PreviousVersion": previous, "CurrentVersion": current})
}

fn blocks(cloud: &mut Cloud, version: Option<u64>) -> Vec<String> {
    let asked = json!({"PrefixListId": "pl-1a2b3c4d", "TargetVersion": version});
    texts(&cloud.ask(ENTRIES, asked)["Entries"], "Cidr")
}

/// A list with two entries of three, which a rule of `sg-aaaa1111` refers to.
fn referred() -> Cloud {
    let mut cloud = Cloud::with_subnet();
    cloud.ask(CREATE, new(3, &["10.0.0.0/8", "192.0.2.0/24"]));
    let permission = json!([{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": "pl-1a2b3c4d"}]}]);
    cloud.ask("AuthorizeSecurityGroupIngress", json!({"GroupId": "sg-aaaa1111", "IpPermissions": permission}));
    cloud
}

#[test]
fn f55_a_list_is_made_and_rules_refer_to_it() {
    let mut cloud = Cloud::with_subnet();
    let made = cloud.rehearsed(CREATE, new(3, &["10.0.0.1/8", "192.0.2.0/24"]))["PrefixList"].clone();
    assert_eq!(
        (&made["State"], &made["Version"], &made["MaxEntries"]),
        (&json!("create-complete"), &json!(1), &json!(3))
    );
    assert_eq!(made["PrefixListArn"], "arn:aws:ec2:us-east-1:123456789012:prefix-list/pl-1a2b3c4d");
    assert_eq!(blocks(&mut cloud, None), ["10.0.0.0/8", "192.0.2.0/24"]);
    let cloud = referred();
    let lowered = lower(&cloud.state).snapshot;
    assert_eq!(lowered.prefix_lists.values().map(|it| it.entries.len()).collect::<Vec<_>>(), [2]);
}

#[test]
fn what_a_list_cannot_be() {
    let mut cloud = Cloud::new();
    let mut with = |name: &str, value: Value| {
        let mut members = new(3, &[]);
        members[name] = value;
        cloud.refused(CREATE, members)
    };
    assert!(with("AddressFamily", json!("IPv5")).contains("Expecting IPv4 or IPv6."));
    assert!(with("MaxEntries", json!(0)).contains("Expecting a value from 1 to 1000."));
    assert!(with("MaxEntries", json!(1001)).contains("Expecting a value from 1 to 1000."));
    assert!(with("PrefixListName", json!("com.amazonaws.us-east-1.s3")).contains("com.amazonaws"));
    assert!(with("PrefixListName", json!("n".repeat(256))).contains("255"));
    assert!(with("Entries", entries(&["::/0"])).contains("does not match the address family IPv4"));
    assert_eq!(with("Entries", entries(&["10.0.0.0"])), "InvalidParameterValue: CIDR block 10.0.0.0 is malformed");
    assert!(with("Entries", entries(&["10.0.0.0/8", "10.1.0.0/8"])).contains("'10.0.0.0/8' is specified twice"));
    assert!(
        with("Entries", entries(&["10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8", "13.0.0.0/8"]))
            .starts_with("PrefixListMaxEntriesExceeded")
    );
    assert!(with("Entries", json!([{"Cidr": "10.0.0.0/8", "Description": "d".repeat(256)}])).contains("255"));
    Arc::make_mut(&mut cloud.state.settings).quotas.prefix_lists_per_region = 1;
    cloud.ask(CREATE, new(3, &[]));
    assert!(
        cloud
            .refused(CREATE, json!({"PrefixListName": "b", "MaxEntries": 1, "AddressFamily": "IPv6"}))
            .starts_with("PrefixListLimitExceeded")
    );
}

#[test]
fn entries_make_versions_and_names_do_not() {
    let mut cloud = referred();
    let changed = cloud.rehearsed(MODIFY, at(change(&["203.0.113.0/24"], &["10.0.0.0/8"]), 1))["PrefixList"].clone();
    assert_eq!((&changed["Version"], &changed["State"]), (&json!(2), &json!("modify-complete")));
    assert_eq!(blocks(&mut cloud, None), ["192.0.2.0/24", "203.0.113.0/24"]);
    assert_eq!(blocks(&mut cloud, Some(1)), ["10.0.0.0/8", "192.0.2.0/24"]);
    let name = json!({"PrefixListId": "pl-1a2b3c4d", "PrefixListName": "branches"});
    let named = cloud.ask(MODIFY, name)["PrefixList"].clone();
    assert_eq!((&named["Version"], &named["PrefixListName"]), (&json!(2), &json!("branches")));
    assert_eq!(
        cloud.refused(MODIFY, at(change(&["198.51.100.0/24"], &[]), 1)),
        "PrefixListVersionMismatch: The prefix list has the incorrect version number"
    );
    assert_eq!(
        cloud.refused(MODIFY, change(&["10.0.0.0/8"], &["10.0.0.0/8"])),
        "InvalidParameterValue: Request cannot contain Cidr 10.0.0.0/8 in both AddPrefixListEntries and \
         RemovePrefixListEntries"
    );
    assert!(cloud.refused(MODIFY, change(&[], &["10.0.0.0/8"])).contains("no entry for the CIDR 10.0.0.0/8"));
    assert!(cloud.refused(MODIFY, change(&["192.0.2.0/24"], &[])).contains("already"));
    assert!(
        cloud.refused(MODIFY, change(&["1.0.0.0/8", "2.0.0.0/8"], &[])).starts_with("PrefixListMaxEntriesExceeded")
    );
    assert_eq!(
        cloud.refused(ENTRIES, json!({"PrefixListId": "pl-1a2b3c4d", "TargetVersion": 9})),
        "InvalidPrefixListVersion: The prefix list 'pl-1a2b3c4d' has no version 9."
    );
    assert_eq!(
        cloud.refused(MODIFY, json!({"PrefixListId": "pl-99999999"})),
        "InvalidPrefixListID.NotFound: The prefix list ID 'pl-99999999' does not exist."
    );
}

#[test]
fn f82_a_list_does_not_grow_beyond_what_a_referring_group_may_have() {
    let mut cloud = referred();
    let size = |size: i64| json!({"PrefixListId": "pl-1a2b3c4d", "MaxEntries": size});
    assert_eq!(cloud.rehearsed(MODIFY, size(60))["PrefixList"]["MaxEntries"], 60);
    assert_eq!(
        cloud.refused(MODIFY, size(61)),
        "RulesPerSecurityGroupLimitExceeded: The maximum number of rules per security group has been reached."
    );
    assert!(cloud.refused(MODIFY, size(1)).starts_with("PrefixListMaxEntriesExceeded"));
    let mut both = change(&["198.51.100.0/24"], &[]);
    both["MaxEntries"] = json!(20);
    assert_eq!(
        cloud.refused(MODIFY, both),
        "InvalidParameterCombination: You cannot modify the entries of a prefix list and modify the size of a prefix list \
         at the same time."
    );
    assert_eq!(cloud.ask(MODIFY, size(2))["PrefixList"]["Version"], 1, "a size makes no version");
}

#[test]
fn an_earlier_version_is_restored_as_a_new_one() {
    let mut cloud = referred();
    cloud.ask(MODIFY, change(&["203.0.113.0/24"], &["10.0.0.0/8"]));
    assert!(cloud.refused(RESTORE, restore(1, 1)).starts_with("PrefixListVersionMismatch"));
    assert!(cloud.refused(RESTORE, restore(7, 2)).contains("has no version 7"));
    let restored = cloud.rehearsed(RESTORE, restore(1, 2))["PrefixList"].clone();
    assert_eq!((&restored["Version"], &restored["State"]), (&json!(3), &json!("restore-complete")));
    assert_eq!(blocks(&mut cloud, None), ["10.0.0.0/8", "192.0.2.0/24"]);
    cloud.ask(MODIFY, change(&[], &["10.0.0.0/8"]));
    cloud.ask(MODIFY, json!({"PrefixListId": "pl-1a2b3c4d", "MaxEntries": 1}));
    assert!(cloud.refused(RESTORE, restore(3, 4)).starts_with("PrefixListMaxEntriesExceeded"));
}

#[test]
fn as_many_versions_are_kept_as_set() {
    let mut cloud = referred();
    Arc::make_mut(&mut cloud.state.settings).quotas.versions_per_prefix_list = 3;
    for number in 0..5 {
        cloud.ask(MODIFY, change(&[&format!("10.{number}.0.0/16")], &[]));
        cloud.ask(MODIFY, change(&[], &[&format!("10.{number}.0.0/16")]));
    }
    let list = cloud.state.prefix_lists.values().next().unwrap();
    assert_eq!((list.version, list.earlier.keys().copied().collect::<Vec<_>>()), (11, vec![9, 10]));
}

#[test]
fn restoring_any_version_brings_back_what_it_was() {
    let mut random = Random(7);
    for _ in 0..20 {
        let mut cloud = Cloud::new();
        cloud.ask(CREATE, new(12, &[]));
        let mut history = BTreeMap::from([(1, Vec::<String>::new())]);
        for _ in 0..30 {
            let now = *history.keys().last().unwrap();
            let present = history[&now].clone();
            let next = if random.below(3) == 0 {
                let back = 1 + random.below(usize::try_from(now).unwrap()) as u64;
                cloud.ask(RESTORE, restore(back, now));
                history[&back].clone()
            } else {
                let block = format!("10.{}.0.0/16", random.below(16));
                if present.contains(&block) {
                    cloud.ask(MODIFY, at(change(&[], &[&block]), now));
                    present.into_iter().filter(|it| *it != block).collect()
                } else if present.len() < 12 {
                    cloud.ask(MODIFY, at(change(&[&block], &[]), now));
                    [present, vec![block]].concat()
                } else {
                    continue;
                }
            };
            history.insert(now + 1, next);
        }
        for (version, wanted) in &history {
            assert_eq!(blocks(&mut cloud, Some(*version)), *wanted, "version {version}");
        }
    }
}

#[test]
fn a_list_that_is_referred_to_stays() {
    let mut cloud = referred();
    let associations = cloud.rehearsed("GetManagedPrefixListAssociations", json!({"PrefixListId": "pl-1a2b3c4d"}));
    assert_eq!(
        associations["PrefixListAssociations"],
        json!([{"ResourceId": "sg-aaaa1111", "ResourceOwner": "123456789012"}])
    );
    let delete = json!({"PrefixListId": "pl-1a2b3c4d"});
    assert_eq!(
        cloud.refused("DeleteManagedPrefixList", delete.clone()),
        "DependencyViolation: The prefix list 'pl-1a2b3c4d' is referenced by the security group 'sg-aaaa1111'."
    );
    cloud.ask("DeleteSecurityGroup", json!({"GroupId": "sg-aaaa1111"}));
    let gone = cloud.rehearsed("DeleteManagedPrefixList", delete);
    assert_eq!(gone["PrefixList"]["State"], "delete-complete");
    assert!(cloud.state.prefix_lists.is_empty());
}

/// A list of AWS's own.
fn aws(cloud: &mut Cloud) {
    let list = ManagedPrefixList {
        id: PrefixListId::parse("pl-63a5400a").unwrap(),
        scope: Scope { account: sgfw::inventory::AccountId::parse("000000000000").unwrap(), ..Scope::default() },
        name: "com.amazonaws.us-east-1.s3".into(),
        family: Family::V4,
        max_entries: 2,
        version: 1,
        entries: vec![ListEntry { cidr: "192.0.2.0/24".parse().unwrap(), description: None }],
        earlier: BTreeMap::new(),
        state: ListState::CreateComplete,
        aws_weight: Some(2),
        tags: Tags::new(),
        owner: Owner::Action,
    };
    cloud.state.prefix_lists.insert(list.id.clone(), Arc::new(list));
}

#[test]
fn lists_of_aws_are_read_only() {
    let mut cloud = referred();
    aws(&mut cloud);
    let of = json!({"Filters": filter("owner-id", &["AWS"])});
    let shown = cloud.ask("DescribeManagedPrefixLists", of)["PrefixLists"][0].clone();
    assert_eq!((&shown["PrefixListName"], shown.get("Version")), (&json!("com.amazonaws.us-east-1.s3"), None));
    assert_eq!(shown["PrefixListArn"], "arn:aws:ec2:us-east-1:aws:prefix-list/pl-63a5400a");
    let old = cloud.rehearsed("DescribePrefixLists", json!({}))["PrefixLists"].clone();
    assert_eq!(
        old,
        json!([{"Cidrs": ["192.0.2.0/24"], "PrefixListId": "pl-63a5400a", "PrefixListName": "com.amazonaws.us-east-1.s3"}])
    );
    assert_eq!(cloud.ask(ENTRIES, json!({"PrefixListId": "pl-63a5400a"}))["Entries"][0]["Cidr"], "192.0.2.0/24");
    let words = "OperationNotPermitted: The prefix list 'pl-63a5400a' is managed by AWS and cannot be changed.";
    let it = json!({"PrefixListId": "pl-63a5400a"});
    assert_eq!(cloud.refused(MODIFY, it.clone()), words);
    assert_eq!(cloud.refused("DeleteManagedPrefixList", it), words);
    let back = json!({"PrefixListId": "pl-63a5400a", "PreviousVersion": 1, "CurrentVersion": 1});
    assert_eq!(cloud.refused(RESTORE, back), words);
}

#[test]
fn lists_are_found_by_filters_and_by_their_owner() {
    let mut cloud = referred();
    cloud.ask(CREATE, json!({"PrefixListName": "b", "MaxEntries": 1, "AddressFamily": "IPv6"}));
    for (name, value) in [("prefix-list-name", "off*"), ("prefix-list-id", "pl-1a2b3c4d")] {
        let found = cloud.rehearsed("DescribeManagedPrefixLists", json!({"Filters": filter(name, &[value])}));
        assert_eq!(texts(&found["PrefixLists"], "PrefixListId"), ["pl-1a2b3c4d"]);
    }
    cloud.as_account(OTHER);
    assert_eq!(cloud.ask("DescribeManagedPrefixLists", json!({}))["PrefixLists"], json!([]));
}
