//! Both ends of the lab's wire, and whether a connection gets across.

use crate::command::lab::{Lab, ip};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketType, bind, connect, socket};
use sgfw::kernel::within;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

pub(crate) const A4: &str = "10.9.0.1";
/// An address that a subnet may give; the first four are its own.
pub(crate) const OWN: &str = "10.9.0.10";
pub(crate) const A6: &str = "2001:db8:a::1";
pub(crate) const NEAR: &str = "10.9.0.2";
pub(crate) const B4: &str = "10.9.0.130";
pub(crate) const B6: &str = "2001:db8:b::2";

const PATIENCE: Duration = Duration::from_millis(600);

/// The lab with IPv6 and an address in VPC B at the other end.
pub(crate) fn lab(test: &str) -> Option<Lab> {
    let lab = Lab::new(test)?;
    let (here, there) = (lab.here.as_str(), lab.there.as_str());
    assert!(ip(&["-n", there, "address", "add", "10.9.0.130/24", "dev", "v1"]));
    assert!(ip(&["-n", here, "address", "add", "10.9.0.10/25", "dev", "v0"]));
    for (netns, device, address) in [(here, "v0", "2001:db8:a::1/32"), (there, "v1", "2001:db8:b::2/32")] {
        assert!(ip(&["-n", netns, "address", "add", address, "dev", device, "nodad"]));
    }
    Some(lab)
}

pub(crate) fn listen(lab: &Lab, address: &str, port: u16) -> TcpListener {
    let at = SocketAddr::new(address.parse().unwrap(), port);
    within(Some(&lab.here), || TcpListener::bind(at)).unwrap().unwrap()
}

/// A connection from this address of the other end, if it gets through at the first try.
pub(crate) fn open(lab: &Lab, from: &str, to: &str, port: u16) -> Option<TcpStream> {
    let (from, to) = (SocketAddr::new(from.parse().unwrap(), 0), SocketAddr::new(to.parse().unwrap(), port));
    let family = if to.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    within(Some(&lab.there), || {
        let fd = socket(family, SocketType::STREAM, None).unwrap();
        bind(&fd, &from).unwrap();
        set_socket_timeout(&fd, Timeout::Send, Some(PATIENCE)).unwrap();
        connect(&fd, &to).is_ok().then(|| TcpStream::from(fd))
    })
    .unwrap()
}

/// Whether there is one.
pub(crate) fn reaches(lab: &Lab, from: &str, to: &str, port: u16) -> bool {
    open(lab, from, to, port).is_some()
}

/// Whether a connection out of `v0` gets through, to a listener at the other end.
pub(crate) fn leaves(lab: &Lab, to: &str, port: u16) -> bool {
    let at = SocketAddr::new(to.parse().unwrap(), port);
    let _listener = within(Some(&lab.there), || TcpListener::bind(at)).unwrap().unwrap();
    within(Some(&lab.here), || TcpStream::connect_timeout(&at, PATIENCE).is_ok()).unwrap()
}
