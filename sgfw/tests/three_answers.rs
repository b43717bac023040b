//! Three answers agree: the oracle from the words of the documents, the decision over the compiled image on the
//! host, and the loaded program over the real maps.
//!
//! 100 000 (policy, packet) pairs a run; `SGFW_PROOF=1000000` for a million.

#[allow(dead_code, reason = "each proof uses its part")]
mod proof;

use proof::random::Random;
use proof::report::{only_seed, seeds, wanted};
use proof::trial::Trial;
use proof::{packets, policies};
use sgfw::model::Direction;
use sgfw_common::reason::Reason;
use std::collections::BTreeMap;

const PAIRS: usize = 100_000;
const PACKETS_A_POLICY: usize = 250;

#[test]
fn the_oracle_and_the_decision_agree_on_random_policies_and_packets() {
    let mut met: BTreeMap<Reason, usize> = BTreeMap::new();
    for seed in seeds(wanted(PAIRS).div_ceil(PACKETS_A_POLICY)) {
        compare(seed, &mut met);
    }
    println!("{} pairs: {met:?}", met.values().sum::<usize>());
    let missing: Vec<_> = met_by_packets().filter(|reason| !met.contains_key(reason)).collect();
    assert!(only_seed().is_some() || missing.is_empty(), "never met: {missing:?}");
}

/// What a packet can meet with on an interface that has a policy and no adoption window.
fn met_by_packets() -> impl Iterator<Item = Reason> {
    let never = [Reason::Adopted, Reason::TableFull, Reason::NoInterface, Reason::NoPolicy];
    Reason::ALL.iter().copied().filter(move |reason| !never.contains(reason) && reason.word() != "attaching")
}

fn compare(seed: u64, met: &mut BTreeMap<Reason, usize>) {
    let mut random = Random::new(seed);
    let policy = policies::policy(&mut random);
    let interfaces: Vec<_> = policy.interfaces.values().cloned().collect();
    let mut trial = Trial::new(policy, seed, 100);
    for _ in 0..PACKETS_A_POLICY {
        let interface = &interfaces[random.below(interfaces.len())];
        let direction = random.pick(&[Direction::Ingress, Direction::Egress]);
        let frame = packets::frame(&mut random, interface, direction);
        trial.wait(random.pick(&[0, 0, 1, 20]), 0);
        *met.entry(trial.packet(&interface.name, direction, &frame)).or_default() += 1;
    }
}
