//! Where a log's files lie: always below the directory, whatever the names say.
//!
//! Names come checked from the service. They are checked once more where they become paths.

use std::path::{Path, PathBuf};

/// The directory of a log group. One slash at the beginning, as AWS's own groups have it, means nothing.
///
/// # Errors
/// The name leads elsewhere, in words.
pub(super) fn of_group(directory: &Path, name: &str) -> Result<PathBuf, String> {
    below(directory, name.strip_prefix('/').unwrap_or(name))
}

/// The place of these names below a directory; each may have several parts with slashes between.
///
/// # Errors
/// A part is empty or leads elsewhere, in words.
pub(super) fn below(directory: &Path, name: &str) -> Result<PathBuf, String> {
    let checked = name.split('/').find_map(fault).map_or(Ok(()), |fault| refused(name, fault));
    checked.map(|()| directory.join(name))
}

/// A name that is one part of a place.
///
/// # Errors
/// It is more or leads elsewhere, in words.
pub(super) fn part(name: &str) -> Result<&str, String> {
    let fault = if name.contains('/') { Some("it has a slash in it") } else { fault(name) };
    fault.map_or(Ok(name), |fault| refused(name, fault))
}

fn refused<T>(name: &str, fault: &str) -> Result<T, String> {
    Err(format!("{name:?} is no place for a flow log: {fault}"))
}

fn fault(part: &str) -> Option<&'static str> {
    match part {
        "" => Some("a part of it is empty"),
        "." | ".." => Some("a part of it is a way to another directory"),
        _ if part.contains('\0') => Some("it has a NUL in it"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_directory() {
        let directory = Path::new("/logs");
        for name in ["", "/", "//a", "..", "../a", "a/..", "a/../../b", "a//b", "a/", "a/./b", "a\0b", "/../a"] {
            let refused = of_group(directory, name).unwrap_err();
            assert!(refused.contains("is no place for a flow log"), "{name:?}: {refused}");
            assert!(below(directory, name).is_err(), "{name:?}");
        }
        for name in ["/etc", "a/b", "..", ""] {
            assert!(part(name).is_err());
        }
        assert!(below(directory, "/etc").is_err());
        for (name, place) in [("a", "/logs/a"), ("/aws/vpc", "/logs/aws/vpc"), ("..a/b..", "/logs/..a/b..")] {
            assert_eq!(of_group(directory, name).unwrap(), Path::new(place));
        }
    }
}
