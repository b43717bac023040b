//! Replies as JSON, text and tables, and what queries find in them, as the AWS CLI prints the same replies.

use super::{command, printed};
use serde_json::{Value, json};

fn groups() -> Value {
    let all = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
    let ssh = json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "office"}, {"CidrIp": "1.2.3.4/32"}]});
    let group = |id: &str, name: &str, ingress: &[&Value]| {
        json!({"GroupId": id, "GroupName": name, "Description": "d", "OwnerId": "123456789012", "VpcId": "vpc-1",
            "IpPermissions": ingress, "IpPermissionsEgress": [all]})
    };
    json!({"SecurityGroups": [group("sg-1", "web", &[&ssh]), group("sg-2", "db", &[])]})
}

#[test]
fn f97_json_has_the_members_of_the_model_in_its_order_and_empty_lists() {
    let out = printed("describe-security-groups --query SecurityGroups[1]", &groups());
    let wanted = r#"{
    "GroupId": "sg-2",
    "IpPermissionsEgress": [
        {
            "IpProtocol": "-1",
            "UserIdGroupPairs": [],
            "IpRanges": [
                {
                    "CidrIp": "0.0.0.0/0"
                }
            ],
            "Ipv6Ranges": [],
            "PrefixListIds": []
        }
    ],
    "VpcId": "vpc-1",
    "OwnerId": "123456789012",
    "GroupName": "db",
    "Description": "d",
    "IpPermissions": []
}
"#;
    assert_eq!(out, wanted);
    assert_eq!(printed("describe-security-groups", &json!({})), "{\n    \"SecurityGroups\": []\n}\n");
}

#[test]
fn text_has_a_line_for_every_structure_headed_by_its_list() {
    let out = printed("describe-security-groups --output text", &groups());
    let wanted = "\
SECURITYGROUPS\td\tsg-1\tweb\t123456789012\tvpc-1
IPPERMISSIONS\t22\ttcp\t22
IPRANGES\t10.0.0.0/8\toffice
IPRANGES\t1.2.3.4/32\t
IPPERMISSIONSEGRESS\t-1
IPRANGES\t0.0.0.0/0
SECURITYGROUPS\td\tsg-2\tdb\t123456789012\tvpc-1
IPPERMISSIONSEGRESS\t-1
IPRANGES\t0.0.0.0/0
";
    assert_eq!(out, wanted);
    let reply = json!({"NetworkInterfaceId": "eni-1", "AssignedIpv6Addresses": ["fd00::1", "fd00::2"]});
    let out = printed("assign-ipv6-addresses --network-interface-id eni-1 --output text", &reply);
    assert_eq!(out, "eni-1\nASSIGNEDIPV6ADDRESSES\tfd00::1\nASSIGNEDIPV6ADDRESSES\tfd00::2\n");
    assert_eq!(printed("delete-security-group --output text", &json!({"Return": true})), "True\n");
}

#[test]
fn a_table_frames_what_is_below_once_more() {
    let out = printed("describe-security-groups --output table", &groups());
    let wanted = "\
--------------------------------------------------------------------
|                      DescribeSecurityGroups                      |
+------------------------------------------------------------------+
||                         SecurityGroups                         ||
|+-------------+----------+------------+----------------+---------+|
|| Description | GroupId  | GroupName  |    OwnerId     |  VpcId  ||
|+-------------+----------+------------+----------------+---------+|
||  d          |  sg-1    |  web       |  123456789012  |  vpc-1  ||
|+-------------+----------+------------+----------------+---------+|
|||                         IpPermissions                        |||
||+-------------------+------------------------+-----------------+||
|||     FromPort      |      IpProtocol        |     ToPort      |||
||+-------------------+------------------------+-----------------+||
|||  22               |  tcp                   |  22             |||
||+-------------------+------------------------+-----------------+||
||||                          IpRanges                          ||||
|||+----------------------------+-------------------------------+|||
||||           CidrIp           |          Description          ||||
|||+----------------------------+-------------------------------+|||
||||  10.0.0.0/8                |  office                       ||||
";
    assert!(out.starts_with(wanted), "{out}");
    assert_eq!(
        printed("describe-vpcs --output table", &json!({})),
        "\
--------------
|DescribeVpcs|
+------------+
"
    );
}

