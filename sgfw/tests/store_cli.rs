//! Commands on the store alone, which need no privilege: nothing of this host is to be protected.

mod command;

use command::Sgfw;
use serde_json::Value;

fn ec2(sgfw: &Sgfw, line: &str) -> Value {
    let words: Vec<&str> = std::iter::once("ec2").chain(line.split_whitespace()).collect();
    let said = sgfw.run(&words);
    said.exits(0);
    serde_json::from_str(&said.out).unwrap_or(Value::Null)
}

#[test]
fn f28_a_group_is_copied_with_its_rules() {
    let sgfw = Sgfw::unprivileged();
    let group = ec2(&sgfw, "create-security-group --group-name web --description web")["GroupId"].clone();
    let group = group.as_str().unwrap();
    ec2(
        &sgfw,
        &format!("authorize-security-group-ingress --group-id {group} --protocol tcp --port 443 --cidr 10.0.0.0/8"),
    );
    ec2(
        &sgfw,
        &format!("authorize-security-group-ingress --group-id {group} --protocol tcp --port 80 --source-group {group}"),
    );
    let said = sgfw.run(&["copy-group", group, "web-2", "-o", "json"]);
    let copy = said.exits(0).json()["group"].as_str().unwrap().to_owned();
    let found = ec2(&sgfw, &format!("describe-security-groups --group-ids {copy}"));
    let permissions = found["SecurityGroups"][0]["IpPermissions"].as_array().unwrap().clone();
    assert_eq!(permissions.len(), 2);
    assert_eq!(permissions[1]["UserIdGroupPairs"][0]["GroupId"], copy, "it refers to itself");
    sgfw.run(&["copy-group", group, "web-2"]).exits(1).complains(&["InvalidGroup.Duplicate"]);
}

#[test]
fn f101_f141_ones_own_address_is_a_block() {
    let sgfw = Sgfw::unprivileged();
    let output = sgfw.command(&["my-ip"]).env("SSH_CONNECTION", "203.0.113.9 50000 10.0.0.1 22").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "203.0.113.9/32\n");
    sgfw.run(&["my-ip"]).exits(1).complains(&["no SSH session", "--to"]);
    sgfw.run(&["my-ip", "--to", "127.0.0.1"]).exits(0).says(&["127.0.0.1/32"]);
}

#[test]
fn f144_ssh_for_everybody_is_worth_a_word() {
    let sgfw = Sgfw::unprivileged();
    let group = ec2(&sgfw, "create-security-group --group-name web --description web")["GroupId"].clone();
    let allow = |port: &str, block: &str| {
        let group = group.as_str().unwrap();
        sgfw.run(&[
            "ec2",
            "authorize-security-group-ingress",
            "--group-id",
            group,
            "--protocol",
            "tcp",
            "--port",
            port,
            "--cidr",
            block,
        ])
    };
    allow("22", "0.0.0.0/0").exits(0).complains(&["warning: SSH is open to every address"]);
    assert_eq!(allow("22", "203.0.113.0/24").exits(0).err, "");
    assert_eq!(allow("443", "0.0.0.0/0").exits(0).err, "");
}

#[test]
fn a_policy_whose_own_tests_fail_is_not_applied() {
    let sgfw = Sgfw::unprivileged();
    let policy = "version: 1
groups:
  - {name: web, ingress: [{protocol: tcp, ports: 80, from: 10.0.0.0/8}]}
members:
  - {name: one, addresses: [10.0.0.1], groups: [web]}
tests:
  - {from: 10.1.0.0/16, to: {group: web}, protocol: tcp, port: 80, expect: deny}
";
    let file = sgfw.file("policy.yaml", policy);
    sgfw.run(&["apply", &file]).exits(1).complains(&["1 of the policy's tests failed", "nothing was changed"]);
    assert_eq!(
        sgfw.run(&[
            "ec2",
            "describe-security-groups",
            "--filters",
            "Name=group-name,Values=web",
            "--query",
            "SecurityGroups[].GroupName",
            "--output",
            "text"
        ])
        .exits(0)
        .out
        .trim(),
        ""
    );
}

#[test]
fn what_the_service_refuses_changes_nothing_and_exits_254() {
    let sgfw = Sgfw::unprivileged();
    let said = sgfw.run(&["ec2", "describe-security-groups", "--group-ids", "sg-903004f8"]);
    said.exits(254)
        .complains(&["An error occurred (InvalidGroup.NotFound) when calling the DescribeSecurityGroups operation: \
                                 The security group 'sg-903004f8' does not exist"]);
    assert!(!sgfw.state().join("store.redb").exists(), "asking writes nothing");
    sgfw.run(&["ec2", "no-such-verb"]).exits(252).complains(&["Invalid choice"]);
}

#[test]
fn what_is_exported_gives_the_same_when_it_is_applied() {
    let (first, second) = (Sgfw::unprivileged(), Sgfw::unprivileged());
    let group = ec2(&first, "create-security-group --group-name web --description web")["GroupId"].clone();
    let group = group.as_str().unwrap();
    ec2(
        &first,
        &format!("authorize-security-group-ingress --group-id {group} --protocol tcp --port 443 --cidr 10.0.0.0/8"),
    );
    let text = first.run(&["export"]).exits(0).out.clone();
    let file = second.file("exported.yaml", &text);
    sgfw::policy::load(&[file.into()]).unwrap();
    assert!(text.contains(group) && text.contains("10.0.0.0/8"), "{text}");
}
