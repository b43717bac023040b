//! boto3 and Ansible, unchanged: what their users do, against an endpoint in this process.
//!
//! What is tried with boto3 is in Python, one file a subject in `boto3/`; each ends with an error where something is not as it
//! must be.

use crate::client::{client, python};
use crate::note::note;
use crate::stage::{KEYS, SECRET, Stage, keys};
use serde_json::{Value, json};
use sgfw::api::{EMPTY, Kind, Nothing, OPERATIONS, Shape};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs a file of `boto3/` at this stage; `input` is what it reads.
#[track_caller]
fn run(script: &str, stage: &Stage, input: &Value) {
    let Some(python) = python("boto3") else {
        note(&format!("boto3/{script}.py"), "needs boto3: `cargo xtask setup` installs it");
        return;
    };
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/endpoint/boto3").join(script).with_extension("py");
    let mut command = Command::new(python);
    command.arg("-B").arg(place).env("ENDPOINT", format!("http://{}", stage.address()));
    command.env("HOME", stage.directory.path()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    succeeded(&child.wait_with_output().unwrap());
}

#[track_caller]
fn succeeded(output: &Output) {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", said(&output.stdout), said(&output.stderr));
}

/// A shape as the service model would have it; what a structure holds is told where it stands.
fn shape(shape: &Shape) -> Value {
    let members = shape.members.iter().map(|member| {
        json!({ "name": member.name, "query": member.query, "xml": member.xml, "kind": kind(member.kind),
            "required": member.required })
    });
    members.collect()
}

fn kind(of: Kind) -> Value {
    match of {
        Kind::Text => json!("string"),
        Kind::Integer => json!("integer"),
        Kind::Boolean => json!("boolean"),
        Kind::Time => json!("timestamp"),
        Kind::Structure(inner) => json!({ "structure": shape(inner) }),
        Kind::List(inner) => json!({ "list": kind(*inner) }),
    }
}

#[test]
fn f138_every_name_is_that_of_the_service_model() {
    let operations = OPERATIONS.iter().map(|operation| {
        json!({ "name": operation.name, "input": shape(operation.input), "output": shape(operation.output) })
    });
    let empty = EMPTY.iter().map(|empty| {
        let member = |it: &Nothing| json!({ "json": it.json, "xml": it.xml, "text": it.text });
        json!({ "name": empty.name, "members": empty.members.iter().map(member).collect::<Value>() })
    });
    let known = json!({ "operations": operations.collect::<Value>(), "empty": empty.collect::<Value>() });
    run("model", &Stage::open(), &known);
}

#[test]
fn its_paginators_turn_every_page() {
    run("pages", &Stage::open(), &Value::Null);
}

#[test]
fn its_waiters_wait_for_what_there_is_and_give_up_on_what_is_not() {
    run("waiters", &Stage::open(), &Value::Null);
}

#[test]
fn f31_f84_f86_its_resources_do_what_their_methods_say() {
    run("resources", &Stage::open(), &Value::Null);
}

#[test]
fn its_errors_have_the_code_and_the_words() {
    run("errors", &Stage::open(), &Value::Null);
}

#[test]
fn its_filters_have_wildcards() {
    run("filters", &Stage::open(), &Value::Null);
}

#[test]
fn f100_its_signatures_are_proved() {
    let stage = Stage::with(|settings, directory| settings.keys = Some(keys(directory)));
    run("signing", &stage, &json!({ "keys": KEYS.map(|(key, _)| key), "secret": SECRET }));
}

#[test]
fn f100_it_speaks_over_tls() {
    let stage = Stage::with(|settings, directory| {
        settings.keys = Some(keys(directory));
        settings.tls = Some(crate::places::certificate(directory));
    });
    let certificate = stage.directory.path().join("cert.pem");
    run("tls", &stage, &json!({ "certificate": certificate, "key": KEYS[0].0, "secret": SECRET }));
}

#[test]
fn f21_an_old_version_of_the_api_makes_the_group_of_old() {
    run("old", &Stage::open(), &Value::Null);
}

#[test]
fn ansible_changes_groups_once() {
    let test = "ansible_changes_groups_once";
    let Some(ansible) = client("ansible-playbook", "ansible-playbook", &["--version"]).filter(|_| has_collection())
    else {
        return note(test, "needs Ansible with its collection amazon.aws: `cargo xtask setup` installs them");
    };
    let stage = Stage::open();
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/endpoint/ansible/groups.yml");
    let mut command = Command::new(ansible);
    command
        .env("ANSIBLE_COLLECTIONS_PATH", collections())
        .arg(book)
        .env("HOME", stage.directory.path())
        .env("ANSIBLE_LOCALHOST_WARNING", "false");
    command.env("AWS_ENDPOINT_URL", format!("http://{}", stage.address())).env("AWS_DEFAULT_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "any").env("AWS_SECRET_ACCESS_KEY", "any");
    let output = command.stdin(Stdio::null()).output().unwrap();
    if String::from_utf8_lossy(&output.stdout).contains("Failed to import the required Python library") {
        return note(test, "needs boto3 beside Ansible");
    }
    succeeded(&output);
}

fn has_collection() -> bool {
    let module = "amazon.aws.ec2_security_group";
    let Some(doc) = client("ansible-doc", "ansible-doc", &["--version"]) else { return false };
    let mut doc = Command::new(doc);
    let doc = doc.env("ANSIBLE_COLLECTIONS_PATH", collections()).args(["-j", "-t", "module", module]).output();
    doc.is_ok_and(|doc| String::from_utf8_lossy(&doc.stdout).contains(module))
}

/// Where `cargo xtask setup` puts collections, and where they usually are.
fn collections() -> String {
    let own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../clients");
    format!("{}:~/.ansible/collections:/usr/share/ansible/collections", own.display())
}
