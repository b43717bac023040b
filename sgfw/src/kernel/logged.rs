//! What the programs count for flow logs, and how it is taken from them without losing or doubling a packet.
//!
//! There are two heaps. Whoever takes has new packets counted on the other one first, waits until no program is left
//! that saw the old word, and then reads and deletes at leisure what nobody writes any more.

use super::error::KernelError;
use super::load;
use super::maps::{Maps, Table};
use super::paths::Paths;
use super::sys;
use crate::model::Direction;
use sgfw_common::addr::Addr;
use sgfw_common::logged::{Logged, LoggedKey, logs, seen};
use sgfw_common::maps::{INGRESS, MAX_INTERFACES};
use sgfw_common::reason::Reason;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{SystemTime, UNIX_EPOCH};

/// One direction of one conversation of one interface, with one outcome, since it was last taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedFlow {
    /// Slot of the interface.
    pub slot: u32,
    /// Source address of the packets.
    pub src: IpAddr,
    /// Destination address of the packets.
    pub dst: IpAddr,
    /// Source port; 0 where there is none: ICMP, and fragments behind the first.
    pub sport: u16,
    /// Destination port, likewise.
    pub dport: u16,
    /// IANA protocol number.
    pub protocol: u8,
    /// As the instance sees it.
    pub direction: Direction,
    /// Why they were dropped; none: they passed.
    pub refusal: Option<Reason>,
    /// Packets.
    pub packets: u64,
    /// Bytes, from the IP header on.
    pub bytes: u64,
    /// Unix time of the first packet, in seconds.
    pub first: u64,
    /// Unix time of the last packet.
    pub last: u64,
    /// FIN 1, SYN 2, RST 4, SYN-ACK 18: all that were seen.
    pub flags: u8,
}

/// What is counted of a slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// What passes.
    pub accepted: bool,
    /// What is dropped.
    pub refused: bool,
}

impl Counted {
    const fn of(word: u32) -> Self {
        Self { accepted: word & logs::ACCEPTED != 0, refused: word & logs::REFUSED != 0 }
    }

    /// The word that asks for it.
    pub(super) const fn bits(self) -> u32 {
        let accepted = if self.accepted { logs::ACCEPTED } else { 0 };
        accepted | if self.refused { logs::REFUSED } else { 0 }
    }
}

/// The heaps, by slot, on which nothing is counted any more.
#[derive(Debug)]
pub struct Turned(BTreeMap<u32, u8>);

/// The maps of the flow logs.
#[derive(Debug)]
pub struct FlowCounts {
    paths: Paths,
    hertz: u64,
    words: Table<u32, u32>,
    counted: Table<LoggedKey, Logged>,
    missed: Table<u32, u64>,
}

impl FlowCounts {
    /// None where the programs in force are of an older sgfw, which counts nothing.
    pub(super) fn open(paths: &Paths, maps: &Maps) -> Result<Option<Self>, KernelError> {
        if !paths.map("UNLOGGED").exists() {
            return Ok(None);
        }
        Ok(Some(Self {
            paths: paths.clone(),
            hertz: maps.meta()?.hertz.max(1),
            words: Table::open(&paths.map("LOGS"), "LOGS")?,
            counted: Table::open(&paths.map("LOGGED"), "LOGGED")?,
            missed: Table::open(&paths.map("UNLOGGED"), "UNLOGGED")?,
        }))
    }

    /// What is counted, by slot; a slot that changes its interface is not until it is set again.
    ///
    /// # Errors
    /// The map cannot be read.
    pub fn counted(&self) -> Result<BTreeMap<u32, Counted>, KernelError> {
        let words = self.words.all()?;
        let all = words.into_iter().map(|(slot, word)| (slot, Counted::of(word)));
        Ok(all.filter(|(_, counted)| *counted != Counted::default()).collect())
    }

    /// Counts this from now on, and nothing of other slots.
    ///
    /// # Errors
    /// The map cannot be written.
    pub fn count(&self, wanted: &BTreeMap<u32, Counted>) -> Result<(), KernelError> {
        let bits = |slot: &u32| wanted.get(slot).copied().unwrap_or_default().bits();
        let new = |(slot, word): &(u32, u32)| (*slot, (word & logs::HEAP) | bits(slot));
        let words = self.words.all()?;
        let changed: Vec<_> = words.iter().map(|it| (new(it), *it)).filter(|(new, old)| new != old).collect();
        self.words.set(&changed.into_iter().map(|(new, _)| new).collect::<Vec<_>>())
    }

    /// Has everything counted on the other heap from now on; what is on this one can be taken.
    ///
    /// # Errors
    /// The map cannot be read or written.
    pub fn turn(&self) -> Result<Turned, KernelError> {
        let words = self.words.all()?;
        let turned: Vec<_> = words.iter().map(|(slot, word)| (*slot, word ^ logs::HEAP)).collect();
        self.words.set(&turned)?;
        Ok(Turned(words.iter().map(|(slot, word)| (*slot, heap(*word))).collect()))
    }

    /// Takes what was counted before that, once no program is left that counts there. Every packet is in one answer and
    /// only one; what an error leaves is in a later one.
    ///
    /// # Errors
    /// A map cannot be read or written, or the clock cannot be asked.
    pub fn take(&self, turned: &Turned) -> Result<Vec<LoggedFlow>, KernelError> {
        sys::wait_for_programs()
            .map_err(|error| KernelError::system("wait for packets on their way (membarrier)", error))?;
        let is_old = |key: &LoggedKey| turned.0.get(&u32::from(key.slot)) == Some(&key.heap);
        take(&self.counted, is_old, &Clock::read(&self.paths, self.hertz)?)
    }

