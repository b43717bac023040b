//! `sgfw explain`: why a packet passes or not, by two judges that know nothing of each other.
//!
//! The reference goes through the rules as they were written, the loaded program through the maps in force. The
//! program is loaded a second time for it, over the same policy maps and flow tables of its own: see
//! [`crate::kernel::LiveProbe`].

use super::basis::{Basis, Files};
use super::context::Context;
use super::failure::Failure;
use super::flows;
use super::impact::opener;
use super::packet::Packet;
use super::reply::Reply;
use super::time::span;
use crate::analyse::{Explanation, Question, Stage, Subject, explain, steps};
use crate::kernel::{Asked, Kernel, LiveFlow};
use crate::model::{Direction, Interface};
use crate::plan::Taken;
use clap::{ArgGroup, Args};
use serde::Serialize;
use serde_json::json;
use sgfw_common::reason::{Reason, Verdict};

const EXAMPLES: &str = "\
Examples:
  sgfw explain --in web --src 203.0.113.9 --dport 443
  sgfw explain --out web --dst 10.0.1.10 --proto udp --dport 53
  sgfw explain --in eth0 --src 2001:db8::9 --proto icmpv6 --icmp-type 128
  sgfw explain --in web --src 203.0.113.9 --proto udp --dport 53 --fragment
  sgfw explain --in web --src 203.0.113.9 --sport 50000 --dport 22 --established
  sgfw explain --in sg-1a2b3c4d --src 203.0.113.9 --dport 443     # one group's rules alone
  sgfw explain --in web --src 203.0.113.9 --dport 443 --policy policies/web.yaml

With a policy in force two judges answer: the rules as they were written, and the loaded program over the maps in
force. Nothing live is touched: the program runs beside the attached one, with flow tables and counters of its own.
Exit codes: 0 answered, 1 not answered, or the two answers differ.";

/// Say why a packet passes or not, which rule decides, and what nearly did
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, group(ArgGroup::new("way").required(true).args(["into", "out"])))]
pub(super) struct Explain {
    /// Into this interface, device, group or member
    #[arg(long = "in", value_name = "NAME")]
    into: Option<String>,
    /// Out of it
    #[arg(long, value_name = "NAME")]
    out: Option<String>,
    #[command(flatten)]
    packet: Packet,
    #[command(flatten)]
    policy: Files,
}

/// What the program said, or why it was not asked.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Program {
    Said { passes: bool, reason: &'static str },
    NotAsked { not_asked: String },
}

impl Explain {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let basis = self.policy.read(context)?;
        let (name, direction) = match (&self.into, &self.out) {
            (Some(name), _) => (name, Direction::Ingress),
            (_, Some(name)) => (name, Direction::Egress),
            (None, None) => return Err(Failure::new("neither --in nor --out is given", "say --in NAME or --out NAME")),
        };
        let subject = basis.subject(name)?;
        let mut question = self.packet.question(direction, addresses(&basis, &subject))?;
        let live = self.flows(&basis, &subject, &question)?;
        if let (true, Some(flow)) = (self.packet.established, live.first()) {
            question.stage = Stage::Established(flows::direction(flow));
        }
        let explanation = explain(&basis.snapshot, &subject, &question)
            .ok_or_else(|| basis.unknown("interface, device, group or member", name, true))?;
        let program = ask(&basis, &subject, &question)?;
        if basis.now.iter().filter_map(|now| now.kernel.as_ref()).any(Kernel::outdated) {
            context.note("the attached programs are another version's; this version's are asked: apply replaces them");
        }
        Ok(self.reply(context, &explanation, &program, &live))
    }

    /// Live flows between the same ends.
    fn flows(&self, basis: &Basis, subject: &Subject, question: &Question) -> Result<Vec<LiveFlow>, Failure> {
        let (Some(now), Subject::Interface(name)) = (&basis.now, subject) else { return Ok(Vec::new()) };
        let live = now.kernel.as_ref().map_or(Ok(Vec::new()), Kernel::flows)?;
        let source_port = self.packet.source_port();
        let same = |flow: &LiveFlow| now.name(flow.key.slot.into()) == *name && is_of(flow, question, source_port);
        Ok(live.into_iter().filter(same).collect())
    }

    fn reply(&self, context: &Context, said: &Explanation, program: &Program, flows: &[LiveFlow]) -> Reply {
        let agree = match program {
            Program::Said { passes, reason } => *passes == said.passes && *reason == said.reason.word(),
            Program::NotAsked { .. } => true,
        };
        let mut text = said.to_string();
        text += &program.line();
        text += &self.flow_lines(flows);
        if !agree {
            text += &format!(
                "{}: the rules as written and the loaded program differ; this is a bug in sgfw, or the policy changed \
                 meanwhile: ask again, then report it with the output of -o json\n",
                context.out.red("MISMATCH")
            );
        }
        let flows: Vec<_> = flows.iter().map(flow_object).collect();
        let view =
            json!({ "reference": said, "because": said.because(), "program": program, "agree": agree, "flows": flows });
        Reply::new(&view, text).exit(u8::from(!agree))
    }

    fn flow_lines(&self, flows: &[LiveFlow]) -> String {
        match (self.packet.established, flows) {
            (false, []) => String::new(),
            (false, _) => "  a live flow has these ends: --established asks about its packets\n".into(),
            (true, []) => "  no live flow has these ends: answered as if there were one\n".into(),
            (true, flows) => flows.iter().map(flow_line).collect(),
        }
    }
}

