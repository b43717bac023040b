//! Commands against a service that answers what the test says. The tables and texts are what the AWS CLI prints for the
//! same replies.

mod output;
mod pages;
mod words;

use super::{Caller, Perform, Said, Screen, World, run};
use crate::api::{Action, Reply};
use crate::endpoint::PerformError;
use crate::service::Fault;
use serde_json::Value;
use std::cell::RefCell;
use std::rc::Rc;

/// Answers with one thing after the other, the last again and again, and remembers what it was asked.
struct Script {
    answers: RefCell<Vec<Result<Value, Fault>>>,
    asked: Rc<RefCell<Vec<Value>>>,
}

impl Perform for Script {
    fn perform(&self, action: &Action) -> Result<Reply, PerformError> {
        self.asked.borrow_mut().push(serde_json::to_value(action).unwrap());
        let mut answers = self.answers.borrow_mut();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        answer.map(|members| Reply::from_json(action.name(), members).unwrap()).map_err(PerformError::Fault)
    }
}

/// What a command says and asks.
struct Run {
    said: Said,
    asked: Vec<Value>,
    callers: Vec<Caller>,
}

/// Runs a command whose words are blanks apart, but where quotes hold them together.
fn command(line: &str, answers: Vec<Result<Value, Fault>>) -> Run {
    with_environment(line, answers, &|_| None)
}

fn with_environment(
    line: &str,
    answers: Vec<Result<Value, Fault>>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Run {
    let (asked, callers) = (Rc::new(RefCell::new(Vec::new())), RefCell::new(Vec::new()));
    let connect = |caller: &Caller| -> Result<Box<dyn Perform>, String> {
        callers.borrow_mut().push(caller.clone());
        Ok(Box::new(Script { answers: RefCell::new(answers.clone()), asked: Rc::clone(&asked) }))
    };
    let screen = Screen { width: 80, colour: false };
    let said = run(&split(line), &World { connect: &connect, pause: &|_| {}, environment, screen });
    Run { said, asked: asked.take(), callers: callers.take() }
}

fn split(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

/// What is asked, without empty lists.
fn asked(line: &str) -> Value {
    let run = command(line, vec![Ok(serde_json::json!({}))]);
    assert_eq!(run.said.err, "", "{line}");
    assert_eq!((run.said.code, run.asked.len()), (0, 1), "{line}");
    bare(run.asked[0].clone())
}

fn bare(value: Value) -> Value {
    match value {
        Value::Array(elements) => elements.into_iter().map(bare).collect(),
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| *value != serde_json::json!([]));
            members.map(|(name, value)| (name, bare(value))).collect()
        }
        scalar => scalar,
    }
}

/// What a command that fails says, with its code; nobody is asked.
fn wrong(line: &str) -> (u8, String) {
    let run = command(line, vec![Ok(serde_json::json!({}))]);
    assert_eq!((run.asked.len(), run.said.out.as_str()), (0, ""), "{line}");
    (run.said.code, run.said.err)
}

/// What a command prints for a reply.
fn printed(line: &str, reply: &Value) -> String {
    let run = command(line, vec![Ok(reply.clone())]);
    assert_eq!((run.said.code, run.said.err.as_str()), (0, ""), "{line}");
    run.said.out
}
