//! One TCP stream, and connections a second, between two namespaces: with sgfw and without, in turn.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::Value;

use super::Row;
use super::program::Program;
use crate::demo::net::{Net, Node};

const SERVER: Ipv4Addr = Ipv4Addr::new(10, 44, 0, 1);
const CLIENT: Ipv4Addr = Ipv4Addr::new(10, 44, 0, 2);
/// Rounds of which the best counts, and how long each takes.
const ROUNDS: u32 = 3;
const SECONDS: u64 = 2;

/// Tracked both ways: what is asked of the firewall for every packet.
const POLICY: &str = "version: 1
groups:
  - name: bench
    ingress: [{protocol: tcp, ports: 5000-5300, from: 10.44.0.0/24}]
    egress: []
";

pub(super) fn rows(sgfw: &Path) -> Result<Vec<Row>> {
    let net = Net::new(vec![node("server", SERVER, 1), node("client", CLIENT, 2)])?;
    let program = Program::new(sgfw, "live")?;
    let policy = program.policy("live", &policy(&net))?;
    let (mut without, mut with) = ([0.0f64; 2], [0.0f64; 2]);
    for _ in 0..ROUNDS {
        program.detach_all()?;
        best(&mut without, measure(&net)?);
        program.apply(&policy)?;
        best(&mut with, measure(&net)?);
    }
    let plain = |what: &str, value, unit| Row { what: what.into(), value, unit, target: None, more: true };
    let ratio = |what: &str, value, target| Row { what: what.into(), value, unit: "times", target, more: true };
    Ok(vec![
        plain("one TCP stream without sgfw", without[0], "Gb/s"),
        plain("one TCP stream with sgfw, hook auto", with[0], "Gb/s"),
        ratio("one TCP stream, with to without", with[0] / without[0], Some(0.95)),
        plain("connections a second without sgfw", without[1], "/s"),
        plain("connections a second with sgfw, tracked", with[1], "/s"),
        ratio("connections a second, with to without", with[1] / without[1], None),
    ])
}

fn node(name: &str, v4: Ipv4Addr, last: u16) -> Node {
    Node { name: name.into(), v4, v6: Ipv6Addr::new(0x2001, 0xdb8, 44, 0, 0, 0, 0, last) }
}

fn best(best: &mut [f64; 2], now: [f64; 2]) {
    *best = [best[0].max(now[0]), best[1].max(now[1])];
}

fn measure(net: &Net) -> Result<[f64; 2]> {
    Ok([stream(net)?, connections(net)?])
}

fn stream(net: &Net) -> Result<f64> {
    let within = |node: &str| {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &net.netns(node), "iperf3"]).stdin(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut server = within("server")
        .args(["--server", "--one-off"])
        .stdout(Stdio::null())
        .spawn()
        .context("iperf3 does not start: install Debian's package iperf3")?;
    std::thread::sleep(Duration::from_millis(300));
    let seconds = SECONDS.to_string();
    let client = within("client").args(["--client", &SERVER.to_string(), "--time", &seconds, "--json"]).output();
    server.kill().ok();
    server.wait().ok();
    let report: Value = serde_json::from_slice(&client?.stdout).context("iperf3 reports nothing")?;
    let bits = report["end"]["sum_received"]["bits_per_second"].as_f64();
    Ok(bits.context("iperf3 received nothing")? / 1e9)
}

/// One connection after the other, a byte each way.
fn connections(net: &Net) -> Result<f64> {
    let at = SocketAddr::new(IpAddr::V4(SERVER), 5100);
    let listener = net.inside("server", || TcpListener::bind(at))??;
    let server = std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut stream = stream;
            let mut byte = [0u8; 1];
            if stream.read(&mut byte).is_err() || byte == *b"q" || stream.write_all(&byte).is_err() {
                return;
            }
        }
    });
    let rate = net.inside("client", || {
        let begun = Instant::now();
        let mut count = 0u32;
        while begun.elapsed() < Duration::from_secs(SECONDS) {
            exchange(at, b"x")?;
            count += 1;
        }
        let rate = f64::from(count) / begun.elapsed().as_secs_f64();
        // The listener goes with its thread.
        exchange(at, b"q").ok();
        anyhow::Ok(rate)
    })??;
    server.join().ok();
    Ok(rate)
}

/// The server closes first, so that no port of the client has to wait before it can be used again.
fn exchange(at: SocketAddr, byte: &[u8; 1]) -> Result<()> {
    let mut stream = TcpStream::connect_timeout(&at, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    stream.write_all(byte)?;
    stream.read_to_end(&mut Vec::new())?;
    Ok(())
}

fn policy(net: &Net) -> String {
    let interface = format!("{{name: bench, device: eth0, netns: {}, groups: [bench]}}", net.netns("server"));
    format!("{POLICY}interfaces:\n  - {interface}\n")
}
