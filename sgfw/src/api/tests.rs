//! The names outside follow from the fields, and requests and replies read and write as AWS's.

use super::*;
use serde_json::json;

fn names<T: Structure>() -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
    T::SHAPE.members.iter().map(|member| (member.name, member.query, member.xml, member.flag)).collect()
}

#[test]
fn f2_every_name_of_a_member_follows_from_its_field() {
    let wanted = [
        ("Description", "GroupDescription", "GroupDescription", "description"),
        ("GroupName", "GroupName", "groupName", "group-name"),
        ("VpcId", "VpcId", "vpcId", "vpc-id"),
        ("TagSpecifications", "TagSpecification", "TagSpecification", "tag-specifications"),
        ("DryRun", "DryRun", "dryRun", "dry-run"),
    ];
    assert_eq!(names::<CreateSecurityGroup>(), wanted);
    let required: Vec<_> = CreateSecurityGroup::SHAPE.members.iter().filter(|member| member.required).collect();
    assert_eq!(required.iter().map(|member| member.name).collect::<Vec<_>>(), ["Description", "GroupName"]);
}

#[test]
fn f96_a_permission_has_the_names_of_the_service_model() {
    let wanted = [
        ("IpProtocol", "IpProtocol", "ipProtocol", "ip-protocol"),
        ("FromPort", "FromPort", "fromPort", "from-port"),
        ("ToPort", "ToPort", "toPort", "to-port"),
        ("UserIdGroupPairs", "Groups", "groups", "user-id-group-pairs"),
        ("IpRanges", "IpRanges", "ipRanges", "ip-ranges"),
        ("Ipv6Ranges", "Ipv6Ranges", "ipv6Ranges", "ipv6-ranges"),
        ("PrefixListIds", "PrefixListIds", "prefixListIds", "prefix-list-ids"),
    ];
    assert_eq!(names::<IpPermission>(), wanted);
    assert_eq!(names::<DeleteSecurityGroupReply>()[0], ("Return", "Return", "return", "return"));
}

#[test]
fn kinds_follow_from_types() {
    let kind = |name| AuthorizeSecurityGroupIngress::SHAPE.member(name).unwrap().kind;
    assert!(matches!(kind("CidrIp"), Kind::Text));
    assert!(matches!(kind("FromPort"), Kind::Integer));
    assert!(matches!(kind("DryRun"), Kind::Boolean));
    let Kind::List(Kind::Structure(permission)) = kind("IpPermissions") else { panic!("a list of structures") };
    assert_eq!(permission.name, "IpPermission");
    let attached = NetworkInterfaceAttachment::SHAPE.member("AttachTime").unwrap().kind;
    assert!(matches!(attached, Kind::Time));
}

#[test]
fn f95_a_reply_is_shown_in_the_order_of_the_model_with_empty_lists_and_without_what_is_absent() {
    let group = SecurityGroup { group_id: Some("sg-903004f8".into()), ..SecurityGroup::default() };
    let shown = serde_json::to_string(&group).unwrap();
    assert_eq!(shown, r#"{"GroupId":"sg-903004f8","IpPermissionsEgress":[],"IpPermissions":[]}"#);
    let tag = Tag { key: Some("a".into()), value: Some(String::new()) };
    let tagged = SecurityGroup { tags: vec![tag], ..SecurityGroup::default() };
    let shown = serde_json::to_string(&tagged).unwrap();
    assert_eq!(shown, r#"{"IpPermissionsEgress":[],"Tags":[{"Key":"a","Value":""}],"IpPermissions":[]}"#);
}

#[test]
fn a_request_is_read_from_json_and_unknown_members_are_refused() {
    let members = json!({"GroupIds": ["sg-903004f8"], "MaxResults": 5, "DryRun": true, "NextToken": "t"});
    let action = Action::from_json("DescribeSecurityGroups", members).unwrap();
    let Action::DescribeSecurityGroups(request) = &action else { panic!("{action:?}") };
    assert_eq!(request.group_ids, ["sg-903004f8"]);
    assert_eq!((action.dry_run(), action.max_results(), action.next_token()), (true, Some(5), Some("t")));
    assert!(Action::from_json("DescribeSecurityGroups", json!({"GroupId": "sg-1"})).is_err());
    assert!(Action::from_json("DescribeBananas", json!({})).is_err());
}

#[test]
fn a_request_without_a_member_answers_for_it() {
    let action = Action::from(DisassociateVpcCidrBlock::default());
    assert_eq!((action.dry_run(), action.max_results(), action.next_token()), (false, None, None));
}

#[test]
fn every_operation_is_found_by_its_name_and_by_its_verb() {
    for (operation, name) in OPERATIONS.iter().zip(Action::NAMES) {
        assert_eq!(super::operation(name).unwrap().verb, operation.verb);
        assert_eq!(super::verb(operation.verb).unwrap().name, operation.name);
        let action = Action::from_json(name, json!({})).unwrap();
        assert_eq!((action.name(), action.verb()), (*name, operation.verb));
        assert_eq!(Reply::from_json(name, json!({})).unwrap().name(), *name);
        let reads = name.starts_with("Describe") || name.starts_with("Get");
        assert_eq!(operation.writes, !reads, "{name}");
    }
    assert_eq!(super::operation("AssociateVpcCidrBlock").unwrap().verb, "associate-vpc-cidr-block");
    assert_eq!(super::operation("AssignIpv6Addresses").unwrap().verb, "assign-ipv6-addresses");
    assert!(EMPTY.iter().all(|empty| super::operation(empty.name).is_none()));
    let camel = |verb: &str| verb.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<String>();
    assert!(EMPTY.iter().all(|empty| camel(empty.verb) == empty.name));
}

#[test]
fn what_a_request_needs_is_known() {
    let required = |name| -> Vec<_> { super::operation(name).unwrap().required().map(|member| member.name).collect() };
    assert_eq!(required("ModifySecurityGroupRules"), ["GroupId", "SecurityGroupRules"]);
    assert_eq!(required("DescribeSecurityGroups"), [""; 0]);
}
