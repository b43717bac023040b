//! The words of the command: options with a value take the next word whatever it begins with, so that `-p -1` and
//! `-t -1:-1` are what the document says.

use super::Failure;

/// What was asked for.
#[derive(Debug)]
pub(super) enum Asked {
    Help,
    Rules(Options),
}

/// Rules for groups.
#[derive(Debug, Default)]
pub(super) struct Options {
    /// Names or ids; more than one only from standard input.
    pub(super) groups: Vec<String>,
    pub(super) egress: bool,
    pub(super) protocol: Option<String>,
    /// First and last port; -1 for all.
    pub(super) ports: Option<(i64, i64)>,
    /// Type and code; -1 for all.
    pub(super) icmp: Option<(i64, i64)>,
    pub(super) owners: Vec<String>,
    pub(super) sources: Vec<String>,
    pub(super) cidrs: Vec<String>,
    pub(super) region: Option<String>,
    pub(super) headers: bool,
    pub(super) show_empty: bool,
    pub(super) verbose: bool,
}

/// Reads the words.
///
/// # Errors
/// With what is missing, unknown, or not to be said together.
pub(super) fn read(words: &[String], input: &dyn Fn() -> String) -> Result<Asked, Failure> {
    let mut options = Options::default();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        if matches!(word, "-h" | "-?" | "--help") {
            return Ok(Asked::Help);
        }
        if options.switch(word) {
            continue;
        }
        let (name, attached) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (word, None),
        };
        if name == "-" || !name.starts_with('-') {
            options.group(word, input)?;
            continue;
        }
        let value = Value { name, text: attached, input };
        options.value(&value, &mut words)?;
    }
    options.check()?;
    Ok(Asked::Rules(options))
}

/// The value of an option, as far as it is known.
struct Value<'a> {
    name: &'a str,
    text: Option<&'a str>,
    input: &'a dyn Fn() -> String,
}

impl Value<'_> {
    /// All its words: one, or those on standard input.
    fn all<'w>(&self, words: &mut impl Iterator<Item = &'w str>) -> Result<Vec<String>, Failure> {
        match self.text.or_else(|| words.next()) {
            None => Err(Failure::usage(format!("Option '{}' needs a value", self.name))),
            Some("-") => Ok((self.input)().split_whitespace().map(str::to_owned).collect()),
            Some(text) => Ok(vec![text.to_owned()]),
        }
    }

    fn one<'w>(&self, words: &mut impl Iterator<Item = &'w str>) -> Result<String, Failure> {
        let all = self.all(words)?;
        match <[String; 1]>::try_from(all) {
            Ok([one]) => Ok(one),
            Err(all) => Err(Failure::usage(format!("Option '{}' takes one value, not {}", self.name, all.len()))),
        }
    }
}

impl Options {
    /// Whether the word is an option without a value.
    fn switch(&mut self, word: &str) -> bool {
        match word {
            "--egress" => self.egress = true,
            "-H" | "--headers" => self.headers = true,
            "--show-empty-fields" => self.show_empty = true,
            "-v" | "--verbose" | "--debug" => self.verbose = true,
            "--hide-tags" => {}
            _ => return false,
        }
        true
    }

    fn group(&mut self, word: &str, input: &dyn Fn() -> String) -> Result<(), Failure> {
        if !self.groups.is_empty() {
            return Err(Failure::usage(format!("Unexpected argument '{word}'")));
        }
        match word {
            "-" => self.groups.extend(input().split_whitespace().map(str::to_owned)),
            group => self.groups.push(group.to_owned()),
        }
        Ok(())
    }

