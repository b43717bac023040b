//! Names and descriptions, with the words of the EC2 documentation for what is wrong (F3-F7, F61).

use thiserror::Error;

/// The longest name or description, in characters (F4, F61).
pub const LONGEST: usize = 255;

/// What is wrong with a name or a description.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// Nothing, or blanks only.
    #[error("must not be empty")]
    Empty,
    /// More than 255 characters.
    #[error("has {0} characters; 255 are allowed")]
    TooLong(usize),
    /// A character outside the set.
    #[error("has the character {0:?}; allowed are a-z, A-Z, 0-9, spaces, and {1}")]
    Character(char, &'static str),
    /// Begins like an id.
    #[error("must not begin with \"sg-\", which is for ids")]
    Reserved,
}

const GROUP_MARKS: &str = "._-:/()#,@[]+=&;{}!$*";
const RULE_MARKS: &str = "._-:/()#,@[]+=;{}!$*";

/// A group's name: 1 to 255 characters of the set, not beginning with `sg-` (F4, F5, F7).
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_name(text: &str) -> Result<(), NameError> {
    if text.trim().is_empty() {
        return Err(NameError::Empty);
    }
    if text.to_ascii_lowercase().starts_with("sg-") {
        return Err(NameError::Reserved);
    }
    check(text, GROUP_MARKS)
}

/// A group's description: up to 255 characters of the set (F4, F5).
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_description(text: &str) -> Result<(), NameError> {
    check(text, GROUP_MARKS)
}

/// A rule's description: as a group's, without `&` (F61).
///
/// # Errors
/// The first thing that is wrong with it.
pub fn check_rule_description(text: &str) -> Result<(), NameError> {
    check(text, RULE_MARKS)
}

fn check(text: &str, marks: &'static str) -> Result<(), NameError> {
    let length = text.chars().count();
    if length > LONGEST {
        return Err(NameError::TooLong(length));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == ' ' || marks.contains(c);
    match text.chars().find(|c| !allowed(*c)) {
        Some(c) => Err(NameError::Character(c, marks)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f4_f5_f7_names() {
        let long = "a".repeat(256);
        let check = |text: &str| check_name(text).err();
        assert_eq!(check("web servers (prod) #1"), None);
        assert_eq!(check(&"a".repeat(255)), None);
        assert_eq!(check(&long), Some(NameError::TooLong(256)));
        assert_eq!(check("sg-web"), Some(NameError::Reserved));
        assert!(matches!(check("wéb"), Some(NameError::Character('é', _))));
        assert!(matches!(check_rule_description("a & b"), Err(NameError::Character('&', _))));
        assert!(check_description("a & b").is_ok());
    }
}
