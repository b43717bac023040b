//! Connections: taking them in, speaking HTTP/1.1 with each, letting them go.

use super::answer::{Hall, router};
use super::caller::Peer;
use super::crowd::{Crowd, Seat};
use super::listen::Bound;
use super::patience::Patient;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::pin::pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

/// Bytes of the head of a request at most.
const HEAD: usize = 16 << 10;
/// Headers of a request at most.
const HEADERS: usize = 64;
const HANDSHAKE: Duration = Duration::from_secs(10);

/// What a connection needs.
#[derive(Clone)]
pub(super) struct House {
    pub(super) hall: Arc<Hall>,
    pub(super) tls: Option<Arc<RwLock<TlsAcceptor>>>,
    /// Turns to true when it is time to end.
    pub(super) end: watch::Receiver<bool>,
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

impl Listener {
    async fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok((Stream::Tcp(stream), Peer::Address(address.ip())))
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                let peer = Peer::User(stream.peer_cred()?.uid());
                Ok((Stream::Unix(stream), peer))
            }
        }
    }
}

/// Takes connections until it is time to end, and then until those that are at work are done or time is up.
pub(super) async fn accept(bound: Bound, house: House) -> io::Result<()> {
    // The socket's place is cleared away when this ends.
    let (listener, _socket) = match bound {
        Bound::Tcp(listener) => (Listener::Tcp(TcpListener::from_std(listener)?), None),
        Bound::Unix(listener, socket) => (Listener::Unix(UnixListener::from_std(listener)?), Some(socket)),
    };
    let crowd = Arc::new(Crowd::new(house.hall.limits.connections));
    let mut end = house.end.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => take(&house, &crowd, stream, peer).await,
                // Out of files or memory, or the other side is gone already.
                Err(_) => sleep(Duration::from_millis(10)).await,
            },
            _ = end.wait_for(|end| *end) => break,
        }
    }
    drop(listener);
    let grace = house.hall.limits.grace;
    let _ = timeout(grace, crowd.empty()).await;
    Ok(())
}

async fn take(house: &House, crowd: &Arc<Crowd>, stream: Stream, peer: Peer) {
    let taken = crowd.enter().await;
    let house = house.clone();
    tokio::spawn(async move {
        let seat = taken.seat.clone();
        tokio::select! {
            () = welcome(house, stream, peer, &seat) => {}
            () = seat.asked_to_leave() => {}
        }
        drop(taken);
    });
}

async fn welcome(house: House, stream: Stream, peer: Peer, seat: &Arc<Seat>) {
    let router = router(house.hall.clone()).layer(Extension(peer)).layer(Extension(seat.clone()));
    match stream {
        Stream::Unix(stream) => talk(&house, stream, router).await,
        Stream::Tcp(stream) => match &house.tls {
            None => talk(&house, stream, router).await,
            Some(tls) => {
                let acceptor = tls.read().unwrap_or_else(PoisonError::into_inner).clone();
                if let Ok(Ok(stream)) = timeout(HANDSHAKE, acceptor.accept(stream)).await {
                    talk(&house, stream, router).await;
                }
            }
        },
    }
}

async fn talk(house: &House, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(house.hall.limits.head_time);
    builder.max_headers(HEADERS).max_buf_size(HEAD);
    let stream = TokioIo::new(Patient::new(stream));
    let mut connection = pin!(builder.serve_connection(stream, TowerToHyperService::new(router)));
    let mut end = house.end.clone();
    // An error is the other side's: there is nobody to tell.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = end.wait_for(|end| *end) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
