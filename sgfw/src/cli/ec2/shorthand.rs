//! The shorthand syntax of the AWS CLI: `Key=value,List=a,b,Nested={Key=value},More=[{..},..]`, with quotes, and
//! `Key@=file://path`. Knows nothing of shapes; every value is text, a list or a structure.

use serde_json::{Map, Value};

/// A shorthand that cannot be read, as the CLI says it.
pub(super) type Complaint = String;

/// Reads one structure.
///
/// # Errors
/// With what was expected, and where.
pub(super) fn parse(text: &str) -> Result<Value, Complaint> {
    let mut reader = Reader { text: text.chars().collect(), at: 0, from_file: false };
    reader.structure().map(Value::Object)
}

struct Reader {
    text: Vec<char>,
    at: usize,
    /// The value being read may be the name of a file.
    from_file: bool,
}

impl Reader {
    fn structure(&mut self) -> Result<Map<String, Value>, Complaint> {
        let mut members = Map::new();
        let mut last = 0;
        loop {
            let (key, value) = self.member()?;
            if members.contains_key(&key) {
                return Err(self.twice(&key, last + 1));
            }
            members.insert(key, value);
            last = self.at;
            if self.at >= self.text.len() {
                return Ok(members);
            }
            self.expect_loose(',')?;
        }
    }

    fn member(&mut self) -> Result<(String, Value), Complaint> {
        let key = self.key();
        self.equals()?;
        let value = match self.current() {
            None => Value::String(String::new()),
            Some('[' | '{') => self.bracketed()?,
            Some(_) => self.values()?,
        };
        Ok((key, value))
    }

    fn key(&mut self) -> String {
        let start = self.at;
        while self.current().is_some_and(|c| c.is_ascii_alphanumeric() || "-_.#/:".contains(c)) {
            self.at += 1;
        }
        self.text[start..self.at].iter().collect()
    }

    fn equals(&mut self) -> Result<(), Complaint> {
        self.from_file = self.expect_loose('@').is_ok();
        self.expect_loose('=')
    }

    /// A value, or several with commas between them as far as no `=` says that the next key has begun.
    fn values(&mut self) -> Result<Value, Complaint> {
        let first = self.value()?;
        self.blanks();
        if self.current() != Some(',') {
            return Ok(Value::String(first));
        }
        self.expect_loose(',')?;
        let mut values = vec![Value::String(first)];
        loop {
            match self.further() {
                Ok((value, end)) => {
                    values.push(Value::String(value));
                    if end {
                        break;
                    }
                }
                Err(complaint) if self.current().is_none() => return Err(complaint),
                Err(_) => {
                    self.back_to_comma();
                    break;
                }
            }
        }
        Ok(if values.len() == 1 { values.remove(0) } else { Value::Array(values) })
    }

    /// Another value of a list, and whether the text ends behind it.
    fn further(&mut self) -> Result<(String, bool), Complaint> {
        let value = match self.current() {
            Some('\'' | '"') => self.quoted()?,
            _ => self.word(true).ok_or_else(|| self.expected("<second>", "<none>"))?,
        };
        let value = self.resolved(value)?;
        self.blanks();
        let end = self.current().is_none();
        if !end {
            self.expect_loose(',')?;
        }
        Ok((value, end))
    }

    fn bracketed(&mut self) -> Result<Value, Complaint> {
        match self.current() {
            Some('[') => self.list(),
            Some('{') => self.hash(),
            _ => self.value().map(Value::String),
        }
    }

    fn list(&mut self) -> Result<Value, Complaint> {
        self.expect_loose('[')?;
        let mut values = Vec::new();
        while self.current() != Some(']') {
            values.push(self.bracketed()?);
            self.separator(']')?;
        }
        self.expect(']')?;
        Ok(Value::Array(values))
    }

    fn hash(&mut self) -> Result<Value, Complaint> {
        self.expect_loose('{')?;
        let mut members = Map::new();
        while self.current() != Some('}') {
            let key = self.key();
            self.equals()?;
            let value = self.bracketed()?;
            self.separator('}')?;
            members.insert(key, value);
        }
        self.expect('}')?;
        Ok(Value::Object(members))
    }

