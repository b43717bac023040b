//! A bucket: files that are packed and never changed, one for every five minutes of a log, below directories for account,
//! region and time.
//!
//! The file of 16:20 has the windows whose last second lies between 16:20:00 and 16:24:59, as AWS's has. More than
//! [`LARGEST`] bytes of text make another file of the same five minutes.

use super::place;
use super::queue::{Parcel, To};
use crate::control::date_time;
use crate::inventory::{FlowLog, InterfaceId};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Seconds of one file.
const PERIOD: u64 = 300;

/// Text of one file.
const LARGEST: usize = 64 << 20;

/// Text that is packed at once: what packs is larger than what most logs have to say.
const PORTION: usize = 1 << 20;

/// The files of a log in a bucket.
#[derive(Debug)]
pub(super) struct Bucket {
    layout: Layout,
    /// The first line of every file.
    header: String,
    growing: Option<Growing>,
}

/// Names of directories and files.
#[derive(Debug)]
struct Layout {
    directory: PathBuf,
    hive: bool,
    hourly: bool,
    /// What names of files begin with.
    stem: String,
    /// The name of a file that is not whole yet: one for a log, so that a crash leaves one.
    part: String,
}

/// A file that is not written yet.
#[derive(Debug)]
struct Growing {
    /// The first second of its five minutes.
    period: u64,
    plain: Vec<u8>,
    packer: Option<GzEncoder<Vec<u8>>>,
    /// All of its text.
    length: usize,
    of: BTreeSet<InterfaceId>,
}

impl Bucket {
    /// The files of a log in this bucket and folder.
    ///
    /// # Errors
    /// A name leads out of the directory, in words.
    pub(super) fn new(base: &Path, log: &FlowLog, bucket: &Bucketed, header: String) -> Result<Self, String> {
        let mut directory = place::below(base, bucket.name)?;
        if !bucket.folder.is_empty() {
            directory = place::below(&directory, bucket.folder)?;
        }
        let (account, region) = (log.scope.account.as_str(), place::part(&log.scope.region)?);
        let below = match bucket.hive {
            true => format!("AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}"),
            false => format!("AWSLogs/{account}/vpcflowlogs/{region}"),
        };
        let layout = Layout {
            directory: place::below(&directory, &below)?,
            hive: bucket.hive,
            hourly: bucket.hourly,
            stem: format!("{account}_vpcflowlogs_{region}_{}", log.id),
            part: format!(".{}.part", log.id),
        };
        Ok(Self { layout, header, growing: None })
    }

    /// Adds lines about an interface, of a window with this last second. A file that is full is ready to be written.
    pub(super) fn add(&mut self, interface: &InterfaceId, last: u64, lines: &[u8]) -> Option<Parcel> {
        let period = last - last % PERIOD;
        let is_other = |it: &Growing| it.period != period || it.length >= LARGEST;
        let ready = if self.growing.as_ref().is_some_and(is_other) { self.seal() } else { None };
        let growing = self.growing.get_or_insert_with(|| Growing::new(period, &self.header));
        growing.add(lines);
        growing.of.insert(interface.clone());
        ready
    }

    /// The file whose five minutes are over, ready to be written; also one that the clock was set far back behind.
    pub(super) fn due(&mut self, now: u64, interval: u64) -> Option<Parcel> {
        let is_due = |it: &Growing| {
            it.period.saturating_add(PERIOD) <= now || now.saturating_add(interval.max(PERIOD)) < it.period
        };
        if self.growing.as_ref().is_some_and(is_due) { self.seal() } else { None }
    }

    /// The file that there is, ready to be written.
    pub(super) fn seal(&mut self) -> Option<Parcel> {
        let mut growing = self.growing.take()?;
        let of = std::mem::take(&mut growing.of);
        Some(Parcel { to: self.layout.to(growing.period), bytes: growing.finish(), of })
    }
}

/// What a destination says of a bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucketed<'a> {
    pub(super) name: &'a str,
    pub(super) folder: &'a str,
    pub(super) hive: bool,
    pub(super) hourly: bool,
}

impl Layout {
    /// Where the file of a period goes.
    fn to(&self, period: u64) -> To {
        let time = date_time(period);
        let parts: Vec<&str> = time.split(['-', 'T', ':']).collect();
        let [year, month, day, hour, minute] = [0, 1, 2, 3, 4].map(|at| parts.get(at).copied().unwrap_or_default());
        let names = [("year", year), ("month", month), ("day", day), ("hour", hour)];
        let mut directory = self.directory.clone();
        for (name, value) in &names[..if self.hourly { 4 } else { 3 }] {
            directory.push(if self.hive { format!("{name}={value}") } else { (*value).to_owned() });
        }
        let stem = format!("{}_{year}{month}{day}T{hour}{minute}Z", self.stem);
        To::New { directory, stem, part: self.part.clone() }
    }
}

impl Growing {
    fn new(period: u64, header: &str) -> Self {
        let plain = header.as_bytes().to_vec();
        Self { period, plain, packer: None, length: 0, of: BTreeSet::new() }
    }

    fn add(&mut self, lines: &[u8]) {
        self.length += lines.len();
        self.plain.extend_from_slice(lines);
        if self.plain.len() > PORTION {
            self.pack();
        }
    }

    fn pack(&mut self) {
        let packer = self.packer.get_or_insert_with(|| GzEncoder::new(Vec::new(), Compression::fast()));
        // Writing to memory does not fail.
        let packed = packer.write_all(&self.plain);
        debug_assert!(packed.is_ok());
        self.plain.clear();
    }

    fn finish(mut self) -> Vec<u8> {
        self.pack();
        self.packer.and_then(|packer| packer.finish().ok()).unwrap_or_default()
    }
}
