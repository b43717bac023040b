//! How long the command takes, from start to exit: with programs to load, with rules to change, with nothing to do.

use std::fmt::Write;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;

use super::Row;
use super::program::Program;
use crate::demo::net::{Net, Node};

pub(super) fn rows(sgfw: &Path) -> Result<Vec<Row>> {
    let node = Node {
        name: "host".into(),
        v4: Ipv4Addr::new(10, 45, 0, 1),
        v6: Ipv6Addr::new(0x2001, 0xdb8, 45, 0, 0, 0, 0, 1),
    };
    let net = Net::new(vec![node])?;
    let bench = Applies::new(sgfw, &net)?;
    let small = bench.write("small", 10, 0)?;
    let thousand = bench.write("thousand", 1_000, 0)?;
    let member = bench.write("member", 1_000, 1)?;
    let many = bench.write("many", 100_000, 0)?;
    let row = |what: &str, value, target| Row { what: what.into(), value, unit: "ms", target, more: false };
    Ok(vec![
        row("first apply, 10 rules: programs are loaded and verified", bench.apply(&small)?, None),
        row("apply of 1 000 rules", bench.apply(&thousand)?, Some(100.0)),
        row("the same again: no changes", bench.apply(&thousand)?, None),
        row("a member more: one map entry", bench.apply(&member)?, None),
        row("apply of 100 000 prefixes", bench.apply(&many)?, Some(2_000.0)),
        row("the same again: no changes", bench.apply(&many)?, None),
        row("back to 1 000 rules", bench.apply(&thousand)?, None),
    ])
}

struct Applies<'a> {
    program: Program<'a>,
    netns: String,
}

impl<'a> Applies<'a> {
    fn new(sgfw: &'a Path, net: &Net) -> Result<Self> {
        Ok(Self { program: Program::new(sgfw, "applies")?, netns: net.netns("host") })
    }

    /// A policy of so many rules, each from a prefix of its own, and of so many members beside one.
    fn write(&self, name: &str, rules: u32, members: u32) -> Result<PathBuf> {
        let mut text = "version: 1\ngroups:\n  - name: peers\n  - name: web\n    ingress:\n".to_owned();
        text += "      - {protocol: tcp, ports: 443, from: {group: peers}}\n";
        for rule in 1..rules {
            let block = Ipv4Addr::from(0x0b00_0000 + rule * 256);
            writeln!(text, "      - {{protocol: tcp, ports: {}, from: {block}/24}}", 1000 + rule % 50)?;
        }
        writeln!(text, "interfaces:\n  - {{name: web, device: eth0, netns: {}, groups: [web]}}\nmembers:", self.netns)?;
        for member in 0..=members {
            writeln!(text, "  - {{name: m{member}, addresses: [192.0.2.{}], groups: [peers]}}", member + 1)?;
        }
        self.program.policy(name, &text)
    }

    /// Milliseconds of one apply.
    fn apply(&self, policy: &Path) -> Result<f64> {
        let begun = Instant::now();
        self.program.apply(policy)?;
        Ok(begun.elapsed().as_secs_f64() * 1000.0)
    }
}
