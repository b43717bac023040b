//! New groups: F1 to F18.

use crate::cloud::Cloud;
use serde_json::{Value, json};

const CREATE: &str = "CreateSecurityGroup";

fn group(name: &str, description: &str) -> Value {
    json!({"GroupName": name, "Description": description, "VpcId": "vpc-1a2b3c4d"})
}

#[test]
fn f2_create_answers_the_id() {
    let mut cloud = Cloud::new();
    let reply = cloud.rehearsed(CREATE, group("my-sg", "My security group"));
    let id = reply["GroupId"].as_str().unwrap();
    assert!(id.starts_with("sg-") && id.len() == 20, "{id}");
    assert_eq!(
        reply,
        json!({
            "GroupId": id,
            "SecurityGroupArn": format!("arn:aws:ec2:us-east-1:123456789012:security-group/{id}"),
        })
    );
}

#[test]
fn f1_a_group_is_made_in_the_vpc_that_is_named_else_in_the_default_vpc() {
    let mut cloud = Cloud::new();
    let in_vpc = cloud.ask(CREATE, group("a", "a"))["GroupId"].as_str().unwrap().to_owned();
    assert_eq!(cloud.described(&in_vpc)["VpcId"], "vpc-1a2b3c4d");
    let reply = cloud.ask(CREATE, json!({"GroupName": "a", "Description": "a"}));
    let in_default = cloud.described(reply["GroupId"].as_str().unwrap());
    let default = cloud.state.default_vpc(&cloud.scope).unwrap().id.to_string();
    assert_eq!(in_default["VpcId"], default);
    assert_eq!(
        cloud.refused(CREATE, json!({"GroupName": "b", "Description": "b", "VpcId": "vpc-99999999"})),
        "InvalidVpcID.NotFound: The vpc ID 'vpc-99999999' does not exist"
    );
    assert_eq!(
        cloud.refused(CREATE, json!({"GroupName": "b", "Description": "b", "VpcId": "here"})),
        "InvalidVpcID.Malformed: Invalid id: \"here\" (expecting \"vpc-...\")"
    );
}

#[test]
fn f1_a_vpc_of_another_account_is_not_there() {
    let mut cloud = Cloud::new();
    cloud.as_account("999988887777");
    assert_eq!(
        cloud.refused(CREATE, group("a", "a")),
        "InvalidVpcID.NotFound: The vpc ID 'vpc-1a2b3c4d' does not exist"
    );
}

#[test]
fn f1_without_a_default_vpc_one_must_be_named() {
    let mut cloud = Cloud::new();
    let default = cloud.state.default_vpc(&cloud.scope).unwrap().id.clone();
    cloud.state.groups.retain(|_, it| it.vpc() != Some(&default));
    cloud.state.subnets.clear();
    cloud.state.vpcs.remove(&default);
    assert_eq!(
        cloud.refused(CREATE, json!({"GroupName": "a", "Description": "a"})),
        "VPCIdNotSpecified: No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC."
    );
    assert_eq!(
        cloud.refused("DescribeSecurityGroups", json!({"GroupNames": ["a"]})),
        "InvalidGroup.NotFound: The security group 'a' does not exist in default VPC 'none'"
    );
}

#[test]
fn f3_name_and_description_are_both_mandatory() {
    let mut cloud = Cloud::new();
    for members in [json!({"GroupName": "a"}), json!({"GroupName": "a", "Description": ""})] {
        let words = "MissingParameter: The request must contain the parameter GroupDescription";
        assert_eq!(cloud.refused(CREATE, members), words);
    }
    assert_eq!(
        cloud.refused(CREATE, json!({"Description": "a"})),
        "MissingParameter: The request must contain the parameter GroupName"
    );
    assert!(cloud.refused(CREATE, group("  ", "a")).starts_with("MissingParameter"));
}

