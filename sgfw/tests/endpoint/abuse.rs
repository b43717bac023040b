//! Those who hold connections, send slowly, send too much or do not read keep nobody out.

use crate::http::{UNPROVED, connect, exchange, form, post, receive};
use crate::note::note as skip;
use crate::stage::Stage;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a good request may take at worst, on a machine with other things to do.
const SOON: Duration = Duration::from_secs(2);

fn is_answered_soon(stage: &Stage) {
    let start = Instant::now();
    assert_eq!(post(stage.address(), "Action=DescribeSecurityGroups").status, 200);
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn idle_connections_make_room() {
    let stage = Stage::with(|settings, _| settings.limits.connections = 32);
    let idle: Vec<_> = (0..100).map(|_| connect(stage.address())).collect();
    is_answered_soon(&stage);
    let mut oldest = &idle[0];
    assert_eq!(oldest.read(&mut [0]).unwrap_or(0), 0, "the one that was idle longest has gone");
}

#[test]
fn slow_heads_and_slow_bodies_make_room_and_come_to_an_end() {
    let stage = Stage::with(|settings, _| {
        settings.limits.connections = 16;
        settings.limits.head_time = Duration::from_millis(500);
        settings.limits.body_time = Duration::from_millis(500);
    });
    let mut heads: Vec<_> = (0..20).map(|_| connect(stage.address())).collect();
    heads.iter_mut().for_each(|it| drop(it.write_all(b"POST / HTTP/1.1\r\nHost: loc")));
    is_answered_soon(&stage);
    let mut bodies: Vec<_> = (0..20).map(|_| connect(stage.address())).collect();
    let slow = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{UNPROVED}Content-Length: 100\r\n\r\nAction=");
    bodies.iter_mut().for_each(|it| drop(it.write_all(slow.as_bytes())));
    is_answered_soon(&stage);
    let mut rest = Vec::new();
    let start = Instant::now();
    assert!(heads[19].read_to_end(&mut rest).is_err() || rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"));
    assert_eq!(receive(&mut bodies[19]).unwrap().code(), (400, "RequestTimeout"));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_body_that_is_too_large_is_answered_without_reading_it_all() {
    let stage = Stage::open();
    let mut stream = connect(stage.address());
    let head = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{UNPROVED}Content-Length: {}\r\n\r\n", 100 << 20);
    stream.write_all(head.as_bytes()).unwrap();
    let reply = receive(&mut stream).unwrap();
    assert_eq!(reply.code(), (413, "RequestEntityTooLarge"));
    assert_eq!(reply.header("connection"), Some("close"));
    // Whoever goes on sending is not listened to for long.
    let chunk = vec![b'a'; 1 << 16];
    let sent = (0..1600).take_while(|_| stream.write_all(&chunk).is_ok()).count();
    assert!(sent < 1600, "all 100 MiB were taken");
    is_answered_soon(&stage);
}

/// At the size that the limits are for: nobody waits for any of those who hold what there is.
#[test]
fn a_thousand_idle_ones_slow_senders_and_bodies_without_end_hurt_nobody() {
    let name = "a_thousand_idle_ones_slow_senders_and_bodies_without_end_hurt_nobody";
    if !may_open(6_000) {
        return skip(name, "needs 6 000 open files");
    }
    let stage = Stage::with(|settings, _| settings.limits.connections = 1_400);
    let idle: Vec<_> = (0..1_000).map(|_| connect(stage.address())).collect();
    let mut slow: Vec<_> = (0..200).map(|_| connect(stage.address())).collect();
    let end = Arc::new(AtomicBool::new(false));
    let large: Vec<_> = (0..4).map(|_| send_large(stage.address(), end.clone())).collect();
    let slow_bytes = slow_request();
    let mut worst = Duration::ZERO;
    for round in 0..200 {
        // One byte at a time, each sender in its turn.
        slow.iter_mut().for_each(|it| drop(it.write_all(&slow_bytes[round..=round])));
        let start = Instant::now();
        assert_eq!(post(stage.address(), "Action=DescribeSecurityGroups").status, 200);
        worst = worst.max(start.elapsed());
    }
    end.store(true, Ordering::Relaxed);
    assert!(worst < SOON, "{worst:?}");
    let sent: Vec<usize> = large.into_iter().map(|it| it.join().unwrap()).collect();
    assert!(sent.iter().all(|bytes| *bytes < 100 << 20), "all of 100 MiB was taken: {sent:?}");
    // There was room for all of them, so nobody was sent away.
    idle.iter().for_each(|it| it.set_nonblocking(true).unwrap());
    let held = idle.iter().filter(|it| it.peek(&mut [0]).is_err_and(|error| error.kind() == ErrorKind::WouldBlock));
    assert_eq!(held.count(), 1_000);
}

/// The head of a request, and then a body that is never all there.
fn slow_request() -> Vec<u8> {
    format!("POST / HTTP/1.1\r\nHost: localhost\r\n{UNPROVED}Content-Length: 100000\r\n\r\n").into_bytes()
}

/// Sends bodies of 100 MiB, one connection after the other; says the most bytes of one that were taken.
fn send_large(address: SocketAddr, end: Arc<AtomicBool>) -> JoinHandle<usize> {
    let head = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{UNPROVED}Content-Length: {}\r\n\r\n", 100 << 20);
    std::thread::spawn(move || {
        let (chunk, mut most) = (vec![b'a'; 1 << 16], 0);
        while !end.load(Ordering::Relaxed) {
            let mut stream = connect(address);
            let taken = stream.write_all(head.as_bytes()).is_ok();
            let sent = (0..1_600).take_while(|_| taken && stream.write_all(&chunk).is_ok()).count();
            most = most.max(sent << 16);
        }
        most
    })
}

/// Both ends of all connections are in this process.
fn may_open(files: u64) -> bool {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum.map_or(Some(files), |most| Some(most.min(files))).max(limit.current);
    setrlimit(Resource::Nofile, limit).is_ok() && limit.current.is_none_or(|now| now >= files)
}

#[test]
fn a_body_without_a_length_is_cut_off() {
    let stage = Stage::open();
    let mut stream = connect(stage.address());
    let head = format!("POST / HTTP/1.1\r\nHost: localhost\r\n{UNPROVED}Transfer-Encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"10000\r\n".as_slice(), &vec![b'a'; 1 << 16], b"\r\n"].concat();
    assert!((0..17).all(|_| stream.write_all(&chunk).is_ok()));
    assert_eq!(receive(&mut stream).unwrap().code(), (413, "RequestEntityTooLarge"));
}

#[test]
fn a_body_of_a_mebibyte_is_read() {
    let stage = Stage::open();
    let body = format!("Action=DescribeSecurityGroups&GroupId.1={}", "a".repeat((1 << 20) - 40));
    assert_eq!(body.len(), 1 << 20);
    assert_eq!(post(stage.address(), &body).status, 400);
    assert_eq!(post(stage.address(), &format!("{body}a")).status, 413);
}

#[test]
fn heads_have_limits() {
    let stage = Stage::open();
    let many: String = (0..200).map(|index| format!("X-{index}: 1\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "a".repeat(40 << 10));
    for headers in [many, long] {
        let reply = exchange(&mut connect(stage.address()), &form(&headers, "Action=DescribeSecurityGroups"));
        assert!(reply.map_or(true, |reply| reply.status == 431), "too much of a head was taken");
    }
    is_answered_soon(&stage);
}

/// Half of what comes is nonsense, and half goes away in the middle.
#[test]
fn broken_connections_leave_nothing() {
    let stage = Stage::with(|settings, _| settings.limits.connections = 8);
    for index in 0..200 {
        let mut stream = connect(stage.address());
        let bytes = form(UNPROVED, "Action=DescribeSecurityGroups");
        let part = &bytes[..index * bytes.len() / 200];
        stream.write_all(part).unwrap();
        if index % 2 == 0 {
            stream.shutdown(Shutdown::Write).unwrap();
        }
    }
    is_answered_soon(&stage);
}

#[test]
fn what_is_at_work_is_finished_in_the_end() {
    let mut stage = Stage::open();
    let mut idle = connect(stage.address());
    let mut working = connect(stage.address());
    let bytes = form(UNPROVED, "Action=DescribeSecurityGroups");
    working.write_all(&bytes[..bytes.len() - 1]).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    stage.handle.end();
    working.write_all(&bytes[bytes.len() - 1..]).unwrap();
    assert_eq!(receive(&mut working).unwrap().status, 200);
    let start = Instant::now();
    stage.end();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
}
