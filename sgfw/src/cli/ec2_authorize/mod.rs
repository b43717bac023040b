//! `ec2-authorize`, short `ec2auth`: adds rules to a group as the tool of that name did (F118-F136).
//!
//! Its synopsis, options and lines are those of its document. It speaks to the same service as `sgfw ec2`, so what has
//! changed since is translated here: `-p -1` of TCP and UDP means 0-65535, which the service refuses as -1 (F47), and a
//! group by name is one of EC2-Classic or of the default VPC. Keys, certificates, URLs and timeouts mean nothing on this
//! host. Exit codes: 0 done, 1 not.

mod lines;
mod options;
mod request;
#[cfg(test)]
mod tests;

use super::ec2::{Caller, Perform, Said, World};
use crate::api::{Action, DescribeSecurityGroups, Reply};
use crate::endpoint::PerformError;
use crate::service::Fault;
use options::{Asked, Options};

/// What the tool is for, its synopsis and its options.
const HELP: &str = "\
Adds rules to a security group.

ec2-authorize GROUP [--egress] [-P PROTOCOL] (-p PORT_RANGE | -t ICMP_TYPE_CODE)
              [-u SOURCE_OR_DEST_GROUP_OWNER ...] [-o SOURCE_OR_DEST_GROUP ...]
              [-s SOURCE_OR_DEST_CIDR ...]

  GROUP                           name or ID of the group; an ID for VPC groups
  --egress                        an outbound rule (VPC only); otherwise inbound
  -P, --protocol PROTOCOL         name or number; required for VPC groups
  -p, --port-range PORT_RANGE     a port, min-max, or -1 for all (TCP, UDP)
  -t, --icmp-type-code TYPE:CODE  -1 for all types or all codes (ICMP)
  -u, --source-or-dest-group-owner ACCOUNT
                                  who owns the group of -o (EC2-Classic only)
  -o, --source-or-dest-group GROUP
                                  source or destination group; an ID for VPC groups
  -s, --source-or-dest-cidr CIDR  source or destination block; default 0.0.0.0/0

  --region REGION                 the region, otherwise the configured one
  -H, --headers                   shows column headers
  --show-empty-fields             shows empty columns as (nil)
  -v, --verbose                   shows request and reply on standard error
  --debug                         the same
  -h, -?, --help                  shows this
  -                               reads the value of an option, or groups, from
                                  standard input
  -U, --url URL; -K, --private-key FILE; -C, --cert FILE; -O, --aws-access-key KEY;
  -W, --aws-secret-key KEY; --connection-timeout SECONDS; --request-timeout SECONDS;
  --hide-tags                     accepted, and mean nothing on this host
";

/// Why nothing was added, or not all.
#[derive(Debug)]
enum Failure {
    /// What was typed makes no sense.
    Usage(String),
    /// The service said no.
    Refused(Fault),
    /// There is no service.
    Failed(String),
}

impl Failure {
    fn usage(what: impl Into<String>) -> Self {
        Self::Usage(what.into())
    }

    /// The line on standard error (F131).
    fn text(&self) -> String {
        match self {
            Self::Usage(what) => format!("{what} (-h for usage)\n"),
            Self::Refused(fault) if fault.status() >= 500 => format!("Server.{fault}\n"),
            Self::Refused(fault) => format!("Client.{fault}\n"),
            Self::Failed(what) => format!("{what}\n"),
        }
    }
}

/// The kind of network a group is of, as far as the lines show it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Of EC2-Classic or of the default VPC, shown by this name.
    Named(String),
    /// Of a VPC, named by its id.
    Vpc,
}

/// Runs the words behind the command's name. `input` is what is on standard input, asked for where a `-` says so.
#[must_use]
pub fn run(words: &[String], world: &World<'_>, input: &dyn Fn() -> String) -> Said {
    let mut said = Said::default();
    let result = match options::read(words, input) {
        Ok(Asked::Help) => {
            said.out = HELP.to_owned();
            Ok(())
        }
        Ok(Asked::Rules(options)) => authorize(&options, world, &mut said),
        Err(failure) => Err(failure),
    };
    if let Err(failure) = result {
        said.err += &failure.text();
        said.code = 1;
    }
    said
}

fn authorize(options: &Options, world: &World<'_>, said: &mut Said) -> Result<(), Failure> {
    let variable = |name: &str| (world.environment)(name).filter(|value| !value.is_empty());
    let region = options.region.clone().or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"));
    let caller = Caller { account: variable("SGFW_ACCOUNT"), region };
    let service = (world.connect)(&caller).map_err(Failure::Failed)?;
    for group in &options.groups {
        let kind = kind(service.as_ref(), group)?;
        request::fits(options, &kind)?;
        let action = request::action(options, group);
        let reply = ask(service.as_ref(), &action)?;
        if options.verbose {
            said.err += &format!("{}\n{}\n", json(&action), json(&reply));
        }
        if options.headers && said.out.is_empty() {
            said.out += &lines::headers();
        }
        said.out += &lines::lines(options, group, &kind);
    }
    Ok(())
}

/// What a group is: of a VPC only if an id says so and there is a VPC.
fn kind(service: &dyn Perform, group: &str) -> Result<Kind, Failure> {
    if !request::is_id(group) {
        return Ok(Kind::Named(group.to_owned()));
    }
    let describe = DescribeSecurityGroups { group_ids: vec![group.to_owned()], ..DescribeSecurityGroups::default() };
    let Reply::DescribeSecurityGroups(found) = ask(service, &describe.into())? else { return Ok(Kind::Vpc) };
    let group = found.security_groups.into_iter().find(|group| group.vpc_id.is_none());
    Ok(group.and_then(|group| group.group_name).map_or(Kind::Vpc, Kind::Named))
}

fn ask(service: &dyn Perform, action: &Action) -> Result<Reply, Failure> {
    service.perform(action).map_err(|error| match error {
        PerformError::Fault(fault) => Failure::Refused(fault),
        PerformError::Unavailable(why) | PerformError::Broken(why) => Failure::Failed(why),
    })
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
