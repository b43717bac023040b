//! A request as it came over the wire: what the signature and the decoder look at.

/// A request, borrowed. Nothing in it is trusted.
#[derive(Clone, Debug, Default)]
pub struct Message<'a> {
    /// `GET` or `POST`, or whatever was sent.
    pub method: &'a str,
    /// As sent, percent-encoded; without the query.
    pub path: &'a str,
    /// As sent, without the question mark.
    pub query: &'a str,
    /// Names in lower case, in the order as sent; a name may be there several times.
    pub headers: Vec<(&'a str, &'a [u8])>,
    /// All of it.
    pub body: &'a [u8],
}

impl<'a> Message<'a> {
    /// All values of a header.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a [u8]> + 's {
        self.headers.iter().filter(move |(it, _)| *it == name).map(|(_, value)| *value)
    }

    /// The value of a header that is there exactly once and is text.
    pub fn only(&self, name: &str) -> Option<&'a str> {
        let mut values = self.all(name);
        let value = std::str::from_utf8(values.next()?).ok()?;
        values.next().is_none().then_some(value.trim())
    }
}
