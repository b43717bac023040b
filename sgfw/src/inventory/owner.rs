//! Who made an object: a policy file or an action.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Tags: key to value (at most [`super::Quotas::tags`]).
pub type Tags = BTreeMap<String, String>;

/// Who an object belongs to. What a file declares is the file's: the next apply removes it if it is left out, and puts
/// it back if an action changed it. What actions made is left alone by files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// The EC2 API, or a region's beginning.
    #[default]
    Action,
    /// A policy file.
    File {
        /// The file as it was named.
        file: String,
        /// The line of its declaration, from 1.
        line: u32,
    },
}

impl Owner {
    /// Whether a file declared it.
    pub const fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }
}
