//! The two answers of `explain` never differ: the reference over the rules as written, and the loaded program over the
//! maps that an apply wrote, on random policies and packets.
//!
//! 20 000 questions a run; `SGFW_PROOF=1000000` for a million, `SGFW_PROOF_SEED` for one policy. Needs root.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[expect(dead_code, reason = "each proof uses its part")]
mod proof;

use proof::packets::ends;
use proof::policies;
use proof::random::Random;
use proof::report::{seeds, skip, wanted};
use proof::universe::{CODES, PORTS, PROTOCOLS, TYPES};
use sgfw::analyse::{Explanation, Question, Stage, Subject, explain, steps};
use sgfw::compile::compile;
use sgfw::kernel::{Asked, Kernel, LiveProbe, Paths};
use sgfw::model::{Direction, Interface, Snapshot};
use sgfw::plan::{Attachment, Op, Taken, Wanted, plan};
use sgfw::policy::emit;
use sgfw::reference::What;
use sgfw_common::reason::{Reason, Verdict};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::Path;

const QUESTIONS: usize = 20_000;
const QUESTIONS_A_POLICY: usize = 500;
const BPF: &str = "/sys/fs/bpf";

/// Pins of this test alone, which go with it.
struct Pins(Paths);

impl Drop for Pins {
    fn drop(&mut self) {
        if let Ok(Some(kernel)) = Kernel::open(&self.0) {
            let _ = kernel.remove();
        }
    }
}

/// None, said aloud, where programs cannot be loaded.
fn pins(test: &str) -> Option<Pins> {
    if !rustix::process::geteuid().is_root() {
        skip(test, "needs root");
        return None;
    }
    let pins = Pins(Paths::new(Path::new(BPF).join(format!("sgfw-explain-{}", std::process::id()))));
    match Kernel::open_or_create(&pins.0) {
        Ok(_) => Some(pins),
        Err(error) => {
            skip(test, &error.to_string());
            None
        }
    }
}

#[test]
fn the_rules_as_written_and_the_loaded_program_never_differ() {
    let Some(pins) = pins("the_rules_as_written_and_the_loaded_program_never_differ") else { return };
    let kernel = Kernel::open(&pins.0).unwrap().unwrap();
    let mut known = BTreeMap::new();
    let mut met: BTreeMap<Reason, usize> = BTreeMap::new();
    for seed in seeds(wanted(QUESTIONS).div_ceil(QUESTIONS_A_POLICY)) {
        let mut random = Random::new(seed);
        let policy = policies::conversation(&mut random);
        known = place(&kernel, &policy, &known);
        let both = [Direction::Ingress, Direction::Egress];
        let taken = random.pick(&[Taken::Tcx, Taken::Xdp]);
        let probes: BTreeMap<&str, LiveProbe> = known
            .iter()
            .map(|(slot, (name, _))| (name.as_str(), kernel.probe((*slot, taken), &both).unwrap()))
            .collect();
        let interfaces: Vec<&Interface> = policy.interfaces.values().collect();
        for _ in 0..QUESTIONS_A_POLICY {
            let interface = interfaces[random.below(interfaces.len())];
            let question = question(&mut random, interface);
            let said = explain(&policy, &Subject::Interface(interface.name.clone()), &question).unwrap();
            compare(&said, &probes[interface.name.as_str()], interface, &policy, seed);
            *met.entry(said.reason).or_default() += 1;
        }
    }
    println!("{} questions: {met:?}", met.values().sum::<usize>());
    let usual = [
        Reason::New,
        Reason::Allowed,
        Reason::Untracked,
        Reason::Established,
        Reason::Fragment,
        Reason::FragmentUnknown,
        Reason::NoIngressRule,
        Reason::NoEgressRule,
        Reason::SourceCheck,
        Reason::Dhcp,
        Reason::NeighbourDiscovery,
    ];
    let missing: Vec<_> = usual.iter().filter(|reason| !met.contains_key(reason)).collect();
    assert!(wanted(QUESTIONS) < QUESTIONS || proof::report::only_seed().is_some() || missing.is_empty(), "{missing:?}");
}