#[test]
fn a_table_wider_than_the_screen_stands_on_end() {
    let arn = "arn:aws:ec2:us-east-1:123456789012:security-group/sg-903004f8";
    let reply = json!({"GroupId": "sg-903004f8", "SecurityGroupArn": arn});
    let out = printed("create-security-group --group-name a --description b --output table", &reply);
    let wanted = "\
---------------------------------------------------------------------------------------
|                                 CreateSecurityGroup                                 |
+------------------+------------------------------------------------------------------+
|  GroupId         |  sg-903004f8                                                     |
|  SecurityGroupArn|  arn:aws:ec2:us-east-1:123456789012:security-group/sg-903004f8   |
+------------------+------------------------------------------------------------------+
";
    assert_eq!(out, wanted);
}

#[test]
fn colour_is_an_option_of_tables() {
    let reply = json!({"Return": true});
    let out = printed("delete-security-group --output table --color on", &reply);
    assert!(out.contains("\u{1b}[1m\u{1b}[34mTrue\u{1b}[0m"), "{out:?}");
    assert!(!printed("delete-security-group --output table --color off", &reply).contains('\u{1b}'));
}

#[test]
fn queries_find_what_jmespath_says() {
    let text = |query: &str| printed(&format!("describe-security-groups --output text --query '{query}'"), &groups());
    assert_eq!(text("SecurityGroups[].GroupId"), "sg-1\tsg-2\n");
    assert_eq!(text("SecurityGroups[*].[GroupId,GroupName]"), "sg-1\tweb\nsg-2\tdb\n");
    assert_eq!(text("SecurityGroups[?GroupName==`web`].GroupId"), "sg-1\n");
    assert_eq!(text("SecurityGroups[?GroupName==`\"web\"`].GroupId|[0]"), "sg-1\n");
    assert_eq!(text("length(SecurityGroups)"), "2\n");
    assert_eq!(text("Nothing"), "None\n");
    assert_eq!(text("SecurityGroups[].[IpPermissions[0].FromPort]"), "22\nNone\n");
}

#[test]
fn a_hash_of_a_query_keeps_its_order() {
    let query = "--query SecurityGroups[0].{Name:GroupName,ID:GroupId}";
    let out = printed(&format!("describe-security-groups {query}"), &groups());
    assert_eq!(out, "{\n    \"Name\": \"web\",\n    \"ID\": \"sg-1\"\n}\n");
}

#[test]
fn a_query_that_is_none_is_refused_before_anybody_is_asked() {
    let run = command("describe-vpcs --query a[", vec![Ok(json!({}))]);
    assert_eq!((run.said.code, run.asked.len()), (252, 0));
    assert!(run.said.err.starts_with("\nBad value for --query a[: "), "{}", run.said.err);
}

#[test]
fn f114_stale_rules_are_shown_as_the_document_shows_them() {
    let pair = json!({"UserId": "123456789101", "GroupName": "Prod1", "GroupId": "sg-bbbb2222",
        "VpcId": "vpc-bbbbbbbb", "VpcPeeringConnectionId": "pcx-b04deed9", "PeeringStatus": "deleted"});
    let rule = json!({"FromPort": 22, "IpProtocol": "tcp", "ToPort": 22, "UserIdGroupPairs": [pair]});
    let group = json!({"Description": "Reference remote SG", "GroupId": "sg-aaaa1111", "GroupName": "Access1",
        "StaleIpPermissions": [rule], "StaleIpPermissionsEgress": [], "VpcId": "vpc-aaaaaaaa"});
    let reply = json!({"StaleSecurityGroupSet": [group]});
    let out = printed("describe-stale-security-groups --vpc-id vpc-aaaaaaaa", &reply);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), reply);
}

#[test]
fn f108_references_have_the_key_of_the_model() {
    let reference =
        json!({"GroupId": "sg-bbbb2222", "ReferencingVpcId": "vpc-aaaaaaaa", "VpcPeeringConnectionId": "pcx-b04deed9"});
    let reply = json!({"SecurityGroupReferenceSet": [reference]});
    let out = printed("describe-security-group-references --group-id sg-bbbb2222", &reply);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), reply);
}
