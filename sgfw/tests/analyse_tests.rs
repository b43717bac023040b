//! A policy's own tests pass or fail as the reference says, packet by packet.

#![expect(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]

#[expect(dead_code, reason = "each proof uses its part")]
mod analyse;
#[expect(dead_code, reason = "each proof uses its part")]
mod proof;

use analyse::{ADDRESSES, STRANGERS, allows, block, is_possible, policy, questions, rule};
use ipnet::IpNet;
use proof::random::Random;
use proof::report::{seeds, wanted};
use sgfw::analyse::{Family, number_of, run_tests, set_of};
use sgfw::model::{Direction, Endpoint, Expect, Interface, Origin, Side, Snapshot, Test};
use sgfw::policy::emit;
use sgfw::reference::What;
use std::collections::BTreeSet;
use std::net::IpAddr;

const TESTS: usize = 20_000;

/// One party of an end, or mere addresses: by whose rules, whether here, and all addresses that there are.
#[derive(Clone)]
struct End {
    groups: Option<BTreeSet<String>>,
    here: bool,
    addresses: Option<Vec<IpAddr>>,
    everybody: bool,
}

#[test]
fn a_test_passes_if_and_only_if_the_reference_judges_every_packet_as_it_expects() {
    let mut seen = [0; 4];
    for seed in seeds(wanted(TESTS)) {
        let mut random = Random::new(seed);
        let policy = policy(&mut random);
        let test = test(&mut random, &policy);
        let outcome = run_tests(&policy, std::slice::from_ref(&test)).remove(0);
        let right = expected(&policy, &test);
        assert_eq!(outcome.passed(), right, "{test:?}\n{outcome}\n{}\nSGFW_PROOF_SEED={seed}", emit(&policy));
        if let Some(example) = outcome.failure.as_ref().and_then(|failure| failure.example.as_ref()) {
            let denied = example.rules.is_empty();
            assert_eq!(denied, test.expect == Expect::Allow, "the example shows the contrary: {outcome}");
        }
        seen[usize::from(right) * 2 + usize::from(test.expect == Expect::Allow)] += 1;
    }
    assert!(wanted(TESTS) < TESTS || seen.iter().all(|count| *count > 300), "{seen:?}");
}

fn test(random: &mut Random, policy: &Snapshot) -> Test {
    Test {
        name: "random".into(),
        from: endpoint(random, policy),
        to: endpoint(random, policy),
        traffic: rule(random).unwrap().traffic,
        expect: random.pick(&[Expect::Allow, Expect::Deny]),
        rule: None,
        place: Origin::default(),
    }
}

fn endpoint(random: &mut Random, policy: &Snapshot) -> Endpoint {
    let interfaces: Vec<&String> = policy.interfaces.keys().collect();
    let members: Vec<&String> = policy.members.keys().collect();
    match random.below(8) {
        0 | 1 => Endpoint::Cidr(block(random)),
        2 | 3 => Endpoint::Cidr(IpNet::from(random.pick(&ADDRESSES).parse::<IpAddr>().unwrap())),
        4 | 5 => Endpoint::Group(random.pick(&["a", "b", "c", "default"]).into()),
        6 if !members.is_empty() => Endpoint::Member(members[random.below(members.len())].clone()),
        _ => Endpoint::Interface(interfaces[random.below(interfaces.len())].clone()),
    }
}

/// The word of whoever goes through all packets. A test that judges nothing fails.
fn expected(policy: &Snapshot, test: &Test) -> bool {
    let (from, to) = (ends(policy, &test.from), ends(policy, &test.to));
    let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
    let verdicts: Vec<bool> =
        pairs.flat_map(|ends| Family::ALL.map(|family| pair(policy, test, ends, family))).flatten().collect();
    !verdicts.is_empty() && verdicts.iter().all(|right| *right)
}

