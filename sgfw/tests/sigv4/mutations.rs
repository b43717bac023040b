//! Thirty ways to change a signed request, each of which breaks the signature, its scope or its time.

use crate::random::Random;
use crate::sent::{ID, OTHER, Sent};
use sgfw::endpoint::sigv4::WINDOW;

/// A request that was changed, and when it arrives.
pub(crate) struct Mutant {
    pub(crate) sent: Sent,
    pub(crate) now: u64,
}

impl Mutant {
    /// The header or the query, wherever the signature is.
    fn authorization(&mut self, change: impl FnOnce(String) -> String) {
        match self.sent.header("authorization") {
            Some(value) => *value = change(String::from_utf8(value.clone()).unwrap()).into_bytes(),
            None => self.sent.query = change(self.sent.query.clone()),
        }
    }

    /// Puts another text in the place of one in the authorization; an encoded slash is a slash.
    fn replace(&mut self, old: &str, new: &str) {
        let (coded_old, coded_new) = (old.replace('/', "%2F"), new.replace('/', "%2F"));
        self.authorization(|text| {
            if text.contains(old) { text.replacen(old, new, 1) } else { text.replacen(&coded_old, &coded_new, 1) }
        });
    }

    /// Changes the 64 digits of the signature.
    fn signature(&mut self, change: impl FnOnce(&str) -> String) {
        self.authorization(|text| {
            let at = text.find("Signature=").unwrap() + "Signature=".len();
            format!("{}{}{}", &text[..at], change(&text[at..at + 64]), &text[at + 64..])
        });
    }

    /// Changes a text within the query where there is one, else within the body.
    fn payload(&mut self, change: impl FnOnce(String) -> String) {
        if self.sent.query.is_empty() {
            self.sent.body = change(String::from_utf8(self.sent.body.clone()).unwrap()).into_bytes();
        } else {
            self.sent.query = change(self.sent.query.clone());
        }
    }

    fn add(&mut self, name: &str, value: &[u8]) {
        self.sent.headers.push((name.into(), value.to_vec()));
    }

    fn shift_date(&mut self) {
        let shift = |text: &str| {
            let at = text.find('Z').unwrap() - 1;
            let digit = if &text[at..=at] == "0" { "1" } else { "0" };
            format!("{}{digit}{}", &text[..at], &text[at + 1..])
        };
        match self.sent.header("x-amz-date") {
            Some(value) => *value = shift(std::str::from_utf8(value).unwrap()).into_bytes(),
            None => {
                let at = self.sent.query.find("X-Amz-Date=").unwrap();
                self.sent.query = format!("{}{}", &self.sent.query[..at], shift(&self.sent.query[at..]));
            }
        }
    }
}

type Mutation = fn(&mut Mutant, &mut Random);

pub(crate) const MUTATIONS: [(&str, Mutation); 30] = [
    ("another method", |it, _| it.sent.method = if it.sent.method == "GET" { "POST" } else { "GET" }.into()),
    ("another path", |it, _| it.sent.path = "/x".into()),
    ("a longer path", |it, _| it.sent.path = "//".into()),
    ("one parameter more", |it, _| it.payload(|text| format!("{text}&DryRun=true"))),
    ("one parameter before", |it, _| it.payload(|text| format!("DryRun=true&{text}"))),
    ("another action", |it, _| it.payload(|text| text.replacen("DescribeSecurityGroups", "DescribeVpcs", 1))),
    ("another version", |it, _| it.payload(|text| text.replacen("2016-11-15", "2014-06-15", 1))),
    ("a parameter in the query", |it, _| it.sent.query.push_str("&MaxResults=5")),
    ("a byte more of the body", |it, random| it.sent.body.push(random.byte())),
    ("a bit of the body", |it, random| match it.sent.body.len() {
        0 => it.sent.body.push(b'a'),
        length => it.sent.body[random.below(length)] ^= 1 << random.below(8),
    }),
    ("less of the body", |it, random| match it.sent.body.len() {
        0 => it.sent.body.extend_from_slice(b"Action=DescribeVpcs"),
        length => it.sent.body.truncate(random.below(length)),
    }),
    ("another host", |it, _| it.sent.header("host").unwrap().push(b'x')),
    ("two hosts", |it, _| it.add("host", b"localhost")),
    ("no host", |it, _| it.sent.headers.retain(|(name, _)| name != "host")),
    ("another second", |it, _| it.shift_date()),
    ("another day of the scope", |it, _| {
        let (wrong, right) = ("/20190101/", day(it));
        it.replace(&right, wrong);
    }),
    ("another region", |it, _| it.authorization(|text| swap(&text, &["us-east-1", "eu-central-1", "ap-southeast-2"]))),
    ("the other service", |it, _| it.authorization(|text| swap(&swap_coded(&text), &["/ec2/", "/sts/"]))),
    ("another end of the scope", |it, _| it.replace("aws4_request", "aws5_request")),
    ("somebody else's key", |it, _| it.replace(ID, OTHER)),
    ("a key that is not known", |it, _| it.replace(ID, "AKIAXXXXXXXXXXXXXXXX")),
    ("a digit of the signature", |it, random| {
        let at = random.below(64);
        it.signature(|text| {
            let digit = if &text[at..=at] == "0" { "1" } else { "0" };
            format!("{}{digit}{}", &text[..at], &text[at + 1..])
        });
    }),
    ("a shorter signature", |it, random| {
        let length = random.below(64);
        it.signature(|text| text[..length].into());
    }),
    ("capitals in the signature", |it, _| it.signature(str::to_uppercase)),
    ("a header of Amazon's", |it, _| it.add("x-amz-meta", b"1")),
    ("a header said to be signed", |it, _| it.replace("SignedHeaders=", "SignedHeaders=accept;")),
    ("no header said to be signed", |it, _| it.authorization(|text| text.replacen("host", "", 1))),
    ("another algorithm", |it, _| it.replace("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1")),
    ("too late", |it, random| it.now += it.sent.expires.unwrap_or(WINDOW) + 1 + random.bits() % 100_000),
    ("too early", |it, random| it.now -= WINDOW + 1 + random.bits() % 100_000),
];

fn day(it: &mut Mutant) -> String {
    let mut found = String::new();
    it.authorization(|text| {
        let at = text.find(ID).unwrap() + ID.len();
        found = text[at..].replace("%2F", "/")[..10].into();
        text
    });
    found
}

/// Slashes as they are, which is the same in a query.
fn swap_coded(text: &str) -> String {
    text.replace("%2F", "/")
}

/// The next one of these in the place of the one that is there.
fn swap(text: &str, choice: &[&str]) -> String {
    let at = choice.iter().position(|it| text.contains(it)).unwrap();
    text.replacen(choice[at], choice[(at + 1) % choice.len()], 1)
}
