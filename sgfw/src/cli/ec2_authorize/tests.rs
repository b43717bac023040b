//! The four examples of the document, its options, and what they become.

use super::run;
use crate::api::{Action, Reply};
use crate::cli::ec2::{Caller, Perform, Said, Screen, World};
use crate::endpoint::PerformError;
use crate::service::Fault;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// Knows groups of a VPC by id, one of EC2-Classic as `sg-c1a551c0`, and refuses what a test says.
struct Service {
    asked: Rc<RefCell<Vec<Value>>>,
    fault: Option<Fault>,
}

impl Perform for Service {
    fn perform(&self, action: &Action) -> Result<Reply, PerformError> {
        if action.name() == "DescribeSecurityGroups" {
            let group = if serde_json::to_string(action).unwrap().contains("sg-c1a551c0") {
                json!({"GroupId": "sg-c1a551c0", "GroupName": "websrv"})
            } else {
                json!({"GroupId": "sg-eea7b782", "GroupName": "web", "VpcId": "vpc-1a2b3c4d"})
            };
            return Ok(Reply::from_json(action.name(), json!({"SecurityGroups": [group]})).unwrap());
        }
        self.asked.borrow_mut().push(json!({ action.name(): serde_json::to_value(action).unwrap() }));
        match &self.fault {
            Some(fault) => Err(PerformError::Fault(fault.clone())),
            None => Ok(Reply::from_json(action.name(), json!({"Return": true})).unwrap()),
        }
    }
}

fn with(line: &str, input: &str, fault: Option<Fault>) -> (Said, Vec<Value>, Vec<Caller>) {
    let (asked, callers) = (Rc::new(RefCell::new(Vec::new())), RefCell::new(Vec::new()));
    let connect = |caller: &Caller| -> Result<Box<dyn Perform>, String> {
        callers.borrow_mut().push(caller.clone());
        Ok(Box::new(Service { asked: Rc::clone(&asked), fault: fault.clone() }))
    };
    let environment = |name: &str| (name == "SGFW_ACCOUNT").then(|| "111122223333".to_owned());
    let screen = Screen { width: 80, colour: false };
    let world = World { connect: &connect, pause: &|_| {}, environment: &environment, screen };
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let said = run(&words, &world, &|| input.to_owned());
    (said, asked.take(), callers.take())
}

/// What a command prints.
fn printed(line: &str) -> String {
    let (said, _, _) = with(line, "", None);
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{line}");
    said.out
}

