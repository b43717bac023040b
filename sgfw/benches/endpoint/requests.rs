//! The requests, signed once: a signature is good for some minutes, and each is verified anew.

use crate::Outcome;
use crate::load::Line;
use crate::stage::{GROUPS, KEY, SECRET, Stage};
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use std::time::SystemTime;

/// Pairs of a rule that comes and goes.
const CHANGES: usize = 400;

/// A port, the request that opens it, and the one that shuts it.
type Port = (u16, (Vec<u8>, Vec<u8>));

pub(crate) struct Requests {
    /// One group by its id, one by its name, its rules, a page of groups.
    pub(crate) describes: Vec<Vec<u8>>,
    /// A rule is added, and taken away, and the next one.
    pub(crate) changes: Vec<Vec<u8>>,
    /// All groups.
    pub(crate) whole: Vec<u8>,
    /// The group of the device.
    protected: String,
}

impl Requests {
    pub(crate) fn new(stage: &Stage) -> Outcome<Self> {
        let host = stage.host();
        let signed = |body: &str| form(&host, body);
        let ids = ids(stage)?;
        let protected = ids.first().ok_or("there are no groups")?.clone();
        let mut describes = Vec::new();
        for (number, id) in ids.iter().enumerate() {
            let name = format!("g{}", number % GROUPS);
            describes.push(match number % 5 {
                0 | 1 => signed(&format!("Action=DescribeSecurityGroups&GroupId.1={id}"))?,
                2 | 3 => {
                    signed(&format!("Action=DescribeSecurityGroupRules&Filter.1.Name=group-id&Filter.1.Value.1={id}"))?
                }
                _ => {
                    signed(&format!("Action=DescribeSecurityGroups&Filter.1.Name=group-name&Filter.1.Value.1={name}"))?
                }
            });
        }
        let change = |number: usize| -> Outcome<[Vec<u8>; 2]> {
            let rule =
                rule(&ids[number * 11 % ids.len()], 7_000, &format!("198.18.{}.{}/32", number / 250, number % 250));
            Ok([
                signed(&format!("Action=AuthorizeSecurityGroupIngress{rule}"))?,
                signed(&format!("Action=RevokeSecurityGroupIngress{rule}"))?,
            ])
        };
        let changes: Vec<[Vec<u8>; 2]> = (0..CHANGES).map(change).collect::<Outcome<_>>()?;
        let whole = signed("Action=DescribeSecurityGroups")?;
        Ok(Self { describes, changes: changes.into_iter().flatten().collect(), whole, protected })
    }

    /// For each port how it is opened and shut on the device.
    pub(crate) fn ports(&self, stage: &Stage, count: u16) -> Outcome<Vec<Port>> {
        let host = stage.host();
        let one = |port: u16| -> Outcome<Port> {
            let rule = rule(&self.protected, port, "0.0.0.0/0");
            let open = form(&host, &format!("Action=AuthorizeSecurityGroupIngress{rule}"))?;
            Ok((port, (open, form(&host, &format!("Action=RevokeSecurityGroupIngress{rule}"))?)))
        };
        (30_000..30_000 + count).map(one).collect()
    }
}

fn rule(group: &str, port: u16, block: &str) -> String {
    let permission =
        format!("IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort={port}&IpPermissions.1.ToPort={port}");
    format!("&GroupId={group}&{permission}&IpPermissions.1.IpRanges.1.CidrIp={}", block.replace('/', "%2F"))
}

/// The ids of `g0`, `g1`, ...
fn ids(stage: &Stage) -> Outcome<Vec<String>> {
    let host = stage.host();
    let find = |number: usize| -> Outcome<String> {
        let body = format!("Action=DescribeSecurityGroups&Filter.1.Name=group-name&Filter.1.Value.1=g{number}");
        let text = Line::open(stage)?.read(&form(&host, &body)?)?;
        let id = text.split_once("<groupId>").and_then(|(_, rest)| rest.split_once('<')).map(|(id, _)| id.to_owned());
        id.ok_or_else(|| format!("no group g{number} in {text}").into())
    };
    (0..GROUPS).map(find).collect()
}

fn form(host: &str, body: &str) -> Outcome<Vec<u8>> {
    let body = format!("{body}&Version=2016-11-15");
    let identity = Credentials::new(KEY, SECRET, None, None, "bench").into();
    let parameters = SigningParams::builder().identity(&identity).region("us-east-1").name("ec2");
    let parameters = parameters.time(SystemTime::now()).settings(SigningSettings::default()).build()?.into();
    let uri = format!("http://{host}/");
    let request =
        SignableRequest::new("POST", uri, [("host", host)].into_iter(), SignableBody::Bytes(body.as_bytes()))?;
    let (instructions, _) = sign(request, &parameters)?.into_parts();
    let headers: String = instructions.headers().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    Ok(format!("POST / HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}").into_bytes())
}
