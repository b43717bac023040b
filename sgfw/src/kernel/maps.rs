//! The pinned maps, each with the types of its entries.

use super::error::KernelError;
use super::paths::Paths;
use super::sys;
use aya::Ebpf;
use aya::maps::{Map, MapData};
use rustix::time::{ClockId, clock_getres};
use sgfw_common::addr::Addr;
use sgfw_common::maps::{Counter, Flow, FlowKey, FlowKey4, Interface, Member, MemberCell, Meta, Node32, Node128, Tree};
use std::io;
use std::marker::PhantomData;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use zerocopy::{FromBytes, Immutable, IntoBytes};

/// A map with keys `K` and values `V`.
#[derive(Debug)]
pub(super) struct Table<K, V> {
    name: &'static str,
    data: MapData,
    types: PhantomData<(K, V)>,
}

impl<K, V> Table<K, V>
where
    K: FromBytes + IntoBytes + Immutable + Clone,
    V: FromBytes + IntoBytes + Immutable + Clone,
{
    pub(super) fn open(path: &Path, name: &'static str) -> Result<Self, KernelError> {
        let data =
            MapData::from_pin(path).map_err(|error| KernelError::aya(format!("open the pinned map {name}"), &error))?;
        Ok(Self { name, data, types: PhantomData })
    }

    /// A map of an object that was loaded over maps of its own.
    pub(super) fn take(object: &mut Ebpf, name: &'static str) -> Result<Self, KernelError> {
        match object.take_map(name) {
            Some(Map::Array(data) | Map::HashMap(data) | Map::LruHashMap(data) | Map::PerCpuArray(data)) => {
                Ok(Self { name, data, types: PhantomData })
            }
            _ => Err(KernelError::Aya { what: format!("take map {name}"), error: "it is not in the object".into() }),
        }
    }

    pub(super) fn get(&self, key: &K) -> Result<Option<V>, KernelError> {
        sys::lookup(self.data.fd().as_fd(), key).map_err(self.failed("read"))
    }

    pub(super) fn all(&self) -> Result<Vec<(K, V)>, KernelError> {
        let entries = sys::entries(self.data.fd().as_fd(), 1).map_err(self.failed("read"))?;
        Ok(entries.into_iter().filter_map(|(key, mut values)| Some((key, values.pop()?))).collect())
    }

    pub(super) fn per_cpu(&self) -> Result<Vec<(K, Vec<V>)>, KernelError> {
        let cpus = aya::util::nr_cpus().map_err(|(_, error)| self.failed("read")(error))?;
        sys::entries(self.data.fd().as_fd(), cpus).map_err(self.failed("read"))
    }

    pub(super) fn set(&self, entries: &[(K, V)]) -> Result<(), KernelError> {
        let (keys, values): (Vec<K>, Vec<V>) = entries.iter().cloned().unzip();
        sys::update(self.data.fd().as_fd(), &keys, &values).map_err(self.failed("write"))
    }

    pub(super) fn delete(&self, keys: &[K]) -> Result<(), KernelError> {
        sys::delete(self.data.fd().as_fd(), keys).map_err(self.failed("delete from"))
    }

    fn failed(&self, verb: &'static str) -> impl Fn(io::Error) -> KernelError {
        let name = self.name;
        move |error| KernelError::system(format!("{verb} map {name}"), error)
    }
}

/// A table of flows: one map for each family.
#[derive(Debug)]
pub(super) struct FlowTable {
    pub(super) four: Table<FlowKey4, Flow>,
    pub(super) six: Table<FlowKey, Flow>,
}

impl FlowTable {
    /// All of them by where a name lies, from the most trusted to the least.
    pub(super) fn open_all(path: impl Fn(&str) -> PathBuf) -> Result<[Self; 4], KernelError> {
        let open = |four: &'static str, six: &'static str| -> Result<Self, KernelError> {
            Ok(Self { four: Table::open(&path(four), four)?, six: Table::open(&path(six), six)? })
        };
        Ok([
            open("CT_TCP4", "CT_TCP6")?,
            open("CT_HALF_OPEN4", "CT_HALF_OPEN6")?,
            open("CT_OTHER4", "CT_OTHER6")?,
            open("CT_FRAGMENTS4", "CT_FRAGMENTS6")?,
        ])
    }

