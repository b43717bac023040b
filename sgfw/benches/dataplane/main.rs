//! What a verdict costs, by `BPF_PROG_TEST_RUN`, net of an empty program of the same kind.
//!
//! Started by `cargo xtask bench`, which names the object with the steps in SGFW_BENCH_OBJECT. Prints a JSON
//! object a line: what was measured, how many rules, nanoseconds. Absolute times belong to the machine; the
//! ratios are what to look at.

mod packets;
mod policies;

use packets::{Client, Segment, tcp4, tcp6};
use policies::{Egress, policy};
use sgfw::compile::compile;
use sgfw::kernel::{Counted, Probe};
use std::net::Ipv4Addr;
use std::time::Instant;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Runs of one measurement, and how many measurements the lowest is taken of.
const REPEAT: u32 = 200_000;
const TRIES: u32 = 7;
/// Flows that are gone through in turn.
const FLOWS: u16 = 10_000;
const RULES: [u32; 4] = [10, 1_000, 10_000, 100_000];

const XDP_PASS: u32 = 2;
const XDP_DROP: u32 = 1;
const TC_PASS: u32 = u32::MAX;
const TC_SHOT: u32 = 2;

/// An address that a rule for port 22 names.
const KNOWN: Client = Client { address: [192, 0, 2, 9], port: 40_000 };

fn main() -> Outcome<()> {
    // `cargo test` starts benches too, with nothing to do.
    let Some(path) = std::env::var_os("SGFW_BENCH_OBJECT") else { return Ok(()) };
    let mut probe = Probe::load_object(&std::fs::read(path)?)?;
    for rules in RULES {
        measure(&mut probe, rules)?;
    }
    Ok(())
}

fn measure(probe: &mut Probe, rules: u32) -> Outcome<()> {
    place(probe, rules, Egress::Some)?;
    established(probe, rules)?;
    new_tracked(probe, rules)?;
    denied(probe, rules)?;
    place(probe, rules, Egress::All)?;
    untracked(probe, rules)
}

fn place(probe: &mut Probe, rules: u32, egress: Egress) -> Outcome<()> {
    probe.place(&compile(&policy(rules, egress))?)?;
    probe.forget_flows()?;
    Ok(probe.meet(Some("web"))?)
}

/// The three segments of a handshake, as the server sees them.
fn connect(probe: &Probe, frame: impl Fn(Segment) -> Vec<u8>) -> Outcome<()> {
    for (program, segment) in
        [("plain_tc", Segment::Syn), ("plain_tc_out", Segment::SynAck), ("plain_tc", Segment::Ack)]
    {
        let (code, _) = probe.time(program, &frame(segment), 1)?;
        if code != TC_PASS {
            return Err(format!("{segment:?} does not pass: {code}").into());
        }
    }
    Ok(())
}

fn established(probe: &Probe, rules: u32) -> Outcome<()> {
    connect(probe, |segment| tcp4(KNOWN, 22, segment))?;
    connect(probe, |segment| tcp6(22, segment))?;
    let ack = tcp4(KNOWN, 22, Segment::Ack);
    report("established, one flow", "xdp", rules, net(probe, ["empty_xdp", "plain_xdp"], &ack, XDP_PASS)?);
    report("established, one flow", "tc", rules, net(probe, ["empty_tc", "plain_tc"], &ack, TC_PASS)?);
    let ack6 = tcp6(22, Segment::Ack);
    report("established, one flow, IPv6", "tc", rules, net(probe, ["empty_tc", "plain_tc"], &ack6, TC_PASS)?);
    for port in 0..FLOWS {
        connect(probe, |segment| tcp4(Client { port: 1024 + port, ..KNOWN }, 22, segment))?;
    }
    logged(probe, rules, &ack)?;
    step(probe, u32::from(FLOWS), [0; 4], KNOWN.address)?;
    report("established, 10 000 flows", "xdp", rules, net(probe, ["step_xdp", "stepped_xdp"], &ack, XDP_PASS)?);
    report("established, 10 000 flows", "tc", rules, net(probe, ["step_tc", "stepped_tc"], &ack, TC_PASS)?);
    Ok(())
}

