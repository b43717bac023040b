//! Connections that stay, requests that are sent when they are due, and how long each took.

use crate::Outcome;
use crate::stage::Stage;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// One connection.
pub(crate) struct Line(BufReader<TcpStream>);

impl Line {
    pub(crate) fn open(stage: &Stage) -> Outcome<Self> {
        let stream = stage.connect()?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        Ok(Self(BufReader::with_capacity(1 << 16, stream)))
    }

    /// Asks, and says how many bytes were answered.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Outcome<usize> {
        self.read(request).map(|text| text.len())
    }

    /// Asks, and says what was answered. Anything but success is a failure of the benchmark.
    pub(crate) fn read(&mut self, request: &[u8]) -> Outcome<String> {
        self.0.get_mut().write_all(request)?;
        let mut head = String::new();
        let mut length = 0;
        let mut first = String::new();
        loop {
            head.clear();
            if self.0.read_line(&mut head)? == 0 {
                return Err("the endpoint closed the connection".into());
            }
            if first.is_empty() {
                first.clone_from(&head);
            }
            match head.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.trim().parse()?,
                Some(_) => {}
                None if head.trim().is_empty() => break,
                None => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        let text = String::from_utf8(body)?;
        if first.split(' ').nth(1) == Some("200") { Ok(text) } else { Err(format!("{first}{text}").into()) }
    }
}

/// How long things took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// What this part of them did not exceed.
    pub(crate) fn part(&self, part: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let at = ((sorted.len() as f64 * part).ceil() as usize).clamp(1, sorted.len().max(1));
        sorted.get(at - 1).copied().unwrap_or_default()
    }
}

/// Sends at this rate over one connection, beginning with this part of an interval; a time counts from when a request
/// was due.
pub(crate) fn steady<'r>(
    stage: &Stage,
    mut requests: impl Iterator<Item = &'r Vec<u8>>,
    (rate, phase): (f64, f64),
    lasting: Duration,
) -> Outcome<Times> {
    let mut line = Line::open(stage)?;
    let (begun, mut times) = (Instant::now(), Times::default());
    for number in 0.. {
        let due = Duration::from_secs_f64((f64::from(number) + phase) / rate);
        if due >= lasting {
            break;
        }
        sleep((begun + due).saturating_duration_since(Instant::now()));
        let Some(request) = requests.next() else { break };
        line.ask(request)?;
        times.add(begun.elapsed().saturating_sub(due));
    }
    Ok(times)
}