    pub(super) fn all(&self) -> Result<Vec<(FlowKey, Flow)>, KernelError> {
        let four = self.four.all()?.into_iter().map(|(key, flow)| (FlowKey::from(key), flow));
        Ok(four.chain(self.six.all()?).collect())
    }

    pub(super) fn delete(&self, keys: &[FlowKey]) -> Result<(), KernelError> {
        let (four, six): (Vec<FlowKey>, Vec<FlowKey>) = keys.iter().partition(|key| key.local.is_mapped());
        self.four.delete(&four.iter().map(FlowKey::four).collect::<Vec<_>>())?;
        self.six.delete(&six)
    }
}

/// All maps that the programs share.
#[derive(Debug)]
pub(super) struct Maps {
    pub(super) active: Table<u32, u32>,
    pub(super) meta: Table<u32, Meta>,
    pub(super) interfaces: Table<u32, Interface>,
    pub(super) nodes32: Table<u32, Node32>,
    pub(super) nodes128: Table<u32, Node128>,
    pub(super) members: Table<Addr, Member>,
    pub(super) member_cells: Table<MemberCell, Tree>,
    pub(super) tcp: FlowTable,
    pub(super) half_open: FlowTable,
    pub(super) other: FlowTable,
    pub(super) fragments: FlowTable,
    pub(super) adopt: Table<u32, u64>,
    pub(super) counters: Table<u32, Counter>,
    /// What flow logs want; the pins of an older sgfw have none.
    pub(super) logs: Option<Table<u32, u32>>,
}

/// Every map by the same way of getting at it.
macro_rules! all_maps {
    ($get:expr, $from:expr) => {
        Self {
            active: $get($from, "ACTIVE")?,
            meta: $get($from, "META")?,
            interfaces: $get($from, "INTERFACES")?,
            nodes32: $get($from, "NODES32")?,
            nodes128: $get($from, "NODES128")?,
            members: $get($from, "MEMBERS")?,
            member_cells: $get($from, "MEMBER_CELLS")?,
            tcp: FlowTable { four: $get($from, "CT_TCP4")?, six: $get($from, "CT_TCP6")? },
            half_open: FlowTable { four: $get($from, "CT_HALF_OPEN4")?, six: $get($from, "CT_HALF_OPEN6")? },
            other: FlowTable { four: $get($from, "CT_OTHER4")?, six: $get($from, "CT_OTHER6")? },
            fragments: FlowTable { four: $get($from, "CT_FRAGMENTS4")?, six: $get($from, "CT_FRAGMENTS6")? },
            adopt: $get($from, "ADOPT")?,
            counters: $get($from, "COUNTERS")?,
            logs: $get($from, "LOGS").ok(),
        }
    };
}

impl Maps {
    pub(super) fn open(paths: &Paths) -> Result<Self, KernelError> {
        fn table<K, V>(paths: &Paths, name: &'static str) -> Result<Table<K, V>, KernelError>
        where
            K: FromBytes + IntoBytes + Immutable + Clone,
            V: FromBytes + IntoBytes + Immutable + Clone,
        {
            Table::open(&paths.map(name), name)
        }
        Ok(all_maps!(table, paths))
    }

    /// The maps of an object that was loaded over maps of its own.
    pub(super) fn take(object: &mut Ebpf) -> Result<Self, KernelError> {
        Ok(all_maps!(Table::take, object))
    }

    /// Writes the clock's rate into new maps.
    pub(super) fn introduce(&self) -> Result<(), KernelError> {
        let meta = self.meta()?;
        if meta.hertz != 0 {
            return Ok(());
        }
        self.meta.set(&[(0, Meta { hertz: u64::from(hertz()), ..meta })])
    }

    pub(super) fn meta(&self) -> Result<Meta, KernelError> {
        Ok(self.meta.get(&0)?.unwrap_or_default())
    }

    /// The tables of flows, from the most trusted to the least.
    pub(super) const fn flows(&self) -> [&FlowTable; 4] {
        [&self.tcp, &self.half_open, &self.other, &self.fragments]
    }
}

/// Ticks a second of the kernel's jiffies: the coarse clock's resolution is one tick.
pub(super) fn hertz() -> u32 {
    let nanoseconds = u64::try_from(clock_getres(ClockId::MonotonicCoarse).tv_nsec).unwrap_or(0).max(1);
    u32::try_from((1_000_000_000 + nanoseconds / 2) / nanoseconds).unwrap_or(1000)
}
