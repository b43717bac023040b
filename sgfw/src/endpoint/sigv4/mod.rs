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

/// Now, as such times are written.
pub(super) fn now_text() -> String {
    stamp::text(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs())
}

#[cfg(test)]
mod tests;
