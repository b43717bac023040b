//! The one handler: reads, hears, has done, and writes the answer.

use super::body;
use super::caller::Peer;
use super::crowd::Seat;
use super::front::{Ask, Front, Unheard, identity};
use super::settings::Limits;
use crate::api::Action;
use crate::endpoint::query::Asked;
use crate::endpoint::{Message, Refusal, xml};
use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Request, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use rustix::rand::{GetRandomFlags, getrandom};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Reads at once.
const READS: usize = 8;

/// What all connections share.
pub(super) struct Hall {
    pub(super) front: Front,
    pub(super) limits: Limits,
    /// Actions that write come one after the other.
    writes: Semaphore,
    reads: Semaphore,
    large: Arc<Semaphore>,
}

impl Hall {
    pub(super) fn new(front: Front, limits: Limits) -> Self {
        let (writes, reads) = (Semaphore::new(1), Semaphore::new(READS));
        Self { front, limits, writes, reads, large: Arc::new(Semaphore::new(body::LARGE)) }
    }
}

/// Everything goes to one handler.
pub(super) fn router(hall: Arc<Hall>) -> Router {
    Router::new().fallback(answer).with_state(hall)
}

/// What is said in the end.
struct Said {
    status: u16,
    text: String,
    /// Nothing more is read from this connection.
    last: bool,
}

impl Said {
    fn refusal(refusal: &Refusal, sts: bool, id: &str) -> Self {
        let text = if sts { xml::sts_refusal(refusal, id) } else { xml::refusal(refusal, id) };
        Self {
            status: refusal.status,
            text,
            last: matches!(&*refusal.code, "RequestEntityTooLarge" | "RequestTimeout"),
        }
    }
}

async fn answer(
    State(hall): State<Arc<Hall>>,
    Extension(peer): Extension<Peer>,
    Extension(seat): Extension<Arc<Seat>>,
    request: Request,
) -> Response<Body> {
    let id = request_id();
    let (parts, body) = request.into_parts();
    let said = match body::read(body, &hall.limits, &hall.large).await {
        Ok(body) => {
            let _busy = seat.busy();
            said(&hall, &parts, &body, &peer, &id).await
        }
        Err(refusal) => Said::refusal(&refusal, false, &id),
    };
    response(said, &id)
}

async fn said(hall: &Arc<Hall>, parts: &Parts, body: &[u8], peer: &Peer, id: &str) -> Said {
    let ask = match hall.front.hear(&message(parts, body), peer, id) {
        Ok(ask) => ask,
        Err(Unheard { refusal, sts }) => return Said::refusal(&refusal, sts, id),
    };
    let Ask { caller, call } = ask;
    let done = |text: String| Said { status: 200, text, last: false };
    let result = match call.asked {
        Asked::Empty(empty) => Ok(xml::empty(empty, &call.version, id)),
        Asked::Identity => Ok(xml::identity(&identity(&caller), id)),
        Asked::Action(action) => {
            let (front, id) = (hall.clone(), id.to_owned());
            perform(hall, &action.clone(), move || front.front.perform(&caller, &action, &call.version, &id)).await
        }
    };
    result.map_or_else(|refusal| Said::refusal(&refusal, false, id), done)
}

/// Waits for its turn, and works where it may block.
async fn perform(
    hall: &Hall,
    action: &Action,
    work: impl FnOnce() -> Result<String, Refusal> + Send + 'static,
) -> Result<String, Refusal> {
    let lane = if action.operation().writes { &hall.writes } else { &hall.reads };
    let _turn = lane.acquire().await;
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Refusal::internal()))
}

fn message<'a>(parts: &'a Parts, body: &'a [u8]) -> Message<'a> {
    Message {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: parts.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect(),
        body,
    }
}

fn response(said: Said, id: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(said.text));
    *response.status_mut() = StatusCode::from_u16(said.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/xml;charset=UTF-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    headers
        .extend(HeaderValue::from_str(id).ok().map(|id| (axum::http::HeaderName::from_static("x-amzn-requestid"), id)));
    if said.last {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// A random UUID (RFC 9562, version 4).
fn request_id() -> String {
    let mut bytes = [0; 16];
    // Ids need not be secret: where there is no chance yet, they repeat.
    let _ = getrandom(&mut bytes, GetRandomFlags::empty());
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut number = format!("{:032x}", u128::from_be_bytes(bytes));
    for at in [20, 16, 12, 8] {
        number.insert(at, '-');
    }
    number
}
