//! `sgfw my-ip`: the address to allow for oneself, without asking anybody on the Internet (F101, F141).

use super::context::Context;
use super::failure::Failure;
use super::reply::Reply;
use clap::Args;
use serde_json::json;
use std::net::{IpAddr, SocketAddr, UdpSocket};

const EXAMPLES: &str = "\
Examples:
  sgfw my-ip                        # where this SSH session comes from, as this machine sees it
  sgfw my-ip --to 10.0.0.10         # the address this machine would speak to 10.0.0.10 from
  sgfw ec2 authorize-security-group-ingress --group-id sg-903004f8 --protocol tcp --port 22 --cidr $(sgfw my-ip)

No packet is sent and nobody is asked. Behind address translation others see another address than --to tells.";

/// Tell the address to write in a rule for yourself, as a block
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct MyIp {
    /// The address this machine would use towards this one
    #[arg(long, value_name = "ADDRESS")]
    to: Option<IpAddr>,
}

impl MyIp {
    pub(super) fn run(&self, _: &Context) -> Result<Reply, Failure> {
        let (address, from) = match self.to {
            Some(to) => (towards(to)?, "route"),
            None => (session()?, "SSH session"),
        };
        let block = format!("{address}/{}", if address.is_ipv4() { 32 } else { 128 });
        Ok(Reply::new(&json!({ "block": block, "from": from }), format!("{block}\n")))
    }
}

/// The client of this SSH session.
fn session() -> Result<IpAddr, Failure> {
    let connection = std::env::var("SSH_CONNECTION").unwrap_or_default();
    connection.split(' ').next().and_then(|client| client.parse().ok()).ok_or_else(|| {
        Failure::new(
            "this is no SSH session, so nobody's address is known here",
            "`sgfw my-ip --to ADDRESS` tells this machine's own",
        )
    })
}

/// What the kernel's routes say; connecting a UDP socket sends nothing.
fn towards(to: IpAddr) -> Result<IpAddr, Failure> {
    let any: SocketAddr = if to.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
    let found = UdpSocket::bind(any).and_then(|socket| {
        socket.connect((to, 9))?;
        socket.local_addr()
    });
    found.map(|address| address.ip()).map_err(|error| {
        Failure::new(format!("there is no route to {to}: {error}"), "`ip route get ADDRESS` tells more")
    })
}
