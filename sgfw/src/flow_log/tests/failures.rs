//! What cannot be written waits, is written once, and what is said of it.

use super::*;
use std::os::unix::fs::{PermissionsExt, symlink};

const ENI: &str = "eni-00000000000000001";
const FILE: &str = "group-1/eni-00000000000000001-all";

/// A flow from this port, which is how tests know it again.
fn from(port: u64) -> String {
    format!("ingress 10.0.0.1 {port} 172.31.16.21 80 6 1 60 1529598001 1529598001 2 ok")
}

/// The words of the log with number 1.
fn words(met: &BTreeMap<FlowLogId, Result<(), String>>) -> Option<&str> {
    met[&FlowLogId::from_number(1)].as_ref().err().map(String::as_str)
}

fn stand(bounds: Bounds) -> Stand {
    let mut stand = Stand::bounded(bounds);
    stand.log(1, |log| log.format = fields("srcport log-status"));
    stand.follow(NOON);
    stand
}

/// Windows `first..=last`, in each of which there is a flow from the port of its number.
fn pass(stand: &mut Stand, windows: std::ops::RangeInclusive<u64>) -> Option<String> {
    let mut met = BTreeMap::new();
    for window in windows {
        stand.take(ENI, &from(window));
        met = stand.writer.write(NOON + 60 * window);
    }
    words(&met).map(str::to_owned)
}

#[test]
fn what_met_a_directory_in_the_way_is_written_when_it_is_gone() {
    let mut stand = stand(Bounds::default());
    fs::create_dir_all(stand.place(FILE)).unwrap();
    let said = pass(&mut stand, 1..=3).unwrap();
    assert!(said.contains(FILE) && said.contains("Is a directory"), "{said}");
    fs::remove_dir(stand.place(FILE)).unwrap();
    let met = stand.writer.write(NOON + 181);
    assert_eq!(words(&met), None);
    assert_eq!(stand.read(FILE), "1 OK\n2 OK\n3 OK\n");
    assert!(stand.writer.write(NOON + 182).is_empty(), "nothing is written and nothing is said");
}

#[test]
fn what_met_a_file_in_the_way_of_its_directory_is_written_when_it_is_gone() {
    let mut stand = stand(Bounds::default());
    fs::create_dir_all(stand.place("")).unwrap();
    fs::write(stand.place("group-1"), "").unwrap();
    let said = pass(&mut stand, 1..=2).unwrap();
    assert!(said.contains("group-1 cannot be made: "), "{said}");
    fs::remove_file(stand.place("group-1")).unwrap();
    assert_eq!(pass(&mut stand, 3..=3), None);
    assert_eq!(stand.read(FILE), "1 OK\n2 OK\n3 OK\n");
}

#[test]
fn one_interface_that_cannot_be_written_holds_up_no_other() {
    let mut stand = stand(Bounds::default());
    stand.interface("eni-00000000000000002", "10.0.0.2");
    stand.follow(NOON);
    fs::create_dir_all(stand.place(FILE)).unwrap();
    assert!(pass(&mut stand, 1..=2).is_some());
    assert_eq!(stand.read("group-1/eni-00000000000000002-all"), "- NODATA\n- NODATA\n");
}

#[test]
fn a_device_that_is_always_full_is_said_so() {
    let mut stand = stand(Bounds::default());
    fs::create_dir_all(stand.place("group-1")).unwrap();
    symlink("/dev/full", stand.place(FILE)).unwrap();
    let said = pass(&mut stand, 1..=2).unwrap();
    assert!(said.contains(FILE) && said.contains("No space left on device"), "{said}");
    fs::remove_file(stand.place(FILE)).unwrap();
    assert_eq!(pass(&mut stand, 3..=3), None);
    assert_eq!(stand.read(FILE), "1 OK\n2 OK\n3 OK\n");
}