#[test]
fn f4_names_and_descriptions_have_255_characters_at_most() {
    let mut cloud = Cloud::new();
    cloud.ask(CREATE, group(&"n".repeat(255), &"d".repeat(255)));
    assert!(
        cloud
            .refused(CREATE, group(&"n".repeat(256), "d"))
            .starts_with("InvalidParameterValue: Invalid security group name.")
    );
    let words = cloud.refused(CREATE, group("n", &"d".repeat(256)));
    assert!(words.starts_with("InvalidParameterValue: Invalid security group description."), "{words}");
}

#[test]
fn f5_the_characters_of_a_vpc() {
    let mut cloud = Cloud::new();
    let all = "azAZ09 ._-:/()#,@[]+=&;{}!$*";
    cloud.ask(CREATE, group(all, all));
    for wrong in ["ü", "%", "<", "\"", "\n", "\u{1f525}"] {
        assert_eq!(
            cloud.refused(CREATE, group("n", wrong)),
            "InvalidParameterValue: Invalid security group description. Valid descriptions are strings less than 256 \
             characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
        );
        let words = cloud.refused(CREATE, group(&format!("n{wrong}n"), "d"));
        assert!(words.starts_with("InvalidParameterValue: Invalid security group name."), "{words}");
    }
}

#[test]
fn f7_a_name_does_not_begin_like_an_id() {
    let mut cloud = Cloud::new();
    assert_eq!(
        cloud.refused(CREATE, group("sg-web", "d")),
        "InvalidParameterValue: Value (sg-web) for parameter GroupName is invalid. Group names may not be in the format \
         sg-*."
    );
    cloud.ask(CREATE, group("web-sg-", "d"));
}

#[test]
fn f8_a_name_is_one_groups_in_its_vpc() {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.ask(CREATE, group("web", "d"));
    let words = "InvalidGroup.Duplicate: The security group 'web' already exists for VPC 'vpc-1a2b3c4d'";
    assert_eq!(cloud.refused(CREATE, group("web", "other words")), words);
    assert_eq!(cloud.refused(CREATE, group("web  ", "blanks at the end do not count")), words);
    cloud.ask(CREATE, group("Web", "capitals do"));
    cloud.ask(CREATE, json!({"GroupName": "web", "Description": "d", "VpcId": "vpc-bbbbbbbb"}));
}

#[test]
fn f9_f10_f97_a_new_group_lets_nothing_in_and_everything_out() {
    let mut cloud = Cloud::new();
    cloud.group("sg-903004f8", "my-sg", "vpc-1a2b3c4d");
    assert_eq!(
        cloud.described("sg-903004f8"),
        json!({
            "GroupId": "sg-903004f8",
            "IpPermissionsEgress": [{
                "IpProtocol": "-1", "UserIdGroupPairs": [], "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [],
                "PrefixListIds": [],
            }],
            "VpcId": "vpc-1a2b3c4d",
            "SecurityGroupArn": "arn:aws:ec2:us-east-1:123456789012:security-group/sg-903004f8",
            "OwnerId": "123456789012",
            "GroupName": "my-sg",
            "Description": "my-sg",
            "IpPermissions": [],
        })
    );
}

#[test]
fn f11_where_the_vpc_has_ipv6_it_is_let_out_too() {
    let mut cloud = Cloud::bare();
    cloud.vpc_with("vpc-66666666", "10.6.0.0/16", Some("2001:db8:1234:1a00::/56"));
    cloud.group("sg-66666666", "six", "vpc-66666666");
    let egress = &cloud.described("sg-66666666")["IpPermissionsEgress"];
    assert_eq!(egress[0]["Ipv6Ranges"], json!([{"CidrIpv6": "::/0"}]));
    assert_eq!(egress.as_array().unwrap().len(), 1);
}

