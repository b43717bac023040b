//! Three answers agree: the oracle from the words of the documents, the decision over the compiled image on the
//! host, and the loaded program over the real maps.
//!
//! 100 000 (policy, packet) pairs a run; `SGFW_PROOF=1000000` for a million.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[allow(dead_code, reason = "each proof uses its part")]
mod proof;

use proof::random::Random;
use proof::report::{Judged, seeds, wanted};
use proof::{host, packets, policies};
use sgfw::compile::{HostTables, compile};
use sgfw::model::Direction;
use sgfw::reference::Model;
use sgfw_common::reason::Reason;
use std::collections::BTreeMap;

const PAIRS: usize = 100_000;
const PACKETS_A_POLICY: usize = 250;
const HERTZ: u32 = 100;

#[test]
fn the_oracle_and_the_decision_on_the_host_agree() {
    let mut met: BTreeMap<Reason, usize> = BTreeMap::new();
    for seed in seeds(1, wanted(PAIRS).div_ceil(PACKETS_A_POLICY)) {
        compare(seed, &mut met);
    }
    println!("{} pairs: {met:?}", met.values().sum::<usize>());
    let missing: Vec<_> =
        Reason::ALL.iter().filter(|reason| !met.contains_key(reason) && can_happen(**reason)).collect();
    assert!(std::env::var_os("SGFW_PROOF_SEED").is_some() || missing.is_empty(), "never met: {missing:?}");
}

/// Whether a packet can meet this on an interface with a policy, tables that never fill and no adoption window.
fn can_happen(reason: Reason) -> bool {
    !matches!(reason, Reason::Adopted | Reason::TableFull | Reason::NoInterface | Reason::NoPolicy)
}

fn compare(seed: u64, met: &mut BTreeMap<Reason, usize>) {
    let mut random = Random::new(seed);
    let policy = policies::policy(&mut random);
    let image = compile(&policy).unwrap();
    let tables = HostTables::new(&image, HERTZ);
    let mut model = Model::new(policy.clone(), HERTZ.into());
    let names: Vec<&str> = policy.interfaces.keys().map(String::as_str).collect();
    let mut now = 1_000_000;
    for _ in 0..PACKETS_A_POLICY {
        let interface = random.pick(&names);
        let direction = random.pick(&[Direction::Ingress, Direction::Egress]);
        let frame = packets::frame(&mut random, &policy.interfaces[interface], direction);
        now += u64::from(HERTZ) * random.pick(&[0, 0, 1, 20]);
        let reference = model.packet(interface, direction, &frame, now);
        let answer = host::judge(&policy, &tables, interface, direction, &frame, now);
        let judged = Judged { policy: &policy, seed, interface, direction, frame: &frame, now };
        judged.agree(reference, "the host", answer);
        *met.entry(reference).or_default() += 1;
    }
}