    fn separator(&mut self, end: char) -> Result<(), Complaint> {
        self.blanks();
        if self.current() != Some(end) {
            self.expect(',')?;
            self.blanks();
        }
        Ok(())
    }

    fn value(&mut self) -> Result<String, Complaint> {
        let value = match self.current() {
            Some('\'' | '"') => self.quoted()?,
            _ => self.word(false).unwrap_or_default(),
        };
        self.resolved(value)
    }

    fn resolved(&self, value: String) -> Result<String, Complaint> {
        let file = if self.from_file { super::file::read(&value) } else { None };
        file.unwrap_or(Ok(value))
    }

    fn quoted(&mut self) -> Result<String, Complaint> {
        let quote = self.text[self.at];
        let mut at = self.at + 1;
        while at < self.text.len() && self.text[at] != quote {
            at += if self.text[at] == '\\' && self.text.get(at + 1) == Some(&quote) { 2 } else { 1 };
        }
        if at >= self.text.len() {
            let name = if quote == '"' { "<double quoted>" } else { "<singled quoted>" };
            return Err(self.expected(name, "<none>"));
        }
        let inside: String = self.text[self.at + 1..at].iter().collect();
        self.at = at + 1;
        Ok(inside.replace(&format!("\\{quote}"), &quote.to_string()).replace("\\\\", "\\"))
    }

    /// Characters up to one that ends a value. Behind the first comma of a list an `=` ends a value too.
    fn word(&mut self, further: bool) -> Option<String> {
        let start = self.at;
        while let Some(c) = self.current() {
            if c == '\\' && self.text.get(self.at + 1) == Some(&',') {
                self.at += 2;
                continue;
            }
            if !(if self.at == start { starts(c) } else { follows(c, further) }) {
                break;
            }
            self.at += 1;
        }
        let word: String = self.text[start..self.at].iter().collect();
        (self.at > start).then(|| word.replace("\\,", ",").trim_end().to_owned())
    }

    fn expect(&mut self, wanted: char) -> Result<(), Complaint> {
        match self.current() {
            Some(c) if c == wanted => {
                self.at += 1;
                Ok(())
            }
            Some(c) => Err(self.expected(&wanted.to_string(), &c.to_string())),
            None => Err(self.expected(&wanted.to_string(), "EOF")),
        }
    }

    fn expect_loose(&mut self, wanted: char) -> Result<(), Complaint> {
        self.blanks();
        self.expect(wanted)?;
        self.blanks();
        Ok(())
    }

    fn blanks(&mut self) {
        while self.current().is_some_and(|c| c.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn back_to_comma(&mut self) {
        while self.at > 0 && self.current() != Some(',') {
            self.at -= 1;
        }
    }

    fn current(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn expected(&self, wanted: &str, got: &str) -> Complaint {
        format!("Expected: '{wanted}', received: '{got}' for input:\n{}", self.place(self.at))
    }

    fn twice(&self, key: &str, at: usize) -> Complaint {
        let place = self.place(at);
        format!(
            "Second instance of key \"{key}\" encountered for input:\n{place}\n\
             This is often because there is a preceding \",\" instead of a space."
        )
    }

    /// The text with a mark below the place.
    fn place(&self, at: usize) -> String {
        let before: String = self.text[..at.min(self.text.len())].iter().collect();
        let line = before.rsplit('\n').next().unwrap_or_default().chars().count();
        let end = self.text[at.min(self.text.len())..].iter().position(|c| *c == '\n');
        let end = end.map_or(self.text.len(), |end| at + end);
        let (upper, lower): (String, String) = (self.text[..end].iter().collect(), self.text[end..].iter().collect());
        format!("{upper}\n{}^{lower}", " ".repeat(line))
    }
}

/// What a bare value begins with.
fn starts(c: char) -> bool {
    c > ' ' && !"\"',=[{".contains(c)
}

/// What a bare value goes on with.
fn follows(c: char, further: bool) -> bool {
    let ends = if further { "\"',=" } else { "\"',]}" };
    (c.is_whitespace() || c > ' ') && !ends.contains(c)
}
