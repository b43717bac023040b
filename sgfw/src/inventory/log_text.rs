//! The texts that describe a flow log: formats, names of log groups, buckets and folders.
//!
//! Names become directories and files, so they are held to what AWS allows and to what no path can be misled by: no part
//! is `.` or `..`, and none is longer than a file name.

use super::{LogDestination, LogField};
use thiserror::Error;

/// The longest name of a log group, in characters.
const LONGEST_GROUP: usize = 512;
/// The longest name of a directory or file, in bytes.
const LONGEST_PART: usize = 255;
/// The longest folder, in characters.
const LONGEST_FOLDER: usize = 512;
/// The longest ARN of a role, in characters.
const LONGEST_ROLE: usize = 2048;
/// The folder in which records lie by themselves.
const RESERVED: &str = "AWSLogs";

/// Why a text describes no flow log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogTextError {
    /// A format without fields.
    #[error("the log format is empty")]
    EmptyFormat,
    /// Something in a format that is no `${field}`.
    #[error("{0:?} in the log format is not of the form ${{field}}")]
    NoField(String),
    /// A field that records do not have.
    #[error("{0:?} is not a field of a log format")]
    UnknownField(String),
    /// A field that a format names twice.
    #[error("the field {0:?} is in the log format twice")]
    TwiceField(String),
    /// A name of a log group.
    #[error("{0:?} is not the name of a log group: {1}")]
    Group(String, &'static str),
    /// A name of a bucket.
    #[error("{0:?} is not the name of a bucket: {1}")]
    Bucket(String, &'static str),
    /// A folder in a bucket.
    #[error("{0:?} is not a folder of a bucket: {1}")]
    Folder(String, &'static str),
    /// A region in whose name no directory can be.
    #[error("{0:?} is not the name of a region")]
    Region(String),
    /// A name of a role.
    #[error("{0:?} is not the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME")]
    Role(String),
}

/// Refuses a region that could mislead a path or a record: it is one word of up to 63 characters.
///
/// # Errors
/// It is something else.
pub fn check_region(name: &str) -> Result<(), LogTextError> {
    let is_word = name.chars().all(|c| c.is_ascii_graphic() && c != '/');
    let fits = (1..=63).contains(&name.len()) && is_word && name != "." && name != "..";
    if fits { Ok(()) } else { Err(LogTextError::Region(name.into())) }
}

/// Refuses what cannot be the ARN of a role.
///
/// # Errors
/// It does not begin like one, is too long, or has characters that none has.
pub fn check_role(arn: &str) -> Result<(), LogTextError> {
    let fits = arn.starts_with("arn:") && arn.len() <= LONGEST_ROLE && arn.chars().all(|c| c.is_ascii_graphic());
    if fits { Ok(()) } else { Err(LogTextError::Role(arn.into())) }
}

impl LogField {
    /// The fields of a format such as `${version} ${srcaddr}`.
    ///
    /// # Errors
    /// There is none, or one is unknown or there twice.
    pub fn format(text: &str) -> Result<Vec<Self>, LogTextError> {
        let mut fields = Vec::new();
        for part in text.split_ascii_whitespace() {
            let word = part.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
            let word = word.ok_or_else(|| LogTextError::NoField(part.into()))?;
            let field = Self::named(word).ok_or_else(|| LogTextError::UnknownField(word.into()))?;
            if fields.contains(&field) {
                return Err(LogTextError::TwiceField(word.into()));
            }
            fields.push(field);
        }
        if fields.is_empty() { Err(LogTextError::EmptyFormat) } else { Ok(fields) }
    }

    /// The format that names these fields.
    pub fn text(fields: &[Self]) -> String {
        fields.iter().map(|field| format!("${{{}}}", field.word())).collect::<Vec<_>>().join(" ")
    }
}

impl LogDestination {
    /// The log group with this name.
    ///
    /// # Errors
    /// AWS has no such name, or it leads out of the directory of its files.
    pub fn group(name: &str) -> Result<Self, LogTextError> {
        let wrong = |why| Err(LogTextError::Group(name.into(), why));
        if name.is_empty() || name.len() > LONGEST_GROUP {
            return wrong("it has 1 to 512 characters");
        }
        if name.contains(|c: char| !c.is_ascii_alphanumeric() && !"._-/#".contains(c)) {
            return wrong("it has letters, digits, and . _ - / #");
        }
        // A slash at the beginning is what most names of AWS's own services have.
        match parts(name.strip_prefix('/').unwrap_or(name)) {
            Some(why) => wrong(why),
            None => Ok(Self::Group { name: name.into() }),
        }
    }

    /// A folder of a bucket, with or without slashes at its ends; may be empty.
    ///
    /// # Errors
    /// AWS has no such bucket or folder, or it leads out of the directory of its files.
    pub fn bucket(bucket: &str, folder: &str, hive: bool, hourly: bool) -> Result<Self, LogTextError> {
        if let Some(why) = bucket_name(bucket) {
            return Err(LogTextError::Bucket(bucket.into(), why));
        }
        let folder = folder.strip_suffix('/').filter(|it| !it.is_empty()).unwrap_or(folder);
        if let Some(why) = Some(folder).filter(|it| !it.is_empty()).and_then(folder_name) {
            return Err(LogTextError::Folder(folder.into(), why));
        }
        Ok(Self::Bucket { bucket: bucket.into(), folder: folder.into(), hive, hourly })
    }
}

/// What is wrong with a bucket's name.
fn bucket_name(name: &str) -> Option<&'static str> {
    let is_end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !(3..=63).contains(&name.len()) {
        Some("it has 3 to 63 characters")
    } else if name.contains(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit() && !"._-".contains(c)) {
        Some("it has small letters, digits, and . - _")
    } else if !is_end(name.chars().next()) || !is_end(name.chars().last()) || name.contains("..") {
        Some("it begins and ends with a letter or a digit, and no two dots follow each other")
    } else if name.parse::<std::net::Ipv4Addr>().is_ok() {
        Some("it looks like an address")
    } else {
        None
    }
}

/// What is wrong with a folder.
fn folder_name(folder: &str) -> Option<&'static str> {
    if folder.len() > LONGEST_FOLDER {
        Some("it has up to 512 characters")
    } else if folder.contains(|c: char| !c.is_ascii_alphanumeric() && !"!-_.*'()=/".contains(c)) {
        Some("it has letters, digits, and ! - _ . * ' ( ) = /")
    } else if folder.split('/').next() == Some(RESERVED) {
        Some("AWSLogs is where the records lie by themselves")
    } else {
        parts(folder)
    }
}

