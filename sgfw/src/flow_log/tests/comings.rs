//! Logs and interfaces that come and go, and which of them know of each other.

use super::*;

const ENI: &str = "eni-00000000000000001";
const FILE: &str = "group-1/eni-00000000000000001-all";
const FLOW: &str = "ingress 10.0.0.1 7 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok";

fn stand() -> Stand {
    let mut stand = Stand::new();
    stand.log(1, |log| log.format = fields("packets start end log-status"));
    stand
}

#[test]
fn a_log_that_is_new_begins_now() {
    let mut stand = stand();
    stand.follow(NOON);
    stand.take(ENI, FLOW);
    stand.log(2, |log| log.format = fields("packets start end log-status"));
    stand.follow(NOON + 30);
    fine(&stand.writer.write(NOON + 60));
    assert_eq!(stand.read(FILE), "1 1529598001 1529598001 OK\n");
    let expected = format!("- {} {} NODATA\n", NOON + 30, NOON + 59);
    assert_eq!(stand.read(&format!("group-2/{ENI}-all")), expected);
}

#[test]
fn a_log_that_is_gone_is_written_at_once() {
    let mut stand = stand();
    stand.follow(NOON);
    stand.take(ENI, FLOW);
    stand.state.flow_logs.clear();
    stand.follow(NOON + 20);
    assert_eq!(stand.read(FILE), "1 1529598001 1529598001 OK\n");
    stand.take(ENI, FLOW);
    assert!(stand.writer.write(NOON + 60).is_empty());
    assert!(stand.writer.close(NOON + 60).is_empty());
    assert_eq!(stand.read(FILE).lines().count(), 1);
}

#[test]
fn a_log_that_is_another_now_begins_anew() {
    let mut stand = stand();
    stand.follow(NOON);
    stand.take(ENI, FLOW);
    stand.log(1, |log| {
        log.format = fields("log-status start");
        log.destination = LogDestination::Group { name: "elsewhere".into() };
    });
    stand.follow(NOON + 20);
    assert_eq!(stand.read(FILE), "1 1529598001 1529598001 OK\n");
    fine(&stand.writer.write(NOON + 60));
    assert_eq!(stand.read(&format!("elsewhere/{ENI}-all")), format!("NODATA {}\n", NOON + 20));
}

#[test]
fn a_log_goes_on_when_its_tags_change_or_its_trouble() {
    let mut stand = stand();
    stand.follow(NOON);
    stand.take(ENI, FLOW);
    stand.log(1, |log| {
        log.format = fields("packets start end log-status");
        log.tags = Tags::from([("a".into(), "b".into())]);
        log.trouble = Some("no".into());
        log.role = Some("role".into());
    });
    stand.follow(NOON + 20);
    assert_eq!(stand.read(FILE), "");
    stand.take(ENI, FLOW);
    fine(&stand.writer.write(NOON + 60));
    assert_eq!(stand.read(FILE), "2 1529598001 1529598001 OK\n");
}

#[test]
fn an_interface_that_comes_or_goes_is_covered_while_it_is_here() {
    let mut stand = stand();
    let second = stand.interface("eni-00000000000000002", "10.0.0.2");
    stand.here.remove(&second);
    stand.follow(NOON);
    stand.take("eni-00000000000000002", FLOW);
    stand.take(ENI, FLOW);
    stand.here.insert(second.clone());
    stand.follow(NOON + 10);
    stand.take("eni-00000000000000002", FLOW);
    stand.here.remove(&InterfaceId::parse(ENI).unwrap());
    stand.follow(NOON + 20);
    stand.take(ENI, FLOW);
    fine(&stand.writer.write(NOON + 20));
    assert_eq!(stand.read(FILE), "1 1529598001 1529598001 OK\n", "what is gone is written to its end");
    stand.state.interfaces.remove(&second);
    stand.follow(NOON + 30);
    fine(&stand.writer.write(NOON + 60));
    assert_eq!(stand.read(FILE).lines().count(), 1);
    assert_eq!(stand.read("group-1/eni-00000000000000002-all"), "1 1529598001 1529598001 OK\n");
    stand.here.insert(InterfaceId::parse(ENI).unwrap());
    stand.follow(NOON + 70);
    fine(&stand.writer.write(NOON + 120));
    let expected = format!("1 1529598001 1529598001 OK\n- {} {} NODATA\n", NOON + 70, NOON + 119);
    assert_eq!(stand.read(FILE), expected);
}

