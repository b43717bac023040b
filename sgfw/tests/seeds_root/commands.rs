//! Every operation there is, by its verb on the command line, through both doors; and every describe of what came of it in
//! every form of output, which the real command line must print letter by letter as `sgfw ec2` does.

use crate::stage::{Door, Stage};
use serde_json::Value;
use sgfw::api::OPERATIONS;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The verbs that were run.
struct Script {
    stage: Stage,
    verbs: RefCell<BTreeSet<String>>,
}

impl Script {
    /// What a line prints, at this place in it.
    #[track_caller]
    fn get(&self, line: &str, place: &str) -> String {
        let found = self.run(line);
        found.pointer(place).and_then(Value::as_str).unwrap_or_else(|| panic!("no {place} in {found}")).to_owned()
    }

    #[track_caller]
    fn run(&self, line: &str) -> Value {
        self.note(line);
        self.stage.done(line)
    }

    #[track_caller]
    fn refused(&self, line: &str, code: &str) {
        self.note(line);
        self.stage.refused(line, code, "");
    }

    fn note(&self, line: &str) {
        self.verbs.borrow_mut().insert(line.split(' ').next().unwrap().to_owned());
    }

    #[track_caller]
    fn all(&self, lines: &str) {
        lines.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| drop(self.run(line)));
    }
}

fn named(kind: &str, id: &str) -> String {
    format!("--tag-specifications ResourceType={kind},Tags=[{{Key=_custom_id_,Value={id}}},{{Key=Name,Value={kind}}}]")
}

fn networks(script: &Script) {
    let (first, second) = (named("vpc", "vpc-1a2b3c4d"), named("vpc", "vpc-2b3c4d5e"));
    script.run(&format!("create-vpc --cidr-block 10.1.0.0/16 --amazon-provided-ipv6-cidr-block {first}"));
    script.run(&format!("create-vpc --cidr-block 10.2.0.0/16 {second}"));
    script.refused("create-default-vpc", "DefaultVpcAlreadyExists");
    let more = "associate-vpc-cidr-block --vpc-id vpc-2b3c4d5e --cidr-block 10.3.0.0/16";
    let more = script.get(more, "/CidrBlockAssociation/AssociationId");
    script.all(&format!(
        "describe-vpcs --vpc-ids vpc-2b3c4d5e
         disassociate-vpc-cidr-block --association-id {more}
         modify-vpc-attribute --vpc-id vpc-1a2b3c4d --enable-dns-hostnames Value=true
         describe-vpc-attribute --vpc-id vpc-1a2b3c4d --attribute enableDnsHostnames"
    ));
    let v6 = script.get("describe-vpcs --vpc-ids vpc-1a2b3c4d", "/Vpcs/0/Ipv6CidrBlockAssociationSet/0/Ipv6CidrBlock");
    let v6 = v6.replace("/56", "/64");
    script.all(&format!(
        "create-subnet --vpc-id vpc-1a2b3c4d --cidr-block 10.1.1.0/24 --ipv6-cidr-block {v6} {}
         create-subnet --vpc-id vpc-1a2b3c4d --cidr-block 10.1.2.0/24 {}
         delete-subnet --subnet-id subnet-2b3c4d5e
         create-internet-gateway {}
         attach-internet-gateway --internet-gateway-id igw-1a2b3c4d --vpc-id vpc-1a2b3c4d
         create-vpc-peering-connection --vpc-id vpc-1a2b3c4d --peer-vpc-id vpc-2b3c4d5e {}
         reject-vpc-peering-connection --vpc-peering-connection-id pcx-1a2b3c4d
         create-vpc-peering-connection --vpc-id vpc-1a2b3c4d --peer-vpc-id vpc-2b3c4d5e {}
         accept-vpc-peering-connection --vpc-peering-connection-id pcx-2b3c4d5e",
        named("subnet", "subnet-1a2b3c4d"),
        named("subnet", "subnet-2b3c4d5e"),
        named("internet-gateway", "igw-1a2b3c4d"),
        named("vpc-peering-connection", "pcx-1a2b3c4d"),
        named("vpc-peering-connection", "pcx-2b3c4d5e"),
    ));
    script.run(
        "modify-vpc-peering-connection-options --vpc-peering-connection-id pcx-2b3c4d5e \
         --requester-peering-connection-options AllowDnsResolutionFromRemoteVpc=false",
    );
}

