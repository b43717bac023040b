//! The system calls that aya does not wrap. Every `unsafe` of this crate is in this file.
//!
//! Batches, because one call for an entry makes 100 000 prefixes a matter of seconds; a membarrier, which
//! returns when no program is left that began before it; the device of a link, and letting go of it.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use zerocopy::{FromBytes, Immutable, IntoBytes};

const LOOKUP_ELEM: u32 = 1;
const OBJ_GET: u32 = 7;
const OBJ_GET_INFO_BY_FD: u32 = 15;
const LOOKUP_BATCH: u32 = 24;
const UPDATE_BATCH: u32 = 26;
const DELETE_BATCH: u32 = 27;
const LINK_DETACH: u32 = 34;
const MEMBARRIER_GLOBAL: libc::c_long = 1;
/// Entries of one call, so that a huge map does not hold the kernel for long.
const CHUNK: usize = 16_384;

/// `union bpf_attr`, the part for batches.
#[repr(C)]
#[derive(Default)]
struct Batch {
    in_batch: u64,
    out_batch: u64,
    keys: u64,
    values: u64,
    count: u32,
    map_fd: u32,
    elem_flags: u64,
    flags: u64,
}

/// `union bpf_attr`, the part for single entries.
#[repr(C)]
#[derive(Default)]
struct Elem {
    map_fd: u32,
    pad: u32,
    key: u64,
    value: u64,
    flags: u64,
}

/// `union bpf_attr`, the part for pins.
#[repr(C)]
#[derive(Default)]
struct Pinned {
    path: u64,
    fd: u32,
    flags: u32,
}

/// `union bpf_attr`, the part for letting go of a device.
#[repr(C)]
struct LinkDetach {
    link: u32,
}

/// `union bpf_attr`, the part for what is known of a descriptor.
#[repr(C)]
#[derive(Default)]
struct Info {
    fd: u32,
    length: u32,
    info: u64,
}

/// `struct bpf_link_info`, as far as XDP and TCX links begin alike.
#[repr(C)]
#[derive(Default)]
struct LinkInfo {
    kind: u32,
    id: u32,
    program: u32,
    pad: u32,
    ifindex: u32,
    rest: u32,
}

fn bpf<T>(command: u32, attr: &mut T) -> io::Result<()> {
    call(command, attr).map(drop)
}

/// The call itself, which answers with a new descriptor where it makes one.
fn call<T>(command: u32, attr: &mut T) -> io::Result<i32> {
    // SAFETY: `attr` is a live prefix of `union bpf_attr` of the given size; the callers below point it
    // only at buffers of the lengths it announces.
    let done = unsafe { libc::syscall(libc::SYS_bpf, command, std::ptr::from_mut(attr), size_of::<T>()) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(i32::try_from(done).unwrap_or(0)) }
}

/// The index of the device that a pinned XDP or TCX link is attached to; 0 once the device is gone.
pub(super) fn link_device(pin: &Path) -> io::Result<u32> {
    let fd = pinned(pin)?;
    let mut link = LinkInfo::default();
    let length = u32::try_from(size_of::<LinkInfo>()).unwrap_or(0);
    let mut info = Info { fd: raw(fd.as_fd()), length, info: std::ptr::from_mut(&mut link) as u64 };
    bpf(OBJ_GET_INFO_BY_FD, &mut info)?;
    Ok(link.ifindex)
}

/// Takes a pinned XDP or TCX link off its device, now; without its pin alone the kernel would do so some time later.
pub(super) fn detach_link(pin: &Path) -> io::Result<()> {
    let fd = pinned(pin)?;
    bpf(LINK_DETACH, &mut LinkDetach { link: raw(fd.as_fd()) })
}

fn pinned(pin: &Path) -> io::Result<OwnedFd> {
    let path = CString::new(pin.as_os_str().as_bytes())?;
    let mut pinned = Pinned { path: path.as_ptr() as u64, ..Pinned::default() };
    let fd = call(OBJ_GET, &mut pinned)?;
    // SAFETY: the call just made this descriptor, and nobody else knows it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn raw(map: BorrowedFd<'_>) -> u32 {
    map.as_raw_fd().unsigned_abs()
}

