//! The real clients that the endpoint's tests speak through, the AWS command line and boto3, and a reader of flow logs that
//! others made, in a Python of their own.
//!
//! Without them those tests are skipped by name, so what keeps them away is a warning and not an error.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::host::{answer, has_program, run, target};

/// What pip installs; boto3 brings botocore.
const CLIENTS: [&str; 2] = ["awscli==1.45.11", "boto3==1.43.11"];

/// What reads flow logs. It comes by itself, so that nothing else is missing where it cannot be had.
const READER: &str = "flowlogs-reader==5.0.1";

/// Makes them in `target/clients`, once.
pub(crate) fn ready() -> Result<()> {
    let place = target()?.join("clients");
    clients(&place);
    if place.join("bin/pip").exists() && !place.join("bin/flowlogs_reader").exists() {
        println!("setup: installs {READER} for the tests");
        if let Err(error) = install(&place, &[READER]) {
            println!("setup: {error:#}; what others read of flow logs is not tested");
        }
    }
    Ok(())
}

fn clients(place: &Path) {
    if place.join("bin/aws").exists() && place.join("bin/python").exists() {
        return;
    }
    if !has_program("python3") {
        println!("setup: no python3, so the tests with AWS's own clients are skipped");
        return;
    }
    println!("setup: installs {} for the tests", CLIENTS.join(" and "));
    if let Err(error) = make(place) {
        println!("setup: {error:#}; the tests with AWS's own clients are skipped");
    }
}

fn make(place: &Path) -> Result<()> {
    run(Command::new("python3").args(["-m", "venv"]).arg(place), "python3 -m venv")?;
    install(place, &CLIENTS)?;
    println!("setup: {}", answer(Command::new(place.join("bin/aws")).arg("--version")).unwrap_or_default());
    Ok(())
}

fn install(place: &Path, what: &[&str]) -> Result<()> {
    let mut pip = Command::new(place.join("bin/pip"));
    run(pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(what), "pip install")
}
