//! The real clients that the endpoint's tests speak through: the AWS command line and boto3, in a Python of their own.
//!
//! Without them those tests are skipped by name, so what keeps them away is a warning and not an error.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::host::{answer, has_program, run, target};

/// What pip installs; boto3 brings botocore.
const CLIENTS: [&str; 2] = ["awscli==1.45.11", "boto3==1.43.11"];

/// Makes them in `target/clients`, once.
pub(crate) fn ready() -> Result<()> {
    let place = target()?.join("clients");
    if place.join("bin/aws").exists() && place.join("bin/python").exists() {
        return Ok(());
    }
    if !has_program("python3") {
        println!("setup: no python3, so the tests with AWS's own clients are skipped");
        return Ok(());
    }
    println!("setup: installs {} for the tests", CLIENTS.join(" and "));
    let made = make(&place);
    if let Err(error) = made {
        println!("setup: {error:#}; the tests with AWS's own clients are skipped");
    }
    Ok(())
}

fn make(place: &PathBuf) -> Result<()> {
    run(Command::new("python3").args(["-m", "venv"]).arg(place), "python3 -m venv")?;
    let mut pip = Command::new(place.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(CLIENTS);
    run(&mut pip, "pip install")?;
    println!("setup: {}", answer(Command::new(place.join("bin/aws")).arg("--version")).unwrap_or_default());
    Ok(())
}
