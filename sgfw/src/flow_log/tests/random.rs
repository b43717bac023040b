//! Nothing is lost and nothing is counted twice: records add up to what was taken, whatever happens in between.

use super::*;
use crate::compile::testing::Random;

const FORMAT: &str = "interface-id pkt-srcaddr srcport pkt-dstaddr dstport protocol flow-direction action reject-reason \
                      packets bytes start end tcp-flags log-status";

/// What a record is about, as text.
type About = String;

/// Packets, bytes, first, last, flags.
type Sums = BTreeMap<About, (u64, u64, u64, u64, u8)>;

fn add(sums: &mut Sums, about: About, (packets, bytes, first, last, flags): (u64, u64, u64, u64, u8)) {
    let sum = sums.entry(about).or_insert((0, 0, u64::MAX, 0, 0));
    *sum = (sum.0 + packets, sum.1 + bytes, sum.2.min(first), sum.3.max(last), sum.4 | flags);
}

fn random_flow(random: &mut Random, now: u64) -> LoggedFlow {
    let first = now - random.below(30) as u64;
    let protocol = ["6", "17", "1"][random.below(3)];
    let outcome = ["ok", "ok", "no-flow", "no-ingress-rule", "table-full"][random.below(5)];
    let (source, target) = [("10.0.0.1", "172.31.16.21"), ("2001:db8::1", "2001:db8::21")][random.below(2)];
    let mut flow = flow(&format!("ingress {source} 0 {target} 80 {protocol} 0 0 {first} {now} 0 {outcome}"));
    flow.sport = random.below(4) as u16;
    flow.packets = random.below(1000) as u64 + 1;
    flow.bytes = flow.packets * 40 + random.below(5000) as u64;
    if random.below(2) == 0 {
        (flow.src, flow.dst, flow.direction) = (flow.dst, flow.src, Direction::Egress);
    }
    flow.flags = if flow.protocol == 6 { [0, 1, 2, 4, 18][random.below(5)] } else { 0 };
    flow
}

/// What a log is to say of a flow, if it is about it.
fn expected(log: &FlowLog, interface: &InterfaceId, flow: &LoggedFlow) -> Option<About> {
    let is_about = match log.traffic {
        LoggedTraffic::All => true,
        LoggedTraffic::Accept => flow.refusal.is_none(),
        LoggedTraffic::Reject => flow.refusal.is_some(),
    };
    let LoggedFlow { src, dst, sport, dport, protocol, direction, .. } = flow;
    let action = if flow.refusal.is_some() { "REJECT" } else { "ACCEPT" };
    let reason = flow.refusal.map_or("-", Reason::word);
    is_about.then(|| format!("{interface} {src} {sport} {dst} {dport} {protocol} {direction} {action} {reason}"))
}

/// The sums of all records of these texts.
fn read<'a>(texts: impl Iterator<Item = &'a String>) -> Sums {
    let mut sums = Sums::new();
    let lines = texts.flat_map(|text| text.lines()).filter(|line| line.ends_with(" OK"));
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let number = |at: usize| words[at].parse::<u64>().unwrap();
        let flags = words[13].parse().unwrap();
        add(&mut sums, words[..9].join(" "), (number(9), number(10), number(11), number(12), flags));
    }
    sums
}

fn logs(stand: &mut Stand, random: &mut Random) -> Vec<Arc<FlowLog>> {
    let traffics = [LoggedTraffic::All, LoggedTraffic::Accept, LoggedTraffic::Reject];
    for number in 1..=4 {
        let bucket =
            LogDestination::Bucket { bucket: format!("b{number}"), folder: String::new(), hive: false, hourly: false };
        let group = LogDestination::Group { name: format!("g{number}") };
        let (is_bucket, traffic) = (random.below(2) == 0, traffics[random.below(3)]);
        let interval = FlowLog::INTERVALS[random.below(2)];
        stand.log(number, |log| {
            (log.traffic, log.interval, log.format) = (traffic, interval, fields(FORMAT));
            log.destination = if is_bucket { bucket } else { group };
        });
    }
    stand.state.flow_logs.values().cloned().collect()
}

/// Somebody puts something in the way of a log, or takes it away again.
fn hinder(stand: &Stand, random: &mut Random, blocked: &mut BTreeSet<PathBuf>) {
    let name = format!("{}{}", ["g", "b"][random.below(2)], 1 + random.below(4));
    let (place, aside) = (stand.place(&name), stand.place(&format!("aside-{name}")));
    fs::create_dir_all(stand.place("")).unwrap();
    if blocked.remove(&place) {
        fs::remove_file(&place).unwrap();
        let _ = fs::rename(&aside, &place);
    } else {
        let _ = fs::rename(&place, &aside);
        fs::write(&place, "in the way").unwrap();
        blocked.insert(place);
    }
}

fn clear(stand: &Stand, blocked: &mut BTreeSet<PathBuf>) {
    for place in std::mem::take(blocked) {
        fs::remove_file(&place).unwrap();
        let name = place.file_name().unwrap().display().to_string();
        let _ = fs::rename(stand.place(&format!("aside-{name}")), &place);
    }
}

fn run(seed: u64) {
    let mut random = Random(seed);
    let entries = [3, 20, 1 << 18][random.below(3)];
    let mut stand = Stand::bounded(Bounds { entries, ..Bounds::default() });
    let interfaces =
        [1, 2, 3].map(|it| stand.interface(&format!("eni-0000000000000000{it}"), "172.31.16.21 2001:db8::21"));
    let logs = logs(&mut stand, &mut random);
    let (mut now, mut blocked) = (NOON + random.below(700) as u64, BTreeSet::new());
    let mut taken: Vec<Sums> = logs.iter().map(|_| Sums::new()).collect();
    for _ in 0..200 {
        now += random.below(40) as u64;
        match random.below(8) {
            0 => drop(stand.here.insert(interfaces[random.below(3)].clone())),
            1 => drop(stand.here.remove(&interfaces[random.below(3)])),
            2 => hinder(&stand, &mut random, &mut blocked),
            3 => drop(stand.writer.write(now)),
            _ => {}
        }
        stand.follow(now);
        let flows: Vec<_> = (0..random.below(20))
            .map(|_| (interfaces[random.below(3)].clone(), random_flow(&mut random, now)))
            .collect();
        for (interface, flow) in flows.iter().filter(|(interface, _)| stand.here.contains(interface)) {
            for (sums, log) in taken.iter_mut().zip(&logs) {
                if let Some(about) = expected(log, interface, flow) {
                    add(sums, about, (flow.packets, flow.bytes, flow.first, flow.last, flow.flags));
                }
            }
        }
        stand.writer.take(flows);
    }
    clear(&stand, &mut blocked);
    fine(&stand.writer.close(now));
    let files = stand.files();
    for (at, sums) in taken.iter().enumerate() {
        let is_its =
            |name: &str| name.starts_with(&format!("g{}/", at + 1)) || name.starts_with(&format!("b{}/", at + 1));
        let written = read(files.iter().filter(|(name, _)| is_its(name)).map(|(_, text)| text));
        assert_eq!(written, *sums, "seed {seed}, {:?}", logs[at]);
    }
}

#[test]
fn records_add_up_to_what_was_taken() {
    (1..=40).for_each(run);
}