    fn value<'w>(&mut self, value: &Value<'_>, words: &mut impl Iterator<Item = &'w str>) -> Result<(), Failure> {
        match value.name {
            "-P" | "--protocol" => self.protocol = Some(value.one(words)?.to_lowercase()),
            "-p" | "--port-range" => self.ports = Some(ports(value.name, &value.one(words)?)?),
            "-t" | "--icmp-type-code" => self.icmp = Some(icmp(value.name, &value.one(words)?)?),
            "-u" | "--source-or-dest-group-owner" | "--source-group-user" => self.owners.extend(value.all(words)?),
            "-o" | "--source-or-dest-group" | "--source-group" => self.sources.extend(value.all(words)?),
            "-s" | "--source-or-dest-cidr" | "--source-subnet" => self.cidrs.extend(value.all(words)?),
            "--region" => self.region = Some(value.one(words)?),
            "--connection-timeout" | "--request-timeout" => {
                let text = value.one(words)?;
                text.parse::<u32>().map_err(|_| wrong(value.name, &text, "seconds"))?;
            }
            "-U" | "--url" | "-K" | "--private-key" | "-C" | "--cert" | "-O" | "--aws-access-key" | "-W"
            | "--aws-secret-key" => drop(value.one(words)?),
            unknown => return Err(Failure::usage(format!("Invalid option '{unknown}'"))),
        }
        Ok(())
    }

    /// What the document says of options together (F122-F127).
    fn check(&self) -> Result<(), Failure> {
        let missing = |what: &str| Err(Failure::usage(format!("Required {what} missing")));
        let together = |one: &str, other: &str| {
            Err(Failure::usage(format!("Option '{one}' cannot be used together with '{other}'")))
        };
        let protocol = self.protocol.as_deref();
        match protocol {
            _ if self.groups.is_empty() => missing("parameter 'GROUP'"),
            _ if !self.sources.is_empty() && !self.cidrs.is_empty() => together("-o", "-s"),
            _ if !self.owners.is_empty() && !self.cidrs.is_empty() => together("-u", "-s"),
            _ if !self.owners.is_empty() && self.sources.is_empty() => missing("option '-o' for the owner of '-u'"),
            _ if self.ports.is_some() && self.icmp.is_some() => together("-p", "-t"),
            Some("icmp" | "1") if self.ports.is_some() => together("-p", "-P icmp"),
            Some("icmp" | "1") if self.icmp.is_none() => missing("option '-t, --icmp-type-code'"),
            Some("tcp" | "6" | "udp" | "17") if self.icmp.is_some() => together("-t", "-P tcp or udp"),
            Some("tcp" | "6" | "udp" | "17") if self.ports.is_none() => missing("option '-p, --port-range'"),
            // Without a protocol a block means TCP (F46).
            None if self.ports.is_none() && self.sources.is_empty() => missing("option '-p, --port-range'"),
            None if self.icmp.is_some() => missing("option '-P, --protocol'"),
            _ => self.pairs(),
        }
    }

    /// An owner for every group, or one for all.
    fn pairs(&self) -> Result<(), Failure> {
        let (owners, sources) = (self.owners.len(), self.sources.len());
        if owners <= 1 || owners == sources {
            return Ok(());
        }
        Err(Failure::usage(format!("There are {owners} owners by '-u' for {sources} groups by '-o'")))
    }
}

/// One port, `min-max`, or -1.
fn ports(name: &str, text: &str) -> Result<(i64, i64), Failure> {
    let wrong = || wrong(name, text, "a port, min-max, or -1");
    if text == "-1" {
        return Ok((-1, -1));
    }
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    let port = |text: &str| text.parse::<u16>().map(i64::from).map_err(|_| wrong());
    Ok((port(from)?, port(to)?))
}

/// `type:code`.
fn icmp(name: &str, text: &str) -> Result<(i64, i64), Failure> {
    let wrong = || wrong(name, text, "type:code, -1 for all");
    let number = |text: &str| text.parse::<i64>().map_err(|_| wrong());
    let (kind, code) = text.split_once(':').ok_or_else(wrong)?;
    Ok((number(kind)?, number(code)?))
}

fn wrong(name: &str, text: &str, wanted: &str) -> Failure {
    Failure::usage(format!("Invalid value '{text}' for option '{name}': write {wanted}"))
}