#[test]
fn an_interface_that_is_gone_without_traffic_says_so_until_then() {
    let mut stand = stand();
    stand.follow(NOON);
    stand.here.clear();
    stand.follow(NOON + 20);
    fine(&stand.writer.write(NOON + 21));
    assert_eq!(stand.read(FILE), format!("- {NOON} {} NODATA\n", NOON + 20));
}

#[test]
fn a_log_is_about_a_vpc_a_subnet_or_an_interface() {
    let mut stand = Stand::new();
    stand.interface("eni-00000000000000002", "10.0.0.2");
    stand.interface("eni-00000000000000003", "10.0.0.3");
    stand.change_interface("eni-00000000000000002", |it| it.subnet = Some(SubnetId::from_number(2)));
    stand.change_interface("eni-00000000000000003", |it| it.network = Network::Classic);
    let second = InterfaceId::parse("eni-00000000000000003").unwrap();
    for (number, resource) in [
        (1, LoggedResource::Vpc(VpcId::from_number(1))),
        (2, LoggedResource::Subnet(SubnetId::from_number(2))),
        (3, LoggedResource::Interface(second)),
        (4, LoggedResource::Vpc(VpcId::from_number(9))),
        (5, LoggedResource::Interface(InterfaceId::from_number(0x99))),
    ] {
        stand.log(number, |log| (log.resource, log.format) = (resource, fields("interface-id")));
    }
    stand.follow(NOON);
    fine(&stand.writer.write(NOON + 60));
    let files: Vec<String> = stand.files().into_keys().collect();
    let expected = [
        "group-1/eni-00000000000000001-all",
        "group-1/eni-00000000000000002-all",
        "group-2/eni-00000000000000002-all",
        "group-3/eni-00000000000000003-all",
    ];
    assert_eq!(files, expected);
}

#[test]
fn what_is_wanted_of_an_interface_is_what_any_log_is_about() {
    let mut stand = Stand::new();
    let wanted = |stand: &Stand| wanted(&stand.state, &stand.state.interfaces[&InterfaceId::parse(ENI).unwrap()]);
    assert_eq!(wanted(&stand), (false, false));
    stand.log(1, |log| log.resource = LoggedResource::Subnet(SubnetId::from_number(4)));
    assert_eq!(wanted(&stand), (false, false));
    stand.log(2, |log| log.traffic = LoggedTraffic::Reject);
    assert_eq!(wanted(&stand), (false, true));
    stand.log(3, |log| log.traffic = LoggedTraffic::Accept);
    assert_eq!(wanted(&stand), (true, true));
    stand.state.flow_logs.remove(&FlowLogId::from_number(2));
    assert_eq!(wanted(&stand), (true, false));
    stand.log(3, |log| log.traffic = LoggedTraffic::All);
    assert_eq!(wanted(&stand), (true, true));
}

#[test]
fn what_is_closed_can_be_followed_again() {
    let mut stand = stand();
    stand.follow(NOON);
    stand.take(ENI, FLOW);
    fine(&stand.writer.close(NOON + 5));
    assert!(stand.writer.close(NOON + 6).is_empty());
    stand.take(ENI, FLOW);
    stand.follow(NOON + 7);
    stand.take(ENI, FLOW);
    fine(&stand.writer.close(NOON + 9));
    assert_eq!(stand.read(FILE), "1 1529598001 1529598001 OK\n".repeat(2));
}