fn groups(script: &Script) {
    script.all(&format!(
        "create-managed-prefix-list --prefix-list-name offices --max-entries 5 --address-family IPv4 \
         --entries Cidr=203.0.113.0/24,Description=first {}
         modify-managed-prefix-list --prefix-list-id pl-1a2b3c4d --current-version 1 --add-entries Cidr=198.51.100.0/24
         restore-managed-prefix-list-version --prefix-list-id pl-1a2b3c4d --previous-version 1 --current-version 2
         create-managed-prefix-list --prefix-list-name other --max-entries 5 --address-family IPv6 {}
         delete-managed-prefix-list --prefix-list-id pl-2b3c4d5e
         create-security-group --group-name web --description Web --vpc-id vpc-1a2b3c4d {}
         create-security-group --group-name db --description Databases --vpc-id vpc-2b3c4d5e {}
         associate-security-group-vpc --group-id sg-1a2b3c4d --vpc-id vpc-2b3c4d5e
         authorize-security-group-ingress --group-id sg-1a2b3c4d --protocol tcp --port 80-81 --cidr 0.0.0.0/0
         authorize-security-group-ingress --group-id sg-1a2b3c4d --protocol icmp --port -1 --cidr 10.0.0.0/8
         authorize-security-group-ingress --group-id sg-1a2b3c4d --ip-permissions \
         IpProtocol=tcp,FromPort=22,ToPort=22,PrefixListIds=[{{PrefixListId=pl-1a2b3c4d,Description=offices}}]
         authorize-security-group-ingress --group-id sg-1a2b3c4d --ip-permissions IpProtocol=41,IpRanges=[{{CidrIp=10.9.0.0/16}}]
         authorize-security-group-ingress --group-id sg-2b3c4d5e --protocol tcp --port 3306 --source-group sg-1a2b3c4d
         authorize-security-group-egress --group-id sg-1a2b3c4d --protocol tcp --port 3306 --source-group sg-2b3c4d5e",
        named("prefix-list", "pl-1a2b3c4d"),
        named("prefix-list", "pl-2b3c4d5e"),
        named("security-group", "sg-1a2b3c4d"),
        named("security-group", "sg-2b3c4d5e"),
    ));
}

