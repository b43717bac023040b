//! One rule without its JSON: `--protocol`, `--port`, `--cidr`, `--source-group`, `--group-owner` (F90, F91). What they
//! say becomes one permission of the request; whether it makes sense is for the service to say.

use super::error::Error;
use super::flags::{Does, Rule};
use super::words::{Given, Words};
use serde_json::{Map, Value, json};

/// Adds the permission that the flags say, if any was given.
///
/// # Errors
/// When protocol or port are of no form, or `--ip-permissions` was given too.
pub(super) fn add(members: &mut Map<String, Value>, words: &Words<'_>) -> Result<(), Error> {
    let mut permission = Map::new();
    for (flag, given) in &words.given {
        if let (Does::Rule(rule), Given::One(text)) = (flag.does, given)
            && !text.is_empty()
        {
            alone(words, &flag.name)?;
            one(&mut permission, rule, text)?;
        }
    }
    if !permission.is_empty() {
        members.insert("IpPermissions".into(), json!([permission]));
    }
    Ok(())
}

fn alone(words: &Words<'_>, flag: &str) -> Result<(), Error> {
    match words.get(|other| other.name == "ip-permissions") {
        Some(Given::Many(given)) if !given.is_empty() => {
            Err(Error::said(format!("The --{flag} option is not compatible with the --ip-permissions option")))
        }
        _ => Ok(()),
    }
}

fn one(permission: &mut Map<String, Value>, rule: Rule, text: &str) -> Result<(), Error> {
    match rule {
        Rule::Protocol => {
            permission.insert("IpProtocol".into(), protocol(text)?.into());
        }
        Rule::Port => {
            let (from, to) = ports(text)?;
            permission.insert("FromPort".into(), from.into());
            permission.insert("ToPort".into(), to.into());
        }
        Rule::Cidr => {
            permission.insert("IpRanges".into(), json!([{ "CidrIp": text }]));
        }
        Rule::SourceGroup if text.starts_with("sg-") => pair(permission, "GroupId", text),
        Rule::SourceGroup => pair(permission, "GroupName", text),
        Rule::GroupOwner => pair(permission, "UserId", text),
    }
    Ok(())
}

fn pair(permission: &mut Map<String, Value>, name: &str, text: &str) {
    permission.entry("UserIdGroupPairs").or_insert_with(|| json!([{}]))[0][name] = text.into();
}

fn protocol(text: &str) -> Result<&str, Error> {
    let number = text.parse::<i64>().is_ok_and(|number| (-1..=255).contains(&number));
    match text {
        "all" => Ok("-1"),
        "tcp" | "udp" | "icmp" => Ok(text),
        _ if number => Ok(text),
        _ => Err(Error::said("protocol parameter should be one of: tcp|udp|icmp|all or any valid protocol number.")),
    }
}

/// A port, a range `from-to`, an ICMP `type-code`, or all.
fn ports(text: &str) -> Result<(i64, i64), Error> {
    let (from, to) = match text {
        "-1" | "all" => ("-1", "-1"),
        _ => text.split_once('-').unwrap_or((text, text)),
    };
    let wrong = || Error::said("port parameter should be of the form <from[-to]> (e.g. 22 or 22-25)");
    Ok((from.parse().map_err(|_| wrong())?, to.parse().map_err(|_| wrong())?))
}
