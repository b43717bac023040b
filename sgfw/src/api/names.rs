//! Names worked out by the compiler from the names of Rust's fields and types, so that each is written once.
//!
//! `user_id_group_pairs` is `UserIdGroupPairs` in JSON and, unless a shape says otherwise, `userIdGroupPairs` in XML and
//! `UserIdGroupPairs` in a query; `CreateVpc` is the verb `create-vpc`. ASCII only.

/// The name without the mark of a raw identifier.
pub(super) const fn plain(name: &'static str) -> &'static str {
    let bytes = name.as_bytes();
    if bytes.len() > 2 && bytes[0] == b'r' && bytes[1] == b'#' { text(bytes.split_at(2).1) } else { name }
}

/// The text of bytes that one of these functions made.
pub(super) const fn text(bytes: &'static [u8]) -> &'static str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => panic!("a name is ASCII"),
    }
}

/// Length of [`pascal`] of a name.
pub(super) const fn pascal_length(snake: &str) -> usize {
    let bytes = snake.as_bytes();
    let (mut at, mut length) = (0, 0);
    while at < bytes.len() {
        length += (bytes[at] != b'_') as usize;
        at += 1;
    }
    length
}

/// `group_name` as `GroupName`; `N` is [`pascal_length`].
pub(super) const fn pascal<const N: usize>(snake: &str) -> [u8; N] {
    let bytes = snake.as_bytes();
    let (mut out, mut at, mut length, mut upper) = ([0; N], 0, 0, true);
    while at < bytes.len() {
        if bytes[at] != b'_' {
            out[length] = if upper { bytes[at].to_ascii_uppercase() } else { bytes[at] };
            length += 1;
        }
        upper = bytes[at] == b'_';
        at += 1;
    }
    out
}

/// Length of [`kebab`] of a name.
pub(super) const fn kebab_length(name: &str) -> usize {
    let bytes = name.as_bytes();
    let (mut at, mut length) = (0, bytes.len());
    while at < bytes.len() {
        length += (at > 0 && bytes[at].is_ascii_uppercase()) as usize;
        at += 1;
    }
    length
}

/// `GroupName` as `group-name`; `N` is [`kebab_length`].
pub(super) const fn kebab<const N: usize>(name: &str) -> [u8; N] {
    let bytes = name.as_bytes();
    let (mut out, mut at, mut length) = ([b'-'; N], 0, 0);
    while at < bytes.len() {
        length += (at > 0 && bytes[at].is_ascii_uppercase()) as usize;
        out[length] = bytes[at].to_ascii_lowercase();
        length += 1;
        at += 1;
    }
    out
}

/// The name with a small first letter; `N` is its length.
pub(super) const fn lower<const N: usize>(name: &str) -> [u8; N] {
    let mut out = copy(name);
    out[0] = u8::to_ascii_lowercase(&out[0]);
    out
}

/// The name with a capital first letter; `N` is its length.
pub(super) const fn upper<const N: usize>(name: &str) -> [u8; N] {
    let mut out = copy(name);
    out[0] = u8::to_ascii_uppercase(&out[0]);
    out
}

const fn copy<const N: usize>(name: &str) -> [u8; N] {
    let (mut out, mut at) = ([0; N], 0);
    while at < N {
        out[at] = name.as_bytes()[at];
        at += 1;
    }
    out
}
