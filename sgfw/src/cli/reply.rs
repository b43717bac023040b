//! What a verb answers, as text for people and as JSON for programs.

use super::context::Context;
use crate::agent::Said;
use serde::Serialize;
use serde_json::{Value, json};
use std::io::{ErrorKind, Write};

/// Version of what `-o json` prints.
const SCHEMA: u32 = 1;

/// An answer, in both forms.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) text: String,
    json: Value,
    code: u8,
}

impl Reply {
    /// The same answer as an object for programs and as text for people.
    pub(super) fn new(view: &impl Serialize, text: String) -> Self {
        let json = serde_json::to_value(view).unwrap_or_else(|error| json!({ "error": error.to_string() }));
        Self { text, json, code: 0 }
    }

    /// For a verb that printed as it went.
    pub(super) const fn silent() -> Self {
        Self { text: String::new(), json: Value::Null, code: 0 }
    }

    /// For whoever asked the agent, with what is said beside it.
    pub(super) fn said(self, notes: Vec<String>) -> Said {
        Said { text: self.text, json: self.json, notes, code: self.code }
    }

    /// With another exit code than 0.
    pub(super) fn exit(self, code: u8) -> Self {
        Self { code, ..self }
    }

    /// Prints it, and says the exit code.
    pub(super) fn print(self, context: &Context) -> u8 {
        if context.json && !self.json.is_null() {
            write_out(&line(self.json));
        } else if !context.quiet {
            write_out(&self.text);
        }
        self.code
    }
}

impl From<Said> for Reply {
    fn from(said: Said) -> Self {
        Self { text: said.text, json: said.json, code: said.code }
    }
}

/// An object with its schema, as one line.
pub(super) fn line(mut json: Value) -> String {
    if let Value::Object(fields) = &mut json {
        fields.insert("schema".into(), SCHEMA.into());
    }
    format!("{json}\n")
}

/// Writes to standard output. Whoever closed the pipe has read enough.
pub(super) fn write_out(text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            eprintln!("error: cannot write to standard output: {error}; is the disk full?");
            false
        }
        other => other.is_ok(),
    }
}