    /// Packets by slot that were not counted because the map was full, since the maps were made.
    ///
    /// # Errors
    /// The map cannot be read.
    pub fn missed(&self) -> Result<BTreeMap<u32, u64>, KernelError> {
        let all = self.missed.per_cpu()?.into_iter().map(|(slot, cpus)| (slot, cpus.iter().sum()));
        Ok(all.filter(|(_, packets)| *packets > 0).collect())
    }
}

/// Slots that go or come count nothing until somebody says for whom.
pub(super) fn forget(maps: &Maps, slots: &[u32]) -> Result<(), KernelError> {
    let Some(words) = &maps.logs else { return Ok(()) };
    let slots = slots.iter().filter(|slot| **slot < MAX_INTERFACES);
    let entries = slots.map(|slot| Ok((*slot, words.get(slot)?.unwrap_or(0) & logs::HEAP)));
    words.set(&entries.collect::<Result<Vec<_>, KernelError>>()?)
}

/// Reads and deletes what nobody writes any more.
pub(super) fn take(
    counted: &Table<LoggedKey, Logged>,
    is_old: impl Fn(&LoggedKey) -> bool,
    clock: &Clock,
) -> Result<Vec<LoggedFlow>, KernelError> {
    let taken: Vec<_> = counted.all()?.into_iter().filter(|(key, _)| is_old(key)).collect();
    counted.delete(&taken.iter().map(|(key, _)| *key).collect::<Vec<_>>())?;
    Ok(taken.iter().filter_map(|(key, count)| flow(key, count, clock)).collect())
}

const fn heap(word: u32) -> u8 {
    if word & logs::HEAP == 0 { 0 } else { 1 }
}

/// The programs' clock beside the wall's, in milliseconds since 1970.
pub(super) struct Clock {
    pub(super) ticks: u64,
    pub(super) hertz: u64,
    pub(super) milliseconds: u64,
}

impl Clock {
    fn read(paths: &Paths, hertz: u64) -> Result<Self, KernelError> {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let milliseconds = u64::try_from(wall.as_millis()).unwrap_or(u64::MAX);
        Ok(Self { ticks: load::now(paths)?, hertz, milliseconds })
    }

    /// Unix time of a tick, in whole seconds.
    const fn seconds(&self, tick: u64) -> u64 {
        let ago = self.ticks.saturating_sub(tick).saturating_mul(1000) / self.hertz;
        self.milliseconds.saturating_sub(ago) / 1000
    }
}

/// None for a reason that no sgfw has: somebody else wrote into the map.
fn flow(key: &LoggedKey, count: &Logged, clock: &Clock) -> Option<LoggedFlow> {
    let refusal = match key.refusal {
        0 => None,
        number => Some(*Reason::ALL.iter().find(|reason| **reason as u8 == number)?),
    };
    Some(LoggedFlow {
        slot: key.slot.into(),
        src: address(key.src),
        dst: address(key.dst),
        sport: key.sport,
        dport: key.dport,
        protocol: key.protocol,
        direction: if usize::from(key.direction) == INGRESS { Direction::Ingress } else { Direction::Egress },
        refusal,
        packets: count.packets,
        bytes: count.bytes,
        first: clock.seconds(count.first),
        last: clock.seconds(count.last),
        flags: flags(count),
    })
}

pub(super) fn address(address: Addr) -> IpAddr {
    if address.is_mapped() {
        return Ipv4Addr::from(address.number4()).into();
    }
    let (high, low) = address.number6();
    Ipv6Addr::from(u128::from(high) << 64 | u128::from(low)).into()
}

/// As AWS adds them up: an ACK counts only beside a SYN.
fn flags(count: &Logged) -> u8 {
    let places = [(seen::FIN, 1), (seen::SYN, 2), (seen::RST, 4), (seen::SYN_ACK, 18)];
    places.iter().filter(|(place, _)| count.flags[*place] != 0).fold(0, |flags, (_, bits)| flags | bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_the_map_is_told_in_words() {
        let key = LoggedKey {
            src: Addr::v4([10, 0, 0, 5]),
            dst: Addr::v4([203, 0, 113, 7]),
            sport: 22,
            dport: 50_000,
            slot: 3,
            protocol: 6,
            refusal: Reason::NoEgressRule as u8,
            direction: 1,
            heap: 0,
            reserved: [0; 2],
        };
        let count = Logged { packets: 4, bytes: 336, first: 1_000, last: 1_250, flags: [1, 0, 1, 0], reserved: [0; 4] };
        let clock = Clock { ticks: 1_500, hertz: 250, milliseconds: 60_500 };
        let told = flow(&key, &count, &clock).unwrap();
        assert_eq!((told.first, told.last, told.flags), (58, 59, 19));
        assert_eq!((told.src, told.dst), ("10.0.0.5".parse().unwrap(), "203.0.113.7".parse().unwrap()));
        assert_eq!((told.direction, told.refusal), (Direction::Egress, Some(Reason::NoEgressRule)));
        assert_eq!(flow(&LoggedKey { refusal: 63, ..key }, &count, &clock), None);
    }
}
