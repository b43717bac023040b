//! Files to text: what cannot even be read, or is not text.

use super::report::{Report, inert};
use super::tree::Spot;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest policy file, in bytes: 100 000 rules written out in full take half of it.
pub(super) const LARGEST: usize = 16 << 20;

/// A text and the name it is known by.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
}

/// Reads a file as the report's next source. What is wrong with it is reported, and then there is nothing to parse.
pub(super) fn read(path: &Path, report: &mut Report) -> Option<()> {
    let name = inert(&path.display().to_string());
    report.begin(Source { name, text: String::new() });
    let bytes = match read_bytes(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            report.error(Spot::default(), format!("cannot be read: {}", reason(&error)), hint(&error));
            return None;
        }
    };
    accept(bytes, report)
}

/// Takes bytes as the text of the current source.
pub(super) fn accept(bytes: Vec<u8>, report: &mut Report) -> Option<()> {
    if bytes.len() > LARGEST {
        let message = format!("larger than {} MiB", LARGEST >> 20);
        report.error(Spot::default(), message, "split the policy over several files");
        return None;
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let at = end_of(&String::from_utf8_lossy(&bytes[..valid]));
            // The text is kept only as far as it is one, so that the line can be shown.
            report.text(String::from_utf8_lossy(&bytes[..valid]).into_owned());
            let message = format!("byte 0x{:02x} is not UTF-8: this is not a text file", bytes[valid]);
            report.error(at, message, "write the policy as YAML text in UTF-8");
            return None;
        }
    };
    // The reader steps over a byte order mark, and counts places without it.
    report.text(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text));
    Some(())
}

/// One byte more than is taken, so that a device that never ends does.
fn read_bytes(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(LARGEST).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The system's words without its number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

fn hint(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind::{IsADirectory, NotFound, PermissionDenied};
    match error.kind() {
        NotFound => "check the path",
        PermissionDenied => "check the file's owner and mode",
        IsADirectory => "name the files in it",
        _ => "",
    }
}

fn end_of(text: &str) -> Spot {
    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let last = text.rsplit('\n').next().unwrap_or("");
    Spot {
        line: small(text.matches('\n').count() + 1),
        column: small(last.chars().count() + 1),
        start: small(text.len()),
        len: 0,
    }
}
