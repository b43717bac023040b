//! `sgfw copy-group`: a group with its rules into a new one, as the console does (F28).

use super::context::Context;
use super::ec2::Caller;
use super::ec2_here;
use super::failure::Failure;
use super::reply::Reply;
use crate::control::{Chance, ControlError, now_millis};
use crate::service::{CopyGroup as Request, copy_group};
use clap::Args;
use serde_json::json;

const EXAMPLES: &str = "\
Examples:
  sgfw copy-group sg-903004f8 web-2
  sgfw copy-group web web-staging --vpc-id vpc-1a2b3c4d --description 'Staging'

Rules that refer to the group itself refer to the copy. What the other VPC does not allow refuses the whole.";

/// Copy a group, rules included, into a new one, also of another VPC
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct CopyGroup {
    /// The group: an id, or a name in the default VPC
    source: String,
    /// The name of the copy
    name: String,
    /// The description of the copy [default: that of the group]
    #[arg(long)]
    description: Option<String>,
    /// The VPC of the copy [default: that of the group]
    #[arg(long, value_name = "VPC")]
    vpc_id: Option<String>,
    /// Check, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// The region
    #[arg(long, env = "AWS_REGION")]
    region: Option<String>,
    /// The account, twelve digits
    #[arg(long, env = "SGFW_ACCOUNT")]
    account: Option<String>,
}

impl CopyGroup {
    pub(super) fn run(&self, context: &Context) -> Result<Reply, Failure> {
        let caller = Caller { account: self.account.clone(), region: self.region.clone() };
        let scope =
            ec2_here::scope(context, &caller).map_err(|why| Failure::new(why, "give --account twelve digits"))?;
        let mut chance = Chance;
        let mut mint = move || chance.number();
        let request = self.request();
        let (copy, outcome) = context.engine()?.change(&context.author("copy-group"), |state| {
            let copied =
                copy_group(state, &scope, &request, &now_millis(), &mut mint).map_err(ControlError::Refused)?;
            Ok((copied.state, copied.group))
        })?;
        let view = json!({ "group": copy.as_str(), "revision": outcome.revision });
        Ok(Reply::new(&view, format!("{copy} is a copy of {}\n", self.source)))
    }

    fn request(&self) -> Request {
        Request {
            source: self.source.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            vpc: self.vpc_id.clone(),
            dry_run: self.dry_run,
        }
    }
}
