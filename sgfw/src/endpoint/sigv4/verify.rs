//! From a claim to a key that is proved.

use super::{Claim, canonical, stamp};
use crate::endpoint::{Key, Keys, Message, Refusal};
use subtle::ConstantTimeEq;

/// Seconds that the clocks of caller and endpoint may differ, either way.
pub const WINDOW: u64 = 15 * 60;

/// The services that the endpoint answers for.
const SERVICES: [&str; 2] = ["ec2", "sts"];

/// Who signed a request.
#[derive(Debug)]
pub struct Verified<'a> {
    /// The key.
    pub key: &'a Key,
    /// What else was signed.
    pub claim: Claim,
}

/// The key that signed this request, `now` being seconds since 1970.
///
/// # Errors
/// `MissingAuthenticationToken`, `IncompleteSignature`, `AuthFailure` or `InvalidClientTokenId` for a key that is not
/// known, `RequestExpired`, `SignatureDoesNotMatch`.
pub fn verify<'a>(message: &Message<'_>, keys: &'a Keys, now: u64) -> Result<Verified<'a>, Refusal> {
    let claim = Claim::of(message)?.ok_or_else(missing)?;
    is_whole(message, &claim)?;
    is_scoped(&claim)?;
    is_in_time(&claim, now)?;
    let key = keys.get(&claim.key);
    // Whoever tries keys learns nothing from the time it takes.
    let secret = key.map_or(&b"no such key, no such secret"[..], |key| key.secret_access_key.bytes());
    let signature = canonical::signature(message, &claim, secret)?;
    let matches = bool::from(signature.as_bytes().ct_eq(claim.signature.as_bytes()));
    match key {
        None => Err(unknown(&claim)),
        Some(_) if !matches => Err(mismatch(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
             Key and signing method. Consult the service documentation for details.",
        )),
        Some(key) => Ok(Verified { key, claim }),
    }
}

/// Host, date and every header of Amazon's must be signed, host and date once.
fn is_whole(message: &Message<'_>, claim: &Claim) -> Result<(), Refusal> {
    let is_signed = |name: &str| claim.headers.iter().any(|it| it == name);
    if !is_signed("host") || message.all("host").count() != 1 {
        return Err(mismatch("'Host' must be there once and be a 'SignedHeader' in the AWS Authorization."));
    }
    if claim.expires.is_none() && !is_signed("x-amz-date") && !is_signed("date") {
        return Err(mismatch("'X-Amz-Date' or 'Date' must be a 'SignedHeader' in the AWS Authorization."));
    }
    if let Some((name, _)) = message.headers.iter().find(|(name, _)| name.starts_with("x-amz-") && !is_signed(name)) {
        return Err(mismatch(format!("There were headers present in the request which were not signed: {name}")));
    }
    if let Some(name) = claim.headers.iter().find(|name| message.all(name).next().is_none()) {
        return Err(mismatch(format!("The header {name} is said to be signed and is not in the request.")));
    }
    let has_token = is_signed("x-amz-security-token") || message.query.contains("X-Amz-Security-Token");
    if has_token { Err(unknown(claim)) } else { Ok(()) }
}

fn is_scoped(claim: &Claim) -> Result<(), Refusal> {
    if !SERVICES.contains(&claim.service.as_str()) {
        return Err(mismatch("Credential should be scoped to correct service: 'ec2'."));
    }
    let day = &stamp::text(claim.time)[..8];
    if claim.date != day {
        let date = &claim.date;
        return Err(mismatch(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{date}' != '{day}'."
        )));
    }
    let is_region = (1..=32).contains(&claim.region.len())
        && claim.region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_region { Ok(()) } else { Err(mismatch("Credential should be scoped to a valid region.")) }
}

fn is_in_time(claim: &Claim, now: u64) -> Result<(), Refusal> {
    let last = claim.time + claim.expires.unwrap_or(WINDOW);
    if now <= last && claim.time <= now + WINDOW {
        return Ok(());
    }
    let (then, now) = (stamp::text(claim.time), stamp::text(now));
    Err(Refusal::bad("RequestExpired", format!("Request has expired. It was signed at {then} and it is {now} here.")))
}

/// What a caller without a signature hears.
pub(in crate::endpoint) fn missing() -> Refusal {
    Refusal::forbidden(
        "MissingAuthenticationToken",
        "The request must contain a valid AWS access key ID: sign it, with signature version 4.",
    )
}

/// EC2 and STS say it in their own ways.
fn unknown(claim: &Claim) -> Refusal {
    if claim.service == "sts" {
        return Refusal::forbidden("InvalidClientTokenId", "The security token included in the request is invalid.");
    }
    Refusal::new(401, "AuthFailure", "AWS was not able to validate the provided access credentials")
}

fn mismatch(message: impl Into<String>) -> Refusal {
    Refusal::forbidden("SignatureDoesNotMatch", message)
}
