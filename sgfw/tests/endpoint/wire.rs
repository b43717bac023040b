//! What is answered to whom, over a plain connection.

use crate::http::{Reply, UNPROVED, connect, exchange, form, post};
use crate::stage::Stage;

/// A request with other headers than usual.
fn with(stage: &Stage, headers: &str, body: &str) -> Reply {
    exchange(&mut connect(stage.address()), &form(headers, body)).unwrap()
}

#[test]
fn an_answer_is_xml_with_the_id_of_the_request() {
    let stage = Stage::open();
    let reply = post(stage.address(), "Action=DescribeSecurityGroups&Version=2016-11-15");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("text/xml;charset=UTF-8")));
    assert_eq!(reply.element("requestId"), reply.header("x-amzn-requestid"));
    assert_eq!(reply.element("requestId").unwrap().len(), 36);
    assert_eq!(reply.element("groupName"), Some("default"), "{}", reply.body);
    let reply = post(stage.address(), "Action=DescribeBananas&Version=2016-11-15");
    assert_eq!(reply.code(), (400, "InvalidAction"));
    assert_eq!(reply.element("RequestID"), reply.header("x-amzn-requestid"));
}

#[test]
fn the_access_key_says_the_account_and_the_scope_says_the_region() {
    let stage = Stage::open();
    let owner = |headers: &str| {
        with(&stage, headers, "Action=DescribeSecurityGroups").element("securityGroupArn").unwrap().to_owned()
    };
    assert!(owner(UNPROVED).starts_with("arn:aws:ec2:us-east-1:123456789012:security-group/sg-"));
    let other = UNPROVED.replace("=any/", "=444455556666/").replace("us-east-1", "eu-west-1");
    assert!(owner(&other).starts_with("arn:aws:ec2:eu-west-1:444455556666:security-group/sg-"));
}

#[test]
fn what_is_not_of_the_protocol_is_refused() {
    let stage = Stage::open();
    let case = |first: &str, headers: &str| {
        let text = format!("{first} HTTP/1.1\r\nHost: localhost\r\n{UNPROVED}{headers}\r\n");
        let reply = exchange(&mut connect(stage.address()), text.as_bytes()).unwrap();
        (reply.status, reply.element("Code").unwrap_or_default().to_owned())
    };
    assert_eq!(case("GET /?Action=DescribeSecurityGroups", ""), (200, String::new()));
    assert_eq!(case("GET /", ""), (400, "MissingAction".into()));
    assert_eq!(case("PUT /?Action=DescribeSecurityGroups", ""), (400, "UnsupportedProtocol".into()));
    assert_eq!(case("GET /latest?Action=DescribeSecurityGroups", ""), (400, "InvalidAction".into()));
    assert_eq!(case("GET /?Action=DescribeSecurityGroups&Foo=1", ""), (400, "UnknownParameter".into()));
    assert_eq!(case("GET /?Action=%zz", ""), (400, "MalformedQueryString".into()));
}

/// A page that somebody looks at must not reach an endpoint on their machine.
#[test]
fn web_pages_are_not_served() {
    let stage = Stage::open();
    let refused = (403, "UnauthorizedOperation");
    let create = "Action=CreateVpc&CidrBlock=10.0.0.0/16";
    assert_eq!(with(&stage, &format!("{UNPROVED}Origin: http://example.com\r\n"), create).code(), refused);
    assert_eq!(with(&stage, &format!("{UNPROVED}Sec-Fetch-Site: cross-site\r\n"), create).code(), refused);
    assert_eq!(with(&stage, "", create).code(), (403, "MissingAuthenticationToken"));
    let rebound =
        format!("POST / HTTP/1.1\r\nHost: example.com\r\n{UNPROVED}Content-Length: {}\r\n\r\n{create}", create.len());
    assert_eq!(exchange(&mut connect(stage.address()), rebound.as_bytes()).unwrap().code(), refused);
    let signed = "GET /?Action=CreateVpc&CidrBlock=10.0.0.0/16&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date=20261121T103545Z\
                  &X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Credential=a/20261121/us-east-1/ec2/aws4_request\
                  &X-Amz-Signature=none HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let reply = exchange(&mut connect(stage.address()), signed.as_bytes()).unwrap();
    assert_eq!(reply.code(), (403, "MissingAuthenticationToken"), "an image on a page can send this");
}

#[test]
fn sts_answers_on_the_same_port_in_its_own_form() {
    let stage = Stage::open();
    let reply = post(stage.address(), "Action=GetCallerIdentity&Version=2016-11-15");
    assert_eq!(reply.code(), (400, "InvalidAction"), "that is not an action of EC2's");
    let sts = UNPROVED.replace("/ec2/", "/sts/").replace("=any/", "=444455556666/");
    let reply = with(&stage, &sts, "Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(reply.element("Account"), Some("444455556666"));
    assert_eq!(reply.element("RequestId"), reply.header("x-amzn-requestid"));
    let reply = with(&stage, &sts, "Action=AssumeRole&Version=2011-06-15");
    assert!(
        reply.body.contains("<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"),
        "{}",
        reply.body
    );
}

#[test]
fn what_scanners_ask_for_is_answered_with_nothing() {
    let stage = Stage::open();
    for empty in sgfw::api::EMPTY {
        let reply = post(stage.address(), &format!("Action={}&Version=2016-11-15&MaxResults=5", empty.name));
        assert!(reply.status == 200 && reply.body.contains(&format!("<{}", empty.members[0].xml)), "{}", reply.body);
    }
}

#[test]
fn a_dry_run_is_answered_with_412_and_changes_nothing() {
    let stage = Stage::open();
    let ask = "Action=CreateSecurityGroup&GroupName=web&GroupDescription=web";
    let reply = post(stage.address(), &format!("{ask}&DryRun=true"));
    assert_eq!(reply.code(), (412, "DryRunOperation"));
    assert_eq!(post(stage.address(), ask).status, 200);
    assert_eq!(post(stage.address(), ask).code(), (400, "InvalidGroup.Duplicate"));
}

#[test]
fn a_connection_serves_many_requests() {
    let stage = Stage::open();
    let mut stream = connect(stage.address());
    for _ in 0..50 {
        let reply = exchange(&mut stream, &form(UNPROVED, "Action=DescribeSecurityGroups")).unwrap();
        assert_eq!(reply.status, 200);
    }
    let bytes = [form(UNPROVED, "Action=DescribeSecurityGroups"), form(UNPROVED, "Action=Nothing")].concat();
    assert_eq!(exchange(&mut stream, &bytes).unwrap().status, 200);
}

#[test]
fn f21_a_request_of_an_old_version_is_done_as_of_old() {
    let stage = Stage::open();
    let create = |version: &str| {
        let reply = post(stage.address(), &format!("Action=CreateVpc&CidrBlock=10.7.0.0/16&Version={version}"));
        assert!(reply.body.contains(&format!("/doc/{version}/")), "{}", reply.body);
        reply.element("vpcId").unwrap().to_owned()
    };
    let has_group_of_old = |vpc: &str| {
        let filter = format!("Filter.1.Name=vpc-id&Filter.1.Value.1={vpc}");
        let reply = post(stage.address(), &format!("Action=DescribeSecurityGroups&{filter}"));
        reply.body.contains("<groupName>2009-07-15-default<")
    };
    assert!(has_group_of_old(&create("2009-07-15")) && has_group_of_old(&create("2010-11-15")));
    assert!(!has_group_of_old(&create("2011-01-01")) && !has_group_of_old(&create("2016-11-15")));
}
