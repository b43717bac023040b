//! The seeded mistakes, by where they are made.

mod flow_logs;
mod interfaces;
mod names;
mod rules;
mod yaml;

pub(crate) use flow_logs::flow_logs;
pub(crate) use interfaces::interfaces;
pub(crate) use names::names;
pub(crate) use rules::rules;
pub(crate) use yaml::{files, yaml};

/// A file with marks, and what must be said about it.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) file: String,
    pub(crate) said: Vec<&'static str>,
}

/// A whole file.
pub(crate) fn file(name: &'static str, text: impl Into<String>, said: &[&'static str]) -> Case {
    Case { name, file: text.into(), said: said.to_vec() }
}

/// A file whose one group has these entries.
pub(crate) fn group(name: &'static str, entries: &str, said: &[&'static str]) -> Case {
    file(name, format!("version: 1\ngroups:\n  - {{{entries}}}\n"), said)
}

/// A file whose one ingress rule has these entries.
pub(crate) fn rule(name: &'static str, entries: &str, said: &[&'static str]) -> Case {
    file(name, format!("version: 1\ngroups:\n  - name: web\n    ingress:\n      - {{{entries}}}\n"), said)
}

/// A file whose one TCP rule has this peer.
pub(crate) fn peer(name: &'static str, from: &str, said: &[&'static str]) -> Case {
    rule(name, &format!("protocol: tcp, ports: 80, from: {from}"), said)
}

/// A file whose one interface has these entries, besides its name.
pub(crate) fn interface(name: &'static str, entries: &str, said: &[&'static str]) -> Case {
    file(name, format!("version: 1\ninterfaces:\n  - {{name: web, {entries}}}\n"), said)
}
