//! What is wrong with a file before it is read, and what several files make together.

use sgfw::model::Peer;
use sgfw::policy::{self, Diagnostic, Diagnostics};
use std::fs;
use std::path::PathBuf;

struct Directory(tempfile::TempDir);

impl Directory {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, content).expect("a file");
        path
    }
}

fn refused(paths: &[PathBuf]) -> Diagnostics {
    policy::load(paths).expect_err("this must be refused")
}

/// The only thing that is said.
fn only(found: &Diagnostics) -> &Diagnostic {
    assert_eq!(found.len(), 1, "{found}");
    found.iter().next().expect("one")
}

#[test]
fn a_missing_file() {
    let path = Directory::new().0.path().join("none.yaml");
    let found = refused(std::slice::from_ref(&path));
    let found = only(&found);
    assert_eq!(found.message, "cannot be read: no such file or directory");
    assert_eq!((found.line, found.file.as_str()), (0, path.to_str().expect("UTF-8")));
}

#[test]
fn a_directory() {
    let directory = Directory::new();
    let found = refused(&[directory.0.path().to_path_buf()]);
    assert_eq!(only(&found).message, "cannot be read: is a directory");
    assert_eq!(only(&found).help.as_deref(), Some("name the files in it"));
}

/// Root may read everything, so the reading thread gives its user up if it is root's.
#[test]
fn no_permission() {
    use std::os::unix::fs::PermissionsExt;
    let directory = Directory::new();
    let path = directory.write("secret.yaml", "version: 1\n");
    fs::set_permissions(directory.0.path(), fs::Permissions::from_mode(0o755)).expect("own directory");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("own file");
    let reader = std::thread::spawn(move || {
        if rustix::process::geteuid().is_root() {
            let nobody = rustix::process::Uid::from_raw(65534);
            if rustix::thread::set_thread_res_uid(nobody, nobody, nobody).is_err() {
                return None;
            }
        }
        Some(refused(&[path]))
    });
    let Some(found) = reader.join().expect("no panic") else {
        println!("skipped: this user may read every file and cannot become another one");
        return;
    };
    assert_eq!(only(&found).message, "cannot be read: permission denied");
    assert_eq!(only(&found).help.as_deref(), Some("check the file's owner and mode"));
}

#[test]
fn a_binary_file() {
    let directory = Directory::new();
    let path = directory.write("a.out", b"version: 1\n\x7fELF \xff\x00\x01");
    let found = refused(&[path]);
    let found = only(&found);
    assert_eq!(found.message, "byte 0xff is not UTF-8: this is not a text file");
    assert_eq!((found.line, found.column), (2, 6));
}

#[test]
fn eight_mebibytes_of_nesting() {
    let directory = Directory::new();
    let open = directory.write("open.yaml", "[".repeat(8 << 20));
    let dashes = directory.write("dashes.yaml", "- ".repeat(4 << 20));
    let braces = directory.write("braces.yaml", "{a: ".repeat(2 << 20));
    for path in [open, dashes, braces] {
        assert_eq!(only(&refused(&[path])).message, "nested deeper than 32 levels");
    }
}

#[test]
fn a_file_without_end_and_one_that_is_too_large() {
    let directory = Directory::new();
    let large = directory.write("large.yaml", "# comment\n".repeat(2 << 20));
    for path in [large, PathBuf::from("/dev/zero")] {
        assert_eq!(only(&refused(&[path])).message, "larger than 16 MiB");
    }
}

#[test]
fn a_byte_order_mark_and_windows_lines_are_taken() {
    let loaded = policy::load_text("bom", "\u{feff}version: 1\r\ngroups:\r\n  - name: web\r\n");
    assert!(loaded.is_ok_and(|loaded| loaded.snapshot.groups.contains_key("web")));
    let found = policy::load_text("bom", "\u{feff}version: 1\r\ngroups:\r\n  - name: wéb\r\n").expect_err("é");
    assert_eq!((only(&found).line, only(&found).column, only(&found).text.as_str()), (3, 11, "wéb"));
}

#[test]
fn several_files_make_one_policy() {
    let directory = Directory::new();
    let rules =
        "version: 1\ngroups: [{name: web, ingress: [{protocol: all, from: [{group: db}, {prefix-list: o}]}]}]\n";
    let first = directory.write("web.yaml", rules);
    let second =
        directory.write("db.yaml", "version: 1\ngroups: [{name: db}]\nprefix-lists: [{name: o, entries: []}]\n");
    let loaded = policy::load(&[first.clone(), second.clone()]).expect("groups of other files are known");
    let web = &loaded.snapshot.groups["web"];
    assert_eq!(web.ingress[0].peer, Peer::Group("db".into()));
    assert_eq!(web.ingress[0].origin.file, first.to_str().expect("UTF-8"));
    assert_eq!(web.ingress[0].origin.line, 2);
    let other = policy::load(&[second, first]).expect("the order of files does not matter");
    assert_eq!(loaded.snapshot, other.snapshot);
}

#[test]
fn a_name_declared_in_two_files_names_both_places() {
    let directory = Directory::new();
    let first = directory.write("one.yaml", "version: 1\ngroups:\n  - name: web\n");
    let second = directory.write("two.yaml", "version: 1\n\ngroups:\n  - name: web\n");
    let found = refused(&[first.clone(), second.clone()]);
    let found = only(&found);
    assert_eq!((found.file.as_str(), found.line, found.column), (second.to_str().expect("UTF-8"), 4, 11));
    assert_eq!(found.message, format!("group `web` is declared twice; first at {}:3:11", first.display()));
}

#[test]
fn every_file_is_told_about_in_the_order_given() {
    let directory = Directory::new();
    let first =
        directory.write("z.yaml", "version: 1\ngroups: [{name: a, egress: [{protocol: all, to: {group: lost}}]}]\n");
    let second = directory.write("a.yaml", "version: 3\n");
    let third = directory.0.path().join("none.yaml");
    let found = refused(&[first, second, third]);
    let said: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
    assert_eq!(said.len(), 3);
    assert!(said[0].starts_with("there is no group `lost`") && said[1].starts_with("this is version 3"));
    assert!(said[2].starts_with("cannot be read"));
}

#[test]
fn no_file_at_all_is_the_default_group_alone() {
    let loaded = policy::load(&[]).expect("nothing is wrong with nothing");
    assert_eq!(loaded.snapshot.groups.len(), 1);
}