#[test]
fn f14_f15_f16_a_read_of_nothing_shows_what_a_write_keeps() {
    let mut cloud = Cloud::bare();
    let before = cloud.ask("DescribeSecurityGroups", json!({}));
    assert!(cloud.state.groups.is_empty());
    cloud.ask(CREATE, json!({"GroupName": "a", "Description": "a"}));
    let after =
        cloud.ask("DescribeSecurityGroups", json!({"Filters": [{"Name": "group-name", "Values": ["default"]}]}));
    assert_eq!(before, after);
    let group = &after["SecurityGroups"][0];
    let id = &group["GroupId"];
    assert_eq!(group["GroupName"], "default");
    assert_eq!(group["IpPermissions"][0]["IpProtocol"], "-1");
    assert_eq!(group["IpPermissions"][0]["UserIdGroupPairs"], json!([{"UserId": "123456789012", "GroupId": id}]));
    assert_eq!(group["IpPermissionsEgress"][0]["IpRanges"], json!([{"CidrIp": "0.0.0.0/0"}]));
    assert_eq!(after["SecurityGroups"].as_array().unwrap().len(), 1);
}

#[test]
fn f14_nobody_else_names_a_group_default() {
    let mut cloud = Cloud::new();
    assert_eq!(
        cloud.refused(CREATE, group("default", "d")),
        "InvalidParameterValue: Cannot use reserved security group name: default"
    );
}

#[test]
fn f18_the_rules_of_a_default_group_can_be_changed_both_ways() {
    let mut cloud = Cloud::bare();
    let all = cloud.ask("DescribeSecurityGroups", json!({"GroupNames": ["default"]}));
    let group = all["SecurityGroups"][0].clone();
    let ingress = json!({"GroupId": group["GroupId"], "IpPermissions": group["IpPermissions"]});
    cloud.rehearsed("RevokeSecurityGroupIngress", ingress);
    let egress = json!({"GroupId": group["GroupId"], "IpPermissions": group["IpPermissionsEgress"]});
    cloud.rehearsed("RevokeSecurityGroupEgress", egress);
    cloud.allow(group["GroupId"].as_str().unwrap(), 22, "203.0.113.1/32");
    let group = cloud.described(group["GroupId"].as_str().unwrap());
    assert_eq!(group["IpPermissionsEgress"], json!([]));
    assert_eq!(group["IpPermissions"][0]["FromPort"], 22);
}

#[test]
fn f98_a_literal_id_is_given_by_a_tag_that_is_not_kept() {
    let mut cloud = Cloud::new();
    let tagged = |id: &str| {
        let tags = json!([{"Key": "_custom_id_", "Value": id}, {"Key": "Env", "Value": "prod"}]);
        let mut members = group(&id.replace('-', "."), "d");
        members["TagSpecifications"] = json!([{"ResourceType": "security-group", "Tags": tags}]);
        members
    };
    let reply = cloud.rehearsed(CREATE, tagged("sg-903004f8"));
    assert_eq!((&reply["GroupId"], &reply["Tags"]), (&json!("sg-903004f8"), &json!([{"Key": "Env", "Value": "prod"}])));
    cloud.ask(CREATE, tagged("sg-0123456789abcdef0"));
    let mut again = tagged("sg-903004f8");
    again["GroupName"] = json!("another");
    assert_eq!(cloud.refused(CREATE, again), "InvalidParameterValue: The id 'sg-903004f8' is already in use");
    assert_eq!(
        cloud.refused(CREATE, tagged("sg-xyz")),
        "InvalidGroupId.Malformed: Invalid id: \"sg-xyz\" (expecting \"sg-...\")"
    );
}

#[test]
fn only_own_resources_of_the_region_are_seen() {
    let mut cloud = Cloud::new();
    cloud.group("sg-903004f8", "my-sg", "vpc-1a2b3c4d");
    cloud.scope.region = "eu-west-1".into();
    let words = "InvalidGroup.NotFound: The security group 'sg-903004f8' does not exist";
    assert_eq!(cloud.refused("DescribeSecurityGroups", json!({"GroupIds": ["sg-903004f8"]})), words);
    cloud.scope.region = "us-east-1".into();
    cloud.as_account("999988887777");
    assert_eq!(cloud.refused("DeleteSecurityGroup", json!({"GroupId": "sg-903004f8"})), words);
}
