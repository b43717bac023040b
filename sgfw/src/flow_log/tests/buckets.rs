//! The files of a bucket: where they lie, when they appear, what is in them.

use super::*;

const ENI: &str = "eni-00000000000000001";
const FLOW: &str = "ingress 10.0.0.1 7 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok";

fn bucket(folder: &str, hive: bool, hourly: bool) -> LogDestination {
    LogDestination::Bucket { bucket: "my-bucket".into(), folder: folder.into(), hive, hourly }
}

/// A stand with a log of few fields in a bucket.
fn stand(destination: LogDestination) -> Stand {
    let mut stand = Stand::new();
    stand.log(1, |log| (log.destination, log.format) = (destination, fields("packets start end log-status")));
    stand
}

/// The names of all files, each with its hash as eight times `#`.
fn names(stand: &Stand) -> Vec<String> {
    let hide = |name: String| {
        let (stem, hash) = name.strip_suffix(".log.gz").unwrap().rsplit_once('_').unwrap();
        assert!(hash.len() == 8 && hash.bytes().all(|it| it.is_ascii_hexdigit()), "{hash}");
        format!("{stem}_########.log.gz")
    };
    stand.files().into_keys().map(hide).collect()
}

#[test]
fn directories_are_as_aws_has_them() {
    let file = "123456789012_vpcflowlogs_us-east-1_fl-00000000000000001_20180621T1620Z_########.log.gz";
    let hive = "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1";
    for (destination, directory) in [
        (bucket("", false, false), "my-bucket/AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/21".to_owned()),
        (bucket("a/b", false, false), "my-bucket/a/b/AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/21".into()),
        (bucket("", false, true), "my-bucket/AWSLogs/123456789012/vpcflowlogs/us-east-1/2018/06/21/16".into()),
        (bucket("", true, false), format!("my-bucket/{hive}/year=2018/month=06/day=21")),
        (bucket("x", true, true), format!("my-bucket/x/{hive}/year=2018/month=06/day=21/hour=16")),
    ] {
        let mut stand = stand(destination);
        stand.follow(NOON);
        fine(&stand.writer.write(NOON + 300));
        assert_eq!(names(&stand), [format!("{directory}/{file}")]);
    }
}

#[test]
fn a_file_has_the_windows_that_ended_in_its_five_minutes() {
    let mut stand = stand(bucket("", false, false));
    stand.follow(NOON + 30);
    for minute in 1..=11 {
        stand.take(ENI, FLOW);
        fine(&stand.writer.write(NOON + 60 * minute));
        assert_eq!(stand.files().len(), usize::try_from(minute / 5).unwrap(), "after {minute} minutes");
    }
    let header = "packets start end log-status\n";
    let texts: Vec<String> = stand.files().into_values().collect();
    assert_eq!(texts, [format!("{header}{}", "1 1529598001 1529598001 OK\n".repeat(5)), texts[0].clone()]);
    stand.take(ENI, FLOW);
    fine(&stand.writer.close(NOON + 661));
    let names = names(&stand);
    let ends: Vec<&str> = names.iter().filter_map(|name| name.split('_').nth(4)).collect();
    assert_eq!(ends, ["20180621T1620Z", "20180621T1625Z", "20180621T1630Z"]);
    let last = stand.files().into_values().next_back().unwrap();
    assert_eq!(last, format!("{header}{}", "1 1529598001 1529598001 OK\n".repeat(2)));
}

#[test]
fn a_window_of_ten_minutes_is_a_file() {
    let mut stand = stand(bucket("", false, false));
    stand.log(1, |log| {
        log.interval = 600;
        log.destination = bucket("", false, false);
        log.format = fields("start end");
    });
    stand.follow(NOON);
    fine(&stand.writer.write(NOON + 599));
    assert!(stand.files().is_empty());
    fine(&stand.writer.write(NOON + 600));
    let files = stand.files();
    let (name, text) = files.first_key_value().unwrap();
    assert!(name.contains("_20180621T1625Z_"), "{name}");
    assert_eq!(*text, format!("start end\n{NOON} {}\n", NOON + 599));
}

#[test]
fn the_same_records_have_the_same_name_and_no_file_is_replaced() {
    let write = |times: usize| {
        let mut stand = stand(bucket("", false, false));
        for _ in 0..times {
            stand.follow(NOON);
            stand.take(ENI, FLOW);
            fine(&stand.writer.close(NOON + 5));
        }
        stand.files()
    };
    let (once, twice) = (write(1), write(2));
    assert_eq!(once, write(1));
    assert_eq!((once.len(), twice.len()), (1, 2));
    assert!(once.keys().all(|name| twice.contains_key(name)));
    assert!(twice.values().all(|text| Some(text) == once.values().next()));
}

#[test]
fn interfaces_and_logs_of_a_bucket_are_kept_apart() {
    let mut stand = stand(bucket("", false, false));
    stand.interface("eni-00000000000000002", "10.0.0.2");
    stand.log(1, |log| (log.destination, log.format) = (bucket("", false, false), fields("interface-id packets")));
    stand.log(2, |log| (log.destination, log.format) = (bucket("", false, false), fields("action")));
    stand.follow(NOON);
    stand.take(ENI, FLOW);
    fine(&stand.writer.write(NOON + 60));
    fine(&stand.writer.close(NOON + 61));
    let texts: Vec<String> = stand.files().into_values().collect();
    let one = "interface-id packets\neni-00000000000000001 1\neni-00000000000000002 -\n\
               eni-00000000000000001 -\neni-00000000000000002 -\n";
    assert_eq!(texts, [one, "action\nACCEPT\n-\n-\n-\n"]);
}

#[test]
fn much_text_is_packed_on_the_way() {
    let mut stand = stand(bucket("", false, false));
    stand.follow(NOON);
    let interface = InterfaceId::parse(ENI).unwrap();
    let one = flow(FLOW);
    for minute in 1..=2 {
        let many = (0..60_000).map(|port| (interface.clone(), LoggedFlow { sport: port, ..one.clone() }));
        stand.writer.take(many);
        fine(&stand.writer.write(NOON + 60 * minute));
    }
    fine(&stand.writer.close(NOON + 120));
    let text = stand.files().into_values().next().unwrap();
    let expected = "1 1529598001 1529598001 OK\n".repeat(120_000);
    assert!(text.strip_prefix("packets start end log-status\n").unwrap().starts_with(&expected));
    assert_eq!(stand.files().len(), 1);
}
