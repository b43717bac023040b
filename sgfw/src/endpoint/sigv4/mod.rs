//! AWS signature version 4, verified: who signed this very request, within the last minutes.
//!
//! Both forms are taken: the `Authorization` header, and a query that was signed beforehand. Strict where AWS's clients
//! need no leniency: host and date must be signed and be there once, every `x-amz-` header must be signed, names of
//! headers must be in order, the digest of the body is worked out here and never believed. A request may come again
//! within the window: clients that try again sign the same, so changes must bear it.
//!
//! A pure function of the request, the keys and the time. A wrong key takes the same way as a wrong signature.

mod canonical;
mod claim;
mod stamp;
mod verify;

pub use claim::Claim;
pub use verify::{Verified, WINDOW, verify};

/// Now, as RFC 3339 has it, in UTC: `2026-11-21T10:35:45Z`.
pub(super) fn now_rfc3339() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let text = stamp::text(now.as_secs());
    let (date, time) = text.split_at(8);
    format!("{}-{}-{}{}:{}:{}", &date[..4], &date[4..6], &date[6..], &time[..3], &time[3..5], &time[5..])
}

#[cfg(test)]
mod tests;
