//! The policy as far as it has been read: decoders add to it, [`super::resolve`] completes it.

use super::report::{Place, Report};
use super::tree::{Node, Spot};
use crate::model::Snapshot;
use std::collections::HashMap;

/// The most rules of all files together, each with one port range and one peer. The lists of a rule multiply, so
/// a small file can ask for much.
pub(super) const MOST_RULES: usize = 250_000;

/// What has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Group,
    GroupId,
    PrefixList,
    PrefixListId,
    Interface,
    Member,
    Device,
}

impl Kind {
    /// What a person calls it.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::GroupId => "group id",
            Self::PrefixList => "prefix list",
            Self::PrefixListId => "prefix list id",
            Self::Interface => "interface",
            Self::Member => "member",
            Self::Device => "device",
        }
    }
}

/// A name used in one place and declared in another, maybe in a later file.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) place: Place,
}

/// A policy being read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) report: Report,
    pub(super) snapshot: Snapshot,
    pub(super) declared: HashMap<(Kind, String), Place>,
    pub(super) references: Vec<Reference>,
    rules: usize,
}

impl Draft {
    /// Notes a declaration. A second one is an error that names the first.
    pub(super) fn declare(&mut self, kind: Kind, name: &str, spot: Spot) -> bool {
        let key = (kind, name.to_owned());
        if let Some(first) = self.declared.get(&key) {
            let message = format!("{} `{name}` is declared twice; first at {}", kind.noun(), self.report.name(*first));
            self.report.error(spot, message, "give one of them another name");
            return false;
        }
        self.declared.insert(key, self.report.place(spot));
        true
    }

    /// Notes a use.
    pub(super) fn refer(&mut self, kind: Kind, name: &str, node: &Node) {
        let place = self.report.place(node.spot);
        self.references.push(Reference { kind, name: name.to_owned(), place });
    }

    /// Counts rules. Once there are too many, says so and takes no more.
    pub(super) fn count_rules(&mut self, more: usize, spot: Spot) -> bool {
        let before = self.rules;
        self.rules = before.saturating_add(more);
        if self.rules > MOST_RULES && before <= MOST_RULES {
            let message = format!("with this rule's {more} there are more than {MOST_RULES} rules");
            self.report.error(spot, message, "use prefix lists or wider blocks");
        }
        self.rules <= MOST_RULES
    }
}
