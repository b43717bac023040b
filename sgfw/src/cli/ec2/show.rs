//! How replies are shown: as JSON, as text or as a table, whole or what a query finds in them.

use super::data::Data;
use super::error::Error;
use super::query::Query;
use super::table::{Screen, table};
use super::text::text;
use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

/// The form of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Json,
    Text,
    Table,
}

/// How a reply is shown.
#[derive(Debug)]
pub(super) struct Show {
    form: Form,
    query: Option<Query>,
    screen: Screen,
}

impl Show {
    /// As the flags say.
    ///
    /// # Errors
    /// When a flag has a value that it does not take.
    pub(super) fn new(
        output: Option<String>,
        query: Option<String>,
        color: Option<String>,
        screen: Screen,
    ) -> Result<Self, Error> {
        let form = match output.as_deref() {
            None | Some("json") => Form::Json,
            Some("text") => Form::Text,
            Some("table") => Form::Table,
            Some(other) => return Err(choice("output", other, "json, text, table")),
        };
        let colour = match color.as_deref() {
            None | Some("auto") => screen.colour,
            Some("on") => true,
            Some("off") => false,
            Some(other) => return Err(choice("color", other, "on, off, auto")),
        };
        let query = query.as_deref().map(Query::new).transpose()?;
        Ok(Self { form, query, screen: Screen { colour, ..screen } })
    }

    /// A reply of this operation.
    ///
    /// # Errors
    /// When the query does not fit it.
    pub(super) fn reply(&self, operation: &str, data: &Data) -> Result<String, Error> {
        let found = self.query.as_ref().map(|query| query.search(data)).transpose()?;
        let data = found.as_ref().unwrap_or(data);
        Ok(match self.form {
            Form::Json if matches!(data, Data::Map(members) if members.is_empty()) => String::new(),
            Form::Json => json(data),
            Form::Text => text(data),
            Form::Table => table(operation, data, self.screen),
        })
    }

    /// A reply that comes in pages.
    pub(super) const fn pages<'a>(&'a self, operation: &'a str) -> Pages<'a> {
        Pages { show: self, operation, list: "", items: Vec::new(), out: String::new() }
    }
}

fn choice(flag: &str, value: &str, choices: &str) -> Error {
    Error::usage(format!("argument --{flag}: Invalid choice: '{value}', valid choices are: {choices}"))
}

/// Pages of one reply. Text shows each page as it is; JSON and tables show all of them together.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    show: &'a Show,
    operation: &'a str,
    list: &'a str,
    items: Vec<Data>,
    out: String,
}

impl<'a> Pages<'a> {
    /// Takes the items of a page.
    ///
    /// # Errors
    /// When the query does not fit it.
    pub(super) fn page(&mut self, list: &'a str, items: Vec<Data>) -> Result<(), Error> {
        self.list = list;
        if self.show.form == Form::Text {
            let page = Data::Map(vec![(list.to_owned(), Data::List(items))]);
            self.out += &self.show.reply(self.operation, &page)?;
        } else {
            self.items.extend(items);
        }
        Ok(())
    }

    /// All of it, with the token to go on with if there is more.
    ///
    /// # Errors
    /// When the query does not fit it.
    pub(super) fn end(mut self, token: Option<String>) -> Result<String, Error> {
        let token = token.map(|token| ("NextToken".to_owned(), Data::Text(token)));
        if self.show.form == Form::Text {
            if let Some(token) = token {
                let more = Data::Map(vec![("NextToken".to_owned(), Data::Map(vec![token]))]);
                self.out += &self.show.reply(self.operation, &more)?;
            }
            return Ok(self.out);
        }
        let list = (self.list.to_owned(), Data::List(self.items));
        self.show.reply(self.operation, &Data::Map(std::iter::once(list).chain(token).collect()))
    }
}

/// JSON with four blanks for every level.
pub(super) fn json(data: &Data) -> String {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(b"    "));
    // Values that were JSON are JSON.
    let _ = data.serialize(&mut serializer);
    String::from_utf8_lossy(&out).into_owned() + "\n"
}
