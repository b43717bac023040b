//! The words of a command: which are flags, which are their values. As the AWS CLI reads them: a flag may be cut short
//! where that is clear, `--flag=value` is the same as `--flag value`, and of a flag given twice the last counts.

use super::error::Error;
use super::flags::{Does, Flag, Takes};

/// What was typed for one flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// The flag alone.
    Flag,
    /// A flag that takes one word.
    One(String),
    /// A flag that takes several.
    Many(Vec<String>),
}

/// A command, sorted out.
#[derive(Debug)]
pub(super) struct Words<'a> {
    /// In the order they were typed, each flag once.
    pub(super) given: Vec<(&'a Flag, Given)>,
    /// Words that belong to no flag.
    pub(super) loose: Vec<String>,
}

impl<'a> Words<'a> {
    /// Sorts out `words` by the flags there are.
    ///
    /// # Errors
    /// When a flag is not clear, lacks its value or has one that it does not take.
    pub(super) fn sort(words: &[String], flags: &'a [Flag]) -> Result<Self, Error> {
        let mut sorted = Self { given: Vec::new(), loose: Vec::new() };
        let kinds = words.iter().map(|word| Word::of(word, flags)).collect::<Result<Vec<_>, _>>()?;
        let mut at = 0;
        while at < words.len() {
            let values = kinds[at + 1..].iter().take_while(|kind| matches!(kind, Word::Value)).count();
            at += 1;
            match &kinds[at - 1] {
                Word::Flag(flag, attached) => {
                    let (given, used) = take(flag, attached.as_ref(), &words[at..at + values])?;
                    sorted.given.retain(|(other, _)| !same(other, flag));
                    sorted.given.push((flag, given));
                    at += used;
                }
                Word::Value | Word::Unknown => sorted.loose.push(words[at - 1].clone()),
            }
        }
        Ok(sorted)
    }

    /// What was typed for a flag, or none.
    pub(super) fn get(&self, wanted: impl Fn(&Flag) -> bool) -> Option<&Given> {
        self.given.iter().find(|(flag, _)| wanted(flag)).map(|(_, given)| given)
    }
}

/// How many words lead, being flags or their values.
///
/// # Errors
/// When a flag is not clear.
pub(super) fn leading(words: &[String], flags: &[Flag]) -> Result<usize, Error> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        match Word::of(word, flags)? {
            Word::Flag(flag, None) if flag.takes == Takes::One => at += 2,
            Word::Flag(..) => at += 1,
            Word::Value | Word::Unknown => return Ok(at),
        }
    }
    Ok(at)
}

/// Flags that set the same member: only the last of them counts.
fn same(one: &Flag, other: &Flag) -> bool {
    match (one.does, other.does) {
        (Does::Boolean(one, _), Does::Boolean(other, _)) => one.name == other.name,
        _ => one.name == other.name,
    }
}

enum Word<'a> {
    Flag(&'a Flag, Option<String>),
    Value,
    Unknown,
}

impl<'a> Word<'a> {
    fn of(word: &str, flags: &'a [Flag]) -> Result<Self, Error> {
        if !word.starts_with('-') || word == "-" {
            return Ok(Self::Value);
        }
        if let Some(name) = word.strip_prefix("--") {
            let (name, attached) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (name, None),
            };
            if let Some(flag) = find(name, flags)? {
                return Ok(Self::Flag(flag, attached));
            }
        }
        let number =
            word[1..].parse::<f64>().is_ok() && word[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.');
        Ok(if number || word.contains(' ') { Self::Value } else { Self::Unknown })
    }
}

/// The flag of this name, or the only one that begins so.
fn find<'a>(name: &str, flags: &'a [Flag]) -> Result<Option<&'a Flag>, Error> {
    if let Some(flag) = flags.iter().find(|flag| flag.name == name) {
        return Ok(Some(flag));
    }
    let like: Vec<_> = flags.iter().filter(|flag| flag.name.starts_with(name)).collect();
    if like.len() > 1 {
        let could = like.iter().map(|flag| format!("--{}", flag.name)).collect::<Vec<_>>().join(", ");
        return Err(Error::usage(format!("ambiguous option: --{name} could match {could}")));
    }
    Ok(like.first().copied())
}

/// What a flag gets of the values behind it, and how many.
fn take(flag: &Flag, attached: Option<&String>, values: &[String]) -> Result<(Given, usize), Error> {
    let wrong = |what: &str| Err(Error::usage(format!("argument --{}: {what}", flag.name)));
    match (flag.takes, attached, values) {
        (Takes::None, Some(value), _) => wrong(&format!("ignored explicit argument '{value}'")),
        (Takes::None, None, _) | (Takes::Maybe, None, []) => Ok((Given::Flag, 0)),
        (Takes::One | Takes::Maybe, Some(value), _) => Ok((Given::One(value.clone()), 0)),
        (Takes::One, None, []) => wrong("expected one argument"),
        (Takes::One | Takes::Maybe, None, [value, ..]) => Ok((Given::One(value.clone()), 1)),
        (Takes::Many, Some(value), _) => Ok((Given::Many(vec![value.clone()]), 0)),
        (Takes::Many, None, values) => Ok((Given::Many(values.to_vec()), values.len())),
    }
}
