//! Botocore as signer: a small script reads drafts and writes what botocore would send.

use crate::client::python;
use crate::sent::{Draft, ID, SECRET, Sent};
use crate::skip::skip;
use std::io::Write;
use std::process::{Command, Stdio};

const SCRIPT: &str = include_str!("sign.py");

/// The drafts, signed; nothing, and said so, where there is no botocore.
pub(crate) fn sign(drafts: &[Draft]) -> Vec<Sent> {
    let Some(python) = python("botocore") else {
        skip("needs botocore as a second signer: `cargo xtask setup` installs it");
        return Vec::new();
    };
    let input = serde_json::json!({ "id": ID, "secret": SECRET, "drafts": drafts });
    let mut child =
        Command::new(python).args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "the script that signs failed");
    let signed: Vec<Sent> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(signed.len(), drafts.len());
    signed
}