/// The one permission that a command asks for.
fn permission(line: &str) -> Value {
    let (_, asked, _) = with(line, "", None);
    assert_eq!(asked.len(), 1, "{line}");
    let (_, request) = asked[0].as_object().unwrap().iter().next().unwrap();
    let permission = request["IpPermissions"][0].as_object().unwrap().iter();
    permission.filter(|(_, value)| **value != json!([])).map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What a command that makes no sense says.
fn wrong(line: &str) -> String {
    let (said, asked, _) = with(line, "", None);
    assert_eq!((said.code, said.out.as_str(), asked.len()), (1, "", 0), "{line}");
    said.err
}

#[test]
fn f129_f132_classic_tcp_80_from_a_block() {
    let line = "websrv -P tcp -p 80 -s 192.0.2.0/24";
    let wanted = "GROUP\twebsrv\nPERMISSION\twebsrv\tALLOWS\ttcp\t80\t80\tFROM\tCIDR\t192.0.2.0/24\tingress\n";
    assert_eq!(printed(line), wanted);
    let (_, asked, _) = with(line, "", None);
    assert_eq!(asked[0]["AuthorizeSecurityGroupIngress"]["GroupName"], "websrv");
    let range = json!([{"CidrIp": "192.0.2.0/24"}]);
    assert_eq!(permission(line), json!({"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": range}));
}

#[test]
fn f133_classic_tcp_80_from_another_accounts_group() {
    let line = "websrv -P tcp -p 80 -u 999988887777 -o OtherAccountGroup";
    let wanted = "GROUP\twebsrv\nPERMISSION\twebsrv\tALLOWS\ttcp\t80\t80\t\
                  FROM\tUSER\t999988887777\tGRPNAME\tOtherAccountGroup\tingress\n";
    assert_eq!(printed(line), wanted);
    let pair = json!([{"UserId": "999988887777", "GroupName": "OtherAccountGroup"}]);
    assert_eq!(permission(line)["UserIdGroupPairs"], pair);
}

#[test]
fn f134_vpc_tcp_80_from_a_block() {
    let line = "sg-eea7b782 -P tcp -p 80 -s 192.0.2.0/24";
    let wanted = "GROUP\tsg-eea7b782\nPERMISSION\t\tALLOWS\ttcp\t80\t80\tFROM\tCIDR\t192.0.2.0/24\tingress\n";
    assert_eq!(printed(line), wanted);
    let (_, asked, _) = with(line, "", None);
    assert_eq!(asked[0]["AuthorizeSecurityGroupIngress"]["GroupId"], "sg-eea7b782");
}

#[test]
fn f135_vpc_egress_tcp_1433_to_a_group() {
    let line = "--egress sg-eea7b782 -P tcp -p 1433 -o sg-80aebeec";
    let wanted = "GROUP\tsg-eea7b782\nPERMISSION\t\tALLOWS\ttcp\t1433\t1433\tTO\tUSER\t\tID\tsg-80aebeec\tegress\n";
    assert_eq!(printed(line), wanted);
    let (_, asked, _) = with(line, "", None);
    let request = &asked[0]["AuthorizeSecurityGroupEgress"];
    assert_eq!(
        (&request["GroupId"], &request["IpPermissions"][0]["UserIdGroupPairs"]),
        (&json!("sg-eea7b782"), &json!([{"GroupId": "sg-80aebeec"}]))
    );
}

#[test]
fn f120_f130_a_classic_group_is_shown_by_name_also_when_its_id_is_given() {
    let out = printed("sg-c1a551c0 -P udp -p 53");
    assert_eq!(out, "GROUP\twebsrv\nPERMISSION\twebsrv\tALLOWS\tudp\t53\t53\tFROM\tCIDR\t0.0.0.0/0\tingress\n");
}

#[test]
fn f123_all_ports_are_minus_one_here_and_a_range_for_the_service() {
    let ports = |line: &str| {
        let permission = permission(line);
        (permission["FromPort"].as_i64(), permission["ToPort"].as_i64())
    };
    assert_eq!(ports("sg-eea7b782 -P tcp -p -1"), (Some(0), Some(65535)));
    assert_eq!(ports("sg-eea7b782 -P 17 -p -1"), (Some(0), Some(65535)));
    assert_eq!(ports("sg-eea7b782 -P tcp -p 80-84"), (Some(80), Some(84)));
    assert_eq!(ports("sg-eea7b782 -P 50"), (None, None));
    assert!(printed("sg-eea7b782 -P TCP -p -1").contains("\ttcp\t0\t65535\t"));
    for range in ["x", "80-", "-80", "70000", "-1-1"] {
        assert!(
            wrong(&format!("websrv -P tcp -p {range}"))
                .starts_with(&format!("Invalid value '{range}' for option '-p'"))
        );
    }
}

#[test]
fn f124_icmp_is_a_type_and_a_code() {
    let got = permission("sg-eea7b782 -P icmp -t -1:-1 -s 10.0.0.0/8");
    assert_eq!(
        got,
        json!({"IpProtocol": "icmp", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]})
    );
    assert!(printed("sg-eea7b782 -P icmp -t 8:-1").contains("\ticmp\t8\t-1\tFROM\t"));
    assert_eq!(wrong("sg-eea7b782 -P icmp"), "Required option '-t, --icmp-type-code' missing (-h for usage)\n");
    assert_eq!(
        wrong("sg-eea7b782 -P icmp -p 80"),
        "Option '-p' cannot be used together with '-P icmp' (-h for usage)\n"
    );
    assert!(wrong("sg-eea7b782 -P icmp -t 8").starts_with("Invalid value '8' for option '-t'"));
}

#[test]
fn f46_without_a_protocol_a_block_is_tcp_and_a_group_all_three() {
    let ranges = json!([{"CidrIp": "0.0.0.0/0"}]);
    assert_eq!(permission("websrv -p 80"), json!({"FromPort": 80, "ToPort": 80, "IpRanges": ranges}));
    assert!(printed("websrv -p 80").contains("\ttcp\t80\t80\tFROM\tCIDR\t0.0.0.0/0\t"));
    assert_eq!(permission("websrv -o headoffice"), json!({"UserIdGroupPairs": [{"GroupName": "headoffice"}]}));
    let out = printed("websrv -o headoffice");
    let rows: Vec<Vec<&str>> = out.lines().skip(1).map(|line| line.split('\t').skip(3).take(3).collect()).collect();
    assert_eq!(rows, [["tcp", "0", "65535"], ["udp", "0", "65535"], ["icmp", "-1", "-1"]]);
}

#[test]
fn f57_a_block_and_a_group_exclude_each_other_and_the_default_is_everything() {
    assert_eq!(
        wrong("websrv -P tcp -p 80 -s 10.0.0.0/8 -o db"),
        "Option '-o' cannot be used together with '-s' (-h for usage)\n"
    );
    assert_eq!(permission("websrv -P tcp -p 80")["IpRanges"], json!([{"CidrIp": "0.0.0.0/0"}]));
    assert!(permission("websrv -P tcp -p 80 -o db").get("IpRanges").is_none());
}

#[test]
fn f125_an_owner_is_of_a_classic_group_only_and_not_of_a_block() {
    assert!(
        wrong("websrv -P tcp -p 80 -u 999988887777 -s 10.0.0.0/8")
            .starts_with("Option '-u' cannot be used together with '-s'")
    );
    assert!(wrong("websrv -P tcp -p 80 -u 999988887777").starts_with("Required option '-o'"));
    assert!(
        wrong("sg-eea7b782 -P tcp -p 80 -u 999988887777 -o sg-1")
            .starts_with("Option '-u' is only for EC2 security groups")
    );
    let two = "websrv -P tcp -p 80 -u 1 -o a -u 2 -o b";
    let pairs = json!([{"UserId": "1", "GroupName": "a"}, {"UserId": "2", "GroupName": "b"}]);
    assert_eq!(permission(two)["UserIdGroupPairs"], pairs);
    assert!(printed(two).ends_with("FROM\tUSER\t2\tGRPNAME\tb\tingress\n"));
    assert!(wrong("websrv -P tcp -p 80 -u 1 -u 2 -o a").starts_with("There are 2 owners"));
}

