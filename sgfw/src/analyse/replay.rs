//! A question as frames, one after the other, for whoever judges frames: what went before, then the packet asked about.
//!
//! A flow that was opened earlier is opened under rules that let its opener begin and nothing else, so that it is
//! tracked; then the real rules come back. So the same frames do for the reference and for the loaded program.

use super::frame::{self, Part};
use super::question::{Question, Stage};
use crate::model::{Direction, Group, Interface, Link, NeverFiltered, Rule, Snapshot};
use crate::reference::{Model, What};
use sgfw_common::packet::tcp;
use sgfw_common::reason::Reason;
use std::collections::{BTreeMap, BTreeSet};

/// A frame to be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which way it goes, as the instance sees it.
    pub direction: Direction,
    /// Its bytes, from the link layer of the interface on.
    pub frame: Vec<u8>,
    /// Whether it opens a flow that was let begin earlier, whatever the rules say today.
    pub opens: bool,
}

/// The steps to the answer, at least one; the last one is the packet that is asked about.
pub fn steps(question: &Question, link: Link) -> Vec<Step> {
    let step = |question: &Question, part, flags, opens| Step {
        direction: question.direction,
        frame: frame::frame(question, link, part, flags),
        opens,
    };
    match question.stage {
        Stage::New => vec![step(question, Part::Whole, tcp::SYN, false)],
        Stage::FirstFragment => vec![step(question, Part::First, tcp::SYN, false)],
        Stage::LaterFragment => {
            vec![step(question, Part::First, tcp::SYN, false), step(question, Part::Later, 0, false)]
        }
        Stage::Established(by) => {
            let opener = opener(question, by).map(|opener| step(&opener, Part::Whole, tcp::SYN, true));
            let asked = step(question, Part::Whole, tcp::ACK | tcp::PSH, false);
            opener.into_iter().chain([asked]).collect()
        }
    }
}

/// The packet that opened the question's flow; none for what belongs to no flow.
fn opener(question: &Question, by: Direction) -> Option<Question> {
    if !frame::is_tracked(question.what) {
        return None;
    }
    // An ICMP flow belongs to the side that asks.
    let query = matches!(question.what, What::Icmp { .. } | What::Icmpv6 { .. });
    let same_way = query || question.direction == by;
    Some(frame::asked_by(question).unwrap_or_else(|| if same_way { *question } else { frame::turned(question) }))
}

/// What the reference says of the question on this interface.
pub fn reference(snapshot: &Snapshot, interface: &Interface, question: &Question) -> Reason {
    let mut answer = Reason::NoInterface;
    let mut model: Option<Model> = None;
    for step in steps(question, interface.link) {
        let model = match &mut model {
            Some(model) => {
                model.replace(snapshot.clone());
                model
            }
            None if step.opens => model.insert(Model::new(opening(interface, step.direction), 1)),
            None => model.insert(Model::new(snapshot.clone(), 1)),
        };
        answer = model.packet(&interface.name, step.direction, &step.frame, 1);
    }
    answer
}

/// Rules under which everything may begin in this direction, and is tracked: nothing may in the other.
fn opening(interface: &Interface, direction: Direction) -> Snapshot {
    const NAME: &str = "opening";
    let everything: Vec<Rule> = Group::new(NAME).egress;
    let only = |wanted| if direction == wanted { everything.clone() } else { Vec::new() };
    let group = Group { ingress: only(Direction::Ingress), egress: only(Direction::Egress), ..Group::new(NAME) };
    let never = NeverFiltered { arp: false, neighbour_discovery: false, dhcp: false, multicast_control: false };
    let open = Interface {
        groups: BTreeSet::from([NAME.to_owned()]),
        source_check: false,
        never_filtered: never,
        ..interface.clone()
    };
    Snapshot {
        groups: BTreeMap::from([(NAME.to_owned(), group)]),
        interfaces: BTreeMap::from([(interface.name.clone(), open)]),
        ..Snapshot::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::testing::policy;

    fn ask(policy_text: &str, direction: Direction, what: What, stage: Stage) -> Reason {
        let snapshot = policy(policy_text);
        let (peer, own) = ("203.0.113.9".parse().unwrap(), "10.0.0.5".parse().unwrap());
        let (src, dst) = if direction == Direction::Ingress { (peer, own) } else { (own, peer) };
        let question = Question { stage, ..Question::new(direction, src, dst, what) };
        reference(&snapshot, &snapshot.interfaces["i"], &question)
    }

    const CLOSED: &str = "group a\n interface i a 10.0.0.5";
    const WEB: &str =
        "group a\n ingress tcp 443 203.0.113.0/24\n ingress udp 53 203.0.113.0/24\n interface i a 10.0.0.5";

    #[test]
    fn f66_f73_a_packet_of_a_tracked_flow_passes_whatever_the_rules_say_today() {
        let kinds = [
            What::Tcp(443),
            What::Udp(53),
            What::Other(47),
            What::Icmp { kind: 8, code: 0 },
            What::Icmp { kind: 0, code: 0 },
        ];
        for what in kinds {
            for direction in [Direction::Ingress, Direction::Egress] {
                for by in [Direction::Ingress, Direction::Egress] {
                    let said = ask(CLOSED, direction, what, Stage::Established(by));
                    assert_eq!(said, Reason::Established, "{what:?} {direction} opened {by}");
                }
            }
        }
    }

    #[test]
    fn what_belongs_to_no_flow_is_judged_by_the_rules() {
        let unreachable = What::Icmp { kind: 3, code: 1 };
        let said = ask(CLOSED, Direction::Ingress, unreachable, Stage::Established(Direction::Ingress));
        assert_eq!(said, Reason::NoIngressRule);
    }

    #[test]
    fn a_new_packet_and_its_fragments_go_by_the_rules() {
        for stage in [Stage::New, Stage::FirstFragment] {
            assert_eq!(ask(WEB, Direction::Ingress, What::Tcp(443), stage), Reason::New);
            assert_eq!(ask(WEB, Direction::Ingress, What::Tcp(444), stage), Reason::NoIngressRule);
            assert_eq!(ask(WEB, Direction::Ingress, What::Udp(53), stage), Reason::New);
        }
        assert_eq!(ask(WEB, Direction::Ingress, What::Udp(53), Stage::LaterFragment), Reason::Fragment);
        assert_eq!(ask(WEB, Direction::Ingress, What::Udp(54), Stage::LaterFragment), Reason::FragmentUnknown);
    }
}
