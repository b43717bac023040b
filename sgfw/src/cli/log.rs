//! `sgfw log`: dropped packets as they happen, until Ctrl-C.
//!
//! The log costs the kernel side something, so it is on only while this runs. Turning it on and off takes the lock:
//! it writes the map in which an apply writes the generation.

use super::context::Context;
use super::failure::Failure;
use super::flows::protocol_word;
use super::in_force::InForce;
use super::reply::{Reply, line, write_out};
use super::style::clean;
use crate::kernel::{DropLog, LogLine, LoggedPacket};
use clap::Args;
use serde_json::{Map, Value, json};
use sgfw_common::packet::protocol;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;

/// How often the kernel's buffer is emptied.
const PAUSE: Duration = Duration::from_millis(50);

const EXAMPLES: &str = "\
Examples:
  sgfw log
  sgfw log --interface web -o json

Each line is one dropped packet: its interface, why, who spoke to whom as far as
it could be read, and its length. Counts without a gap are in `sgfw counters`: a
flood may overrun the log.";

/// Follow dropped packets until Ctrl-C
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Log {
    /// Only this interface or device
    #[arg(long, short, value_name = "NAME")]
    interface: Option<String>,
}

impl Log {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let mut now = InForce::read(context)?;
        let kernel = now.take_kernel()?;
        let slot = self.interface.as_ref().map(|name| now.slot(name)).transpose()?;
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| stuck(&error))?;
        let mut log = {
            let _lock = context.store.lock("log")?;
            kernel.log()?
        };
        context.note("dropped packets, as they happen; Ctrl-C ends it");
        let wanted = |found: &LogLine| slot.is_none_or(|slot| found.slot == slot);
        let print = |found: LogLine| !wanted(&found) || write_out(&written(context, &now, &found));
        let result = runtime.block_on(follow(&mut log, print));
        let lock = context.store.lock("log")?;
        log.stop()?;
        drop(lock);
        result.map_err(|error| stuck(&error))?;
        Ok(Reply::silent())
    }
}

/// Gives each line to `print` until that says no or somebody asks to end.
async fn follow(log: &mut DropLog, mut print: impl FnMut(LogLine) -> bool) -> io::Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut pause = interval(PAUSE);
    loop {
        tokio::select! {
            _ = interrupt.recv() => return Ok(()),
            _ = terminate.recv() => return Ok(()),
            _ = pause.tick() => {
                if !log.take().into_iter().all(&mut print) {
                    return Ok(());
                }
            }
        }
    }
}

fn written(context: &Context, now: &InForce, found: &LogLine) -> String {
    let (at, name) = (crate::control::now(), now.name(found.slot));
    if context.json {
        let mut object = json!({ "time": at, "interface": name, "reason": found.reason, "length": found.length,
            "direction": found.direction });
        if let Some((object, packet)) = object.as_object_mut().zip(found.packet) {
            object.extend(members(&packet));
        }
        return line(object);
    }
    let way = found.direction.map(|direction| format!(" {direction}")).unwrap_or_default();
    let packet = found.packet.map(|packet| format!(" {}", words(&packet))).unwrap_or_default();
    format!("{at} {} drop {}{way}{packet} {} bytes\n", clean(&name), found.reason, found.length)
}

/// Which of the two numbers count depends on the protocol.
enum Numbers {
    Ports(u16, u16),
    /// Type and code.
    Icmp(u16, u16),
    None,
}

fn numbers(packet: &LoggedPacket) -> Numbers {
    match packet.protocol {
        protocol::TCP | protocol::UDP => Numbers::Ports(packet.sport, packet.dport),
        protocol::ICMP | protocol::ICMPV6 => Numbers::Icmp(packet.dport >> 8, packet.dport & 0xff),
        _ => Numbers::None,
    }
}

fn members(packet: &LoggedPacket) -> Map<String, Value> {
    let mut object = Map::new();
    let mut member = |name: &str, value: Value| drop(object.insert(name.into(), value));
    member("protocol", protocol_word(packet.protocol).into());
    member("src", packet.src.to_string().into());
    member("dst", packet.dst.to_string().into());
    match numbers(packet) {
        Numbers::Ports(from, to) => {
            member("src_port", from.into());
            member("dst_port", to.into());
        }
        Numbers::Icmp(kind, code) => {
            member("icmp_type", kind.into());
            member("icmp_code", code.into());
        }
        Numbers::None => {}
    }
    object
}

/// `tcp 10.9.0.2:40000 -> 10.9.0.1:81`, `icmp type 8 code 0 10.9.0.2 -> 10.9.0.1`.
fn words(packet: &LoggedPacket) -> String {
    let (word, src, dst) = (protocol_word(packet.protocol), packet.src, packet.dst);
    match numbers(packet) {
        Numbers::Ports(from, to) => format!("{word} {} -> {}", SocketAddr::new(src, from), SocketAddr::new(dst, to)),
        Numbers::Icmp(kind, code) => format!("{word} type {kind} code {code} {src} -> {dst}"),
        Numbers::None => format!("{word} {src} -> {dst}"),
    }
}

fn stuck(error: &io::Error) -> Failure {
    Failure::new(format!("cannot wait for the log: {error}"), "`sgfw counters` shows the same packets in numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_told_by_what_counts_for_its_protocol() {
        let packet = |protocol, src: &str, dst: &str, dport| LoggedPacket {
            protocol,
            src: src.parse().unwrap(),
            dst: dst.parse().unwrap(),
            sport: 40_000,
            dport,
        };
        let cases = [
            (packet(6, "10.9.0.2", "10.9.0.1", 81), "tcp 10.9.0.2:40000 -> 10.9.0.1:81"),
            (packet(17, "fd00::2", "fd00::1", 53), "udp [fd00::2]:40000 -> [fd00::1]:53"),
            (packet(1, "10.9.0.2", "10.9.0.1", 0x0301), "icmp type 3 code 1 10.9.0.2 -> 10.9.0.1"),
            (packet(47, "10.9.0.2", "10.9.0.1", 0), "protocol 47 10.9.0.2 -> 10.9.0.1"),
        ];
        for (packet, wanted) in cases {
            assert_eq!(words(&packet), wanted);
        }
        let icmp = Value::Object(members(&cases[2].0));
        let wanted = json!({"protocol": "icmp", "src": "10.9.0.2", "dst": "10.9.0.1", "icmp_type": 3, "icmp_code": 1});
        assert_eq!(icmp, wanted);
        assert_eq!(members(&cases[1].0)["dst_port"], 53);
        assert!(!members(&cases[3].0).contains_key("dst_port"));
    }
}