/// The same, counted for a flow log.
fn logged(probe: &Probe, rules: u32, ack: &[u8]) -> Outcome<()> {
    probe.count(Counted { accepted: true, refused: true })?;
    report("established, one flow, logged", "tc", rules, net(probe, ["empty_tc", "plain_tc"], ack, TC_PASS)?);
    step(probe, u32::from(FLOWS), [0; 4], KNOWN.address)?;
    report("established, 10 000 flows, logged", "tc", rules, net(probe, ["step_tc", "stepped_tc"], ack, TC_PASS)?);
    taken(probe, rules, ack)?;
    Ok(probe.count(Counted::default())?)
}

/// What it costs to take what was counted, for each direction of a conversation.
fn taken(probe: &Probe, rules: u32, ack: &[u8]) -> Outcome<()> {
    probe.take_counted(0)?;
    step(probe, 60_000, [0, 0, 0, 3], KNOWN.address)?;
    probe.time("stepped_tc", ack, REPEAT)?;
    let begun = Instant::now();
    let counts = probe.take_counted(0)?.len().max(1);
    let each = begun.elapsed().as_nanos() / counts as u128;
    report("one count of a flow log taken, of some 100 000", "tc", rules, i64::try_from(each)?);
    Ok(())
}

/// Every SYN is a flow that was not there before: 60 000 ports times 256 addresses of one prefix.
fn new_tracked(probe: &Probe, rules: u32) -> Outcome<()> {
    step(probe, 60_000, [0, 0, 0, 255], [192, 0, 2, 0])?;
    let syn = tcp4(KNOWN, 22, Segment::Syn);
    report("new flow, tracked", "xdp", rules, net(probe, ["step_xdp", "stepped_xdp"], &syn, XDP_PASS)?);
    report("new flow, tracked", "tc", rules, net(probe, ["step_tc", "stepped_tc"], &syn, TC_PASS)?);
    Ok(())
}

fn denied(probe: &Probe, rules: u32) -> Outcome<()> {
    let syn = tcp4(KNOWN, 25, Segment::Syn);
    report("denied, hot address", "xdp", rules, net(probe, ["empty_xdp", "plain_xdp"], &syn, XDP_DROP)?);
    report("denied, hot address", "tc", rules, net(probe, ["empty_tc", "plain_tc"], &syn, TC_SHOT)?);
    step(probe, 60_000, [63, 255, 255, 255], [64, 0, 0, 0])?;
    report("denied, random address", "xdp", rules, net(probe, ["step_xdp", "stepped_xdp"], &syn, XDP_DROP)?);
    report("denied, random address", "tc", rules, net(probe, ["step_tc", "stepped_tc"], &syn, TC_SHOT)?);
    Ok(())
}

fn untracked(probe: &Probe, rules: u32) -> Outcome<()> {
    let syn = tcp4(KNOWN, 80, Segment::Syn);
    report("new flow, untracked", "xdp", rules, net(probe, ["empty_xdp", "plain_xdp"], &syn, XDP_PASS)?);
    report("new flow, untracked", "tc", rules, net(probe, ["empty_tc", "plain_tc"], &syn, TC_PASS)?);
    step(probe, 60_000, [63, 255, 255, 255], [64, 0, 0, 0])?;
    report("new flow, untracked, random address", "tc", rules, net(probe, ["step_tc", "stepped_tc"], &syn, TC_PASS)?);
    Ok(())
}

fn step(probe: &Probe, ports: u32, addresses: [u8; 4], base: [u8; 4]) -> Outcome<()> {
    Ok(probe.set_step(ports, Ipv4Addr::from(addresses), Ipv4Addr::from(base))?)
}

/// Nanoseconds of the second program less those of the first; both in turn, the lowest of several tries.
fn net(probe: &Probe, [without, with]: [&'static str; 2], frame: &[u8], wanted: u32) -> Outcome<i64> {
    let (mut low, mut high) = (u32::MAX, u32::MAX);
    for _ in 0..TRIES {
        low = low.min(probe.time(without, frame, REPEAT)?.1);
        let (code, took) = probe.time(with, frame, REPEAT)?;
        if code != wanted {
            return Err(format!("{with} answers {code}, not {wanted}").into());
        }
        high = high.min(took);
    }
    Ok(i64::from(high) - i64::from(low))
}

fn report(what: &str, hook: &str, rules: u32, nanoseconds: i64) {
    println!("{}", serde_json::json!({ "what": what, "hook": hook, "rules": rules, "ns": nanoseconds }));
}
