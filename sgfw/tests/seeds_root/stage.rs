//! A lab and the door through which commands come to it.

use crate::command::Said;
use crate::command::clients::{Aws, HOME};
use crate::command::lab::Lab;
use crate::net;
use serde_json::Value;

/// How commands get in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// `sgfw ec2`, without an agent.
    Own,
    /// The real `aws ec2`, at an endpoint, at an agent.
    Aws,
}

/// The lab, and the client if it is the real one.
pub(crate) struct Stage {
    aws: Option<Aws>,
    pub(crate) lab: Lab,
}

impl Stage {
    /// None, said aloud, where the test cannot run.
    pub(crate) fn new(door: Door) -> Option<Self> {
        let thread = std::thread::current();
        let test = thread.name().unwrap_or("the commands of the documents");
        let lab = net::lab(test)?;
        let aws = match door {
            Door::Own => None,
            Door::Aws => Some(Aws::new(test, &lab)?),
        };
        Some(Self { aws, lab })
    }

    /// A verb with its words, as somebody types them; for the account of the documents.
    pub(crate) fn run(&self, line: &str) -> Said {
        self.run_as(HOME, line)
    }

    /// The same for another account. What changes nothing, each door must say in the same words.
    pub(crate) fn run_as(&self, account: &str, line: &str) -> Said {
        let words = words(line);
        let own = || {
            let words = words.iter().map(String::as_str);
            let words: Vec<&str> = std::iter::once("ec2").chain(words).chain(["--account", account]).collect();
            self.lab.sgfw.run(&words)
        };
        let Some(aws) = &self.aws else { return own() };
        let said = aws.run(account, &words);
        if refusal(&said).is_some() || line.starts_with("describe-") || line.starts_with("get-") {
            let own = own();
            assert_eq!((said.code, &said.out), (own.code, &own.out), "{line}: {} {}", said.err, own.err);
            assert_eq!(refusal(&said), refusal(&own), "{line}");
        }
        said
    }

    /// What it prints, once it succeeded.
    #[track_caller]
    pub(crate) fn done(&self, line: &str) -> Value {
        self.done_as(HOME, line)
    }

    #[track_caller]
    pub(crate) fn done_as(&self, account: &str, line: &str) -> Value {
        let said = self.run_as(account, line);
        said.exits(0);
        if said.out.trim().is_empty() { Value::Null } else { serde_json::from_str(&said.out).unwrap() }
    }

    /// The service refuses with this code and these words.
    #[track_caller]
    pub(crate) fn refused(&self, line: &str, code: &str, words: &str) {
        self.run(line).exits(254).complains(&[&format!("An error occurred ({code})"), words]);
    }

    /// Puts a policy file in force.
    #[track_caller]
    pub(crate) fn apply(&self, policy: &str) -> String {
        let file = self.lab.sgfw.file("policy.yaml", policy);
        self.lab.sgfw.run(&["apply", &file]).exits(0);
        file
    }
}

/// The line of a refusal, if it is one.
fn refusal(said: &Said) -> Option<&str> {
    said.err.lines().find(|line| line.contains("An error occurred"))
}

/// The words of a line as a shell has them: blanks part, single and double quotes hold together.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for char in line.chars() {
        match char {
            _ if quote == Some(char) => quote = None,
            '\'' | '"' if quote.is_none() => {
                quote = Some(char);
                word.get_or_insert_default();
            }
            ' ' | '\n' if quote.is_none() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(char),
        }
    }
    words.extend(word);
    words
}

/// Everything that a document prints is printed, and perhaps more.
#[track_caller]
pub(crate) fn has(found: &Value, wanted: &Value) {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            for (key, value) in wanted {
                has(found.get(key).unwrap_or_else(|| panic!("no {key} in {found:?}")), value);
            }
        }
        (Value::Array(found), Value::Array(wanted)) => {
            assert_eq!(found.len(), wanted.len(), "{found:?} is not {wanted:?}");
            found.iter().zip(wanted).for_each(|(found, wanted)| has(found, wanted));
        }
        _ => assert_eq!(found, wanted),
    }
}
