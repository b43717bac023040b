//! From words to requests, and what is said of words that make none.

use super::{asked, command, with_environment, wrong};
use crate::cli::ec2::Caller;
use crate::service::Fault;
use serde_json::{Value, json};

const RULE: &str = "authorize-security-group-ingress --group-id sg-903004f8 ";

fn rule(flags: &str) -> Value {
    let request = asked(&format!("{RULE}{flags}"));
    assert_eq!(request["GroupId"], "sg-903004f8");
    request["IpPermissions"][0].clone()
}

#[test]
fn f2_a_group_is_created_by_name_description_and_vpc() {
    let request =
        asked("create-security-group --group-name my-sg --description 'My security group' --vpc-id vpc-1a2b3c4d");
    assert_eq!(request, json!({"GroupName": "my-sg", "Description": "My security group", "VpcId": "vpc-1a2b3c4d"}));
}

#[test]
fn f90_protocol_port_and_cidr_make_one_permission() {
    let ranges = json!([{"CidrIp": "203.0.113.0/24"}]);
    let got = rule("--protocol tcp --port 3389 --cidr 203.0.113.0/24");
    assert_eq!(got, json!({"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "IpRanges": ranges}));
    let got = rule("--protocol udp --port=80-90 --cidr=203.0.113.0/24");
    assert_eq!(got, json!({"IpProtocol": "udp", "FromPort": 80, "ToPort": 90, "IpRanges": ranges}));
    let got = rule("--protocol icmp --port 8--1 --cidr 203.0.113.0/24");
    assert_eq!(got, json!({"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, "IpRanges": ranges}));
}

#[test]
fn f44_all_is_minus_one_and_a_number_stays() {
    for port in ["-1", "all"] {
        let got = rule(&format!("--protocol icmp --port {port}"));
        assert_eq!(got, json!({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1}), "{port}");
    }
    assert_eq!(rule("--protocol all"), json!({"IpProtocol": "-1"}));
    assert_eq!(rule("--protocol 50"), json!({"IpProtocol": "50"}));
}

#[test]
fn f47_a_protocol_without_ports_is_sent_without_ports() {
    assert_eq!(
        rule("--protocol tcp --cidr 10.0.0.0/8"),
        json!({"IpProtocol": "tcp", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})
    );
}

#[test]
fn f91_a_source_group_is_an_id_or_a_name_of_any_account() {
    let got = rule("--protocol tcp --port 80 --source-group sg-bbbb2222");
    assert_eq!(got["UserIdGroupPairs"], json!([{"GroupId": "sg-bbbb2222"}]));
    let got = rule("--protocol tcp --port 80 --source-group webs --group-owner 999988887777");
    assert_eq!(got["UserIdGroupPairs"], json!([{"GroupName": "webs", "UserId": "999988887777"}]));
}

#[test]
fn f85_the_flags_of_one_rule_are_those_of_egress_and_revoke_too() {
    for verb in ["authorize-security-group-egress", "revoke-security-group-ingress", "revoke-security-group-egress"] {
        let request = asked(&format!("{verb} --group-id sg-1 --protocol tcp --port 22 --cidr 10.0.0.0/8"));
        let permission =
            json!({"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]});
        assert_eq!(request, json!({"GroupId": "sg-1", "IpPermissions": [permission]}), "{verb}");
    }
}

#[test]
fn the_members_of_the_request_itself_can_be_flags_too() {
    let request = asked(&format!("{RULE}--ip-protocol tcp --from-port 22 --to-port 23 --cidr-ip 10.0.0.0/8"));
    let wanted =
        json!({"GroupId": "sg-903004f8", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 23, "CidrIp": "10.0.0.0/8"});
    assert_eq!(request, wanted);
}

#[test]
fn f84_several_permissions_are_shorthand_or_json() {
    let shorthand = "IpProtocol=tcp,FromPort=22,ToPort=22,\
                     IpRanges=[{CidrIp=10.0.0.0/8,Description=\"a, b\"},{CidrIp=1.2.3.4/32}],UserIdGroupPairs=[{GroupId=sg-2}]";
    let json = r#"[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"10.0.0.0/8","Description":"a, b"},
                    {"CidrIp":"1.2.3.4/32"}],"UserIdGroupPairs":[{"GroupId":"sg-2"}]}]"#;
    let flags = |text: &str| asked(&format!("{RULE}--ip-permissions '{text}'"));
    assert_eq!(flags(shorthand), flags(json));
    assert_eq!(flags(shorthand)["IpPermissions"][0]["IpRanges"][0]["Description"], "a, b");
}

#[test]
fn f93_lists_take_several_words_json_and_short_flags() {
    let two = json!({"GroupIds": ["sg-1", "sg-2"]});
    assert_eq!(asked("describe-security-groups --group-ids sg-1 sg-2"), two);
    assert_eq!(asked(r#"describe-security-groups --group-ids '["sg-1","sg-2"]'"#), two);
    assert_eq!(asked("describe-security-groups --group-id sg-1 sg-2"), two);
    assert_eq!(asked("describe-security-groups --group-ids sg-1,sg-2"), json!({"GroupIds": ["sg-1,sg-2"]}));
    assert_eq!(asked("describe-security-groups --group-ids"), json!({}));
}

#[test]
fn f107_the_seed_calls_the_list_of_groups_by_one() {
    assert_eq!(asked("describe-security-group-references --group-id sg-bbbb2222"), json!({"GroupId": ["sg-bbbb2222"]}));
    assert_eq!(asked("describe-stale-security-groups --vpc vpc-aaaaaaaa"), json!({"VpcId": "vpc-aaaaaaaa"}));
}

#[test]
fn filters_are_read_as_the_aws_cli_reads_them() {
    let filters = |text: &str| asked(&format!("describe-security-groups --filters {text}"))["Filters"].clone();
    let one = |name: &str, values: Value| json!([{"Name": name, "Values": values}]);
    assert_eq!(filters("Name=a,Values=b,c"), one("a", json!(["b", "c"])));
    assert_eq!(filters("Name=a,Values=b Name=d,Values=e").as_array().unwrap().len(), 2);
    assert_eq!(filters("Name=tag:Key,Values=\"a,b\",c"), one("tag:Key", json!(["a,b", "c"])));
    assert_eq!(filters(r#"'Name=a,Values=[b,"c d",e]'"#), one("a", json!(["b", "c d", "e"])));
    assert_eq!(filters(r"Name=a\,b,Values=c\,d,e"), one("a,b", json!(["c,d", "e"])));
    assert_eq!(filters("'Name=a, Values=b'"), one("a", json!(["b"])));
    assert_eq!(filters("Name=a,,Values=b"), one("a", json!(["b"])));
    assert_eq!(filters("Name=a,Values="), one("a", json!([""])));
    assert_eq!(filters(r#"'{"Name":"a","Values":["b"]}'"#), one("a", json!(["b"])));
    assert_eq!(filters("Name=a"), json!([{"Name": "a"}]));
}

#[test]
fn nested_shorthand_reaches_numbers_and_structures() {
    let rule = "SecurityGroupRuleId=sgr-1,SecurityGroupRule={IpProtocol=tcp,FromPort=80,ToPort=81,CidrIpv4=1.2.3.4/32}";
    let request = asked(&format!("modify-security-group-rules --group-id sg-1 --security-group-rules {rule}"));
    let rule = &request["SecurityGroupRules"][0]["SecurityGroupRule"];
    assert_eq!(*rule, json!({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 81, "CidrIpv4": "1.2.3.4/32"}));
    let request = asked("create-tags --resources sg-1 --tags Key=a,Value=b Key=c,Value=");
    assert_eq!(request["Tags"], json!([{"Key": "a", "Value": "b"}, {"Key": "c", "Value": ""}]));
}

#[test]
fn f31_attributes_are_flags() {
    let attribute = |flags: &str| asked(&format!("modify-instance-attribute --instance-id i-1 {flags}"));
    assert_eq!(attribute("--groups sg-1 sg-2"), json!({"InstanceId": "i-1", "Groups": ["sg-1", "sg-2"]}));
    let check = |value: bool| json!({"InstanceId": "i-1", "SourceDestCheck": {"Value": value}});
    assert_eq!(attribute("--source-dest-check"), check(true));
    assert_eq!(attribute("--no-source-dest-check"), check(false));
    assert_eq!(attribute("--source-dest-check Value=false"), check(false));
    assert_eq!(attribute(r#"--source-dest-check '{"Value": true}'"#), check(true));
    let (code, said) = wrong("modify-instance-attribute --instance-id i-1 --source-dest-check --no-source-dest-check");
    let wanted =
        "\nCannot specify both the \"--source-dest-check\" option and the \"--no-source-dest-check\" option.\n";
    assert_eq!((code, said.as_str()), (252, wanted));
}

#[test]
fn f32_the_groups_and_the_description_of_an_interface() {
    let attribute =
        |flags: &str| asked(&format!("modify-network-interface-attribute --network-interface-id eni-1 {flags}"));
    assert_eq!(attribute("--groups sg-1")["Groups"], json!(["sg-1"]));
    assert_eq!(attribute("--description web")["Description"], json!({"Value": "web"}));
    assert_eq!(attribute("--description Value=web")["Description"], json!({"Value": "web"}));
}

#[test]
fn f17_instances_are_counted_and_their_first_interface_takes_what_is_its_own() {
    let request = asked("run-instances --count 2:5 --security-group-ids sg-1");
    assert_eq!(request, json!({"MinCount": 2, "MaxCount": 5, "SecurityGroupIds": ["sg-1"]}));
    let flags = "--subnet-id subnet-1 --security-group-ids sg-1 --private-ip-address 10.0.0.4";
    let request = asked(&format!("run-instances {flags} --secondary-private-ip-addresses 10.0.0.5"));
    let addresses = json!([
        {"PrivateIpAddress": "10.0.0.4", "Primary": true},
        {"PrivateIpAddress": "10.0.0.5", "Primary": false},
    ]);
    let interface =
        json!({"DeviceIndex": 0, "SubnetId": "subnet-1", "Groups": ["sg-1"], "PrivateIpAddresses": addresses});
    assert_eq!(request, json!({"MinCount": 1, "MaxCount": 1, "NetworkInterfaces": [interface]}));
}

#[test]
fn booleans_have_a_no_and_the_last_counts() {
    let request = |flags: &str| asked(&format!("describe-security-groups {flags}"));
    assert_eq!(request("--dry-run"), json!({"DryRun": true}));
    assert_eq!(request("--dry-run --no-dry-run"), json!({"DryRun": false}));
    assert_eq!(request("--group-names a --group-names b"), json!({"GroupNames": ["b"]}));
}

#[test]
fn a_request_comes_as_json_and_flags_overrule_it() {
    let input = r#"--cli-input-json '{"GroupName":"a","Description":"d"}'"#;
    let request = asked(&format!("create-security-group {input} --group-name b"));
    assert_eq!(request, json!({"GroupName": "b", "Description": "d"}));
    let file = std::env::temp_dir().join(format!("sgfw-ec2-input-{}.json", std::process::id()));
    std::fs::write(&file, r#"{"GroupName":"f","Description":"d"}"#).unwrap();
    let request = asked(&format!("create-security-group --cli-input-json file://{}", file.display()));
    std::fs::remove_file(&file).unwrap();
    assert_eq!(request["GroupName"], "f");
}

#[test]
fn the_caller_comes_from_flags_before_the_environment() {
    let environment = |name: &str| match name {
        "AWS_DEFAULT_REGION" => Some("eu-west-1".to_owned()),
        "AWS_REGION" => Some("eu-west-2".to_owned()),
        "SGFW_ACCOUNT" => Some("111122223333".to_owned()),
        _ => None,
    };
    let caller = |flags: &str| {
        let run = with_environment(&format!("{flags} describe-vpcs --profile x"), vec![Ok(json!({}))], &environment);
        run.callers[0].clone()
    };
    let caller_of = |account: &str, region: &str| Caller { account: Some(account.into()), region: Some(region.into()) };
    assert_eq!(caller("--endpoint-url http://localhost"), caller_of("111122223333", "eu-west-2"));
    assert_eq!(caller("--region us-east-1 --account 1"), caller_of("1", "us-east-1"));
}

#[test]
fn wrong_words_are_answered_with_usage() {
    let says = |line: &str, wanted: &str| {
        let (code, said) = wrong(line);
        assert!(said.starts_with("\nusage: sgfw ec2 [options] <verb> [parameters]\n"), "{said}");
        assert!(said.ends_with(&format!("{wanted}\n")), "{line}: {said}");
        assert_eq!(code, 252, "{line}");
    };
    let error = "sgfw: error: ";
    says("create-security-group", &format!("{error}the following arguments are required: --description, --group-name"));
    says("create-security-group --group-name", &format!("{error}argument --group-name: expected one argument"));
    says(
        "describe-security-groups --group sg-1",
        &format!("{error}ambiguous option: --group could match --group-ids, --group-names"),
    );
    says("describe-vpcs --foo bar", "Unknown options: --foo, bar");
    says(&format!("{RULE}--port -1--1"), &format!("{error}argument --port: expected one argument"));
    says(
        "describe-vpcs --output yaml",
        "argument --output: Invalid choice: 'yaml', valid choices are: json, text, table",
    );
    says(
        "describe-vpc",
        "Invalid choice: 'describe-vpc', maybe you meant:\n\n  * describe-vpcs\n  * describe-vpc-attribute\n  * describe-vpc-peering-connections",
    );
    says("wait for-godot", "argument subcommand: Invalid choice: 'for-godot', see `sgfw ec2 help`");
    says("--region us-east-1", &format!("{error}the following arguments are required: operation"));
    says("describe-vpcs --max-items x", &format!("{error}argument --max-items: invalid int value: 'x'"));
}

#[test]
fn wrong_values_are_answered_in_the_words_of_the_aws_cli() {
    let says = |line: &str, wanted: &str| assert_eq!(wrong(line), (252, format!("\n{wanted}\n")), "{line}");
    let filters = |text: &str| format!("describe-security-groups --filters {text}");
    let parsing = |what: &str| format!("Error parsing parameter '--filters': {what}");
    says(&filters("foo"), &parsing("Expected: '=', received: 'EOF' for input:\nfoo\n   ^"));
    says(&filters("Name==a"), &parsing("Expected: ',', received: '=' for input:\nName==a\n     ^"));
    says(
        &filters("Name=a,Values=\"b"),
        &parsing("Expected: '<double quoted>', received: '<none>' for input:\nName=a,Values=\"b\n              ^"),
    );
    let twice = "Second instance of key \"Name\" encountered for input:\nName=a,Values=b,Name=c\n                ^\n\
                 This is often because there is a preceding \",\" instead of a space.";
    says(&filters("Name=a,Values=b,Name=c"), &parsing(twice));
    let invalid = |what: &str| format!("Parameter validation failed:\n{what}");
    says(
        &filters("Name=a,Value=b"),
        &invalid("Unknown parameter in Filters[0]: \"Value\", must be one of: Name, Values"),
    );
    let text = "value: ['a', 'Value'], type: <class 'list'>, valid types: <class 'str'>";
    says(
        "create-tags --resources sg-1 --tags Key=a,Value",
        &invalid(&format!("Invalid type for parameter Tags[0].Key, {text}")),
    );
    let port = r#"--ip-permissions '[{"IpProtocol":"tcp","FromPort":"22"}]'"#;
    let text = "value: 22, type: <class 'str'>, valid types: <class 'int'>";
    says(&format!("{RULE}{port}"), &invalid(&format!("Invalid type for parameter IpPermissions[0].FromPort, {text}")));
    let input = r#"create-security-group --cli-input-json '{"GroupName":"a","Foo":1}'"#;
    let known = "must be one of: Description, GroupName, VpcId, TagSpecifications, DryRun";
    says(
        input,
        &invalid(&format!(
            "Missing required parameter in input: \"Description\"\nUnknown parameter in input: \"Foo\", {known}"
        )),
    );
    says("describe-vpcs --max-results x", "invalid literal for int() with base 10: 'x'");
    says(&format!("{RULE}--port x"), "port parameter should be of the form <from[-to]> (e.g. 22 or 22-25)");
    for protocol in ["foo", "TCP", "300"] {
        let what = "protocol parameter should be one of: tcp|udp|icmp|all or any valid protocol number.";
        says(&format!("{RULE}--protocol {protocol}"), what);
    }
    let both = "The --group-owner option is not compatible with the --ip-permissions option";
    says(&format!("{RULE}--ip-permissions IpProtocol=tcp --group-owner 1"), both);
    says(
        "describe-vpcs --no-paginate --max-items 3",
        "Error during pagination: Cannot specify --no-paginate along with pagination arguments: --max-items",
    );
}

#[test]
fn a_refusal_has_the_words_and_the_code_of_the_aws_cli() {
    let fault = Fault::new("InvalidGroup.NotFound", "The security group 'sg-x' does not exist");
    let run = command("describe-security-groups --group-ids sg-x", vec![Err(fault)]);
    let wanted = "\nAn error occurred (InvalidGroup.NotFound) when calling the DescribeSecurityGroups operation: \
                  The security group 'sg-x' does not exist\n";
    assert_eq!((run.said.code, run.said.err.as_str(), run.said.out.as_str()), (254, wanted, ""));
}

#[test]
fn f92_a_bare_address_is_sent_as_it_is_and_its_refusal_carries_a_hint() {
    let fault = Fault::value("CIDR block 203.0.113.9 is malformed");
    let run = command(&format!("{RULE}--protocol tcp --port 22 --cidr 203.0.113.9"), vec![Err(fault)]);
    assert_eq!(run.asked[0]["IpPermissions"][0]["IpRanges"][0]["CidrIp"], "203.0.113.9");
    assert!(
        run.said.err.ends_with("CIDR block 203.0.113.9 is malformed\nhint: write 203.0.113.9/32\n"),
        "{}",
        run.said.err
    );
    let fault = Fault::value("CIDR block fd00::1 is malformed");
    let ranges = "--ip-permissions IpProtocol=tcp,Ipv6Ranges=[{CidrIpv6=fd00::1}]";
    let run = command(&format!("{RULE}{ranges}"), vec![Err(fault)]);
    assert!(run.said.err.ends_with("\nhint: write fd00::1/128\n"), "{}", run.said.err);
}

#[test]
fn help_names_every_verb_and_every_flag_on_a_line() {
    let help = command("help", vec![]).said.out;
    assert!(help.contains("\n  create-security-group      "), "{help}");
    assert_eq!(help.lines().filter(|line| line.starts_with("  describe-")).count(), 21, "{help}");
    for word in ["help", "--help", "-h"] {
        let help = command(&format!("create-security-group {word}"), vec![]).said.out;
        assert!(help.starts_with("Creates a group with a name, a description and a VPC\n\nusage: sgfw ec2 create-security-group --description TEXT --group-name TEXT [--vpc-id TEXT]"), "{help}");
        assert!(
            help.contains("\n  --tag-specifications STRUCTURE...           ResourceType=,Tags=[{Key=,Value=}]\n"),
            "{help}"
        );
        assert!(!help.contains(" \n"), "{help}");
    }
    assert!(command("wait help", vec![]).said.out.contains("\n  security-group-exists\n"));
    assert!(command("wait vpc-exists help", vec![]).said.out.contains("usage: sgfw ec2 wait vpc-exists "));
}

#[test]
fn what_there_is_none_of_is_answered_with_nothing() {
    let typed = |line: &str| command(line, Vec::new()).said;
    for empty in crate::api::EMPTY {
        let said = typed(empty.verb);
        let answer: Value = serde_json::from_str(&said.out).unwrap();
        let members: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(members.len(), empty.members.len(), "{}", said.out);
        assert!(empty.members.iter().all(|it| members.contains(&it.json)) && said.code == 0, "{}", said.out);
        assert!(typed(&format!("{} help", empty.verb)).out.contains(&format!("usage: sgfw ec2 {}\n", empty.verb)));
        assert!(typed("help").out.contains(&format!(" {}", empty.verb)));
    }
    assert_eq!(typed("describe-volumes").out, "{\n    \"Volumes\": []\n}\n");
    assert_eq!(typed("get-ebs-encryption-by-default").out, "{\n    \"EbsEncryptionByDefault\": false\n}\n");
    assert_eq!(typed("get-instance-metadata-defaults").out, "{\n    \"AccountLevel\": {}\n}\n");
    let said =
        typed("describe-volumes --volume-ids vol-1 vol-2 --filters Name=status,Values=in-use --query length(Volumes)");
    assert_eq!((said.code, said.out.as_str()), (0, "0\n"));
    assert_eq!(typed("describe-volumes vol-1").code, 252);
    assert_eq!(typed("describe-volumes --output yaml").code, 252);
}
