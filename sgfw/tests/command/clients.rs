//! Amazon's own clients, and an agent with an endpoint for them to speak to.

#[path = "../lab/client.rs"]
mod client;

use super::lab::Lab;
use super::{Said, Sgfw, skip};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The account of whoever names none.
pub(crate) const HOME: &str = "123456789012";
const DRIVER: &str = include_str!("aws.py");
const PATIENCE: Duration = Duration::from_secs(20);

/// A Python that has this module; none, said aloud, where there is none.
pub(crate) fn python(test: &str, module: &str) -> Option<PathBuf> {
    let python = client::python(module);
    if python.is_none() {
        skip(test, &format!("needs {module}: `cargo xtask setup` installs it"));
    }
    python
}

/// The AWS command line as a program; none, said aloud, where there is none.
pub(crate) fn aws(test: &str) -> Option<PathBuf> {
    let aws = client::client("aws", "aws", &["--version"]);
    if aws.is_none() {
        skip(test, "needs the AWS command line: `cargo xtask setup` installs it");
    }
    aws
}

/// An agent and an endpoint on a lab's store, until this is dropped.
pub(crate) struct Service {
    /// Where the endpoint listens: `127.0.0.1:PORT`.
    pub(crate) place: String,
    agent: Child,
    endpoint: Child,
}

impl Service {
    /// Both, once they answer. The endpoint gets these options besides.
    pub(crate) fn start(sgfw: &Sgfw, options: &[&str]) -> Self {
        let agent = sgfw.command(&["agent"]).stderr(Stdio::null()).spawn().unwrap();
        let started = Instant::now();
        while UnixStream::connect(sgfw.state().join("agent.sock")).is_err() {
            assert!(started.elapsed() < PATIENCE, "the agent does not come up");
            sleep(Duration::from_millis(20));
        }
        let mut serve = sgfw.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut endpoint = serve.args(options).stderr(Stdio::piped()).spawn().unwrap();
        let mut notes = BufReader::new(endpoint.stderr.take().unwrap()).lines();
        let place = notes.find_map(|line| line.unwrap().split_once("listening at ").map(|(_, it)| it.to_owned()));
        let place = place.expect("the endpoint says where it listens").split(' ').next().unwrap().to_owned();
        // Its pipe stays open, and what it says of requests is seen where a test fails.
        std::thread::spawn(move || notes.map_while(Result::ok).for_each(|line| eprintln!("{line}")));
        Self { place, agent, endpoint }
    }

    /// What a client finds in its environment who configured nothing but the endpoint.
    pub(crate) fn environment(&self, command: &mut Command, home: &Path) {
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", home);
        command.env("AWS_ENDPOINT_URL", format!("http://{}", self.place)).env("AWS_DEFAULT_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", HOME).env("AWS_SECRET_ACCESS_KEY", "secret");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        for child in [&mut self.endpoint, &mut self.agent] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The real command line, with an endpoint and an agent of its own.
pub(crate) struct Aws {
    _service: Service,
    driver: Mutex<(Child, ChildStdin, BufReader<ChildStdout>)>,
}

impl Aws {
    /// For a lab; none, said aloud, where the command line is not installed.
    pub(crate) fn new(test: &str, lab: &Lab) -> Option<Self> {
        let python = python(test, "awscli")?;
        let service = Service::start(&lab.sgfw, &[]);
        let mut command = Command::new(python);
        service.environment(&mut command, lab.sgfw.room.path());
        let mut child =
            command.args(["-c", DRIVER]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python starts");
        let (words, answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Some(Self { _service: service, driver: Mutex::new((child, words, answers)) })
    }

    /// `aws ec2` with these words, for an account.
    pub(crate) fn run(&self, account: &str, words: &[String]) -> Said {
        let words: Vec<&str> = std::iter::once("ec2").chain(words.iter().map(String::as_str)).collect();
        let mut driver = self.driver.lock().unwrap();
        let (_, ask, answers) = &mut *driver;
        writeln!(ask, "{}", json!({ "account": account, "words": words })).unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).expect("the command line answers");
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        // Version 1 of the command line ends with 255 where the service refuses, version 2 with 254.
        let code = answer["code"].as_i64().map(|code| if code == 255 { 254 } else { i32::try_from(code).unwrap() });
        Said { code, out: text("out"), err: text("err") }
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        let driver = self.driver.get_mut().unwrap();
        let _ = driver.0.kill();
        let _ = driver.0.wait();
    }
}
