//! What a request is refused with before, at and after the service: a status, a code and words.

use crate::service::Fault;
use std::borrow::Cow;
use thiserror::Error;

/// A refusal as it goes over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The status of the HTTP answer.
    pub status: u16,
    /// AWS's code.
    pub code: Cow<'static, str>,
    /// The words for people.
    pub message: String,
}

impl Refusal {
    /// A refusal with this status, code and words.
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    /// The request makes no sense: status 400.
    pub fn bad(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(400, code, message)
    }

    /// The caller may not: status 403.
    pub fn forbidden(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(403, code, message)
    }

    /// The store or the kernel is broken. What happened is for the log, under the id of the request.
    pub fn internal() -> Self {
        Self::new(
            500,
            "InternalError",
            "An internal error has occurred; the log of sgfw says more under this request's id.",
        )
    }

    /// Nobody is there who could do it; the caller may try again.
    pub fn unavailable() -> Self {
        Self::new(503, "Unavailable", "The server cannot answer now; try again in a moment.")
    }

    /// Too much is asked at once.
    pub fn limit() -> Self {
        Self::new(503, "RequestLimitExceeded", "Request limit exceeded.")
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { status: fault.status(), code: fault.code.into(), message: fault.message }
    }
}
