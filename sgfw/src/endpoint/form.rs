//! `application/x-www-form-urlencoded`: names and values, as in a query or a body.
//!
//! The signature and the decoder read the same pairs, so that nothing can mean one thing to the one and another to the
//! other. `+` is a blank in both.

use super::Refusal;
use std::borrow::Cow;

/// Pairs that a request may have at most. A permission with a thousand blocks takes three thousand.
const PAIRS: usize = 16_384;

/// A name and a value, decoded.
pub type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The pairs in this text, in their order.
///
/// # Errors
/// An escape or the text behind it is broken, there are too many pairs, or a character cannot be answered in XML.
pub fn pairs(text: &str) -> Result<Vec<Pair<'_>>, Refusal> {
    let parts: Vec<&str> = text.split('&').filter(|part| !part.is_empty()).take(PAIRS + 1).collect();
    if parts.len() > PAIRS {
        return Err(Refusal::bad("MalformedQueryString", format!("The request has more than {PAIRS} parameters.")));
    }
    parts.into_iter().map(pair).collect()
}

fn pair(part: &str) -> Result<Pair<'_>, Refusal> {
    let (name, value) = part.split_once('=').unwrap_or((part, ""));
    Ok((decode(name)?, decode(value)?))
}

fn decode(text: &str) -> Result<Cow<'_, str>, Refusal> {
    let decoded = if text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        Cow::Owned(String::from_utf8(unescape(text.as_bytes())?).map_err(|_| not_text())?)
    } else {
        Cow::Borrowed(text)
    };
    if decoded.chars().all(crate::endpoint::xml::can_carry) { Ok(decoded) } else { Err(not_text()) }
}

fn unescape(text: &[u8]) -> Result<Vec<u8>, Refusal> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => bytes.next().zip(bytes.next()).and_then(|(high, low)| hex(*high, *low)).ok_or_else(broken)?,
            byte => *byte,
        });
    }
    Ok(out)
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

fn broken() -> Refusal {
    Refusal::bad(
        "MalformedQueryString",
        "The query string contains a syntax error: a percent sign needs two hex digits.",
    )
}

fn not_text() -> Refusal {
    Refusal::bad(
        "InvalidCharacter",
        "A specified character is invalid: parameters are UTF-8 without control characters.",
    )
}
