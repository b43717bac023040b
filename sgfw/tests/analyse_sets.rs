//! Exact sets: what changes between two policies is, packet by packet, what the reference judges differently.
//!
//! 10 000 pairs of policies a run; `SGFW_PROOF=100000` for more, `SGFW_PROOF_SEED` for one.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

mod analyse;
#[expect(dead_code, reason = "each proof uses its part")]
mod proof;

use analyse::{PORTS, allows, asked, changed, may_use, of_family, policy};
use proof::random::Random;
use proof::report::{seeds, wanted};
use sgfw::analyse::{BoxChange, Difference, Effect, difference};
use sgfw::model::{Direction, Interface, Snapshot};
use sgfw::policy::emit;
use sgfw::reference::What;
use sgfw::reference::judge::untracked;
use std::net::IpAddr;

const PAIRS: usize = 10_000;

#[test]
fn the_difference_of_two_policies_is_what_the_reference_judges_differently() {
    let (mut allowed, mut denied, mut cut) = (0, 0, 0);
    for seed in seeds(wanted(PAIRS)) {
        let mut random = Random::new(seed);
        let old = policy(&mut random);
        let new = changed(&mut random, &old);
        let found = difference(&old, &new);
        compare(&old, &new, &found, seed);
        let count = |effect| found.boxes.iter().filter(|change| change.effect == effect).count();
        allowed += count(Effect::NewlyAllowed);
        denied += count(Effect::NewlyDenied);
        cut += count(Effect::Cut);
    }
    println!("{allowed} boxes newly allowed, {denied} newly denied, {cut} cut");
    assert!(wanted(PAIRS) < PAIRS || allowed.min(denied).min(cut) > 500, "{allowed} {denied} {cut}");
}

#[test]
fn a_policy_does_not_differ_from_itself_whatever_its_words() {
    for seed in seeds(300) {
        let old = policy(&mut Random::new(seed));
        let mut new = old.clone();
        for group in new.groups.values_mut() {
            group.ingress.iter_mut().for_each(|rule| rule.description = Some("other words".into()));
        }
        assert!(difference(&old, &new).is_empty(), "{}", emit(&old));
    }
}

fn compare(old: &Snapshot, new: &Snapshot, found: &Difference, seed: u64) {
    let only_in = |a: &Snapshot, b: &Snapshot| -> Vec<String> {
        a.interfaces.keys().filter(|name| !b.interfaces.contains_key(*name)).cloned().collect()
    };
    assert_eq!((&found.appear, &found.disappear), (&only_in(new, old), &only_in(old, new)), "seed {seed}");
    for (was, is) in old.interfaces.values().filter_map(|was| Some((was, new.interfaces.get(&was.name)?))) {
        for direction in [Direction::Ingress, Direction::Egress] {
            let here: Vec<&BoxChange> = found
                .boxes
                .iter()
                .filter(|change| change.interface == was.name && change.packets.direction == direction)
                .collect();
            for (peer, what, number) in asked() {
                let before = allows(old, was, direction, peer, what);
                let after = allows(new, is, direction, peer, what);
                let was_loose = before && loose(old, was, direction, peer, what);
                let bound =
                    was_loose && matches!(what, What::Tcp(_)) && after && !loose(new, is, direction, peer, what);
                for own in of_family(peer) {
                    let count = |effect| {
                        let of = |it: &&&BoxChange| it.effect == effect && it.packets.contains(own, peer, number);
                        here.iter().filter(of).count()
                    };
                    let said = [Effect::NewlyAllowed, Effect::NewlyDenied, Effect::Cut].map(count);
                    let before = before && may_use(was, direction, own);
                    let after = after && may_use(is, direction, own);
                    let cut = before && was_loose && (!after || bound);
                    assert_eq!(
                        said,
                        [!before && after, before && !after, cut].map(usize::from),
                        "{} {direction} own {own} peer {peer} {what:?}: newly allowed, denied, cut\nold:\n{}\n\
                         new:\n{}\nSGFW_PROOF_SEED={seed}",
                        was.name,
                        emit(old),
                        emit(new)
                    );
                }
            }
        }
    }
}

/// Whether it is not tracked whatever the source port.
fn loose(snapshot: &Snapshot, interface: &Interface, direction: Direction, peer: IpAddr, what: What) -> bool {
    let (service, port): (fn(u16) -> What, u16) = match what {
        What::Tcp(port) => (What::Tcp, port),
        What::Udp(port) => (What::Udp, port),
        _ => return false,
    };
    PORTS.iter().all(|source| {
        let (local, remote) = if direction == Direction::Ingress { (port, *source) } else { (*source, port) };
        untracked(snapshot, interface, service, peer.is_ipv6(), local, remote)
    })
}
