//! One store and several processes, some of which are killed: no acknowledged change is lost.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

use sgfw::store::{Note, Redb, Store, StoreError};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// Directory, name and number of additions for the process that this test program becomes.
const CHILD: &str = "SGFW_TEST_STORE_CHILD";

/// What the other processes run, which are this program again.
#[test]
#[ignore = "it is run by the tests below, in processes of their own"]
fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let words: Vec<&str> = task.split(' ').collect();
    let [directory, name, times] = words[..] else { panic!("{task}") };
    let store = Redb::new(directory);
    for count in 1..=times.parse::<u64>().unwrap() {
        add(&store, name);
        // The line is the acknowledgement.
        writeln!(std::io::stdout(), "done {count}").unwrap();
    }
}

/// One more in the row of this process, and in the row of all.
fn add(store: &Redb, name: &str) {
    loop {
        let stored = store.get().unwrap();
        let more = |key: &str| stored.rows.get(key).map_or(0, |it| number(it)) + 1;
        let rows = [name, "sum"].map(|key| (key.to_owned(), Some(more(key).to_string().into_bytes())));
        let note = Note { author: name.into(), action: "add".into(), time: String::new() };
        match store.commit(stored.revision, rows.to_vec(), note) {
            Ok(_) => return,
            Err(StoreError::Conflict { now }) => assert!(now > stored.revision),
            Err(error) => panic!("{error}"),
        }
    }
}

fn number(value: &[u8]) -> u64 {
    String::from_utf8_lossy(value).parse().unwrap()
}

fn spawn(directory: &Path, name: &str, times: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "child", "--ignored", "--nocapture"])
        .env(CHILD, format!("{} {name} {times}", directory.display()));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// The last addition that a process said was done, when it has ended.
fn acknowledged(child: &mut Child) -> u64 {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let last = lines.filter_map(|line| line.split_once("done ")?.1.trim().parse().ok()).last();
    child.wait().unwrap();
    last.unwrap_or(0)
}

fn row(store: &Redb, key: &str) -> u64 {
    store.get().unwrap().rows.get(key).map_or(0, |it| number(it))
}

#[test]
fn processes_that_write_at_the_same_time_lose_nothing() {
    let room = tempfile::tempdir().unwrap();
    let mut children: Vec<Child> = (0..3).map(|it| spawn(room.path(), &format!("child/{it}"), 30)).collect();
    let done: Vec<u64> = children.iter_mut().map(acknowledged).collect();
    assert_eq!(done, [30, 30, 30]);
    let store = Redb::new(room.path());
    assert_eq!((row(&store, "sum"), store.revision().unwrap()), (90, 90));
}

#[test]
fn a_killed_process_leaves_what_it_was_told_is_done_and_holds_nobody_up() {
    let room = tempfile::tempdir().unwrap();
    let store = Redb::new(room.path());
    for round in 0..12_u64 {
        let names: Vec<String> = (0..3).map(|it| format!("child/{round}/{it}")).collect();
        let mut children: Vec<Child> = names.iter().map(|name| spawn(room.path(), name, 1_000)).collect();
        // Starting takes some time; then it may happen anywhere.
        thread::sleep(Duration::from_millis(60 + 17 * round));
        children[0].kill().unwrap();
        add(&store, &format!("parent/{round}"));
        children.iter_mut().for_each(|child| child.kill().unwrap());
        for (name, child) in names.iter().zip(&mut children) {
            let (said, there) = (acknowledged(child), row(&store, name));
            assert!(there == said || there == said + 1, "{name}: {said} acknowledged, {there} are there");
        }
        assert_eq!(row(&store, &format!("parent/{round}")), 1);
    }
    let rows = store.get().unwrap().rows;
    let all: u64 = rows.iter().filter(|(key, _)| *key != "sum").map(|(_, value)| number(value)).sum();
    assert_eq!(all, row(&store, "sum"));
    assert!(all > 12, "some of the processes came to do something");
}

#[test]
fn a_change_by_another_process_is_noticed_at_once() {
    let room = tempfile::tempdir().unwrap();
    let store = Redb::new(room.path());
    add(&store, "parent");
    let mut child = spawn(room.path(), "child", 1);
    assert_eq!(store.watch(1, Duration::from_secs(30)).unwrap(), Some(2));
    assert_eq!(acknowledged(&mut child), 1);
    assert_eq!(store.changes_since(1).unwrap().unwrap()[0].author, "child");
}
