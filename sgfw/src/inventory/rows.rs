//! A state as rows of a store, a row an object: key to JSON. A change writes the rows that it touched.

use super::{State, Table};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// Rows by key, such as `group/sg-903004f8`.
pub type Rows = BTreeMap<String, Vec<u8>>;

/// Why rows are no state.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RowsError {
    /// A key of no known kind: a newer sgfw wrote it.
    #[error("the row {0:?} is of a kind that this sgfw does not know; a newer one wrote it")]
    Unknown(String),
    /// A row that says nothing that can be used.
    #[error("the row {key:?} cannot be read: {why}")]
    Damaged {
        /// Its key.
        key: String,
        /// What is wrong.
        why: String,
    },
}

/// A difference of two states: keys, and their new rows or none.
pub type Changes = Vec<(String, Option<Vec<u8>>)>;

const SETTINGS: &str = "settings";
const BASELINE: &str = "baseline/";

macro_rules! kinds {
    ($($kind:literal $field:ident $id:expr;)*) => {
        impl State {
            /// The rows that lead from another state to this one.
            pub fn changes_from(&self, old: &Self) -> Changes {
                let mut changes = Vec::new();
                if self.settings != old.settings {
                    changes.push((SETTINGS.into(), row(&*self.settings)));
                }
                $(compare($kind, &old.$field, &self.$field, |key| key.to_string(), &mut changes);)*
                compare("association/", &old.associations, &self.associations,
                    |(group, vpc)| format!("{group}/{vpc}"), &mut changes);
                for it in self.baseline.differences(&old.baseline) {
                    changes.push((format!("{BASELINE}{}", it.key), it.new.map(|bytes| bytes.to_vec())));
                }
                changes
            }

            /// Takes one row in, or away.
            ///
            /// # Errors
            /// The key is of no known kind, or the row is damaged.
            pub fn set_row(&mut self, key: &str, bytes: Option<&[u8]>) -> Result<(), RowsError> {
                if key == SETTINGS {
                    self.settings = bytes.map(|bytes| read(key, bytes)).transpose()?.unwrap_or_default();
                    return Ok(());
                }
                if let Some(of) = key.strip_prefix(BASELINE) {
                    match bytes {
                        Some(bytes) => self.baseline.insert(of.into(), Arc::new(bytes.to_vec())),
                        None => self.baseline.remove(of),
                    };
                    return Ok(());
                }
                if let Some(id) = key.strip_prefix("association/") {
                    let (group, vpc) = id.split_once('/').ok_or_else(|| RowsError::Unknown(key.into()))?;
                    let id = (parsed(key, group)?, parsed(key, vpc)?);
                    match bytes {
                        Some(bytes) => self.associations.insert(id, read(key, bytes)?),
                        None => self.associations.remove(&id),
                    };
                    return Ok(());
                }
                $(if let Some(id) = key.strip_prefix($kind) {
                    let id = ($id)(key, id)?;
                    match bytes {
                        Some(bytes) => self.$field.insert(id, read(key, bytes)?),
                        None => self.$field.remove(&id),
                    };
                    return Ok(());
                })*
                Err(RowsError::Unknown(key.into()))
            }

            /// The row of the object with this key, as it is now.
            pub fn row(&self, key: &str) -> Option<Vec<u8>> {
                $(if let Some(id) = key.strip_prefix($kind) {
                    return row(&**find(&self.$field, &($id)(key, id).ok()?)?);
                })*
                let (group, vpc) = key.strip_prefix("association/")?.split_once('/')?;
                row(&**self.associations.get(&(parsed(key, group).ok()?, parsed(key, vpc).ok()?))?)
            }
        }
    };
}

kinds! {
    "account/" accounts parsed;
    "vpc/" vpcs parsed;
    "subnet/" subnets parsed;
    "gateway/" gateways parsed;
    "group/" groups parsed;
    "prefix-list/" prefix_lists parsed;
    "interface/" interfaces parsed;
    "instance/" instances parsed;
    "peering/" peerings parsed;
    "flow-log/" flow_logs parsed;
    "token/" tokens (|_, id: &str| Ok::<_, RowsError>(id.to_owned()));
}

/// Says which kind of key it is.
fn find<'a, K: Ord, V>(table: &'a Table<K, V>, key: &K) -> Option<&'a Arc<V>> {
    table.get(key)
}

impl State {
    /// The state of these rows.
    ///
    /// # Errors
    /// A row is of no known kind, or damaged.
    pub fn from_rows<'a>(rows: impl IntoIterator<Item = (&'a String, &'a Vec<u8>)>) -> Result<Self, RowsError> {
        let mut state = Self::default();
        rows.into_iter().try_for_each(|(key, bytes)| state.set_row(key, Some(bytes)))?;
        Ok(state)
    }

    /// All of it as rows.
    pub fn to_rows(&self) -> Rows {
        let mut rows: Rows =
            self.changes_from(&Self::default()).into_iter().filter_map(|(key, bytes)| Some((key, bytes?))).collect();
        rows.entry(SETTINGS.into()).or_insert_with(|| row(&*self.settings).unwrap_or_default());
        rows
    }
}

fn compare<K: Ord, V: Serialize + PartialEq>(
    kind: &str,
    old: &Table<K, V>,
    new: &Table<K, V>,
    name: impl Fn(&K) -> String,
    changes: &mut Changes,
) {
    for it in new.differences(old) {
        changes.push((format!("{kind}{}", name(it.key)), it.new.and_then(|value| row(&**value))));
    }
}

/// Nothing in a state fails to be written: its maps have keys of text.
fn row(value: &impl Serialize) -> Option<Vec<u8>> {
    serde_json::to_vec(value).ok()
}

fn read<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<Arc<T>, RowsError> {
    let damaged = |error: serde_json::Error| RowsError::Damaged { key: key.into(), why: error.to_string() };
    serde_json::from_slice(bytes).map(Arc::new).map_err(damaged)
}

fn parsed<T: TryFrom<String, Error: std::fmt::Display>>(key: &str, id: &str) -> Result<T, RowsError> {
    let damaged = |error: T::Error| RowsError::Damaged { key: key.into(), why: error.to_string() };
    T::try_from(id.to_owned()).map_err(damaged)
}
