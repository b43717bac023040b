//! Answers look as AWS's, and are well-formed whatever is in them.

use super::*;
use crate::api::{
    CreateTagsReply, DescribeSecurityGroupsReply, EMPTY, IpPermission, IpRange, SecurityGroup, SecurityGroupRule,
};

#[test]
fn f95_a_reply_is_written_by_its_shape() {
    let range = IpRange { cidr_ip: Some("0.0.0.0/0".into()), description: Some("a<b&\"c\"".into()) };
    let permission = IpPermission { ip_protocol: Some("-1".into()), ip_ranges: vec![range], ..IpPermission::default() };
    let group = SecurityGroup {
        group_id: Some("sg-903004f8".into()),
        description: Some("My security group".into()),
        ip_permissions_egress: vec![permission],
        ..SecurityGroup::default()
    };
    let wanted = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
        <DescribeSecurityGroupsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>id</requestId>\
        <securityGroupInfo><item><groupId>sg-903004f8</groupId><ipPermissionsEgress><item><ipProtocol>-1</ipProtocol>\
        <groups/><ipRanges><item><description>a&lt;b&amp;\"c\"</description><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges>\
        <ipv6Ranges/><prefixListIds/></item></ipPermissionsEgress><groupDescription>My security group</groupDescription>\
        <ipPermissions/></item></securityGroupInfo></DescribeSecurityGroupsResponse>";
    let answer = DescribeSecurityGroupsReply { security_groups: vec![group], ..DescribeSecurityGroupsReply::default() };
    assert_eq!(reply(&answer.into(), "2016-11-15", "id"), wanted);
}

#[test]
fn numbers_and_truths_are_written_as_text() {
    let rule = SecurityGroupRule { from_port: Some(-1), is_egress: Some(false), ..SecurityGroupRule::default() };
    let answer = crate::api::DescribeSecurityGroupRulesReply { security_group_rules: vec![rule], next_token: None };
    let text = reply(&answer.into(), "2016-11-15", "id");
    assert!(text.contains("<item><isEgress>false</isEgress><fromPort>-1</fromPort></item>"), "{text}");
}

#[test]
fn an_operation_without_output_says_return_true() {
    let text = reply(&CreateTagsReply::default().into(), "2014-06-15", "id");
    assert!(
        text.contains("doc/2014-06-15/\"><requestId>id</requestId><return>true</return></CreateTagsResponse>"),
        "{text}"
    );
}

#[test]
fn an_error_is_written_as_ec2_and_sts_write_it() {
    let refusal = Refusal::bad("InvalidGroup.NotFound", "The security group 'sg-\u{1}' does not exist\r");
    let text = super::refusal(&refusal, "id");
    let wanted = "<Response><Errors><Error><Code>InvalidGroup.NotFound</Code><Message>The security group 'sg-\u{fffd}' does \
        not exist&#13;</Message></Error></Errors><RequestID>id</RequestID></Response>";
    assert_eq!(text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), Some(wanted));
    let text = sts_refusal(&refusal, "id");
    assert!(
        text.contains("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>")
    );
}

#[test]
fn who_one_is_is_written_as_sts_writes_it() {
    let who = GetCallerIdentityReply { account: Some("123456789012".into()), ..GetCallerIdentityReply::default() };
    let text = identity(&who, "id");
    let wanted = "<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>\
        <ResponseMetadata><RequestId>id</RequestId></ResponseMetadata>";
    assert!(text.contains(wanted), "{text}");
}

#[test]
fn what_there_is_never_any_of_is_an_empty_list() {
    let text = |name: &str| empty(EMPTY.iter().find(|it| it.name == name).unwrap(), "2016-11-15", "id");
    assert!(text("DescribeVolumes").ends_with("<volumeSet/></DescribeVolumesResponse>"));
    let both = "<serviceNameSet/><serviceDetailSet/></DescribeVpcEndpointServicesResponse>";
    assert!(text("DescribeVpcEndpointServices").ends_with(both));
    let said = "<ebsEncryptionByDefault>false</ebsEncryptionByDefault></GetEbsEncryptionByDefaultResponse>";
    assert!(text("GetEbsEncryptionByDefault").ends_with(said));
}
