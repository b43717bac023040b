//! A word to systemd, where it listens: sd_notify(3).

use std::env;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// Says `READY=1` or the like. Nobody listening is no trouble.
pub(super) fn say(state: &str) {
    let Some(address) = env::var_os("NOTIFY_SOCKET").and_then(|name| address(&name.to_string_lossy())) else { return };
    if let Ok(socket) = UnixDatagram::unbound() {
        let _ = socket.send_to_addr(state.as_bytes(), &address);
    }
}

/// A path, or a name in the abstract space after `@`.
fn address(name: &str) -> Option<SocketAddr> {
    match name.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name).ok(),
        None => SocketAddr::from_pathname(name).ok(),
    }
}
