//! What the pinned maps must look like. aya 0.14 re-uses a pin whatever its sizes are, so they are compared
//! here first: a map of another layout would be read with the wrong sizes.

use super::error::KernelError;
use super::paths::Paths;
use aya::maps::{MapInfo, MapType};
use sgfw_common::addr::Addr;
use sgfw_common::logged;
use sgfw_common::maps as shared;

/// A map that all programs share.
pub(super) struct Shape {
    pub(super) name: &'static str,
    kind: MapType,
    key: usize,
    value: usize,
    pub(super) entries: u32,
}

const fn shape(name: &'static str, kind: MapType, key: usize, value: usize, entries: u32) -> Shape {
    Shape { name, kind, key, value, entries }
}

const FLOW: usize = size_of::<shared::Flow>();
const FLOW_KEY: usize = size_of::<shared::FlowKey>();
const FLOW_KEY4: usize = size_of::<shared::FlowKey4>();

/// All shared maps but the log's ring buffer.
pub(super) const SHARED: [Shape; 20] = [
    shape("ACTIVE", MapType::Array, 4, 4, 1),
    shape("META", MapType::Array, 4, size_of::<shared::Meta>(), 1),
    shape("INTERFACES", MapType::Array, 4, size_of::<shared::Interface>(), shared::MAX_INTERFACES * 2),
    shape("NODES32", MapType::Array, 4, size_of::<shared::Node32>(), shared::MAX_NODES32),
    shape("NODES128", MapType::Array, 4, size_of::<shared::Node128>(), shared::MAX_NODES128),
    shape("MEMBERS", MapType::Hash, size_of::<Addr>(), size_of::<shared::Member>(), shared::MAX_MEMBERS),
    shape("MEMBER_CELLS", MapType::Hash, size_of::<shared::MemberCell>(), 4, shared::MAX_MEMBER_CELLS),
    shape("CT_TCP4", MapType::LruHash, FLOW_KEY4, FLOW, shared::MAX_TCP),
    shape("CT_TCP6", MapType::LruHash, FLOW_KEY, FLOW, shared::MAX_TCP),
    shape("CT_HALF_OPEN4", MapType::LruHash, FLOW_KEY4, FLOW, shared::MAX_HALF_OPEN),
    shape("CT_HALF_OPEN6", MapType::LruHash, FLOW_KEY, FLOW, shared::MAX_HALF_OPEN),
    shape("CT_OTHER4", MapType::LruHash, FLOW_KEY4, FLOW, shared::MAX_OTHER),
    shape("CT_OTHER6", MapType::LruHash, FLOW_KEY, FLOW, shared::MAX_OTHER),
    shape("CT_FRAGMENTS4", MapType::LruHash, FLOW_KEY4, FLOW, shared::MAX_FRAGMENTS),
    shape("CT_FRAGMENTS6", MapType::LruHash, FLOW_KEY, FLOW, shared::MAX_FRAGMENTS),
    shape("ADOPT", MapType::Array, 4, 8, shared::MAX_INTERFACES),
    shape("COUNTERS", MapType::PerCpuArray, 4, size_of::<shared::Counter>(), shared::MAX_COUNTERS),
    shape("LOGS", MapType::Array, 4, 4, shared::MAX_INTERFACES),
    shape("LOGGED", MapType::Hash, size_of::<logged::LoggedKey>(), size_of::<logged::Logged>(), logged::MAX_LOGGED),
    shape("UNLOGGED", MapType::PerCpuArray, 4, 8, shared::MAX_INTERFACES),
];

/// The ring buffer of aya-log.
pub(super) const LOG: &str = "AYA_LOGS";

/// The maps that each network namespace has of its own.
pub(super) const OWN: [&str; 2] = ["IFINDEX", "IFINDEX_HIGH"];

/// Compares every pinned map that is there.
pub(super) fn check(paths: &Paths) -> Result<(), KernelError> {
    SHARED.iter().filter(|shape| paths.map(shape.name).exists()).try_for_each(|shape| compare(paths, shape))
}

fn compare(paths: &Paths, wanted: &Shape) -> Result<(), KernelError> {
    let what = || format!("open the pinned map {}", wanted.name);
    let info = MapInfo::from_pin(paths.map(wanted.name)).map_err(|error| KernelError::aya(what(), &error))?;
    let kind = info.map_type().map_err(|error| KernelError::aya(what(), &error))?;
    let found = (kind, info.key_size() as usize, info.value_size() as usize, info.max_entries());
    if found == (wanted.kind, wanted.key, wanted.value, wanted.entries) {
        return Ok(());
    }
    let words = |(kind, key, value, entries): (MapType, usize, usize, u32)| {
        format!("{kind:?} of {entries} entries with {key} and {value} bytes")
    };
    Err(KernelError::Layout {
        map: wanted.name.into(),
        found: words(found),
        wanted: words((wanted.kind, wanted.key, wanted.value, wanted.entries)),
        path: paths.root(),
    })
}
