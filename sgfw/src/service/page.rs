//! Pages of a describe. A token names the last object shown, so that none is shown twice or missed when others come
//! and go between two pages.

use super::Fault;
use crate::api::Request;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::ops::RangeInclusive;

/// How the pages of an operation are cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pages {
    /// The operation: a token of another one is refused.
    pub(super) operation: &'static str,
    /// How many results may be asked for.
    pub(super) least: i64,
    /// The most that may be asked for.
    pub(super) most: i64,
}

impl Pages {
    /// 5 to 1000 results a page, as most operations have it.
    pub(super) const fn of(operation: &'static str) -> Self {
        Self { operation, least: 5, most: 1000 }
    }

    /// Another range.
    pub(super) const fn within(self, least: i64, most: i64) -> Self {
        Self { least, most, ..self }
    }

    /// The page that a request asks for, and the token of the next one. Items are shown in the order of their keys,
    /// each of which is one item's own and stays with it. Without a size all of them are on one page.
    ///
    /// # Errors
    /// The size is out of range, or the token is none of this operation.
    pub(super) fn page<T>(
        self,
        request: &impl Request,
        mut items: Vec<(String, T)>,
    ) -> Result<(Vec<T>, Option<String>), Fault> {
        let size = self.size(request.max_results())?;
        let after = request.next_token().map(|token| self.key(token)).transpose()?;
        items.sort_by(|(a, _), (b, _)| a.cmp(b));
        if let Some(after) = after {
            items.retain(|(key, _)| *key > after);
        }
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|(key, _)| self.token(key));
        Ok((items.into_iter().map(|(_, item)| item).collect(), next))
    }

    fn size(self, wanted: Option<i64>) -> Result<usize, Fault> {
        let range: RangeInclusive<i64> = self.least..=self.most;
        match wanted {
            None => Ok(usize::MAX),
            Some(size) if range.contains(&size) => usize::try_from(size).map_err(|_| self.out_of_range(size)),
            Some(size) => Err(self.out_of_range(size)),
        }
    }

    fn out_of_range(self, size: i64) -> Fault {
        let expected = match size < self.least {
            true => format!("greater than or equal to {}", self.least),
            false => format!("less than or equal to {}", self.most),
        };
        Fault::value(format!("Value ( {size} ) for parameter maxResults is invalid. Expecting a value {expected}."))
    }

    /// A token: the key in hexadecimal digits behind a digest of operation and key.
    pub(super) fn token(self, key: &str) -> String {
        hexadecimal(&self.digest(key)) + &hexadecimal(key.as_bytes())
    }

    /// The key in a token.
    ///
    /// # Errors
    /// It is no token of this operation.
    pub(super) fn key(self, token: &str) -> Result<String, Fault> {
        let invalid = || Fault::new("InvalidNextToken", "The specified NextToken is not valid.");
        let key = bytes(token).and_then(|bytes| String::from_utf8(bytes.get(DIGEST..)?.to_vec()).ok());
        key.filter(|key| self.token(key) == token).ok_or_else(invalid)
    }

    fn digest(self, key: &str) -> [u8; DIGEST] {
        let all = Sha256::digest(format!("{}\n{key}", self.operation));
        std::array::from_fn(|at| all[at])
    }
}

const DIGEST: usize = 8;

/// Refuses ids or names together with a size of pages.
///
/// # Errors
/// Both are there.
pub(super) fn alone<T>(request: &impl Request, parameter: &str, given: &[T]) -> Result<(), Fault> {
    if given.is_empty() || request.max_results().is_none() {
        return Ok(());
    }
    let words = format!("The parameter {parameter} cannot be used with the parameter maxResults");
    Err(Fault::new("InvalidParameterCombination", words))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::DescribeVpcs;

    const PAGES: Pages = Pages::of("DescribeVpcs");

    fn request(max_results: Option<i64>, next_token: Option<String>) -> DescribeVpcs {
        DescribeVpcs { max_results, next_token, ..DescribeVpcs::default() }
    }

    fn items(numbers: impl Iterator<Item = u32>) -> Vec<(String, u32)> {
        numbers.map(|number| (format!("vpc-{number:04}"), number)).collect()
    }

    #[test]
    fn all_are_seen_once_while_others_come_and_go() {
        let (first, token) = PAGES.page(&request(Some(5), None), items((0..20).filter(|it| it % 2 == 0))).unwrap();
        assert_eq!(first, [0, 2, 4, 6, 8]);
        // The last one shown went, and others came before and behind it.
        let (rest, token) = PAGES.page(&request(Some(1000), token), items((0..20).filter(|it| *it != 8))).unwrap();
        assert_eq!(rest, (9..20).collect::<Vec<_>>());
        assert_eq!(token, None);
    }

    #[test]
    fn without_a_size_all_are_on_one_page() {
        let (all, token) = PAGES.page(&request(None, None), items((0..2000).rev())).unwrap();
        assert_eq!((all.len(), all[0], token), (2000, 0, None));
        let (all, token) = PAGES.page(&request(Some(5), None), items(0..5)).unwrap();
        assert_eq!((all.len(), token), (5, None));
    }

    #[test]
    fn sizes_and_tokens_are_checked() {
        let refused = |request| PAGES.page(&request, items(0..9)).unwrap_err().to_string();
        assert_eq!(
            refused(request(Some(4), None)),
            "InvalidParameterValue: Value ( 4 ) for parameter maxResults is invalid. \
             Expecting a value greater than or equal to 5."
        );
        assert!(refused(request(Some(1001), None)).ends_with("less than or equal to 1000."));
        let bad = "InvalidNextToken: The specified NextToken is not valid.";
        let other = Pages::of("DescribeSubnets").token("vpc-0001");
        for token in ["", "x", "zz", "0123456789abcdef", "é", &other, &PAGES.token("vpc-1")[2..]] {
            assert_eq!(refused(request(Some(5), Some(token.into()))), bad, "{token:?}");
        }
    }

    #[test]
    fn ids_and_sizes_are_not_combined() {
        assert!(alone(&request(None, None), "vpcIds", &["vpc-1"]).is_ok());
        assert!(alone::<&str>(&request(Some(5), None), "vpcIds", &[]).is_ok());
        assert_eq!(
            alone(&request(Some(5), None), "vpcIds", &["vpc-1"]).unwrap_err().to_string(),
            "InvalidParameterCombination: The parameter vpcIds cannot be used with the parameter maxResults"
        );
    }
}