/// Whether it is right for one family between two ends; none if there is nothing to judge.
fn pair(policy: &Snapshot, test: &Test, (from, to): (&End, &End), family: Family) -> Option<bool> {
    let asked: Vec<What> = questions()
        .into_iter()
        .filter(|what| set_of(test.traffic, family).contains(number_of(*what)))
        .filter(|what| is_possible(family.address(0), *what))
        .collect();
    let of = |end: &End| {
        let all = end.addresses.as_ref()?.iter().copied();
        Some(all.filter(|it| Family::of(*it) == family).collect::<Vec<_>>())
    };
    let (sources, destinations) = (of(from), of(to));
    let lacks = |addresses: &Option<Vec<IpAddr>>| addresses.as_ref().is_some_and(Vec::is_empty);
    if asked.is_empty() {
        return None;
    }
    match (lacks(&sources), lacks(&destinations)) {
        (true, true) => return None,
        (true, false) if !to.everybody => return None,
        (false, true) if !from.everybody => return None,
        (false, false) => {}
        _ if test.expect == Expect::Allow => return Some(true),
        _ => {}
    }
    let trusted = test.expect == Expect::Allow || from.here || !to.here;
    let out = from.groups.as_ref().filter(|_| trusted).zip(destinations.filter(|it| !it.is_empty()));
    let into = to.groups.as_ref().zip(sources.filter(|it| !it.is_empty()));
    if out.is_none() && into.is_none() {
        return None;
    }
    let all = |way, what, at: &Option<(&BTreeSet<String>, Vec<IpAddr>)>, every: bool| {
        let Some((groups, peers)) = at else { return true };
        let it = Interface { groups: (*groups).clone(), ..Interface::new("any", Side::Host) };
        let mut said = peers.iter().map(|peer| allows(policy, &it, way, *peer, what));
        if every { said.all(|yes| yes) } else { said.any(|yes| yes) }
    };
    let both = |what, every| all(Direction::Egress, what, &out, every) && all(Direction::Ingress, what, &into, every);
    Some(match test.expect {
        Expect::Allow => asked.iter().all(|what| both(*what, true)),
        Expect::Deny => !asked.iter().any(|what| both(*what, false)),
    })
}

fn ends(policy: &Snapshot, endpoint: &Endpoint) -> Vec<End> {
    let here = policy.interfaces.values().map(|it| (&it.name, &it.groups, &it.addresses, true));
    let elsewhere = policy.members.values().map(|it| (&it.name, &it.groups, &it.addresses, false));
    let single = |block: &IpNet| block.prefix_len() == block.max_prefix_len();
    let mut found = Vec::new();
    for (name, groups, addresses, here) in here.chain(elsewhere) {
        let (is_meant, own): (bool, Vec<IpAddr>) = match endpoint {
            Endpoint::Cidr(block) => (single(block) && addresses.contains(&block.network()), vec![block.network()]),
            Endpoint::Group(group) => (groups.contains(group), addresses.iter().copied().collect()),
            Endpoint::Interface(wanted) => (here && name == wanted, addresses.iter().copied().collect()),
            Endpoint::Member(wanted) => (!here && name == wanted, addresses.iter().copied().collect()),
        };
        if is_meant {
            let addresses = (!own.is_empty()).then_some(own);
            found.push(End { groups: Some(groups.clone()), here, addresses, everybody: false });
        }
    }
    match endpoint {
        _ if !found.is_empty() => found,
        Endpoint::Cidr(block) => {
            let all = ADDRESSES.iter().chain(&STRANGERS).map(|text| text.parse().unwrap());
            let inside: Vec<IpAddr> = all.filter(|it: &IpAddr| block.contains(it)).collect();
            vec![End { groups: None, here: false, addresses: Some(inside), everybody: block.prefix_len() == 0 }]
        }
        Endpoint::Group(group) => {
            let groups = Some(BTreeSet::from([group.clone()]));
            vec![End { groups, here: false, addresses: None, everybody: false }]
        }
        other => panic!("{other}"),
    }
}