#[test]
fn a_pipe_that_nobody_reads_blocks_nothing() {
    let mut stand = stand(Bounds::default());
    fs::create_dir_all(stand.place("group-1")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, stand.place(FILE), rustix::fs::Mode::from_raw_mode(0o600)).unwrap();
    let interface = InterfaceId::parse(ENI).unwrap();
    let many = (0..60_000).map(|port| (interface.clone(), LoggedFlow { sport: port, ..flow(&from(1)) }));
    stand.writer.take(many);
    let met = stand.writer.write(NOON + 60);
    assert!(words(&met).unwrap().contains("Resource temporarily unavailable"), "{met:?}");
}

#[test]
fn too_much_that_cannot_be_written_loses_the_oldest_and_says_so() {
    // There is room for one record with what is said of those that are gone.
    let mut stand = stand(Bounds { bytes: 17, ..Bounds::default() });
    fs::create_dir_all(stand.place(FILE)).unwrap();
    assert!(pass(&mut stand, 1..=9).is_some());
    fs::remove_dir(stand.place(FILE)).unwrap();
    assert_eq!(pass(&mut stand, 10..=10), None);
    assert_eq!(stand.read(FILE), "9 OK\n- SKIPDATA\n10 OK\n- SKIPDATA\n");
    assert_eq!(pass(&mut stand, 11..=11), None);
    assert!(stand.read(FILE).ends_with("11 OK\n"));
}

#[test]
fn room_that_is_too_small_for_a_window_loses_nothing_that_can_be_written() {
    let mut stand = stand(Bounds { bytes: 8, ..Bounds::default() });
    for id in 2..=9 {
        stand.interface(&format!("eni-0000000000000000{id}"), "10.0.0.2");
    }
    stand.follow(NOON);
    assert_eq!(pass(&mut stand, 1..=2), None);
    assert_eq!(stand.files().len(), 9);
    assert_eq!(stand.read(FILE), "1 OK\n2 OK\n");
    assert_eq!(stand.read("group-1/eni-00000000000000009-all"), "- NODATA\n- NODATA\n");
}

#[test]
fn a_line_that_a_crash_tore_gets_an_end_first() {
    let mut stand = stand(Bounds::default());
    fs::create_dir_all(stand.place("group-1")).unwrap();
    fs::write(stand.place(FILE), "0 OK\n0 O").unwrap();
    assert_eq!(pass(&mut stand, 1..=2), None);
    assert_eq!(stand.read(FILE), "0 OK\n0 O\n1 OK\n2 OK\n");
}

#[test]
fn a_file_that_is_moved_away_is_begun_anew() {
    let mut stand = stand(Bounds::default());
    assert_eq!(pass(&mut stand, 1..=1), None);
    fs::rename(stand.place(FILE), stand.place("group-1/old")).unwrap();
    assert_eq!(pass(&mut stand, 2..=2), None);
    assert_eq!((stand.read("group-1/old"), stand.read(FILE)), ("1 OK\n".into(), "2 OK\n".into()));
}

#[test]
fn files_are_for_their_owner_and_group() {
    let mut stand = stand(Bounds::default());
    let destination = LogDestination::Bucket { bucket: "b".into(), folder: String::new(), hive: false, hourly: false };
    stand.log(2, |log| log.destination = destination);
    stand.follow(NOON);
    fine(&stand.writer.write(NOON + 300));
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in stand.files().into_keys() {
        assert_eq!(mode(stand.place(&name)) & !0o640, 0, "{name}");
    }
    for name in ["", "group-1", "b", "b/AWSLogs"] {
        assert_eq!(mode(stand.place(name)) & !0o750, 0, "{name}");
    }
}

