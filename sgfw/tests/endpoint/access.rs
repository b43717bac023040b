//! Who may what, and what is written down of it.

use crate::http::{UNPROVED, connect, exchange, form};
use crate::signed::{ask, ask_as};
use crate::stage::{SECRET, Stage, keys, private};
use serde_json::Value;
use std::path::Path;

fn stage() -> Stage {
    Stage::with(|settings, directory| {
        settings.keys = Some(keys(directory));
        settings.audit = Some(directory.join("audit"));
    })
}

fn audit(directory: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(directory.join("audit")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const CREATE: &str = "Action=CreateSecurityGroup&GroupName=web&GroupDescription=web";

#[test]
fn f100_only_keys_that_are_known_get_an_answer() {
    let stage = stage();
    assert_eq!(ask(&stage, "AKIAREAD", "Action=DescribeSecurityGroups").status, 200);
    assert_eq!(ask(&stage, "AKIANOBODY", "Action=DescribeSecurityGroups").code(), (401, "AuthFailure"));
    let wrong =
        |service| ask_as(stage.address(), "AKIAREAD", "another secret", service, "Action=DescribeSecurityGroups");
    assert_eq!(wrong("ec2").code(), (403, "SignatureDoesNotMatch"));
    assert!(wrong("sts").body.contains("<ErrorResponse"));
    let unsigned = exchange(&mut connect(stage.address()), &form("", "Action=DescribeSecurityGroups")).unwrap();
    assert_eq!(unsigned.code(), (403, "MissingAuthenticationToken"));
    let old = exchange(&mut connect(stage.address()), &form(UNPROVED, "Action=DescribeSecurityGroups")).unwrap();
    assert_eq!(old.code(), (400, "RequestExpired"));
}

#[test]
fn f100_a_key_has_its_account_and_its_role() {
    let stage = stage();
    let sts = ask_as(stage.address(), "AKIAREAD", SECRET, "sts", "Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(sts.element("Arn"), Some("arn:aws:iam::111122223333:user/AKIAREAD"));
    let denied = (403, "UnauthorizedOperation");
    assert_eq!(ask(&stage, "AKIAREAD", CREATE).code(), denied);
    assert_eq!(ask(&stage, "AKIAOPERATE", CREATE).code(), denied);
    // Flow logs fill disks: who operates may look at them, and no more.
    let logs = "Action=CreateFlowLogs&ResourceType=VPC&ResourceId.1=vpc-1a2b3c4d&TrafficType=ALL&LogGroupName=g";
    assert_eq!(ask(&stage, "AKIAOPERATE", logs).code(), denied);
    assert_eq!(ask(&stage, "AKIAOPERATE", "Action=DeleteFlowLogs&FlowLogId.1=fl-1a2b3c4d").code(), denied);
    assert_eq!(ask(&stage, "AKIAADMIN", logs).code(), (400, "InvalidVpcID.NotFound"));
    assert_eq!(ask(&stage, "AKIAREAD", "Action=DescribeFlowLogs").status, 200);
    let group = ask(&stage, "AKIAADMIN", CREATE).element("groupId").unwrap().to_owned();
    let rule = format!(
        "Action=AuthorizeSecurityGroupIngress&GroupId={group}&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=80\
         &IpPermissions.1.ToPort=80&IpPermissions.1.IpRanges.1.CidrIp=10.0.0.0/8"
    );
    assert_eq!(ask(&stage, "AKIAREAD", &rule).code(), denied);
    assert_eq!(ask(&stage, "AKIAOPERATE", &rule).status, 200);
    assert_eq!(ask(&stage, "AKIAOPERATE", &rule).code(), (400, "InvalidPermission.Duplicate"));
    let owner = ask(&stage, "AKIAREAD", "Action=DescribeSecurityGroups");
    assert_eq!(owner.element("ownerId"), Some("111122223333"));
}

/// The request that an action makes of a text, as the role that operates meets it.
#[test]
fn who_operates_changes_groups_of_interfaces_and_nothing_else_of_them() {
    let stage = stage();
    let code = |body: &str| ask(&stage, "AKIAOPERATE", body).code().1.to_owned();
    let denied = "UnauthorizedOperation";
    let groups = "Action=ModifyNetworkInterfaceAttribute&NetworkInterfaceId=eni-11112222&SecurityGroupId.1=sg-11112222";
    assert_ne!(code(groups), denied);
    assert_ne!(code(&format!("{groups}&DryRun=true")), denied);
    assert_eq!(code(&format!("{groups}&SourceDestCheck.Value=false")), denied);
    let groups = "Action=ModifyInstanceAttribute&InstanceId=i-11112222&GroupId.1=sg-11112222";
    assert_ne!(code(groups), denied);
    assert_eq!(code("Action=ModifyInstanceAttribute&InstanceId=i-11112222&SourceDestCheck.Value=false"), denied);
    let list = "Action=ModifyManagedPrefixList&PrefixListId=pl-11112222&AddEntry.1.Cidr=10.0.0.0/8";
    assert_ne!(code(list), denied);
    assert_eq!(code(&format!("{list}&MaxEntries=5")), denied);
    assert_eq!(code("Action=DeleteSecurityGroup&GroupId=sg-11112222"), denied);
}

#[test]
fn every_change_is_written_down_with_what_came_of_it() {
    let since = sgfw::control::now();
    let stage = stage();
    ask(&stage, "AKIAREAD", "Action=DescribeSecurityGroups");
    let denied = ask(&stage, "AKIAREAD", CREATE);
    let done = ask(&stage, "AKIAADMIN", CREATE);
    ask(&stage, "AKIAADMIN", CREATE);
    ask(&stage, "AKIAADMIN", &format!("{}&DryRun=true", CREATE.replace("web", "db")));
    let lines = audit(stage.directory.path());
    let of = |name: &str| -> Vec<Value> { lines.iter().map(|line| line[name].clone()).collect() };
    let outcomes = ["UnauthorizedOperation", "done", "InvalidGroup.Duplicate", "DryRunOperation"];
    assert_eq!(of("outcome"), outcomes);
    assert_eq!(of("key"), ["AKIAREAD", "AKIAADMIN", "AKIAADMIN", "AKIAADMIN"]);
    assert_eq!(of("revision"), [Value::Null, 1.into(), Value::Null, Value::Null]);
    assert_eq!(of("dry_run"), [false, false, false, true]);
    assert_eq!(lines[0]["request_id"], denied.header("x-amzn-requestid").unwrap());
    assert_eq!(lines[1]["request_id"], done.header("x-amzn-requestid").unwrap());
    for line in &lines {
        // RFC 3339 in UTC, to the second, and now.
        let time = line["time"].as_str().unwrap();
        let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert_eq!(shape, "0000-00-00T00:00:00Z");
        let (before, after) = (since.as_str(), sgfw::control::now());
        assert!((before..=after.as_str()).contains(&time), "{before} {time} {after}");
    }
    assert_eq!((&lines[1]["account"], &lines[1]["from"]), (&"111122223333".into(), &"127.0.0.1".into()));
    assert_eq!(
        (&lines[1]["parameters"], &lines[1]["action"]),
        (&lines[2]["parameters"], &"CreateSecurityGroup".into())
    );
    assert_eq!(lines[1]["parameters"].as_str().unwrap().len(), 64);
    assert_ne!(lines[1]["parameters"], lines[3]["parameters"]);
    assert!(!std::fs::read_to_string(stage.directory.path().join("audit")).unwrap().contains(SECRET));
}

#[test]
fn keys_are_read_anew_and_broken_ones_are_not_taken() {
    let stage = stage();
    let other = r#"{"keys": [{"access_key_id": "AKIANEW", "secret_access_key": "0123456789abcdef", "account": "111122223333", "role": "read"}]}"#;
    private(stage.directory.path(), "keys.json", other);
    assert_eq!(ask(&stage, "AKIAREAD", "Action=DescribeSecurityGroups").status, 200, "not before it is told");
    stage.handle.reload().unwrap();
    assert_eq!(ask(&stage, "AKIAREAD", "Action=DescribeSecurityGroups").status, 401);
    private(stage.directory.path(), "keys.json", "{");
    assert!(stage.handle.reload().is_err());
    let new = ask_as(stage.address(), "AKIANEW", "0123456789abcdef", "ec2", "Action=DescribeSecurityGroups");
    assert_eq!(new.status, 200);
}

#[test]
fn who_asks_too_often_hears_so_and_others_do_not() {
    let stage = Stage::with(|settings, directory| {
        settings.keys = Some(keys(directory));
        settings.limits.rate = 5;
    });
    let statuses: Vec<u16> = (0..30).map(|_| ask(&stage, "AKIAREAD", "Action=DescribeSecurityGroups").status).collect();
    assert!(statuses[..10].iter().all(|status| *status == 200), "{statuses:?}");
    assert!(statuses.contains(&503), "{statuses:?}");
    assert_eq!(ask(&stage, "AKIAADMIN", "Action=DescribeSecurityGroups").status, 200);
    let code = |_| ask(&stage, "AKIANOBODY", "Action=DescribeSecurityGroups").code().1.to_owned();
    let codes: Vec<String> = (0..30).map(code).collect();
    assert!(codes.contains(&"RequestLimitExceeded".to_owned()), "{codes:?}");
}
