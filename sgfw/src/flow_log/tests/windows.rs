//! When windows begin and end, and what is one record in them.

use super::*;

const ENI: &str = "eni-00000000000000001";
const FILE: &str = "group-1/eni-00000000000000001-all";

/// A stand with one log of these fields.
fn stand(words: &str) -> Stand {
    let mut stand = Stand::new();
    stand.log(1, |log| log.format = fields(words));
    stand
}

#[test]
fn windows_begin_at_multiples_of_the_interval() {
    for (interval, ends) in [(60, [60, 120, 180]), (600, [600, 1200, 1800])] {
        let mut stand = stand("start end log-status");
        stand.log(1, |log| (log.interval, log.format) = (interval, fields("start end log-status")));
        stand.follow(NOON + 7);
        let mut expected = String::new();
        let mut first = NOON + 7;
        for end in ends {
            fine(&stand.writer.write(NOON + end - 1));
            assert_eq!(stand.read(FILE), expected, "written before the window ended");
            fine(&stand.writer.write(NOON + end));
            expected += &format!("{first} {} NODATA\n", NOON + end - 1);
            assert_eq!(stand.read(FILE), expected);
            first = NOON + end;
        }
    }
}

#[test]
fn what_is_taken_belongs_to_the_window_that_is_open() {
    let mut stand = stand("packets start end log-status");
    stand.follow(NOON);
    stand.take(ENI, "ingress 10.0.0.1 1 172.31.16.21 2 17 3 300 1529597990 1529598010 0 ok");
    fine(&stand.writer.write(NOON + 61));
    stand.take(ENI, "ingress 10.0.0.1 1 172.31.16.21 2 17 4 400 1529598050 1529598059 0 ok");
    fine(&stand.writer.write(NOON + 120));
    assert_eq!(stand.read(FILE), "3 1529597990 1529598010 OK\n4 1529598050 1529598059 OK\n");
}

#[test]
fn a_conversation_is_one_record_with_everything_added_up() {
    let mut stand = stand("srcport packets bytes start end tcp-flags action flow-direction");
    stand.follow(NOON);
    stand.take(
        ENI,
        "ingress 10.0.0.1 7 172.31.16.21 80 6 3 300 1529598010 1529598020 2 ok\n\
         ingress 10.0.0.1 7 172.31.16.21 80 6 5 500 1529598005 1529598030 16 ok\n\
         egress 10.0.0.1 7 172.31.16.21 80 6 1 100 1529598006 1529598006 1 ok\n\
         ingress 10.0.0.1 7 172.31.16.21 80 6 2 200 1529598007 1529598007 4 no-flow\n\
         ingress 10.0.0.1 7 172.31.16.21 80 6 2 200 1529598008 1529598009 1 table-full\n\
         ingress 10.0.0.1 7 172.31.16.21 80 17 1 10 1529598040 1529598040 255 ok",
    );
    fine(&stand.writer.write(NOON + 60));
    let expected = "7 8 800 1529598005 1529598030 18 ACCEPT ingress\n\
                    7 1 100 1529598006 1529598006 1 ACCEPT egress\n\
                    7 4 400 1529598007 1529598009 5 REJECT ingress\n\
                    7 1 10 1529598040 1529598040 0 ACCEPT ingress\n";
    assert_eq!(stand.read(FILE), expected);
}

#[test]
fn reasons_are_told_apart_where_the_format_has_them() {
    let mut stand = stand("packets action reject-reason");
    stand.follow(NOON);
    stand.take(
        ENI,
        "ingress 10.0.0.1 7 172.31.16.21 80 6 1 60 1529598001 1529598001 2 no-flow\n\
         ingress 10.0.0.1 7 172.31.16.21 80 6 2 60 1529598002 1529598002 2 table-full\n\
         ingress 10.0.0.1 7 172.31.16.21 80 6 4 60 1529598003 1529598003 2 no-flow\n\
         ingress 10.0.0.1 7 172.31.16.21 80 6 8 60 1529598004 1529598004 2 ok",
    );
    fine(&stand.writer.write(NOON + 60));
    assert_eq!(stand.read(FILE), "5 REJECT no-flow\n2 REJECT table-full\n8 ACCEPT -\n");
}

