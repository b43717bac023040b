//! The tree against the text it came from, and against the other YAML reader.

use super::{Node, Value, read};
use std::fs;

/// `line:column text` of every scalar, in order.
fn scalars(node: &Node, text: &str, out: &mut Vec<String>) {
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| scalars(item, text, out)),
        Value::Map(map) => map.iter().for_each(|(key, value)| {
            scalars(key, text, out);
            scalars(value, text, out);
        }),
        _ => {
            let start = node.spot.start as usize;
            let written = &text[start..start + node.spot.len as usize];
            out.push(format!("{}:{} {written}", node.spot.line, node.spot.column));
        }
    }
}

#[test]
fn places_are_those_of_the_text() {
    let text = "a: {b: 2001:db8::/32, c: ::/0}\né: wé # c\n'q': [0x88cc, \"x y\"]\n";
    let mut found = Vec::new();
    scalars(&read(text).expect("YAML"), text, &mut found);
    let expected = [
        "1:1 a",
        "1:5 b",
        "1:8 2001:db8::/32",
        "1:23 c",
        "1:26 ::/0",
        "2:1 é",
        "2:4 wé",
        "3:1 'q'",
        "3:7 0x88cc",
        "3:15 \"x y\"",
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_alias_points_to_what_it_stands_for() {
    let text = "a: &x one\nb: *x\n";
    let mut found = Vec::new();
    scalars(&read(text).expect("YAML"), text, &mut found);
    assert_eq!(found, ["1:1 a", "1:7 one", "2:1 b", "1:7 one"]);
}

/// The other reader's values must be the tree's, so that either crate could be replaced.
#[test]
fn both_yaml_readers_see_the_same_values() {
    let policies = concat!(env!("CARGO_MANIFEST_DIR"), "/../policies");
    let mut seen = 0;
    for entry in fs::read_dir(policies).expect("policies/") {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("text");
        let other: serde_yaml::Value = serde_yaml::from_str(&text).expect("YAML");
        assert_eq!(plain(&read(&text).expect("YAML")), other);
        seen += 1;
    }
    assert!(seen >= 5);
}

fn plain(node: &Node) -> serde_yaml::Value {
    match &node.value {
        Value::Null | Value::Float => serde_yaml::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Integer(value) => (*value).into(),
        Value::Text(text) => (**text).into(),
        Value::List(items) => items.iter().map(plain).collect::<Vec<_>>().into(),
        Value::Map(map) => {
            serde_yaml::Value::Mapping(map.iter().map(|(key, value)| (plain(key), plain(value))).collect())
        }
    }
}