/// What is wrong with the parts between slashes.
fn parts(path: &str) -> Option<&'static str> {
    path.split('/').find_map(|part| match part {
        "" => Some("there is nothing between two slashes or at an end"),
        "." | ".." => Some("no part of it is . or .."),
        part if part.len() > LONGEST_PART => Some("a part of it has up to 255 characters"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_as_they_are_written() {
        let standard = LogField::text(&LogField::standard());
        assert_eq!(
            standard,
            "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
             ${packets} ${bytes} ${start} ${end} ${action} ${log-status}"
        );
        assert_eq!(LogField::format(&standard), Ok(LogField::standard()));
        let all = LogField::text(LogField::ALL);
        assert_eq!(LogField::format(&all).unwrap(), LogField::ALL);
        assert_eq!(LogField::format(" ${end}\t${start}\n"), Ok(vec![LogField::End, LogField::Start]));
    }

    #[test]
    fn formats_that_are_none() {
        let refused = |text| LogField::format(text).unwrap_err().to_string();
        assert_eq!(refused(" "), "the log format is empty");
        assert_eq!(refused("version"), "\"version\" in the log format is not of the form ${field}");
        assert_eq!(refused("${version}${start}"), "\"version}${start\" is not a field of a log format");
        assert_eq!(refused("${Version}"), "\"Version\" is not a field of a log format");
        assert_eq!(refused("${end} ${start} ${end}"), "the field \"end\" is in the log format twice");
    }

    #[test]
    fn names_of_log_groups() {
        for name in ["g", "/aws/vpc/flow.logs-1_2#3", "a/b", "...", &"a".repeat(255)] {
            assert_eq!(LogDestination::group(name), Ok(LogDestination::Group { name: name.into() }));
        }
        let long = ["a/".repeat(256) + "a", "a".repeat(256)];
        let wrong = ["", "/", "//a", "a//b", "a/", "..", "a/../b", "./a", "/..", "a b", "a\\b", "a:b", "ä", "a\0"];
        for name in wrong.into_iter().chain(long.iter().map(String::as_str)) {
            assert!(LogDestination::group(name).is_err(), "{name:?}");
        }
    }

    #[test]
    fn names_of_buckets_and_folders() {
        for (bucket, folder) in [("logs", ""), ("my.logs-1_2", "a/b"), ("123", "custom/"), ("abc", "a=1/(b)")] {
            let made = LogDestination::bucket(bucket, folder, true, false);
            let (bucket, folder) = (bucket.into(), folder.trim_end_matches('/').into());
            assert_eq!(made, Ok(LogDestination::Bucket { bucket, folder, hive: true, hourly: false }));
        }
        let long = "b".repeat(64);
        for bucket in ["", "ab", "Logs", "-ab", "ab-", "a..b", "10.0.0.1", "a/b", "..", ".a.", "a b", &long] {
            assert!(LogDestination::bucket(bucket, "", false, false).is_err(), "{bucket:?}");
        }
        for folder in ["/", "/a", "a//", "a//b", "..", "a/..", "a/./b", "AWSLogs", "AWSLogs/a", "a b", "a\\b", "ä"] {
            assert!(LogDestination::bucket("logs", folder, false, false).is_err(), "{folder:?}");
        }
    }
}