#[test]
fn f121_egress_is_for_vpc_groups() {
    assert!(wrong("--egress websrv -P tcp -p 80").starts_with("Option '--egress' is only for VPC security groups"));
    assert!(
        wrong("--egress sg-c1a551c0 -P tcp -p 80").starts_with("Option '--egress' is only for VPC security groups")
    );
}

#[test]
fn f126_f127_groups_and_blocks_can_be_given_several_times() {
    let out = printed("sg-eea7b782 -P tcp -p 80 -s 10.0.0.0/8 -s 11.0.0.0/8");
    assert_eq!(
        out.lines().filter(|line| line.starts_with("PERMISSION\t\tALLOWS\ttcp\t80\t80\tFROM\tCIDR\t1")).count(),
        2
    );
    let pairs = &permission("sg-eea7b782 -P tcp -p 80 -o sg-1 -o sg-2")["UserIdGroupPairs"];
    assert_eq!(*pairs, json!([{"GroupId": "sg-1"}, {"GroupId": "sg-2"}]));
}

#[test]
fn f128_the_common_options() {
    let out = printed("-H --show-empty-fields --hide-tags sg-eea7b782 -P 50 -o sg-1");
    let wanted = "Type\tGroup\tRule\tProtocol\tFrom\tTo\tWay\tSource\t\t\t\tDirection\nGROUP\tsg-eea7b782\n\
                  PERMISSION\t(nil)\tALLOWS\t50\t(nil)\t(nil)\tFROM\tUSER\t(nil)\tID\tsg-1\tingress\n";
    assert_eq!(out, wanted);
    let line = "--region eu-west-1 -U https://x -K k.pem --cert=c.pem --connection-timeout 30 --request-timeout 45 -v websrv -p 1";
    let (said, _, callers) = with(line, "", None);
    assert_eq!(callers, [Caller { account: Some("111122223333".into()), region: Some("eu-west-1".into()) }]);
    assert!(said.err.contains("\"GroupName\":\"websrv\"") && said.err.contains("{\"Return\":true"), "{}", said.err);
    assert!(wrong("--request-timeout soon websrv -p 1").starts_with("Invalid value 'soon'"));
    for word in ["-h", "-?", "--help"] {
        assert!(
            printed(word)
                .contains("\nec2-authorize GROUP [--egress] [-P PROTOCOL] (-p PORT_RANGE | -t ICMP_TYPE_CODE)\n")
        );
    }
}

#[test]
fn f128_a_dash_reads_from_standard_input() {
    let (said, asked, _) = with("- -P tcp -p 22 -s 10.0.0.0/8", "web\ndb\n", None);
    assert_eq!((said.code, asked.len()), (0, 2));
    assert!(said.out.starts_with("GROUP\tweb\n") && said.out.contains("\nGROUP\tdb\n"), "{}", said.out);
    let (_, asked, _) = with("web -P tcp -p 22 -s -", "10.0.0.0/8\n11.0.0.0/8\n", None);
    let ranges = &asked[0]["AuthorizeSecurityGroupIngress"]["IpPermissions"][0]["IpRanges"];
    assert_eq!(*ranges, json!([{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "11.0.0.0/8"}]));
    let (said, _, _) = with("web -P - -p 22", "tcp udp", None);
    assert_eq!(said.err, "Option '-P' takes one value, not 2 (-h for usage)\n");
}

#[test]
fn f131_a_refusal_goes_to_standard_error_with_client_before_its_code() {
    let fault = Fault::new("InvalidGroup.NotFound", "The security group 'websrv' does not exist");
    let (said, _, _) = with("websrv -P tcp -p 80", "", Some(fault));
    let wanted = "Client.InvalidGroup.NotFound: The security group 'websrv' does not exist\n";
    assert_eq!((said.code, said.err.as_str(), said.out.as_str()), (1, wanted, ""));
    let (said, _, _) = with("websrv -P tcp -p 80", "", Some(Fault::new("InternalError", "no")));
    assert_eq!(said.err, "Server.InternalError: no\n");
}

#[test]
fn f119_what_is_missing_or_unknown_is_said() {
    assert_eq!(wrong("-P tcp -p 80"), "Required parameter 'GROUP' missing (-h for usage)\n");
    assert_eq!(wrong("websrv -P tcp"), "Required option '-p, --port-range' missing (-h for usage)\n");
    assert_eq!(wrong("websrv -x"), "Invalid option '-x' (-h for usage)\n");
    assert_eq!(wrong("websrv db -p 1"), "Unexpected argument 'db' (-h for usage)\n");
    assert_eq!(wrong("websrv -p"), "Option '-p' needs a value (-h for usage)\n");
}
