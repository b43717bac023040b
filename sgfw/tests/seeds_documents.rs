//! The commands that the documents print, word by word, with the output they print beside it.
//!
//! `aws` becomes `sgfw`, `PROMPT>` and `$` go, and `x.x.x.x` is an address, as it is for a reader. What is printed beyond the document, because
//! the service has grown, is named by each test. Packets are the business of `seeds_root.rs`.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod command;

use command::lab::Lab;
use command::{Said, Sgfw};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The words of a line as a shell splits it.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for c in line.trim().chars() {
        match quote {
            None if c == ' ' => words.push(String::new()),
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Types a line of a document.
fn types(sgfw: &Sgfw, line: &str) -> Said {
    let line = line.trim_start_matches("$ ").trim_start_matches("PROMPT> ").trim_start_matches("aws ");
    let words = words(line);
    sgfw.run(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

#[track_caller]
fn prints(sgfw: &Sgfw, line: &str) -> Value {
    let said = types(sgfw, line);
    said.exits(0);
    if said.out.trim().is_empty() { Value::Null } else { serde_json::from_str(&said.out).unwrap() }
}

/// What a document prints is printed; answers with the members that are printed beyond it.
#[track_caller]
fn beyond(found: &Value, printed: &Value) -> BTreeSet<String> {
    match (found, printed) {
        (Value::Object(found), Value::Object(printed)) => {
            let missing: Vec<_> = printed.keys().filter(|key| !found.contains_key(*key)).collect();
            assert!(missing.is_empty(), "no {missing:?} in {found:?}");
            let more = found.keys().filter(|key| !printed.contains_key(*key)).cloned();
            let inner = printed.iter().flat_map(|(key, value)| beyond(&found[key], value));
            inner.chain(more).collect()
        }
        (Value::Array(found), Value::Array(printed)) => {
            assert_eq!(found.len(), printed.len(), "{found:?} is not {printed:?}");
            found.iter().zip(printed).flat_map(|(found, printed)| beyond(found, printed)).collect()
        }
        _ => {
            assert_eq!(found, printed);
            BTreeSet::new()
        }
    }
}

#[track_caller]
fn is_printed(found: &Value, printed: &Value, more: &[&str]) {
    assert_eq!(beyond(found, printed), more.iter().map(|it| (*it).to_owned()).collect(), "beyond the document");
}

fn id(kind: &str, id: &str) -> String {
    format!("--tag-specifications ResourceType={kind},Tags=[{{Key=_custom_id_,Value={id}}}]")
}

/// Whoever reads the peering guide: two VPCs, each with a group, and a connection between them.
fn peered() -> Sgfw {
    let sgfw = Sgfw::unprivileged();
    let other = "--account 123456789101";
    for line in [
        format!("ec2 create-vpc --cidr-block 10.1.0.0/16 {}", id("vpc", "vpc-aaaaaaaa")),
        format!("ec2 create-vpc --cidr-block 10.2.0.0/16 {} {other}", id("vpc", "vpc-bbbbbbbb")),
        format!(
            "ec2 create-security-group --group-name Access1 --description \"Reference remote SG\" --vpc-id vpc-aaaaaaaa {}",
            id("security-group", "sg-aaaa1111")
        ),
        format!(
            "ec2 create-security-group --group-name Prod1 --description Production --vpc-id vpc-bbbbbbbb {} {other}",
            id("security-group", "sg-bbbb2222")
        ),
        format!(
            "ec2 create-vpc-peering-connection --vpc-id vpc-aaaaaaaa --peer-vpc-id vpc-bbbbbbbb --peer-owner-id 123456789101 {}",
            id("vpc-peering-connection", "pcx-b04deed9")
        ),
    ] {
        types(&sgfw, &line).exits(0);
    }
    sgfw
}

const FROM_PEER: &str = "aws ec2 authorize-security-group-ingress --group-id sg-aaaa1111 --protocol tcp --port 80 --source-group sg-bbbb2222 ";

#[test]
fn f91_f103_f107_f108_f110_f114_f115_f116_the_lines_of_the_peering_guide() {
    let sgfw = peered();
    types(&sgfw, FROM_PEER).exits(254).complains(&["InvalidGroup.NotFound", "different networks"]);
    prints(&sgfw, "ec2 accept-vpc-peering-connection --vpc-peering-connection-id pcx-b04deed9 --account 123456789101");
    assert_eq!(prints(&sgfw, FROM_PEER)["Return"], true);
    // "Use the describe-security-groups command to view the referenced security group": with its account.
    let found = prints(&sgfw, "aws ec2 describe-security-groups --group-ids sg-aaaa1111");
    let pair = &found["SecurityGroups"][0]["IpPermissions"][0]["UserIdGroupPairs"][0];
    assert_eq!((pair["UserId"].as_str(), pair["GroupId"].as_str()), (Some("123456789101"), Some("sg-bbbb2222")));

    // The owner of the group asks. The document's key is another, and it has a blank behind the VPC.
    let references = "aws ec2 describe-security-group-references --group-id sg-bbbb2222";
    types(&sgfw, references).exits(254).complains(&["InvalidGroup.NotFound"]);
    let said = sgfw.command(&["ec2"]).args(&words(references)[2..]).env("SGFW_ACCOUNT", "123456789101").output();
    let said: Value = serde_json::from_str(&Said::of(&said.unwrap()).exits(0).out).unwrap();
    let reference = json!({ "ReferencingVpcId": "vpc-aaaaaaaa", "GroupId": "sg-bbbb2222", "VpcPeeringConnectionId": "pcx-b04deed9" });
    is_printed(&said, &json!({ "SecurityGroupReferenceSet": [reference] }), &[]);

    // Both ways, and both away again; then the SSH rule of the last example.
    for way in ["ingress", "egress"] {
        for verb in ["authorize", "revoke"] {
            let port = if way == "ingress" { 443 } else { 5432 };
            let line = format!(
                "aws ec2 {verb}-security-group-{way} --group-id sg-aaaa1111 --protocol tcp --port {port} --source-group sg-bbbb2222"
            );
            assert_eq!(prints(&sgfw, &line)["Return"], true, "{line}");
        }
    }
    prints(&sgfw, &FROM_PEER.replace("authorize", "revoke"));
    prints(&sgfw, &FROM_PEER.replace("80", "22"));
    prints(&sgfw, "ec2 delete-vpc-peering-connection --vpc-peering-connection-id pcx-b04deed9");
    let printed = json!({ "StaleSecurityGroupSet": [{
        "VpcId": "vpc-aaaaaaaa", "StaleIpPermissionsEgress": [], "GroupName": "Access1",
        "StaleIpPermissions": [{ "ToPort": 22, "FromPort": 22, "UserIdGroupPairs": [{
            "VpcId": "vpc-bbbbbbbb", "PeeringStatus": "deleted", "UserId": "123456789101", "GroupName": "Prod1",
            "VpcPeeringConnectionId": "pcx-b04deed9", "GroupId": "sg-bbbb2222" }], "IpProtocol": "tcp" }],
        "GroupId": "sg-aaaa1111", "Description": "Reference remote SG" }] });
    let stale = "aws ec2 describe-stale-security-groups --vpc-id vpc-aaaaaaaa";
    is_printed(&prints(&sgfw, stale), &printed, &[]);
    // "You can delete them using the revoke-security-group-ingress command".
    prints(&sgfw, &FROM_PEER.replace("authorize", "revoke").replace("80", "22"));
    is_printed(&prints(&sgfw, stale), &json!({ "StaleSecurityGroupSet": [] }), &[]);
}

#[test]
fn f2_f27_f84_f90_f92_f93_f95_f96_f97_f101_the_lines_of_the_command_line_guide() {
    let sgfw = Sgfw::unprivileged();
    prints(&sgfw, &format!("ec2 create-vpc --cidr-block 10.0.0.0/16 {}", id("vpc", "vpc-1a2b3c4d")));
    // The id is the only thing that the reader's group has and this line does not say.
    let line =
        "$ aws ec2 create-security-group --group-name my-sg --description \"My security group\" --vpc-id vpc-1a2b3c4d";
    let made = prints(&sgfw, &format!("{line} {}", id("security-group", "sg-903004f8")));
    is_printed(&made, &json!({ "GroupId": "sg-903004f8" }), &["SecurityGroupArn"]);

    let describe = "$ aws ec2 describe-security-groups --group-ids sg-903004f8";
    let group = |permissions: Value| {
        json!({ "SecurityGroups": [{
            "IpPermissionsEgress": [
                { "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }], "UserIdGroupPairs": [] }],
            "Description": "My security group", "IpPermissions": permissions, "GroupName": "my-sg",
            "OwnerId": "123456789012", "GroupId": "sg-903004f8", "VpcId": "vpc-1a2b3c4d" }] })
    };
    let more = ["Ipv6Ranges", "PrefixListIds", "SecurityGroupArn"];
    is_printed(&prints(&sgfw, describe), &group(json!([])), &more);

    // "To start, find your IP address", which `sgfw my-ip` says with the prefix length that the next command needs.
    let own = sgfw.command(&["my-ip"]).env("SSH_CONNECTION", "203.0.113.7 50000 10.0.0.1 22").output().unwrap();
    let own = Said::of(&own).exits(0).out.trim().to_owned();
    let rdp =
        "$ aws ec2 authorize-security-group-ingress --group-id sg-903004f8 --protocol tcp --port 3389 --cidr x.x.x.x";
    let bare = types(&sgfw, &rdp.replace("x.x.x.x", own.trim_end_matches("/32")));
    bare.exits(254).complains(&[
        "InvalidParameterValue",
        "CIDR block 203.0.113.7 is malformed",
        "write 203.0.113.7/32",
    ]);
    for line in [rdp.to_owned(), rdp.replace("3389", "22")] {
        assert_eq!(prints(&sgfw, &line.replace("x.x.x.x", &own))["Return"], true);
    }
    let permission = |port: u16| json!({ "ToPort": port, "IpProtocol": "tcp", "IpRanges": [{ "CidrIp": own }], "UserIdGroupPairs": [], "FromPort": port });
    // The document shows the SSH rule alone; the RDP rule is there all the same.
    is_printed(&prints(&sgfw, describe), &group(json!([permission(3389), permission(22)])), &more);
    let gone = prints(&sgfw, "$ aws ec2 delete-security-group --group-id sg-903004f8");
    is_printed(&gone, &json!({}), &["GroupId", "Return"]);
    types(&sgfw, describe).exits(254).complains(&["The security group 'sg-903004f8' does not exist"]);
}

#[test]
fn f5_f14_f19_f44_f47_f50_f51_f52_f53_f54_f55_f64_f88_what_the_guides_for_vpc_and_ec2_name() {
    let sgfw = Sgfw::unprivileged();
    let vpc = format!(
        "ec2 create-vpc --cidr-block 10.0.0.0/16 --amazon-provided-ipv6-cidr-block {}",
        id("vpc", "vpc-1a2b3c4d")
    );
    prints(&sgfw, &vpc);
    let group = |name: &str, id_: &str| {
        let line = format!("ec2 create-security-group --group-name {name} --description {name} --vpc-id vpc-1a2b3c4d");
        prints(&sgfw, &format!("{line} {}", id("security-group", id_)));
    };
    for (name, id) in [("web", "sg-11111111"), ("sql", "sg-22222222"), ("mysql", "sg-33333333")] {
        group(name, id);
    }
    let list = "ec2 create-managed-prefix-list --prefix-list-name endpoint --address-family IPv4 --max-entries 2";
    prints(&sgfw, &format!("{list} {}", id("prefix-list", "pl-1234abcd")));
    // The table of the web server, line by line, then each kind of source that the guide for EC2 lists.
    for (way, what) in [
        ("ingress", "--protocol tcp --port 80 --cidr 0.0.0.0/0"),
        ("ingress", "--ip-permissions IpProtocol=tcp,FromPort=80,ToPort=80,Ipv6Ranges=[{CidrIpv6=::/0}]"),
        ("ingress", "--protocol tcp --port 443 --cidr 0.0.0.0/0"),
        ("ingress", "--ip-permissions IpProtocol=tcp,FromPort=443,ToPort=443,Ipv6Ranges=[{CidrIpv6=::/0}]"),
        ("ingress", "--protocol tcp --port 22 --cidr 203.0.113.0/24"),
        ("ingress", "--protocol tcp --port 3389 --cidr 203.0.113.0/24"),
        ("egress", "--protocol tcp --port 1433 --source-group sg-22222222"),
        ("egress", "--protocol tcp --port 3306 --source-group sg-33333333"),
        ("ingress", "--protocol 6 --port 7000-8000 --cidr 203.0.113.1/32"),
        ("ingress", "--protocol 17 --port 22 --cidr 203.0.113.1/32"),
        ("ingress", "--protocol 1 --port -1 --cidr 203.0.113.0/24"),
        (
            "ingress",
            "--ip-permissions IpProtocol=tcp,FromPort=25,ToPort=25,Ipv6Ranges=[{CidrIpv6=2001:db8:1234:1a00::123/128}]",
        ),
        (
            "ingress",
            "--ip-permissions IpProtocol=tcp,FromPort=25,ToPort=25,Ipv6Ranges=[{CidrIpv6=2001:db8:1234:1a00::/64}]",
        ),
        ("ingress", "--protocol all --source-group sg-11111111"),
        (
            "egress",
            "--ip-permissions IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=pl-1234abcd}]",
        ),
    ] {
        let line = format!("aws ec2 authorize-security-group-{way} --group-id sg-11111111 {what}");
        assert_eq!(prints(&sgfw, &line)["Return"], true, "{line}");
        types(&sgfw, &line).exits(254).complains(&["InvalidPermission.Duplicate"]);
    }
    let sources = |found: &Value, way: &str| -> Vec<String> {
        let rules =
            found["SecurityGroupRules"].as_array().unwrap().iter().filter(|it| it["IsEgress"] == (way == "egress"));
        let word = |value: &Value| value.as_str().map(ToOwned::to_owned);
        let source = |rule: &Value| {
            let group = word(&rule["ReferencedGroupInfo"]["GroupId"]);
            let peers = [word(&rule["CidrIpv4"]), word(&rule["CidrIpv6"]), word(&rule["PrefixListId"]), group];
            let [peer] = peers.into_iter().flatten().collect::<Vec<_>>().try_into().unwrap();
            format!("{} {} {} {peer}", rule["IpProtocol"].as_str().unwrap(), rule["FromPort"], rule["ToPort"])
        };
        let mut sources: Vec<String> = rules.map(source).collect();
        sources.sort();
        sources
    };
    let rules = prints(&sgfw, "ec2 describe-security-group-rules --filters Name=group-id,Values=sg-11111111");
    let ingress = [
        "-1 -1 -1 sg-11111111",
        "icmp -1 -1 203.0.113.0/24",
        "tcp 22 22 203.0.113.0/24",
        "tcp 25 25 2001:db8:1234:1a00::/64",
        "tcp 25 25 2001:db8:1234:1a00::123/128",
        "tcp 3389 3389 203.0.113.0/24",
        "tcp 443 443 0.0.0.0/0",
        "tcp 443 443 ::/0",
        "tcp 7000 8000 203.0.113.1/32",
        "tcp 80 80 0.0.0.0/0",
        "tcp 80 80 ::/0",
        "udp 22 22 203.0.113.1/32",
    ];
    assert_eq!(sources(&rules, "ingress"), ingress);
    // Beside the two that a group of a VPC with IPv6 begins with (F10, F11).
    let egress = [
        "-1 -1 -1 0.0.0.0/0",
        "-1 -1 -1 ::/0",
        "tcp 1433 1433 sg-22222222",
        "tcp 3306 3306 sg-33333333",
        "tcp 443 443 pl-1234abcd",
    ];
    assert_eq!(sources(&rules, "egress"), egress);

    let described =
        "IpProtocol=tcp,FromPort=443,ToPort=443,PrefixListIds=[{PrefixListId=pl-1234abcd,Description=endpoint}]";
    let described = format!(
        "aws ec2 update-security-group-rule-descriptions-egress --group-id sg-11111111 --ip-permissions {described}"
    );
    is_printed(&prints(&sgfw, &described), &json!({ "Return": true }), &[]);
    let found = prints(&sgfw, "aws ec2 describe-security-groups --group-ids sg-11111111");
    let list = json!([{ "PrefixListId": "pl-1234abcd", "Description": "endpoint" }]);
    let lists =
        found["SecurityGroups"][0]["IpPermissionsEgress"].as_array().unwrap().iter().map(|it| &it["PrefixListIds"]);
    assert!(lists.into_iter().any(|it| *it == list), "{found}");
    for (id, error) in [("sg-22222222", "has a dependent object"), ("sg-33333333", "has a dependent object")] {
        types(&sgfw, &format!("aws ec2 delete-security-group --group-id {id}"))
            .exits(254)
            .complains(&["DependencyViolation", error]);
    }
}

/// EC2-Classic with another account, and a VPC, as the old tool's document has them. A file says that; needs root.
fn classic(test: &str) -> Option<Lab> {
    let lab = Lab::new(test)?;
    let text = "version: 1
vpcs:
  - id: vpc-1a2b3c4d
    cidr: 10.0.0.0/16
    groups:
      - {name: web, id: sg-eea7b782, description: web, egress: []}
      - {name: database, id: sg-80aebeec, description: database}
      - {name: default, id: sg-51530134}
classic:
  - groups: [{name: websrv, description: Web servers}, {name: headoffice, description: The head office}]
  - account: \"999988887777\"
    groups: [{name: OtherAccountGroup, description: partner}]
  - account: \"111122223333\"
    groups: [{name: third, id: sg-edcd9784, description: third}]
";
    let file = lab.sgfw.file("old.yaml", text);
    lab.sgfw.run(&["apply", &file]).exits(0);
    Some(lab)
}

#[test]
fn f118_f120_f123_f124_f127_f128_f129_f130_f131_f132_f133_f134_f135_the_lines_of_the_old_tool() {
    let Some(lab) = classic("f118_the_lines_of_the_old_tool") else { return };
    let examples = [
        (
            "PROMPT> ec2-authorize websrv -P tcp -p 80 -s 192.0.2.0/24",
            "GROUP websrv\nPERMISSION websrv ALLOWS tcp 80 80 FROM CIDR 192.0.2.0/24 ingress\n",
        ),
        (
            "PROMPT> ec2-authorize websrv -P tcp -p 80 -u 999988887777 -o OtherAccountGroup",
            "GROUP websrv\nPERMISSION websrv ALLOWS tcp 80 80 FROM USER 999988887777 GRPNAME OtherAccountGroup ingress\n",
        ),
        (
            "PROMPT> ec2-authorize sg-eea7b782 -P tcp -p 80 -s 192.0.2.0/24",
            "GROUP sg-eea7b782\nPERMISSION ALLOWS tcp 80 80 FROM CIDR 192.0.2.0/24 ingress\n",
        ),
        (
            "PROMPT> ec2-authorize --egress sg-eea7b782 -P tcp -p 1433 -o sg-80aebeec",
            "GROUP sg-eea7b782\nPERMISSION ALLOWS tcp 1433 1433 TO USER ID sg-80aebeec egress\n",
        ),
        // The examples of the options, one at a time.
        (
            "ec2-authorize websrv -P udp -p 80-84 --connection-timeout 30 --request-timeout 45",
            "GROUP websrv\nPERMISSION websrv ALLOWS udp 80 84 FROM CIDR 0.0.0.0/0 ingress\n",
        ),
        (
            "ec2-authorize websrv -P icmp -t -1:-1 -s 205.192.8.45/24",
            "GROUP websrv\nPERMISSION websrv ALLOWS icmp -1 -1 FROM CIDR 205.192.8.45/24 ingress\n",
        ),
        (
            "ec2auth websrv -P tcp -p -1 -s 192.0.2.0/24",
            "GROUP websrv\nPERMISSION websrv ALLOWS tcp 0 65535 FROM CIDR 192.0.2.0/24 ingress\n",
        ),
        (
            "ec2-authorize websrv -P tcp -p 22 -u 123456789012 -o headoffice",
            "GROUP websrv\nPERMISSION websrv ALLOWS tcp 22 22 FROM USER 123456789012 GRPNAME headoffice ingress\n",
        ),
    ];
    for (line, printed) in examples {
        let said = types(&lab.sgfw, line);
        let shown: String =
            said.exits(0).out.lines().map(|line| words(&line.replace('\t', " ")).join(" ") + "\n").collect();
        assert_eq!((shown.as_str(), said.err.as_str()), (printed, ""), "{line}");
        // Said twice it is refused, on standard error alone.
        let again = types(&lab.sgfw, line);
        again.exits(1).complains(&["Client.InvalidPermission.Duplicate: "]);
        assert_eq!(again.out, "", "{line}");
    }
}

#[test]
fn f119_f120_f121_f122_f123_f124_what_the_old_tools_synopsis_takes_and_refuses() {
    let Some(lab) = classic("f119_what_the_old_tools_synopsis_takes_and_refuses") else { return };
    // Options stand anywhere; a number is a protocol, in a VPC any one; several blocks are several rules.
    for (line, printed) in [
        ("-s 192.0.2.0/24 -p 82 -P tcp websrv", "websrv ALLOWS tcp 82 82 FROM CIDR 192.0.2.0/24 ingress"),
        ("sg-eea7b782 -P 47 -s 192.0.2.0/24", "ALLOWS 47 FROM CIDR 192.0.2.0/24 ingress"),
        ("sg-eea7b782 -P 6 -p 81 -s 192.0.2.0/24", "ALLOWS 6 81 81 FROM CIDR 192.0.2.0/24 ingress"),
        ("websrv -P tcp -p 83 -s 192.0.2.0/24 -s 198.51.100.0/24", "83 83 FROM CIDR 198.51.100.0/24 ingress"),
    ] {
        let said = types(&lab.sgfw, &format!("ec2-authorize {line}"));
        let shown = words(&said.exits(0).out.replace(['\t', '\n'], " ")).join(" ");
        assert!(shown.contains(printed), "{line}: {shown}");
    }
    for (line, refusal) in [
        ("sg-eea7b782 -p 80", "VPC security group rules must specify protocols explicitly"),
        ("websrv -P 47", "Unsupported IP protocol \"47\""),
        ("websrv --egress -P tcp -p 80", "Option '--egress' is only for VPC security groups"),
        ("websrv -P tcp", "Required option '-p, --port-range' missing"),
        ("websrv -P icmp", "Required option '-t, --icmp-type-code' missing"),
        ("web -P tcp -p 80", "Client.InvalidGroup.NotFound: The security group 'web' does not exist"),
    ] {
        let said = types(&lab.sgfw, &format!("ec2-authorize {line}"));
        said.exits(1).complains(&[refusal]);
        assert_eq!(said.out, "", "{line}");
    }
}

#[test]
fn f19_f20_f56_the_refusals_and_accounts_that_the_guide_for_ec2_prints() {
    let Some(lab) = classic("f19_f20_the_refusals_and_accounts_that_the_guide_for_ec2_prints") else { return };
    let old = "ec2-authorize websrv -P tcp -p 22 -u 111122223333 -o sg-edcd9784";
    types(&lab.sgfw, old).exits(0).says(&["111122223333"]);
    let refused = [
        ("--group-name default", "InvalidGroup.Reserved", "The security group 'default' is reserved"),
        (
            "--group-id sg-51530134",
            "CannotDelete",
            "the specified group: \"sg-51530134\" name: \"default\" cannot be deleted by a user",
        ),
    ];
    for (group, code, printed) in refused {
        let said = types(&lab.sgfw, &format!("aws ec2 delete-security-group {group}"));
        said.exits(254).complains(&[&format!("An error occurred ({code}) when"), &format!(": {printed}\n")]);
    }
}