/// Writes a policy to the maps as an apply does, with nothing attached. Answers with the slots.
fn place(
    kernel: &Kernel,
    policy: &Snapshot,
    known: &BTreeMap<u32, (String, Attachment)>,
) -> BTreeMap<u32, (String, Attachment)> {
    let attachment = |(index, name): (usize, &String)| {
        let ifindex = u32::try_from(index + 2).unwrap();
        (name.clone(), Attachment { device: name.clone(), ifindex, netns: None, taken: Taken::Tcx })
    };
    let wanted = Wanted { interfaces: policy.interfaces.keys().enumerate().map(attachment).collect() };
    let running = kernel.running(known).unwrap();
    let mut plan = plan(&running, &compile(policy).unwrap(), &wanted).unwrap();
    plan.ops.retain(|op| !matches!(op, Op::Attach { .. } | Op::Detach { .. } | Op::Replace { .. }));
    kernel.execute(&plan, &mut |_, _| {}).unwrap();
    plan.slots.iter().map(|(name, slot)| (*slot, (name.clone(), wanted.interfaces[name].clone()))).collect()
}

fn question(random: &mut Random, interface: &Interface) -> Question {
    let direction = random.pick(&[Direction::Ingress, Direction::Egress]);
    let v6 = random.chance(45);
    let (src, dst) = ends(random, interface, direction, v6);
    let stage = match random.below(8) {
        0 => Stage::FirstFragment,
        1 => Stage::LaterFragment,
        2 | 3 => Stage::Established(random.pick(&[Direction::Ingress, Direction::Egress])),
        _ => Stage::New,
    };
    let dhcp = random.chance(3);
    let (what, source_port) = match dhcp {
        true if v6 => (What::Udp(random.pick(&[546, 547])), random.pick(&[546, 547])),
        true => (What::Udp(random.pick(&[67, 68])), random.pick(&[67, 68])),
        false => (what(random, src), random.pick(&PORTS)),
    };
    Question { source_port, stage, ..Question::new(direction, src, dst, what) }
}

fn what(random: &mut Random, src: IpAddr) -> What {
    match random.below(10) {
        0..=3 => What::Tcp(random.pick(&PORTS)),
        4 | 5 => What::Udp(random.pick(&PORTS)),
        6..=8 if src.is_ipv6() => What::Icmpv6 { kind: random.pick(&TYPES), code: random.pick(&CODES) },
        6..=8 => What::Icmp { kind: random.pick(&TYPES), code: random.pick(&CODES) },
        _ => What::Other(random.pick(&PROTOCOLS)),
    }
}

fn compare(said: &Explanation, probe: &LiveProbe, interface: &Interface, policy: &Snapshot, seed: u64) {
    let steps = steps(&said.packet, interface.link);
    let packets: Vec<Asked<'_>> =
        steps.iter().map(|step| Asked { direction: step.direction, frame: &step.frame, opens: step.opens }).collect();
    let program = probe.ask(&packets).unwrap();
    let verdict = if said.passes { Verdict::Pass } else { Verdict::Drop };
    assert_eq!(
        (verdict, said.reason),
        program,
        "{said}\nrules as written, then the program, on {interface:?}\n{}\nSGFW_PROOF_SEED={seed}",
        emit(policy)
    );
    let by_rule = matches!(said.reason, Reason::New | Reason::Allowed | Reason::Untracked | Reason::Fragment);
    let by_none = matches!(said.reason, Reason::NoIngressRule | Reason::NoEgressRule);
    assert!(!by_rule || !said.rules.is_empty(), "a rule decides and none is named: {said}");
    assert!(!by_none || said.rules.is_empty(), "no rule decides and one is named: {said}");
}
