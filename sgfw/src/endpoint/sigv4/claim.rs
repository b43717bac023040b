//! What a request says of its own signature, taken apart and not believed yet.

use super::stamp;
use crate::endpoint::form::{Pair, pairs};
use crate::endpoint::{Message, Refusal};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Seconds that a query that was signed beforehand may live at most: a week.
const LIFE: u64 = 7 * 86_400;

/// Who says to have signed what, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The id of the key.
    pub key: String,
    /// The day of the scope, `20261121`.
    pub date: String,
    /// The region of the scope.
    pub region: String,
    /// The service of the scope, such as `ec2`.
    pub service: String,
    /// Names of the signed headers, in lower case and in order.
    pub headers: Vec<String>,
    /// 64 hex digits, if it is one.
    pub signature: String,
    /// When, as seconds since 1970.
    pub time: u64,
    /// For a query that was signed beforehand: for how many seconds.
    pub expires: Option<u64>,
}

impl Claim {
    /// What this request says; none if it says nothing of a signature.
    ///
    /// # Errors
    /// It says something incomplete.
    pub fn of(message: &Message<'_>) -> Result<Option<Self>, Refusal> {
        let query = pairs(message.query)?;
        let is_in_query = query.iter().any(|(name, _)| name == "X-Amz-Algorithm" || name == "X-Amz-Signature");
        match (message.all("authorization").count(), is_in_query) {
            (0, false) => Ok(None),
            (0, true) => Self::in_query(&query).map(Some),
            (1, false) => Self::in_header(message).map(Some),
            _ => Err(incomplete("The request must be signed once: by one Authorization header, or by its query.")),
        }
    }

    fn in_header(message: &Message<'_>) -> Result<Self, Refusal> {
        let header =
            message.only("authorization").ok_or_else(|| incomplete("The Authorization header is not text."))?;
        let (algorithm, rest) = header.split_once(' ').unwrap_or((header, ""));
        is_known(algorithm)?;
        let mut fields = [None; 3];
        for part in rest.split(',').map(str::trim) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let at = FIELDS.iter().position(|field| *field == name);
            let place = at
                .map(|at| &mut fields[at])
                .ok_or_else(|| incomplete(format!("'{name}' is not known in the Authorization header.")))?;
            if place.replace(value).is_some() {
                return Err(incomplete(format!("Authorization header has '{name}' twice.")));
            }
        }
        let field = |at: usize| {
            let wanted = || incomplete(format!("Authorization header requires '{}' parameter.", FIELDS[at]));
            fields[at].filter(|value| !value.is_empty()).ok_or_else(wanted)
        };
        Self::new(field(0)?, field(1)?, field(2)?, time(message)?, None)
    }

    fn in_query(query: &[Pair<'_>]) -> Result<Self, Refusal> {
        let field = |name: &str| {
            let mut values = query.iter().filter(|(it, _)| it == name).map(|(_, value)| value.as_ref());
            let value = values.next().filter(|value| !value.is_empty());
            let wanted = || incomplete(format!("AWS query-string parameters must include '{name}' once."));
            value.filter(|_| values.next().is_none()).ok_or_else(wanted)
        };
        is_known(field("X-Amz-Algorithm")?)?;
        let time = stamp::seconds(field("X-Amz-Date")?).ok_or_else(no_date)?;
        let expires = field("X-Amz-Expires")?.parse().ok().filter(|seconds| (1..=LIFE).contains(seconds));
        let expires = expires.ok_or_else(|| incomplete(format!("X-Amz-Expires must be 1 to {LIFE} seconds.")))?;
        let (credential, headers) = (field("X-Amz-Credential")?, field("X-Amz-SignedHeaders")?);
        Self::new(credential, headers, field("X-Amz-Signature")?, time, Some(expires))
    }

    fn new(credential: &str, headers: &str, signature: &str, time: u64, expires: Option<u64>) -> Result<Self, Refusal> {
        let parts: Vec<&str> = credential.split('/').collect();
        let &[key, date, region, service, "aws4_request"] = parts.as_slice() else {
            let message =
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/aws4_request";
            return Err(incomplete(format!("{message}, got '{credential}'.")));
        };
        let headers: Vec<String> = headers.split(';').map(str::to_owned).collect();
        let is_in_order = headers.windows(2).all(|pair| pair[0] < pair[1]);
        let is_lower = headers.iter().all(|name| !name.is_empty() && !name.bytes().any(|it| it.is_ascii_uppercase()));
        if !is_in_order || !is_lower {
            return Err(incomplete("SignedHeaders must be in lower case, sorted, each once."));
        }
        let [key, date, region, service] = [key, date, region, service].map(str::to_owned);
        Ok(Self { key, date, region, service, headers, signature: signature.into(), time, expires })
    }
}

const FIELDS: [&str; 3] = ["Credential", "SignedHeaders", "Signature"];

fn is_known(algorithm: &str) -> Result<(), Refusal> {
    let unknown = || incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}': only {ALGORITHM} is."));
    (algorithm == ALGORITHM).then_some(()).ok_or_else(unknown)
}

/// `X-Amz-Date`, or else `Date`.
fn time(message: &Message<'_>) -> Result<u64, Refusal> {
    let amazon = message.all("x-amz-date").count() > 0;
    let text = message.only(if amazon { "x-amz-date" } else { "date" }).ok_or_else(no_date)?;
    let http = || httpdate::parse_http_date(text).ok()?.duration_since(std::time::UNIX_EPOCH).ok();
    stamp::seconds(text).or_else(|| http().map(|since| since.as_secs())).ok_or_else(no_date)
}

fn no_date() -> Refusal {
    incomplete("The request requires one 'X-Amz-Date' or 'Date', such as 20261121T103545Z.")
}

fn incomplete(message: impl Into<String>) -> Refusal {
    Refusal::bad("IncompleteSignature", message)
}
