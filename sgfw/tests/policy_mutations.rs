//! Policies broken at random: no panic, never an error without a place, and what still loads survives `emit`.

use sgfw::policy;
use std::fs;

const RUNS: usize = 2_000;

/// What is put into a file: what YAML cares about, and what a policy does.
const PIECES: [&str; 40] = [
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "&a ",
    "*a ",
    "\"",
    "'",
    "#",
    "\n",
    "\t",
    "  ",
    "null",
    "-1",
    "65536",
    "true",
    "<<: ",
    "!x ",
    "|",
    "> ",
    "---\n",
    "...\n",
    "\u{feff}",
    "é",
    "\0",
    "\r",
    "::/0",
    "self",
    "anywhere",
    "{group: web}",
    "icmp",
    "? ",
    "%YAML",
    "@",
    "1e999",
    ".nan",
    "\u{85}",
    "\u{2028}",
];

/// A linear congruential generator: a failure comes again with the next run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn mutate(&mut self, text: &mut Vec<char>) {
        let at = self.below(text.len() + 1);
        let end = (at + self.below(30)).min(text.len());
        match self.below(4) {
            0 => drop(text.drain(at..end)),
            1 => {
                let copy = text[at..end].to_vec();
                let to = self.below(text.len() + 1);
                text.splice(to..to, copy);
            }
            2 => drop(text.splice(at..at, PIECES[self.below(PIECES.len())].chars())),
            _ => drop(text.splice(at..(at + 1).min(end), PIECES[self.below(PIECES.len())].chars())),
        }
    }
}

fn check(text: &str) -> bool {
    match policy::load_text("mutant.yaml", text) {
        // What lies in VPCs goes by ids, which a snapshot's own file cannot say: the whole state is what is exported.
        Ok(loaded) if loaded.snapshot.groups.keys().any(|name| name.starts_with("sg-")) => true,
        Ok(loaded) => {
            let emitted = policy::emit(&loaded.snapshot);
            let again = policy::load_text("emitted.yaml", &emitted).unwrap_or_else(|found| panic!("{found}\n{text}"));
            assert_eq!(again.snapshot, loaded.snapshot, "{text}");
            true
        }
        Err(found) => {
            assert!(found.has_errors() && !found.render(true).is_empty());
            assert!(found.iter().all(|found| found.line > 0 && found.column > 0), "{found}\n{text}");
            false
        }
    }
}

#[test]
fn broken_policies_are_refused_or_survive() {
    let policies = concat!(env!("CARGO_MANIFEST_DIR"), "/../policies");
    let paths = fs::read_dir(policies).expect("policies/").map(|entry| entry.expect("an entry").path());
    let texts: Vec<String> = paths.map(|path| fs::read_to_string(path).expect("text")).collect();
    let mut random = Random(1);
    let mut loaded = 0;
    for _ in 0..RUNS {
        let mut text: Vec<char> = texts[random.below(texts.len())].chars().collect();
        for _ in 0..=random.below(5) {
            random.mutate(&mut text);
        }
        loaded += usize::from(check(&text.into_iter().collect::<String>()));
    }
    assert!((RUNS / 20..RUNS * 19 / 20).contains(&loaded), "{loaded} of {RUNS} loaded: nothing is learnt from that");
}