impl Program {
    fn line(&self) -> String {
        match self {
            Self::Said { passes, reason } => {
                let verdict = if *passes { "passes" } else { "is dropped" };
                format!("  the loaded program over the maps in force: {verdict} ({reason})\n")
            }
            Self::NotAsked { not_asked } => format!("  the loaded program is not asked: {not_asked}\n"),
        }
    }
}

fn flow_line(flow: &LiveFlow) -> String {
    let Some(opener) = opener(flow) else { return String::new() };
    let (state, age, generation) = (flow.state.word(), span(flow.age), flow.flow.generation);
    format!("  flow: {opener}, {state}, begun {age} ago under generation {generation}\n")
}

fn flow_object(flow: &LiveFlow) -> serde_json::Value {
    json!({
        "opener": opener(flow).map(|opener| opener.to_string()),
        "state": flow.state.word(),
        "age": flow.age,
        "generation": flow.flow.generation,
    })
}

/// Whether a live flow has the ends of a packet. A packet may be of the flow's opener or of the other side.
fn is_of(flow: &LiveFlow, question: &Question, source_port: Option<u16>) -> bool {
    let Some(opener) = opener(flow) else { return false };
    let same_ends = (opener.own, opener.peer) == (question.own(), question.peer());
    let forth = opener.what == question.what && source_port.is_none_or(|port| port == opener.source_port);
    let back = question.answers(&opener, source_port);
    same_ends && if flows::direction(flow) == question.direction { forth } else { back }
}

/// The addresses of whoever is asked about.
fn addresses<'a>(basis: &'a Basis, subject: &Subject) -> impl Iterator<Item = &'a std::net::IpAddr> + use<'a> {
    let here = basis.snapshot.interfaces.get(subject.name()).map(|it| &it.addresses);
    let elsewhere = basis.snapshot.members.get(subject.name()).map(|it| &it.addresses);
    let addresses = match subject {
        Subject::Interface(_) => here,
        Subject::Member(_) => elsewhere,
        Subject::Group(_) => None,
    };
    addresses.into_iter().flatten()
}

/// Asks the program, if there is one to ask.
fn ask(basis: &Basis, subject: &Subject, question: &Question) -> Result<Program, Failure> {
    let not = |why: &str| Ok(Program::NotAsked { not_asked: why.into() });
    let Subject::Interface(name) = subject else { return not("it judges interfaces, not rules alone") };
    let Some(now) = &basis.now else { return not("a file is in nobody's force") };
    let (Some(kernel), Some(interface)) = (&now.kernel, basis.snapshot.interfaces.get(name)) else {
        return not("no policy is in force");
    };
    let slot = now.slot(name)?;
    let Some(attachment) = now.running.attachments.get(&slot) else { return not("the interface is not attached") };
    let (verdict, reason) = run(kernel, (slot, attachment.taken), interface, question)?;
    if kernel.generation()? != now.generation() {
        return Err(Failure::new("the policy changed meanwhile", "run the command again"));
    }
    Ok(Program::Said { passes: verdict == Verdict::Pass, reason: reason.word() })
}

fn run(
    kernel: &Kernel,
    at: (u32, Taken),
    interface: &Interface,
    question: &Question,
) -> Result<(Verdict, Reason), Failure> {
    let steps = steps(question, interface.link);
    let packets: Vec<Asked<'_>> =
        steps.iter().map(|step| Asked { direction: step.direction, frame: &step.frame, opens: step.opens }).collect();
    let ways: Vec<Direction> = steps.iter().map(|step| step.direction).collect();
    Ok(kernel.probe(at, &ways)?.ask(&packets)?)
}
