//! The real clients that the endpoint's tests speak through, the AWS command line, boto3 and Ansible, and a reader of flow
//! logs that others made, in a Python of their own.
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

/// Ansible, and the package that has its collections.
const ANSIBLE: [&str; 2] = ["ansible-core==2.19.4", "ansible==12.2.0"];

/// Takes the one collection that is used out of that package of hundreds of megabytes: `PACKAGE TO`.
const COLLECTION: &str = "\
import sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
package.extractall(sys.argv[2], [it for it in package.namelist() if it.startswith('ansible_collections/amazon/aws/')])
";

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
    if place.join("bin/pip").exists() && !place.join("ansible_collections").exists() {
        println!("setup: installs {} for the tests", ANSIBLE[0]);
        if let Err(error) = ansible(&place) {
            println!("setup: {error:#}; the test with Ansible is skipped");
        }
    }
    Ok(())
}

fn ansible(place: &Path) -> Result<()> {
    let [core, package] = ANSIBLE;
    install(place, &[core])?;
    let to = place.join("ansible");
    let mut pip = Command::new(place.join("bin/pip"));
    pip.args(["download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest"]).arg(&to).arg(package);
    run(&mut pip, "pip download")?;
    let name = format!("{}-py3-none-any.whl", package.replace("==", "-"));
    let mut extract = Command::new(place.join("bin/python"));
    run(extract.args(["-c", COLLECTION]).arg(to.join(name)).arg(place), "taking Ansible's collection for AWS")?;
    std::fs::remove_dir_all(to)?;
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
