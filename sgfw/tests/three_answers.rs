//! Three answers agree: the oracle from the words of the documents, the decision over the compiled image on the
//! host, and the loaded program over the real maps. What the program counts for flow logs is compared on the way.
//!
//! 100 000 (policy, packet) pairs a run; `SGFW_PROOF=1000000` for a million.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[expect(dead_code, reason = "each proof uses its part")]
mod proof;

use proof::kernel::{Receiver, kernel};
use proof::random::Random;
use proof::report::{only_seed, seeds, wanted};
use proof::trial::Trial;
use proof::{packets, policies};
use sgfw::model::{Direction, Snapshot};
use sgfw_common::reason::Reason;
use std::collections::BTreeMap;

const PAIRS: usize = 100_000;
const PACKETS_A_POLICY: usize = 250;

#[test]
fn the_oracle_and_the_decision_agree_on_random_policies_and_packets() {
    for_all_seeds(|policy, seed| Some(Trial::new(policy, seed, 100)));
}

#[test]
fn the_oracle_and_the_loaded_xdp_and_tc_programs_agree() {
    for_all_seeds(|policy, seed| {
        Some(Trial::with_kernel(policy, seed, kernel("three_answers", Receiver::Xdp)?.counting()))
    });
}

#[test]
fn the_oracle_and_the_loaded_tc_programs_agree() {
    for_all_seeds(|policy, seed| {
        Some(Trial::with_kernel(policy, seed, kernel("three_answers", Receiver::Tc)?.counting()))
    });
}

/// Compares on all random policies. A trial that cannot be begun ends the test.
fn for_all_seeds(begin: impl Fn(Snapshot, u64) -> Option<Trial>) {
    let mut met: BTreeMap<Reason, usize> = BTreeMap::new();
    for seed in seeds(wanted(PAIRS).div_ceil(PACKETS_A_POLICY)) {
        let mut random = Random::new(seed);
        let policy = policies::policy(&mut random);
        let Some(trial) = begin(policy, seed) else { return };
        compare(trial, &mut random, &mut met);
    }
    println!("{} pairs: {met:?}", met.values().sum::<usize>());
    let missing: Vec<_> = met_by_packets().filter(|reason| !met.contains_key(reason)).collect();
    assert!(only_seed().is_some() || missing.is_empty(), "never met: {missing:?}");
}

/// What a packet can meet with on an interface that has a policy and no adoption window.
fn met_by_packets() -> impl Iterator<Item = Reason> {
    let never = [Reason::Adopted, Reason::Attaching, Reason::TableFull, Reason::NoInterface, Reason::NoPolicy];
    Reason::ALL.iter().copied().filter(move |reason| !never.contains(reason))
}

fn compare(mut trial: Trial, random: &mut Random, met: &mut BTreeMap<Reason, usize>) {
    let interfaces: Vec<_> = trial.policy().interfaces.values().cloned().collect();
    for _ in 0..PACKETS_A_POLICY {
        let interface = &interfaces[random.below(interfaces.len())];
        let direction = random.pick(&[Direction::Ingress, Direction::Egress]);
        let frame = packets::frame(random, interface, direction);
        trial.wait(random.pick(&[0, 0, 1, 20]), 0);
        *met.entry(trial.packet(&interface.name, direction, &frame)).or_default() += 1;
    }
    trial.check_counts();
}