fn hosts(script: &Script) {
    script.all(&format!(
        "run-instances --image-id ami-1a2b3c4d --subnet-id subnet-1a2b3c4d --security-group-ids sg-1a2b3c4d {}
         create-network-interface --subnet-id subnet-1a2b3c4d --groups sg-1a2b3c4d --description second {}
         assign-private-ip-addresses --network-interface-id eni-1a2b3c4d --private-ip-addresses 10.1.1.77
         unassign-private-ip-addresses --network-interface-id eni-1a2b3c4d --private-ip-addresses 10.1.1.77
         modify-network-interface-attribute --network-interface-id eni-1a2b3c4d --no-source-dest-check
         describe-network-interface-attribute --network-interface-id eni-1a2b3c4d --attribute groupSet
         create-tags --resources eni-1a2b3c4d i-1a2b3c4d --tags Key=Stage,Value=test Key=Empty,Value=
         delete-tags --resources i-1a2b3c4d --tags Key=Empty
         stop-instances --instance-ids i-1a2b3c4d
         start-instances --instance-ids i-1a2b3c4d
         modify-instance-attribute --instance-id i-1a2b3c4d --groups sg-1a2b3c4d",
        named("instance", "i-1a2b3c4d"),
        named("network-interface", "eni-1a2b3c4d"),
    ));
    script.all(&format!(
        "create-flow-logs --resource-type VPC --resource-ids vpc-1a2b3c4d vpc-2b3c4d5e --traffic-type ALL \
         --log-group-name flows --deliver-logs-permission-arn arn:aws:iam::123456789012:role/flows
         create-flow-logs --resource-type NetworkInterface --resource-ids eni-1a2b3c4d --traffic-type REJECT \
         --log-destination-type s3 --log-destination arn:aws:s3:::logs/web/ --max-aggregation-interval 60 \
         --log-format '${{version}} ${{srcaddr}} ${{reject-reason}}' \
         --destination-options FileFormat=plain-text,HiveCompatiblePartitions=true,PerHourPartition=true {}
         create-flow-logs --resource-type Subnet --resource-ids subnet-1a2b3c4d --traffic-type ACCEPT \
         --log-destination arn:aws:logs:us-east-1:123456789012:log-group:/vpc/flows:* \
         --destination-options {{}} {}
         describe-flow-logs --filter Name=resource-id,Values=eni-1a2b3c4d
         describe-flow-logs --flow-log-ids fl-1a2b3c4d --query FlowLogs[].LogFormat
         delete-flow-logs --flow-log-ids fl-2b3c4d5e fl-99999999",
        named("vpc-flow-log", "fl-1a2b3c4d"),
        named("vpc-flow-log", "fl-2b3c4d5e"),
    ));
    script.refused(
        "create-flow-logs --resource-type VPC --resource-ids vpc-1a2b3c4d --traffic-type ALL --log-group-name flows",
        "FlowLogAlreadyExists",
    );
    script.refused("describe-flow-logs --flow-log-ids fl-2b3c4d5e", "InvalidFlowLogId.NotFound");
    let given = "assign-ipv6-addresses --network-interface-id eni-1a2b3c4d --ipv6-address-count 1";
    let given = script.get(given, "/AssignedIpv6Addresses/0");
    script.run(&format!("unassign-ipv6-addresses --network-interface-id eni-1a2b3c4d --ipv6-addresses {given}"));
    let attach =
        "attach-network-interface --network-interface-id eni-1a2b3c4d --instance-id i-1a2b3c4d --device-index 1";
    let attached = script.get(attach, "/AttachmentId");
    looked_at(script);
    script.run(&format!("detach-network-interface --attachment-id {attached}"));
}

/// What the describes need beside their verb; none if nothing.
fn needs(verb: &str) -> &'static str {
    match verb {
        "get-security-groups-for-vpc" | "describe-stale-security-groups" => "--vpc-id vpc-2b3c4d5e",
        "describe-security-group-references" => "--group-id sg-1a2b3c4d sg-2b3c4d5e",
        "get-managed-prefix-list-entries" | "get-managed-prefix-list-associations" => "--prefix-list-id pl-1a2b3c4d",
        "describe-vpc-attribute" => "--vpc-id vpc-1a2b3c4d --attribute enableDnsSupport",
        "describe-network-interface-attribute" => "--network-interface-id eni-1a2b3c4d --attribute attachment",
        _ => "",
    }
}

