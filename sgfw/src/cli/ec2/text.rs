//! `--output text`: a line for every structure, its scalars by the order of their names and tabs between them; what is
//! below it follows, each line headed by the name of its list.

use super::data::Data;
use std::collections::BTreeSet;

/// The lines of a value.
pub(super) fn text(data: &Data) -> String {
    let mut out = String::new();
    write(&mut out, data, None, None);
    out
}

/// `columns`: the scalars that all structures of the list have between them.
fn write(out: &mut String, data: &Data, head: Option<&str>, columns: Option<&BTreeSet<&str>>) {
    match data {
        Data::Map(members) => structure(out, members, head, columns),
        Data::List(elements) => list(out, elements, head),
        scalar => line(out, None, [scalar.to_string()]),
    }
}

fn line(out: &mut String, head: Option<&str>, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<_> = head.map(str::to_uppercase).into_iter().chain(cells).collect();
    out.push_str(&cells.join("\t"));
    out.push('\n');
}

fn list(out: &mut String, elements: &[Data], head: Option<&str>) {
    if elements.iter().any(|element| matches!(element, Data::Map(_))) {
        let columns = elements.iter().flat_map(scalars).collect();
        elements.iter().for_each(|element| write(out, element, head, Some(&columns)));
        return;
    }
    let (flat, deep): (Vec<_>, Vec<_>) = elements.iter().partition(|element| element.is_scalar());
    match head {
        Some(_) => flat.iter().for_each(|element| line(out, head, [element.to_string()])),
        None if flat.is_empty() => {}
        None => line(out, None, flat.iter().map(ToString::to_string)),
    }
    deep.into_iter().for_each(|element| write(out, element, head, None));
}

fn scalars(data: &Data) -> Vec<&str> {
    let Data::Map(members) = data else { return Vec::new() };
    members.iter().filter(|(_, value)| value.is_scalar()).map(|(name, _)| name.as_str()).collect()
}

fn structure(out: &mut String, members: &[(String, Data)], head: Option<&str>, columns: Option<&BTreeSet<&str>>) {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_key(|(name, _)| name);
    let cells: Vec<_> = match columns {
        Some(columns) => columns.iter().map(|column| cell(&sorted, column)).collect(),
        None => sorted.iter().filter(|(_, value)| value.is_scalar()).map(|(_, value)| value.to_string()).collect(),
    };
    if !cells.is_empty() {
        line(out, head, cells);
    }
    for (name, value) in sorted.into_iter().filter(|(_, value)| !value.is_scalar()) {
        write(out, value, Some(name), None);
    }
}

fn cell(members: &[&(String, Data)], column: &str) -> String {
    members.iter().find(|(name, _)| name == column).map(|(_, value)| value.to_string()).unwrap_or_default()
}
