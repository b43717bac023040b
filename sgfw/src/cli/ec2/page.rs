//! Long replies in parts: `--page-size` asks the service for less at a time, `--max-items` shows less, and
//! `--starting-token` goes on where `--max-items` stopped. Without them all parts are put together.

use super::data::Data;
use super::error::Error;
use super::flags::{Does, Page};
use super::words::{Given, Words};
use crate::api::{Kind, Operation};
use serde_json::Value;

/// What part of a reply is wanted.
#[derive(Debug, Default)]
pub(super) struct Part {
    start: Start,
    page_size: Option<i64>,
    max_items: Option<usize>,
}

/// Where a part begins: behind so many items of the page that this token leads to.
#[derive(Debug, Default)]
struct Start {
    token: Option<String>,
    skip: usize,
}

impl Part {
    /// What the words ask for; none if the pages are not to be put together.
    ///
    /// # Errors
    /// When a number or a token is none, or pages are wanted and not wanted.
    pub(super) fn wanted(operation: &Operation, words: &Words<'_>, paginate: bool) -> Result<Option<Self>, Error> {
        let by_hand = words.given.iter().any(|(flag, _)| ["next-token", "max-results"].contains(&flag.name.as_str()));
        if paginate && !by_hand {
            return if super::flags::pages(operation) { Self::of(words).map(Some) } else { Ok(None) };
        }
        let pages = words.given.iter().filter(|(flag, _)| matches!(flag.does, Does::Page(_)));
        let pages: Vec<_> = pages.map(|(flag, _)| format!("--{}", flag.name)).collect();
        if pages.is_empty() {
            return Ok(None);
        }
        let what = "Cannot specify --no-paginate along with pagination arguments";
        Err(Error::said(format!("Error during pagination: {what}: {}", pages.join(", "))))
    }

    fn of(words: &Words<'_>) -> Result<Self, Error> {
        let mut part = Self::default();
        for (flag, given) in &words.given {
            let (Does::Page(page), Given::One(text)) = (flag.does, given) else { continue };
            let wrong = || Error::usage(format!("argument --{}: invalid int value: '{text}'", flag.name));
            match page {
                Page::StartingToken => part.start = Start::read(text)?,
                Page::Size => part.page_size = Some(text.parse().map_err(|_| wrong())?),
                Page::MaxItems => part.max_items = Some(text.parse().map_err(|_| wrong())?),
            }
        }
        Ok(part)
    }

    /// Asks for page after page, and gives each to `show` with the number of items cut to what is wanted. Answers the
    /// token to go on with, if there is more.
    ///
    /// # Errors
    /// Those of `ask` and `show`.
    pub(super) fn each(
        &self,
        operation: &Operation,
        request: &Value,
        ask: &mut dyn FnMut(Value) -> Result<Data, Error>,
        show: &mut dyn FnMut(&'static str, Vec<Data>) -> Result<(), Error>,
    ) -> Result<Option<String>, Error> {
        let list = list(operation);
        let (mut token, mut skip, mut left) = (self.start.token.clone(), self.start.skip, self.max_items);
        loop {
            let page = ask(self.request(request, token.as_ref()))?;
            let items = page.get(list).map_or(&[][..], Data::elements);
            let items = &items[skip.min(items.len())..];
            let next = if let Some(Data::Text(next)) = page.get("NextToken") { Some(next.clone()) } else { None };
            let shown = left.unwrap_or(items.len()).min(items.len());
            show(list, items[..shown].to_vec())?;
            if shown < items.len() {
                return Ok(Some(Start { token, skip: skip + shown }.text()));
            }
            left = left.map(|left| left - shown);
            match next {
                Some(next) if left == Some(0) => return Ok(Some(Start { token: Some(next), skip: 0 }.text())),
                Some(next) => (token, skip) = (Some(next), 0),
                None => return Ok(None),
            }
        }
    }

    fn request(&self, request: &Value, token: Option<&String>) -> Value {
        let mut request = request.clone();
        if let Some(size) = self.page_size {
            request["MaxResults"] = size.into();
        }
        if let Some(token) = token {
            request["NextToken"] = token.clone().into();
        }
        request
    }
}

impl Start {
    /// Skipped items, a colon, and the token of the service if there is one.
    fn text(&self) -> String {
        format!("{}:{}", self.skip, self.token.as_deref().unwrap_or_default())
    }

    fn read(text: &str) -> Result<Self, Error> {
        let bad = || Error::said(format!("Bad starting token: {text}"));
        let (skip, token) = text.split_once(':').ok_or_else(bad)?;
        let token = Some(token.to_owned()).filter(|token| !token.is_empty());
        Ok(Self { token, skip: skip.parse().map_err(|_| bad())? })
    }
}

/// The list that a reply by pages consists of.
fn list(operation: &Operation) -> &'static str {
    let lists = operation.output.members.iter().filter(|member| matches!(member.kind, Kind::List(_)));
    lists.map(|member| member.name).next().unwrap_or_default()
}
