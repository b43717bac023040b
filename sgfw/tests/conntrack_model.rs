//! Connection tracking: random sequences of packets in both directions with time passing, judged by the naive
//! model and by the decision over the compiled image; both say the same of every packet.
//!
//! 10 000 sequences a run, a tenth of `SGFW_PROOF`; the kernel sees a quarter of them.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[expect(dead_code, reason = "each proof uses its part")]
mod proof;

use proof::kernel::{Receiver, kernel};
use proof::policies;
use proof::random::Random;
use proof::report::{only_seed, seeds, wanted};
use proof::talks::Talk;
use proof::trial::Trial;
use sgfw::model::Snapshot;
use sgfw_common::reason::Reason;
use std::collections::BTreeMap;

const SEQUENCES: usize = 10_000;
const STEPS: usize = 40;

#[test]
fn the_model_and_the_decision_agree_on_random_conversations() {
    for_all_seeds(wanted(SEQUENCES * 10) / 10, |policy, seed| {
        let hertz = [1, 100, 250][usize::try_from(seed % 3).unwrap()];
        Some(Trial::new(policy, seed, hertz))
    });
}

#[test]
fn the_model_and_the_loaded_programs_agree_on_random_conversations() {
    for_all_seeds(wanted(SEQUENCES * 10) / 40, |policy, seed| {
        let receiver = if seed % 2 == 0 { Receiver::Xdp } else { Receiver::Tc };
        let kernel = kernel("conntrack_model", receiver)?;
        // To look through the counts takes longer than the conversation.
        let kernel = if seed.is_multiple_of(9) { kernel.counting() } else { kernel };
        Some(Trial::with_kernel(policy, seed, kernel))
    });
}

/// Compares on so many random sequences. A trial that cannot be begun ends the test.
fn for_all_seeds(count: usize, begin: impl Fn(Snapshot, u64) -> Option<Trial>) {
    let mut met: BTreeMap<Reason, usize> = BTreeMap::new();
    for seed in seeds(count) {
        let mut random = Random::new(seed);
        let policy = policies::conversation(&mut random);
        let Some(trial) = begin(policy, seed) else { return };
        converse(trial, &mut random, &mut met);
    }
    println!("{} packets: {met:?}", met.values().sum::<usize>());
    let wanted = [
        Reason::Established,
        Reason::New,
        Reason::Untracked,
        Reason::Allowed,
        Reason::Related,
        Reason::Fragment,
        Reason::Adopted,
        Reason::NoIngressRule,
        Reason::NoEgressRule,
        Reason::NoFlow,
        Reason::FragmentUnknown,
        Reason::FragmentOverlap,
    ];
    let rare: Vec<_> = wanted.iter().filter(|reason| met.get(reason).is_none_or(|count| *count < 100)).collect();
    assert!(
        only_seed().is_some() || std::env::var_os("SGFW_PROOF").is_some() || rare.is_empty(),
        "hardly met: {rare:?}"
    );
}

fn converse(mut trial: Trial, random: &mut Random, met: &mut BTreeMap<Reason, usize>) {
    let interfaces: Vec<_> = trial.policy().interfaces.values().cloned().collect();
    if random.chance(20) {
        trial.adopt_for(random.pick(&[30, 300]));
    }
    let mut talks: Vec<_> = (0..3)
        .map(|_| {
            let place = random.below(interfaces.len());
            (place, Talk::new(random, &interfaces[place]))
        })
        .collect();
    for _ in 0..STEPS {
        let (place, talk) = &mut talks[random.below(3)];
        let interface = &interfaces[*place];
        for (direction, frame) in talk.next(random, interface.link) {
            *met.entry(trial.packet(&interface.name, direction, &frame)).or_default() += 1;
            pass_time(random, &mut trial);
        }
        if random.chance(2) {
            let changed = policies::changed(random, trial.policy());
            trial.replace(changed);
        }
    }
    trial.check_counts();
}

/// Mostly hardly any, sometimes just less or just more than a timeout.
fn pass_time(random: &mut Random, trial: &mut Trial) {
    if random.chance(75) {
        return trial.wait(0, random.pick(&[0, 0, 1, 99]));
    }
    let seconds = random.pick(&[1, 5, 29, 30, 45, 59, 60, 120, 179, 180, 349, 599, 600, 431_999, 432_000]);
    trial.wait(seconds, random.pick(&[0, 0, 1, 2]));
}
