//! Exact sets: what changes between two policies is, packet by packet, what the reference judges differently.
//!
//! 10 000 pairs of policies a run; `SGFW_PROOF=100000` for more, `SGFW_PROOF_SEED` for one.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[expect(dead_code, reason = "each proof uses its part")]
mod analyse;
#[expect(dead_code, reason = "each proof uses its part")]
mod proof;

use analyse::{PORTS, allows, asked, changed, may_use, of_family, policy};
use proof::random::Random;
use proof::report::{seeds, wanted};
use sgfw::analyse::{BoxChange, Difference, Effect, Family, Pair, Reach, Subject, difference, reach, set_of, who};
use sgfw::model::{Direction, IcmpMatch, Interface, PortRange, Side, Snapshot, Traffic};
use sgfw::policy::emit;
use sgfw::reference::What;
use sgfw::reference::judge::untracked;
use std::collections::BTreeSet;
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

/// Everybody with addresses, as the two verbs see them.
struct Known {
    subject: Subject,
    addresses: BTreeSet<IpAddr>,
    groups: BTreeSet<String>,
}

fn known(policy: &Snapshot) -> Vec<Known> {
    let here = policy.interfaces.values().map(|it| Known {
        subject: Subject::Interface(it.name.clone()),
        addresses: it.addresses.clone(),
        groups: it.groups.clone(),
    });
    let elsewhere = policy.members.values().map(|it| Known {
        subject: Subject::Member(it.name.clone()),
        addresses: it.addresses.clone(),
        groups: it.groups.clone(),
    });
    here.chain(elsewhere).collect()
}

/// The reference's word on the rules of some groups.
fn by_groups(policy: &Snapshot, groups: &BTreeSet<String>, way: Direction, peer: IpAddr, what: What) -> bool {
    let it = Interface { groups: groups.clone(), ..Interface::new("any", Side::Host) };
    allows(policy, &it, way, peer, what)
}

#[test]
fn who_can_reach_a_group_is_what_the_reference_lets_in_and_the_other_end_lets_out() {
    let mut pairs = 0;
    for seed in seeds(wanted(PAIRS) / 5) {
        let mut random = Random::new(seed);
        let policy = policy(&mut random);
        let group = random.pick(&["a", "b", "default"]);
        let traffic = random.pick(&[
            Traffic::All,
            Traffic::Tcp(PortRange::new(80, 443).unwrap()),
            Traffic::Udp(PortRange::new(443, 443).unwrap()),
            Traffic::Icmp(IcmpMatch::new(Some(8), None).unwrap()),
            Traffic::Protocol(47),
        ]);
        let answers = who(&policy, group, traffic).unwrap();
        let members: Vec<Known> = known(&policy).into_iter().filter(|it| it.groups.contains(group)).collect();
        if members.is_empty() {
            assert_eq!(answers[0].subject, Subject::Group(group.into()));
            check_boxes(&policy, &answers[0], &BTreeSet::from([group.to_owned()]), (Direction::Ingress, traffic), seed);
        }
        assert_eq!(answers.len(), members.len().max(1));
        for (answer, member) in answers.iter().zip(&members) {
            assert_eq!(answer.subject, member.subject);
            check_boxes(&policy, answer, &member.groups, (Direction::Ingress, traffic), seed);
            pairs += check_pairs(&policy, answer, member, (Direction::Ingress, traffic), seed);
        }
    }
    assert!(wanted(PAIRS) < PAIRS || pairs > 400, "{pairs}");
}

#[test]
fn what_an_interface_can_reach_is_what_the_reference_lets_out_and_the_other_end_lets_in() {
    for seed in seeds(wanted(PAIRS) / 5) {
        let policy = policy(&mut Random::new(seed));
        for party in known(&policy) {
            let answer = reach(&policy, &party.subject).unwrap();
            check_boxes(&policy, &answer, &party.groups, (Direction::Egress, Traffic::All), seed);
            check_pairs(&policy, &answer, &party, (Direction::Egress, Traffic::All), seed);
        }
    }
}

fn check_boxes(policy: &Snapshot, answer: &Reach, groups: &BTreeSet<String>, asked: (Direction, Traffic), seed: u64) {
    let (way, traffic) = asked;
    let checked = match &answer.subject {
        Subject::Interface(name) => policy.interfaces.get(name),
        _ => None,
    };
    for (peer, what, number) in analyse::asked() {
        let wanted = set_of(traffic, Family::of(peer)).contains(number);
        let allowed = wanted && by_groups(policy, groups, way, peer, what);
        for own in of_family(peer) {
            let allowed = allowed && checked.is_none_or(|interface| may_use(interface, way, own));
            let said = answer.boxes.iter().filter(|packets| packets.contains(own, peer, number)).count();
            assert_eq!(
                said,
                usize::from(allowed),
                "{way} own {own} peer {peer} {what:?} seed {seed}\n{}",
                emit(policy)
            );
        }
    }
}

/// Every pair of addresses with everybody else; how many said anything.
fn check_pairs(
    policy: &Snapshot,
    answer: &Reach,
    asked: &Known,
    (way, traffic): (Direction, Traffic),
    seed: u64,
) -> usize {
    for other in known(policy).iter().filter(|other| other.subject != asked.subject) {
        for (peer, what, number) in analyse::asked().filter(|(peer, ..)| other.addresses.contains(peer)) {
            let wanted = set_of(traffic, Family::of(peer)).contains(number);
            for own in asked.addresses.iter().copied().filter(|own| Family::of(*own) == Family::of(peer)) {
                let here = wanted && by_groups(policy, &asked.groups, way, peer, what);
                let there = by_groups(policy, &other.groups, way.other(), own, what);
                let ends = if way == Direction::Ingress { (peer, own) } else { (own, peer) };
                let of = |it: &&Pair| it.party == other.subject && (it.source, it.destination) == ends;
                let pair = answer.pairs.iter().find(of);
                let said = pair.map_or((false, false), |pair| {
                    (pair.allowed.numbers.contains(number), pair.refused.numbers.contains(number))
                });
                assert_eq!(
                    said,
                    (here && there, here && !there),
                    "{way} {ends:?} {what:?} seed {seed}\n{}",
                    emit(policy)
                );
            }
        }
    }
    answer.pairs.len()
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
