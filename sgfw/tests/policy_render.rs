//! What a person and a program see of the mistakes.

use sgfw::policy::{self, Diagnostics, Severity};

fn found() -> Diagnostics {
    let text = "version: 1
groups:
  - name: web
    ingress:
      - {protocol: tcp, port: 80, from: 10.1.2.3/8}
      - {protocol: tcp, ports: 65536, from: anywhere}
";
    policy::load_text("web.yaml", text).expect_err("two errors")
}

#[test]
fn people_see_the_line_and_what_to_write_instead() {
    let expected = "\
error: an ingress rule has no key `port`
 --> web.yaml:5:25
  |
5 |       - {protocol: tcp, port: 80, from: 10.1.2.3/8}
  |                         ^^^^
  |
  = help: did you mean `ports`?

warning: `10.1.2.3/8` has host bits set and is taken as 10.0.0.0/8
 --> web.yaml:5:41
  |
5 |       - {protocol: tcp, port: 80, from: 10.1.2.3/8}
  |                                         ^^^^^^^^^^
  |
  = help: write `10.0.0.0/8`, or `10.1.2.3` for one address

error: a port must be 0 to 65535
 --> web.yaml:6:32
  |
6 |       - {protocol: tcp, ports: 65536, from: anywhere}
  |                                ^^^^^

2 errors, 1 warning";
    assert_eq!(found().render(false), expected);
}

#[test]
fn display_is_without_colour_and_colour_comes_only_if_asked() {
    let found = found();
    assert_eq!(found.to_string(), found.render(false));
    assert!(!found.render(false).contains('\u{1b}'));
    assert!(found.render(true).contains('\u{1b}'));
}

#[test]
fn programs_see_a_list_of_objects() {
    let json = serde_json::to_value(found()).expect("plain values");
    let list = json.as_array().expect("a list");
    assert_eq!(list.len(), found().len());
    let expected = serde_json::json!({
        "severity": "error",
        "file": "web.yaml",
        "line": 6,
        "column": 32,
        "text": "65536",
        "message": "a port must be 0 to 65535",
        "help": null,
    });
    assert_eq!(list[list.len() - 1], expected);
}

#[test]
fn one_line_for_logs() {
    let found = found();
    let first = found.iter().next().expect("one");
    assert_eq!(first.to_string(), "web.yaml:5:25: error: an ingress rule has no key `port`");
    assert_eq!(found.count(Severity::Error), 2);
    assert_eq!(found.summary(), "2 errors, 1 warning");
}

/// Escape codes in a file must not reach the terminal.
#[test]
fn what_a_file_says_is_shown_inert() {
    let name = "  - name: \"\\e[31mred\\u202e\"\n";
    let found = policy::load_text("evil.yaml", &format!("version: 1\ngroups:\n{name}{name}")).expect_err("names");
    let json = serde_json::to_string(&found).expect("plain values");
    let lines: String = found.iter().map(|found| format!("{found}\n")).collect();
    for shown in [found.render(false), json, lines] {
        assert!(shown.contains("declared twice"));
        assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown}");
    }
}

/// A thousand mistakes are counted, not all drawn.
#[test]
fn many_mistakes_are_cut() {
    let rules = "      - {protocol: tpc, from: self}\n".repeat(1000);
    let text = format!("version: 1\ngroups:\n  - name: web\n    ingress:\n{rules}");
    let found = policy::load_text("web.yaml", &text).expect_err("a thousand errors");
    assert_eq!(found.len(), 1000);
    let shown = found.render(false);
    assert_eq!(shown.matches("is not a protocol").count(), 100);
    assert!(shown.ends_with("1000 errors, the first 100 are shown"));
}

/// Not every refusal of the YAML reader knows its byte; the line must be the right one all the same.
#[test]
fn the_line_of_a_refusal_is_shown() {
    let text: String = (0..40).map(|depth| " ".repeat(depth) + &format!("k{depth}:\n")).collect();
    let found = policy::load_text("deep.yaml", &text).expect_err("too deep");
    let line = found.iter().next().expect("one").line;
    assert!(found.render(false).contains(&format!("k{}:\n", line - 1)), "{found}");
}