/// Writes all entries; `keys` and `values` are of one length.
pub(super) fn update<K: IntoBytes + Immutable, V: IntoBytes + Immutable>(
    map: BorrowedFd<'_>,
    keys: &[K],
    values: &[V],
) -> io::Result<()> {
    let mut done = 0;
    while done < keys.len() {
        let mut batch = Batch {
            keys: keys[done..].as_ptr() as u64,
            values: values[done..].as_ptr() as u64,
            count: chunk(keys.len() - done),
            map_fd: raw(map),
            ..Batch::default()
        };
        bpf(UPDATE_BATCH, &mut batch)?;
        done += batch.count as usize;
    }
    Ok(())
}

/// Entries of the next call.
fn chunk(left: usize) -> u32 {
    u32::try_from(left.min(CHUNK)).unwrap_or(u32::MAX)
}

/// Deletes all keys; one that is not there is fine.
pub(super) fn delete<K: IntoBytes + Immutable>(map: BorrowedFd<'_>, keys: &[K]) -> io::Result<()> {
    let mut done = 0;
    while done < keys.len() {
        let mut batch = Batch {
            keys: keys[done..].as_ptr() as u64,
            count: chunk(keys.len() - done),
            map_fd: raw(map),
            ..Batch::default()
        };
        match bpf(DELETE_BATCH, &mut batch) {
            Ok(()) => done += batch.count as usize,
            // The call stops at a key that is not there; it counted those before.
            Err(error) if error.raw_os_error() == Some(libc::ENOENT) => done += batch.count as usize + 1,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// One entry, or none.
pub(super) fn lookup<K: IntoBytes + Immutable, V: FromBytes + IntoBytes>(
    map: BorrowedFd<'_>,
    key: &K,
) -> io::Result<Option<V>> {
    let mut value = V::new_zeroed();
    let mut elem = Elem {
        map_fd: raw(map),
        key: std::ptr::from_ref(key) as u64,
        value: std::ptr::from_mut(&mut value) as u64,
        ..Elem::default()
    };
    match bpf(LOOKUP_ELEM, &mut elem) {
        Ok(()) => Ok(Some(value)),
        Err(error) if error.raw_os_error() == Some(libc::ENOENT) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All entries. `values` is how many values an entry has: one, or one for each possible CPU.
pub(super) fn entries<K: FromBytes + Clone, V: FromBytes + Clone>(
    map: BorrowedFd<'_>,
    per_entry: usize,
) -> io::Result<Vec<(K, Vec<V>)>> {
    let mut all = Vec::new();
    let mut room = CHUNK;
    let mut position = [0u64; 4];
    let mut begun = false;
    loop {
        let mut keys: Vec<K> = vec![K::new_zeroed(); room];
        let mut values: Vec<V> = vec![V::new_zeroed(); room * per_entry];
        let mut next = position;
        let mut batch = Batch {
            in_batch: if begun { position.as_ptr() as u64 } else { 0 },
            out_batch: next.as_mut_ptr() as u64,
            keys: keys.as_mut_ptr() as u64,
            values: values.as_mut_ptr() as u64,
            count: u32::try_from(room).unwrap_or(u32::MAX),
            map_fd: raw(map),
            ..Batch::default()
        };
        let result = bpf(LOOKUP_BATCH, &mut batch);
        let ended = matches!(&result, Err(error) if error.raw_os_error() == Some(libc::ENOENT));
        match result {
            // A bucket with more entries than the room for them: nothing was read.
            Err(error) if error.raw_os_error() == Some(libc::ENOSPC) => {
                room *= 2;
                continue;
            }
            Err(error) if !ended => return Err(error),
            _ => {}
        }
        let count = batch.count as usize;
        let chunks = values.chunks(per_entry).map(<[V]>::to_vec);
        all.extend(keys.into_iter().take(count).zip(chunks));
        if ended {
            return Ok(all);
        }
        (position, begun) = (next, true);
    }
}

/// Returns when every program that was running before has ended.
pub(super) fn wait_for_programs() -> io::Result<()> {
    // SAFETY: a call without pointers.
    let done = unsafe { libc::syscall(libc::SYS_membarrier, MEMBARRIER_GLOBAL, 0, 0) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
