//! Text that XML can carry.

use std::borrow::Cow;

/// Whether XML 1.0 has a way to say this character.
pub fn can_carry(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// The text with what is special in XML said otherwise. A carriage return too: readers make a line feed of it.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if text.chars().all(|character| replacement(character).is_none()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match replacement(character) {
            Some(replacement) => out.push_str(replacement),
            None => out.push(character),
        }
    }
    Cow::Owned(out)
}

fn replacement(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#13;"),
        character if can_carry(character) => None,
        _ => Some("\u{fffd}"),
    }
}