/// Every describe in every form. That both doors say the same is for the stage to see.
fn looked_at(script: &Script) {
    for operation in OPERATIONS.iter().filter(|operation| !operation.writes) {
        let line = format!("{} {}", operation.verb, needs(operation.verb));
        script.run(&line);
        for output in ["text", "table"] {
            script.stage.run(&format!("{line} --output {output}")).exits(0);
        }
    }
    for line in [
        "describe-security-groups --query SecurityGroups[].[GroupId,GroupName] --output text",
        "describe-security-groups --query 'length(SecurityGroups)'",
        // The tokens to go on with are each client's own.
        "describe-security-groups --max-items 2 --query SecurityGroups[].GroupId",
        "describe-security-groups --page-size 5 --query SecurityGroups[?GroupName==`web`].GroupId --output text",
        "describe-security-groups --no-paginate --max-results 5 --query SecurityGroups[].GroupName",
        "describe-security-groups --filters Name=group-name,Values=web,d* Name=vpc-id,Values=vpc-1a2b3c4d",
        "describe-security-groups --filters '[{\"Name\": \"tag:Name\", \"Values\": [\"security-*\"]}]' --output table",
        "describe-security-group-rules --filters Name=group-id,Values=sg-1a2b3c4d --max-items 3 --query SecurityGroupRules",
        "describe-security-groups --cli-input-json '{\"GroupIds\": [\"sg-1a2b3c4d\"]}'",
        "describe-instances --query Reservations[].Instances[].SecurityGroups[].GroupId --output table",
        "describe-network-interfaces --network-interface-ids eni-1a2b3c4d --output text",
        "describe-security-groups --generate-cli-skeleton",
        "wait security-group-exists --group-ids sg-1a2b3c4d",
        "wait vpc-available --vpc-ids vpc-1a2b3c4d vpc-2b3c4d5e",
        "wait subnet-available --subnet-ids subnet-1a2b3c4d",
        "wait instance-running --instance-ids i-1a2b3c4d",
        "wait instance-status-ok --instance-ids i-1a2b3c4d",
        "wait vpc-peering-connection-exists --vpc-peering-connection-ids pcx-2b3c4d5e",
    ] {
        script.stage.run(line).exits(0);
    }
    script.refused("describe-security-groups --dry-run", "DryRunOperation");
    script.refused("describe-security-groups --group-ids sg-99999999", "InvalidGroup.NotFound");
    script.refused("describe-vpcs --filters Name=nonsense,Values=x", "InvalidParameterValue");
}

/// All of it is taken down again.
fn ended(script: &Script) {
    let rules = script.run("describe-security-group-rules --filters Name=group-id,Values=sg-1a2b3c4d");
    let rules = rules["SecurityGroupRules"].as_array().unwrap();
    let web = rules.iter().find(|rule| rule["FromPort"] == 80).unwrap()["SecurityGroupRuleId"].as_str().unwrap();
    script.all(&format!(
        "modify-security-group-rules --group-id sg-1a2b3c4d --security-group-rules \
         SecurityGroupRuleId={web},SecurityGroupRule={{IpProtocol=tcp,FromPort=80,ToPort=80,CidrIpv4=10.0.0.0/8}}
         update-security-group-rule-descriptions-ingress --group-id sg-1a2b3c4d --security-group-rule-descriptions \
         SecurityGroupRuleId={web},Description=everybody
         update-security-group-rule-descriptions-egress --group-id sg-1a2b3c4d --ip-permissions \
         IpProtocol=tcp,FromPort=3306,ToPort=3306,UserIdGroupPairs=[{{GroupId=sg-2b3c4d5e,Description=orders}}]
         describe-security-groups --group-ids sg-1a2b3c4d
         revoke-security-group-ingress --group-id sg-1a2b3c4d --security-group-rule-ids {web}
         revoke-security-group-egress --group-id sg-1a2b3c4d --protocol tcp --port 3306 --source-group sg-2b3c4d5e
         revoke-security-group-ingress --group-id sg-2b3c4d5e --protocol tcp --port 3306 --source-group sg-1a2b3c4d
         delete-network-interface --network-interface-id eni-1a2b3c4d
         terminate-instances --instance-ids i-1a2b3c4d
         disassociate-security-group-vpc --group-id sg-1a2b3c4d --vpc-id vpc-2b3c4d5e
         delete-vpc-peering-connection --vpc-peering-connection-id pcx-2b3c4d5e
         delete-security-group --group-id sg-2b3c4d5e
         delete-vpc --vpc-id vpc-2b3c4d5e"
    ));
}

fn everything(door: Door) {
    let Some(stage) = Stage::new(door) else { return };
    let script = Script { stage, verbs: RefCell::default() };
    networks(&script);
    groups(&script);
    hosts(&script);
    ended(&script);
    let missing: Vec<&str> =
        OPERATIONS.iter().map(|it| it.verb).filter(|verb| !script.verbs.borrow().contains(*verb)).collect();
    assert_eq!(missing, [""; 0], "verbs that nothing was done with");
}

#[test]
fn f138_every_operation_by_its_verb() {
    everything(Door::Own);
}

#[test]
fn f138_every_operation_by_its_verb_by_aws() {
    everything(Door::Aws);
}
