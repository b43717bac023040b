//! Reading a body: not too much, not too long.

use super::settings::Limits;
use crate::endpoint::Refusal;
use axum::body::Body;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

/// Bytes that every body may have; those that are larger take turns.
const SMALL: usize = 16 << 10;
/// Larger bodies in memory at once.
pub(super) const LARGE: usize = 32;
/// What is read and thrown away of a body that is refused, so that its sender comes to read the answer.
const DRAIN: usize = 8 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// The whole body.
pub(super) async fn read(mut body: Body, limits: &Limits, large: &Arc<Semaphore>) -> Result<Vec<u8>, Refusal> {
    if body.size_hint().lower() > limits.body as u64 {
        drain(body);
        return Err(too_large(limits));
    }
    let deadline = Instant::now() + limits.body_time;
    let (mut bytes, mut turn) = (Vec::new(), None);
    loop {
        let Ok(frame) = timeout_at(deadline, body.frame()).await else { return Err(too_slow()) };
        let Some(frame) = frame else { return Ok(bytes) };
        let Ok(frame) = frame else { return Err(Refusal::bad("MalformedQueryString", "The body ends too early.")) };
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limits.body {
            drain(body);
            return Err(too_large(limits));
        }
        bytes.extend_from_slice(&data);
        if bytes.len() > SMALL && turn.is_none() {
            let Ok(taken) = timeout_at(deadline, large.clone().acquire_owned()).await else {
                return Err(Refusal::limit());
            };
            turn = taken.ok();
        }
    }
}

/// Throws away some of the rest, beside the answer.
fn drain(mut body: Body) {
    tokio::spawn(timeout(DRAIN_TIME, async move {
        let mut left = DRAIN;
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, |data| data.len()));
            if left == 0 {
                break;
            }
        }
    }));
}

fn too_large(limits: &Limits) -> Refusal {
    let words = format!("The request is larger than {} bytes.", limits.body);
    Refusal::new(413, "RequestEntityTooLarge", words)
}

fn too_slow() -> Refusal {
    Refusal::bad("RequestTimeout", "The request was not sent in time.")
}