#[test]
fn a_bucket_that_cannot_be_written_is_tried_again() {
    let mut stand = Stand::new();
    let destination = LogDestination::Bucket { bucket: "b".into(), folder: "f".into(), hive: false, hourly: false };
    stand.log(1, |log| (log.destination, log.format) = (destination, fields("srcport log-status")));
    stand.follow(NOON);
    fs::create_dir_all(stand.place("")).unwrap();
    fs::write(stand.place("b"), "").unwrap();
    for window in 1..=10 {
        stand.take(ENI, &from(window));
        let met = stand.writer.write(NOON + 60 * window);
        assert_eq!(met.values().any(Result::is_err), window >= 5, "{window}: {met:?}");
    }
    fs::remove_file(stand.place("b")).unwrap();
    let met = stand.writer.write(NOON + 601);
    assert_eq!(words(&met), None);
    let texts: Vec<String> = stand.files().into_values().collect();
    let lines = |ports: std::ops::RangeInclusive<u64>| ports.map(|it| format!("{it} OK\n")).collect::<String>();
    let header = "srcport log-status\n";
    assert_eq!(texts, [format!("{header}{}", lines(1..=5)), format!("{header}{}", lines(6..=10))]);
}

#[test]
fn a_log_that_is_gone_is_tried_again_too() {
    let mut stand = stand(Bounds::default());
    fs::create_dir_all(stand.place(FILE)).unwrap();
    stand.take(ENI, &from(1));
    stand.state.flow_logs.clear();
    stand.follow(NOON + 20);
    assert!(stand.writer.write(NOON + 21).is_empty());
    fs::remove_dir(stand.place(FILE)).unwrap();
    assert!(stand.writer.write(NOON + 22).is_empty());
    assert!(stand.writer.write(NOON + 23).is_empty());
    assert_eq!(stand.read(FILE), "1 OK\n");
}

#[test]
fn logs_that_are_gone_keep_no_more_than_one() {
    let mut stand = stand(Bounds { bytes: 17, ..Bounds::default() });
    fs::create_dir_all(stand.place(FILE)).unwrap();
    for port in 1..=9 {
        stand.log(port, |log| {
            log.format = fields("srcport log-status");
            log.destination = LogDestination::Group { name: "group-1".into() };
        });
        stand.follow(NOON);
        stand.take(ENI, &from(port));
        stand.state.flow_logs.clear();
        stand.follow(NOON);
    }
    fs::remove_dir(stand.place(FILE)).unwrap();
    assert!(stand.writer.write(NOON + 1).is_empty());
    assert_eq!(stand.read(FILE), "7 OK\n8 OK\n9 OK\n");
}

#[test]
fn a_name_that_leads_elsewhere_is_refused_in_words() {
    let bucket = |bucket: &str, folder: &str| LogDestination::Bucket {
        bucket: bucket.into(),
        folder: folder.into(),
        hive: false,
        hourly: false,
    };
    let group = |name: &str| LogDestination::Group { name: name.into() };
    for destination in [
        group("../outside"),
        group("a/../../outside"),
        group("//outside"),
        group(""),
        group("a\0b"),
        bucket("..", ""),
        bucket("", "a"),
        bucket("b", ".."),
        bucket("b", "/etc"),
        bucket("b", "a//b"),
    ] {
        let mut stand = Stand::new();
        stand.log(1, |log| log.destination = destination.clone());
        stand.follow(NOON);
        let said = pass(&mut stand, 1..=6).unwrap();
        assert!(said.contains("is no place for a flow log"), "{destination:?}: {said}");
        let entries: Vec<_> = fs::read_dir(stand.room.path()).unwrap().collect();
        assert!(entries.is_empty(), "{destination:?} made {entries:?}");
    }
    let mut stand = Stand::new();
    stand.log(1, |log| (log.destination, log.scope.region) = (bucket("b", ""), "../..".into()));
    stand.follow(NOON);
    assert!(pass(&mut stand, 1..=6).unwrap().contains("is no place for a flow log"));
}

#[test]
fn a_name_with_slashes_is_directories_below() {
    let mut stand = Stand::new();
    stand.log(1, |log| {
        log.format = fields("srcport log-status");
        log.destination = LogDestination::Group { name: "/aws/vpc/flow-logs".into() };
    });
    stand.follow(NOON);
    assert_eq!(pass(&mut stand, 1..=1), None);
    assert_eq!(stand.read(&format!("aws/vpc/flow-logs/{ENI}-all")), "1 OK\n");
}