#[test]
fn a_log_has_the_traffic_it_is_about() {
    let mut stand = stand("packets action");
    for (number, traffic) in [(1, LoggedTraffic::All), (2, LoggedTraffic::Accept), (3, LoggedTraffic::Reject)] {
        stand.log(number, |log| (log.traffic, log.format) = (traffic, fields("packets action log-status")));
    }
    stand.follow(NOON);
    let passed = "ingress 10.0.0.1 7 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok";
    stand.take(ENI, &format!("{passed}\ningress 10.0.0.1 7 172.31.16.21 81 6 2 60 1529598002 1529598002 2 no-flow"));
    fine(&stand.writer.write(NOON + 60));
    stand.take(ENI, passed);
    fine(&stand.writer.write(NOON + 120));
    assert_eq!(stand.read(FILE), "1 ACCEPT OK\n2 REJECT OK\n1 ACCEPT OK\n");
    assert_eq!(stand.read(&format!("group-2/{ENI}-accept")), "1 ACCEPT OK\n1 ACCEPT OK\n");
    assert_eq!(stand.read(&format!("group-3/{ENI}-reject")), "2 REJECT OK\n- - NODATA\n");
}

#[test]
fn lost_packets_are_said_once_in_every_window_that_covers_them() {
    let mut stand = stand("packets start end log-status");
    stand.log(2, |log| (log.interval, log.format) = (600, fields("packets start end log-status")));
    stand.follow(NOON);
    let interface = InterfaceId::parse(ENI).unwrap();
    stand.writer.lost(&interface);
    stand.writer.lost(&interface);
    stand.take(ENI, "ingress 10.0.0.1 7 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok");
    fine(&stand.writer.write(NOON + 60));
    fine(&stand.writer.write(NOON + 120));
    let record = "1 1529598001 1529598001 OK";
    let expected = format!("{record}\n- {NOON} {} SKIPDATA\n- {} {} NODATA\n", NOON + 59, NOON + 60, NOON + 119);
    assert_eq!(stand.read(FILE), expected);
    fine(&stand.writer.write(NOON + 600));
    let other = stand.read(&format!("group-2/{ENI}-all"));
    assert_eq!(other, format!("{record}\n- {NOON} {} SKIPDATA\n", NOON + 599));
    stand.writer.lost(&InterfaceId::from_number(77));
}

#[test]
fn a_window_that_was_slept_through_is_as_long_as_the_sleep() {
    let mut stand = stand("start end log-status");
    stand.follow(NOON);
    fine(&stand.writer.write(NOON + 7_230));
    fine(&stand.writer.write(NOON + 7_260));
    let expected = format!("{NOON} {} NODATA\n{} {} NODATA\n", NOON + 7_199, NOON + 7_200, NOON + 7_259);
    assert_eq!(stand.read(FILE), expected);
}

#[test]
fn a_clock_that_is_set_back_ends_the_window() {
    let mut stand = stand("packets start end log-status");
    stand.follow(NOON);
    stand.take(ENI, "ingress 10.0.0.1 7 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok");
    fine(&stand.writer.write(NOON - 86_400));
    assert_eq!(stand.read(FILE), "1 1529598001 1529598001 OK\n");
    fine(&stand.writer.write(NOON - 86_340));
    assert!(stand.read(FILE).ends_with(&format!("\n- {} {} NODATA\n", NOON - 86_400, NOON - 86_341)));
}

