//! Writing: lines at the end of a file, and whole files that appear at once.
//!
//! Directories are made as they are needed, 0750, and files 0640, as far as the umask lets them. A file is open only while
//! it is written, so whoever moves it away meets nobody. Links below the directory are the operator's business.

use sha2::{Digest, Sha256};
use std::fs::{DirBuilder, File, OpenOptions, remove_file, rename, symlink_metadata};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;

/// Nobody waits for a reader where a name leads to a pipe.
const NONBLOCK: i32 = libc::O_NONBLOCK;

/// Appends whole lines. If that fails, `lines` holds afterwards what is not in the file.
///
/// A last line without an end, as a crash leaves it, gets one first.
///
/// # Errors
/// What failed and why, in words.
pub(super) fn append(path: &Path, lines: &mut Vec<u8>) -> Result<(), String> {
    make_directory_of(path)?;
    let written = try_append(path, lines);
    written.map_err(|error| words(path, &error))
}

fn try_append(path: &Path, lines: &mut Vec<u8>) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.read(true).append(true).create(true).mode(0o640).custom_flags(NONBLOCK).open(path)?;
    let before = file.metadata()?.len();
    let is_torn = before > 0 && is_torn(&file, before)?;
    if is_torn {
        lines.insert(0, b'\n');
    }
    let (written, result) = write_counted(&mut file, lines);
    if result.is_err() {
        keep_unwritten(&file, before, written, lines);
        // What it was written for is done, or is asked again.
        lines.drain(..usize::from(lines.first() == Some(&b'\n')));
    }
    result
}

fn is_torn(file: &File, length: u64) -> io::Result<bool> {
    let mut last = [0];
    file.read_exact_at(&mut last, length - 1)?;
    Ok(last != *b"\n")
}

/// Writes as far as it goes: how many bytes, and what ended it.
fn write_counted(file: &mut impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Ok(0) => return (written, Err(ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (written, Err(error)),
        }
    }
    (written, Ok(()))
}

/// Takes back what was written by halves; where that cannot be done, the lines that are there are not written again.
fn keep_unwritten(file: &File, before: u64, written: usize, lines: &mut Vec<u8>) {
    let is_ours = file.metadata().is_ok_and(|it| it.len() == before.saturating_add(written as u64));
    if written == 0 || (is_ours && file.set_len(before).is_ok()) {
        return;
    }
    let whole = lines[..written].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    lines.drain(..whole);
}

/// Makes a file in a directory, whole or not at all: its name is `STEM_HASH.log.gz`, the hash of what is in it, and it is
/// written under the name `part` first. A file that is there is never replaced.
///
/// # Errors
/// What failed and why, in words.
pub(super) fn create(directory: &Path, stem: &str, part: &str, bytes: &[u8]) -> Result<(), String> {
    let part = directory.join(part);
    make_directory_of(&part)?;
    let made = write_part(&part, bytes).and_then(|()| rename(&part, directory.join(free_name(directory, stem, bytes))));
    made.map_err(|error| {
        let _ = remove_file(&part);
        words(&part, &error)
    })
}

fn write_part(part: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o640).custom_flags(NONBLOCK).open(part)?;
    file.write_all(bytes)?;
    // Without this a power cut may leave the name with nothing behind it.
    file.sync_data()
}

/// The same bytes have the same name, unless it is taken.
fn free_name(directory: &Path, stem: &str, bytes: &[u8]) -> String {
    let mut hash = Sha256::digest(bytes);
    loop {
        let word: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("{stem}_{word}.log.gz");
        if symlink_metadata(directory.join(&name)).is_err() {
            return name;
        }
        hash = Sha256::digest(hash);
    }
}

fn make_directory_of(path: &Path) -> Result<(), String> {
    let directory = path.parent().unwrap_or(path);
    let made = DirBuilder::new().recursive(true).mode(0o750).create(directory);
    made.map_err(|error| format!("the directory {} cannot be made: {error}", directory.display()))
}

fn words(path: &Path, error: &io::Error) -> String {
    format!("{} cannot be written: {error}", path.display())
}
