//! What the store holds: rows of bytes by key, and who changed them when. What a row means is not known here.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rows by key. A key is such as `group/sg-1a2b3c4d`, a value is JSON.
pub type Rows = BTreeMap<String, Vec<u8>>;

/// What is to become of the row with this key: its new value, or none to remove it.
pub type Write = (String, Option<Vec<u8>>);

/// All rows, as they were after a revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    /// The revision; 0 before the first.
    pub revision: u64,
    /// The rows.
    pub rows: Rows,
}

/// Who changes something, how it is called, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Such as `uid 0 (root)`.
    pub author: String,
    /// The action's or the command's name, such as `AuthorizeSecurityGroupIngress` or `apply web.yaml`.
    pub action: String,
    /// RFC 3339 in UTC.
    pub time: String,
}

/// A row that a revision changed; `old` and `new` differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its key.
    pub key: String,
    /// Its value before; none if there was no such row.
    pub old: Option<Vec<u8>>,
    /// Its value after; none if the row was removed.
    pub new: Option<Vec<u8>>,
}

/// One transaction, with all that it changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its number, from 1 without gaps.
    pub number: u64,
    /// As [`Note::time`].
    pub time: String,
    /// As [`Note::author`].
    pub author: String,
    /// As [`Note::action`].
    pub action: String,
    /// By key, each key once.
    pub changes: Vec<Changed>,
}

/// One transaction, as a list of them shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevisionHead {
    /// Its number, from 1 without gaps.
    pub number: u64,
    /// As [`Note::time`].
    pub time: String,
    /// As [`Note::author`].
    pub author: String,
    /// As [`Note::action`].
    pub action: String,
    /// How many rows it changed.
    pub changes: u64,
}

impl RevisionHead {
    /// The head of a revision that changed so many rows.
    #[must_use]
    pub fn new(number: u64, note: Note, changes: u64) -> Self {
        let Note { author, action, time } = note;
        Self { number, time, author, action, changes }
    }

    /// The whole revision.
    #[must_use]
    pub fn with(self, changes: Vec<Changed>) -> Revision {
        let Self { number, time, author, action, .. } = self;
        Revision { number, time, author, action, changes }
    }
}

/// The writes that make a difference to these rows, by key; of several for one key the last counts.
pub(super) fn differences<'a>(
    writes: Vec<Write>,
    now: impl Fn(&str) -> Option<&'a [u8]>,
) -> BTreeMap<String, Option<Vec<u8>>> {
    let last: BTreeMap<String, Option<Vec<u8>>> = writes.into_iter().collect();
    last.into_iter().filter(|(key, value)| now(key) != value.as_deref()).collect()
}
