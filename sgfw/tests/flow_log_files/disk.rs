//! A disk that fills up in the middle of a line, and one that is read-only for a while: nothing is lost, nothing is twice.

use crate::skip::{skip, unless_root};
use crate::stand::Stand;
use flate2::read::GzDecoder;
use sgfw::inventory::{FlowLogId, LogField};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system of 64 KiB, as long as this lives.
struct Small {
    room: tempfile::TempDir,
}

impl Small {
    #[track_caller]
    fn new() -> Option<Self> {
        unless_root()?;
        let small = Self { room: tempfile::tempdir().unwrap() };
        if !small.mount(&["-t", "tmpfs", "-o", "size=64k", "sgfw-test"]) {
            skip("no file system can be mounted");
            return None;
        }
        Some(small)
    }

    fn mount(&self, arguments: &[&str]) -> bool {
        let output = Command::new("mount").args(arguments).arg(self.room.path()).output();
        output.is_ok_and(|it| it.status.success())
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.room.path()).status();
    }
}

/// Windows in which flows to many ports are taken, and which log could not be written in any of them, with its words.
fn pass(stand: &mut Stand, windows: usize) -> BTreeMap<FlowLogId, String> {
    let mut failed = BTreeMap::new();
    for _ in 0..windows {
        for port in 1..=100 {
            let flow = stand.flow(port);
            stand.take(flow);
        }
        failed.extend(stand.pass().into_iter().filter_map(|(id, result)| Some((id, result.err()?))));
    }
    failed
}

/// How often each record is in these files.
fn records(files: Vec<PathBuf>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for file in files {
        let text = read(&file);
        assert!(text.ends_with('\n'), "{} ends in the middle of a line", file.display());
        for line in text.lines().filter(|line| !line.starts_with("dstport")) {
            *found.entry(line.to_owned()).or_default() += 1;
        }
    }
    found
}

fn read(file: &Path) -> String {
    let mut text = String::new();
    match file.extension().is_some_and(|it| it == "gz") {
        true => GzDecoder::new(File::open(file).unwrap()).read_to_string(&mut text).unwrap(),
        false => File::open(file).unwrap().read_to_string(&mut text).unwrap(),
    };
    text
}

/// All files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Both logs have every record of all windows once.
#[track_caller]
fn all_is_there(stand: &Stand, small: &Small) {
    let windows = (crate::stand::NOON..stand.now).step_by(60);
    let expected: BTreeMap<String, usize> =
        windows.flat_map(|start| (1..=100).map(move |port| (format!("{port} {} OK", start + 1), 1))).collect();
    for name in ["vpc/logs", "my-logs"] {
        let found = records(files(&small.room.path().join(name)));
        assert!(found == expected, "{name}: {} of {} records", found.len(), expected.len());
    }
}

const FORMAT: [LogField; 3] = [LogField::DstPort, LogField::Start, LogField::LogStatus];

#[test]
fn what_a_full_disk_kept_out_is_written_once_when_there_is_room() {
    let Some(small) = Small::new() else { return };
    let mut stand = Stand::new(small.room.path().to_owned(), &FORMAT);
    let failed = pass(&mut stand, 200);
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(failed.values().all(|words| words.contains("No space left on device")), "{failed:?}");
    assert!(small.mount(&["-o", "remount,size=8m"]));
    assert!(pass(&mut stand, 5).is_empty());
    all_is_there(&stand, &small);
}

#[test]
fn what_a_read_only_disk_kept_out_is_written_once_when_it_is_writable() {
    let Some(small) = Small::new() else { return };
    assert!(small.mount(&["-o", "remount,size=8m"]));
    let mut stand = Stand::new(small.room.path().to_owned(), &FORMAT);
    assert!(pass(&mut stand, 7).is_empty());
    assert!(small.mount(&["-o", "remount,ro"]));
    let failed = pass(&mut stand, 8);
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(failed.values().all(|words| words.contains("Read-only file system")), "{failed:?}");
    assert!(small.mount(&["-o", "remount,rw"]));
    assert!(pass(&mut stand, 5).is_empty());
    all_is_there(&stand, &small);
}