#[test]
fn no_time_makes_it_panic() {
    let mut stand = stand("start end log-status");
    stand.log(2, |log| {
        log.destination =
            LogDestination::Bucket { bucket: "b".into(), folder: String::new(), hive: false, hourly: true };
    });
    for now in [0, u64::MAX, 1, u64::MAX - 1, u64::MAX / 2, 0] {
        stand.follow(now);
        stand.take(ENI, "ingress 10.0.0.1 7 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok");
        fine(&stand.writer.write(now));
        stand.here.clear();
        stand.follow(now);
        stand.here.insert(InterfaceId::parse(ENI).unwrap());
    }
    fine(&stand.writer.close(u64::MAX));
}

#[test]
fn a_log_that_knows_too_many_conversations_writes_them_and_goes_on() {
    let mut stand = Stand::bounded(Bounds { entries: 4, ..Bounds::default() });
    stand.interface("eni-00000000000000002", "10.0.0.2");
    stand.log(1, |log| log.format = fields("srcport packets log-status"));
    stand.follow(NOON);
    for port in 1..=9 {
        let line = format!("ingress 10.0.0.1 {port} 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok");
        // Again and again the same one is no new one.
        (0..3).for_each(|_| stand.take(ENI, &line));
    }
    let early = stand.read(FILE);
    assert_eq!(early.lines().count(), 8, "{early}");
    fine(&stand.writer.write(NOON + 60));
    let records = stand.read(FILE);
    let sums: BTreeMap<u32, u32> = records.lines().fold(BTreeMap::new(), |mut sums, line| {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words[2], "OK");
        *sums.entry(words[0].parse().unwrap()).or_default() += words[1].parse::<u32>().unwrap();
        sums
    });
    assert_eq!(sums, (1..=9).map(|port| (port, 3)).collect());
    assert_eq!(stand.read("group-1/eni-00000000000000002-all"), "- - NODATA\n");
}

#[test]
fn many_logs_share_what_four_may_keep() {
    let mut stand = Stand::bounded(Bounds { entries: 4, ..Bounds::default() });
    (1..=8).for_each(|number| drop(stand.log(number, |_| ())));
    stand.follow(NOON);
    stand.take(ENI, "ingress 10.0.0.1 1 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok");
    assert!(stand.files().is_empty());
    stand.take(ENI, "ingress 10.0.0.1 2 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok");
    assert_eq!(stand.files().len(), 8, "two conversations are all that each of them keeps");
}

#[test]
fn conversations_of_windows_that_ended_and_of_interfaces_that_went_are_not_counted() {
    let mut stand = Stand::bounded(Bounds { entries: 4, ..Bounds::default() });
    let second = stand.interface("eni-00000000000000002", "10.0.0.2");
    stand.log(1, |log| log.format = fields("packets"));
    let three = "ingress 10.0.0.1 1 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok\n\
                 ingress 10.0.0.1 2 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok\n\
                 ingress 10.0.0.1 3 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok";
    for window in 1..=3 {
        stand.here.insert(second.clone());
        stand.follow(NOON + 60 * window);
        stand.take("eni-00000000000000002", three);
        stand.here.remove(&second);
        stand.follow(NOON + 60 * window);
        let before = stand.read(FILE);
        stand.take(ENI, three);
        assert_eq!(stand.read(FILE), before, "written before the window ended");
        fine(&stand.writer.write(NOON + 60 * window + 60));
    }
    assert_eq!(stand.read(FILE), "1\n".repeat(9));
}

#[test]
fn every_interface_has_a_file_and_its_own_records() {
    let mut stand = stand("interface-id srcport");
    stand.interface("eni-00000000000000002", "10.0.0.2");
    stand.interface("eni-00000000000000003", "10.0.0.3");
    stand.follow(NOON);
    for id in [3, 1] {
        let line = format!("ingress 10.0.0.1 {id} 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok");
        stand.take(&format!("eni-0000000000000000{id}"), &line);
    }
    fine(&stand.writer.write(NOON + 60));
    let expected = [(1, "1"), (2, "-"), (3, "3")].map(|(id, port)| {
        let id = format!("eni-0000000000000000{id}");
        (format!("group-1/{id}-all"), format!("{id} {port}\n"))
    });
    assert_eq!(stand.files(), BTreeMap::from(expected));
}
