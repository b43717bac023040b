//! What goes over the wire becomes the action that was meant, or a refusal that says why.

use super::{Asked, Call, decode};
use crate::endpoint::Refusal;
use crate::endpoint::form::pairs;
use serde_json::json;

fn call(text: &str) -> Result<Call, Refusal> {
    decode(&pairs(text)?, None)
}

/// The members of the action in this text, as JSON.
fn said(text: &str) -> serde_json::Value {
    match call(text).unwrap().asked {
        Asked::Action(action) => serde_json::to_value(&*action).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refused(text: &str, code: &str, words: &str) {
    let refusal = call(text).unwrap_err();
    assert_eq!((refusal.status, &*refusal.code), (400, code), "{text}: {refusal}");
    assert!(refusal.message.contains(words), "{text}: {refusal}");
}

#[test]
fn f91_what_the_command_line_sends_is_understood() {
    let text = "Action=AuthorizeSecurityGroupIngress&Version=2016-11-15&GroupId=sg-aaaa1111&IpPermissions.1.IpProtocol=tcp\
                &IpPermissions.1.FromPort=80&IpPermissions.1.ToPort=80&IpPermissions.1.Groups.1.GroupId=sg-bbbb2222";
    let permission = json!({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [], "Ipv6Ranges": [],
        "PrefixListIds": [], "UserIdGroupPairs": [{"GroupId": "sg-bbbb2222"}]});
    let wanted = json!({"GroupId": "sg-aaaa1111", "IpPermissions": [permission], "TagSpecifications": []});
    assert_eq!(said(text), wanted);
}

#[test]
fn f138_references_and_stale_rules_are_actions_of_the_query_api() {
    let references = said("Action=DescribeSecurityGroupReferences&GroupId.1=sg-bbbb2222");
    assert_eq!(references["GroupId"], json!(["sg-bbbb2222"]));
    assert_eq!(said("Action=DescribeStaleSecurityGroups&VpcId=vpc-aaaaaaaa")["VpcId"], "vpc-aaaaaaaa");
}

#[test]
fn names_of_the_wire_are_those_of_the_service_model() {
    let text = "Action=CreateSecurityGroup&GroupName=a+b&GroupDescription=%C3%A4&TagSpecification.1.ResourceType=security-group\
                &TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=";
    let tags = json!([{"ResourceType": "security-group", "Tags": [{"Key": "Name", "Value": ""}]}]);
    assert_eq!(said(text), json!({"Description": "\u{e4}", "GroupName": "a b", "TagSpecifications": tags}));
    let text = "Action=DescribeSecurityGroups&Filter.1.Name=group-name&Filter.1.Value.1=a&Filter.1.Value.2=b";
    let filters = json!([{"Name": "group-name", "Values": ["a", "b"]}]);
    assert_eq!(said(text), json!({"GroupIds": [], "GroupNames": [], "Filters": filters}));
}

#[test]
fn lists_count_from_one_by_number_and_may_have_gaps() {
    let text = "Action=DescribeVpcs&VpcId.10=c&VpcId.9=b&VpcId.2=a";
    assert_eq!(said(text)["VpcIds"], json!(["a", "b", "c"]));
    assert_eq!(said("Action=DescribeVpcs&VpcId=a")["VpcIds"], json!(["a"]));
    for index in ["0", "01", "-1", "x", "", "100001", "99999999999"] {
        refused(&format!("Action=DescribeVpcs&VpcId.{index}=a"), "UnknownParameter", "is not recognized");
    }
    let many: String = (1..=5000).map(|index| format!("&VpcId.{index}=a")).collect();
    refused(&format!("Action=DescribeVpcs{many}"), "InvalidParameterValue", "more than 4096");
}

#[test]
fn what_no_shape_knows_is_refused_by_its_name() {
    refused("Action=DescribeVpcs&Foo=1", "UnknownParameter", "The parameter Foo is not recognized");
    refused("Action=DescribeVpcs&Filter.1.Foo=1", "UnknownParameter", "Filter.1.Foo");
    refused("Action=DescribeVpcs&Filter.1=a", "UnknownParameter", "Filter.1");
    refused("Action=DescribeVpcs&MaxResults.1=5", "UnknownParameter", "MaxResults.1");
    refused("Action=DescribeVpcs&VpcId=a&VpcId.1=b", "UnknownParameter", "VpcId");
    refused("Action=DescribeVpcs&vpcId.1=a", "UnknownParameter", "vpcId");
}

#[test]
fn numbers_and_truths_are_checked() {
    refused("Action=DescribeVpcs&MaxResults=five", "InvalidParameterValue", "Value (five) for parameter MaxResults");
    refused("Action=DescribeVpcs&MaxResults=99999999999999999999", "InvalidParameterValue", "whole number");
    refused("Action=DescribeVpcs&DryRun=1", "InvalidParameterValue", "true or false");
    assert_eq!(said("Action=DescribeVpcs&DryRun=True&MaxResults=-5")["MaxResults"], json!(-5));
}

#[test]
fn actions_and_versions_are_checked() {
    refused("Version=2016-11-15", "MissingAction", "missing an action");
    refused("", "MissingAction", "missing an action");
    refused("Action=DescribeBananas", "InvalidAction", "The action DescribeBananas is not valid for this web service.");
    refused("Action=DescribeVpcs&Version=2036-01-01", "NoSuchVersion", "(2036-01-01) of service AmazonEC2");
    refused("Action=DescribeVpcs&Version=2016-1a-15", "NoSuchVersion", "does not exist");
    refused("Action=DescribeVpcs&Action=DescribeVpcs", "MalformedQueryString", "Action more than once");
    refused("Action=DescribeVpcs&DryRun=true&DryRun=false", "MalformedQueryString", "DryRun more than once");
    assert_eq!(call("Action=DescribeVpcs&Version=2010-08-31").unwrap().version, "2010-08-31");
}

#[test]
fn sts_is_the_other_service() {
    let identity = |text: &str| matches!(call(text).unwrap().asked, Asked::Identity);
    assert!(identity("Action=GetCallerIdentity&Version=2011-06-15"));
    refused("Action=AssumeRole&Version=2011-06-15", "InvalidAction", "AssumeRole");
    let ec2 = decode(&pairs("Action=GetCallerIdentity&Version=2016-11-15").unwrap(), Some("ec2"));
    assert_eq!(ec2.unwrap_err().code, "InvalidAction");
}

#[test]
fn what_scanners_ask_for_is_empty() {
    let Asked::Empty(empty) = call("Action=DescribeVolumes&Anything.1=x").unwrap().asked else { panic!() };
    assert_eq!(empty.name, "DescribeVolumes");
}

#[test]
fn broken_text_is_refused() {
    refused("Action=%4", "MalformedQueryString", "hex digits");
    refused("Action=%zz", "MalformedQueryString", "hex digits");
    refused("Action=%ff", "InvalidCharacter", "UTF-8");
    refused("Action=DescribeVpcs&VpcId.1=%01", "InvalidCharacter", "control");
    refused(&format!("Action=DescribeVpcs&{}=1", "a.".repeat(20)), "MalformedQueryString", "too long");
    refused(&"a=1&".repeat(20_000), "MalformedQueryString", "more than 16384");
}
