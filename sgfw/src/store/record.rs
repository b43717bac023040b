//! What was put in force as one generation.

use crate::kernel::Why;
use crate::model::Snapshot;
use crate::plan::Attachment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of its layout.
pub const SCHEMA: u32 = 1;

/// One policy as it was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The kernel's number of it.
    pub generation: u64,
    /// When it was applied, RFC 3339 in UTC.
    pub applied: String,
    /// The files it came from, as they were named.
    pub sources: Vec<String>,
    /// The policy with everything this machine added.
    pub snapshot: Snapshot,
    /// Which interface and device each slot is.
    pub slots: BTreeMap<u32, Place>,
    /// How devices and hooks were found, by interface.
    pub why: BTreeMap<String, Why>,
}

/// What a slot stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The interface.
    pub interface: String,
    /// Its device and hook.
    pub attachment: Attachment,
}

/// Read before the rest, so that another schema is named and not called damage.
#[derive(Deserialize)]
struct Head {
    schema: u32,
}

impl Record {
    /// Slots as the kernel room wants them.
    pub fn known(&self) -> BTreeMap<u32, (String, Attachment)> {
        let known = |(slot, place): (&u32, &Place)| (*slot, (place.interface.clone(), place.attachment.clone()));
        self.slots.iter().map(known).collect()
    }

    /// The interface of a slot.
    pub fn interface(&self, slot: u32) -> Option<&str> {
        Some(self.slots.get(&slot)?.interface.as_str())
    }

    /// The record of this generation, or what is wrong with the text.
    pub(super) fn parse(text: &[u8], generation: u64) -> Result<Self, String> {
        let head: Head = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        if head.schema != SCHEMA {
            return Err(format!("it has schema {}, this sgfw knows {SCHEMA}", head.schema));
        }
        let record: Self = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        match record.generation == generation {
            true => Ok(record),
            false => Err(format!("it tells of generation {}", record.generation)),
        }
    }
}
