//! Why a command was not done, in the words and with the exit codes of the AWS CLI, version 2: 252 for what was typed,
//! 254 for what the service refuses, 255 for everything else.

use crate::service::Fault;
use std::net::IpAddr;

const WRONG_INPUT: u8 = 252;
const REFUSED: u8 = 254;
const FAILED: u8 = 255;

const USAGE: &str = "\
usage: sgfw ec2 [options] <verb> [parameters]
To see help text, you can run:

  sgfw ec2 help
  sgfw ec2 <verb> help
";

/// Why a command was not done.
#[derive(Debug)]
pub(super) enum Error {
    /// The words make no command.
    Usage(String),
    /// Words that mean nothing here.
    Unknown(Vec<String>),
    /// What is wrong with what was typed.
    Said(String),
    /// A flag's value cannot be read.
    Parameter { flag: String, what: String },
    /// The request does not fit its shape.
    Invalid(Vec<String>),
    /// The service said no.
    Refused { fault: Fault, operation: &'static str, hint: Option<String> },
    /// Something else went wrong.
    Failed(String),
}

impl Error {
    pub(super) fn said(what: impl Into<String>) -> Self {
        Self::Said(what.into())
    }

    pub(super) fn usage(what: impl Into<String>) -> Self {
        Self::Usage(what.into())
    }

    /// `flag` without its dashes, which the CLI writes for all but one.
    pub(super) fn parameter(flag: &str, what: impl Into<String>) -> Self {
        let dashes = if flag == "cli-input-json" { "" } else { "--" };
        Self::Parameter { flag: format!("{dashes}{flag}"), what: what.into() }
    }

    /// The exit code.
    pub(super) const fn code(&self) -> u8 {
        match self {
            Self::Refused { .. } => REFUSED,
            Self::Failed(_) => FAILED,
            _ => WRONG_INPUT,
        }
    }

    /// What goes to standard error, with the end of the last line.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Usage(what) => format!("\n{USAGE}\nsgfw: error: {what}\n"),
            Self::Unknown(words) => format!("\n{USAGE}\nUnknown options: {}\n", words.join(", ")),
            Self::Said(what) | Self::Failed(what) => format!("\n{what}\n"),
            Self::Parameter { flag, what } => format!("\nError parsing parameter '{flag}': {what}\n"),
            Self::Invalid(what) => format!("\nParameter validation failed:\n{}\n", what.join("\n")),
            Self::Refused { fault, operation, hint } => {
                let Fault { code, message } = fault;
                let hint = hint.iter().map(|hint| format!("hint: {hint}\n")).collect::<String>();
                format!("\nAn error occurred ({code}) when calling the {operation} operation: {message}\n{hint}")
            }
        }
    }
}

/// What to write for a bare address that the service refused for want of a prefix length.
pub(super) fn hint(fault: &Fault, request: &serde_json::Value) -> Option<String> {
    if !fault.message.starts_with("CIDR block") {
        return None;
    }
    let mut texts = Vec::new();
    every_text(request, &mut texts);
    let bare = texts.iter().find_map(|text| text.parse::<IpAddr>().ok().filter(|_| fault.message.contains(*text)))?;
    Some(format!("write {bare}/{}", if bare.is_ipv4() { 32 } else { 128 }))
}

fn every_text<'a>(value: &'a serde_json::Value, texts: &mut Vec<&'a str>) {
    match value {
        serde_json::Value::String(text) => texts.push(text),
        serde_json::Value::Array(elements) => elements.iter().for_each(|element| every_text(element, texts)),
        serde_json::Value::Object(members) => members.values().for_each(|value| every_text(value, texts)),
        _ => {}
    }
}
