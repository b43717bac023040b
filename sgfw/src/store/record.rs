//! What was put in force as one generation.

use crate::kernel::Why;
use crate::model::{Device, Link};
use crate::plan::Attachment;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

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
    /// The store's revision that it is made of.
    pub revision: u64,
    /// What this machine added, by interface.
    pub found: BTreeMap<String, Found>,
    /// Which interface and device each slot is.
    pub slots: BTreeMap<u32, Place>,
    /// How devices and hooks were found, by interface.
    pub why: BTreeMap<String, Why>,
    /// Interfaces of the store that are not devices here: `detached` ones, and those whose devices were not there.
    pub away: BTreeSet<String>,
    /// Interfaces of the store that somebody took off their devices since the last apply.
    pub detached: BTreeSet<String>,
}

/// What a machine knows better than the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What the policy says of the device.
    pub asked: Device,
    /// The device, also where the policy says it is that of the default route.
    pub device: Device,
    /// Addresses, also where they were read from the device.
    pub addresses: BTreeSet<IpAddr>,
    /// What its frames start with.
    pub link: Link,
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
