//! `sgfw agent` beside a test.

use super::lab::Lab;
use super::until;
use sgfw::agent::{Answer, Ask, Client, Health};
use std::process::{Child, Stdio};

/// An agent that ends with its value.
pub(crate) struct Agent<'a> {
    pub(crate) lab: &'a Lab,
    pub(crate) child: Child,
}

impl<'a> Agent<'a> {
    pub(crate) fn start(lab: &'a Lab, files: &[&str]) -> Self {
        let child = lab.sgfw.command(&[&["agent"], files].concat()).stderr(Stdio::inherit()).spawn().unwrap();
        let agent = Self { lab, child };
        assert!(until(|| agent.health().is_some()), "the agent does not answer");
        agent
    }

    pub(crate) fn ask(&self, ask: &Ask) -> Option<Answer> {
        Client::connect(&self.lab.sgfw.state().join("agent.sock")).ok()??.ask(ask).ok()
    }

    pub(crate) fn health(&self) -> Option<Health> {
        match self.ask(&Ask::Health)? {
            Answer::Health(health) => Some(health),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    pub(crate) fn end(mut self, signal: rustix::process::Signal) {
        self.signal(signal);
        self.child.wait().unwrap();
    }
}

impl Drop for Agent<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
