//! The way from an action to its operation.

use super::{Desk, Fault, Mint};
use crate::api::{Action, Reply};
use crate::inventory::{Scope, State};
use serde_json::Value;

/// What an action led to.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The state after it. An action that only reads gives back the state it was asked about.
    pub state: State,
    /// What is answered.
    pub reply: Reply,
}

/// Does one action for a caller: everything is checked first, and what is refused changes nothing.
///
/// `now` is the time as in [`Desk::now`], `mint` makes the numbers of new ids.
///
/// # Errors
/// The action is refused, with AWS's code and words; also as what a dry run is answered with.
pub fn call(state: &State, scope: &Scope, action: &Action, now: &str, mint: Mint) -> Result<Done, Fault> {
    complete(action)?;
    let mut desk = Desk::new(state, scope, now, mint);
    desk.begin();
    let reply = answer(&mut desk, action)?;
    let state = if action.operation().writes { desk.state } else { state.clone() };
    Ok(Done { state, reply })
}

/// Which function does what.
macro_rules! operations {
    ($desk:ident, $action:ident: $($name:ident => $module:ident::$function:ident,)*) => {
        match $action {
            $(Action::$name(request) => super::$module::$function($desk, request).map(Reply::$name),)*
            other => Err(unknown(other.name())),
        }
    };
}

fn answer(desk: &mut Desk, action: &Action) -> Result<Reply, Fault> {
    operations! { desk, action:
        CreateSecurityGroup => groups::create_security_group,
        DeleteSecurityGroup => groups::delete_security_group,
        DescribeSecurityGroups => groups::describe_security_groups,
        GetSecurityGroupsForVpc => groups::get_security_groups_for_vpc,
        AuthorizeSecurityGroupIngress => rules::authorize_security_group_ingress,
        AuthorizeSecurityGroupEgress => rules::authorize_security_group_egress,
        RevokeSecurityGroupIngress => rules::revoke_security_group_ingress,
        RevokeSecurityGroupEgress => rules::revoke_security_group_egress,
        DescribeSecurityGroupRules => rules::describe_security_group_rules,
        ModifySecurityGroupRules => rules::modify_security_group_rules,
        UpdateSecurityGroupRuleDescriptionsIngress => rules::update_security_group_rule_descriptions_ingress,
        UpdateSecurityGroupRuleDescriptionsEgress => rules::update_security_group_rule_descriptions_egress,
        DescribeSecurityGroupReferences => references::describe_security_group_references,
        DescribeStaleSecurityGroups => references::describe_stale_security_groups,
        AssociateSecurityGroupVpc => associations::associate_security_group_vpc,
        DisassociateSecurityGroupVpc => associations::disassociate_security_group_vpc,
        DescribeSecurityGroupVpcAssociations => associations::describe_security_group_vpc_associations,
    }
}

/// What a request for an operation that sgfw does not have is answered with.
fn unknown(operation: &str) -> Fault {
    Fault::new("InvalidAction", format!("The action {operation} is not valid for this web service."))
}

/// Refuses a request without a member that its operation demands.
fn complete(action: &Action) -> Result<(), Fault> {
    let mut required = action.operation().required().peekable();
    if required.peek().is_none() {
        return Ok(());
    }
    let given = serde_json::to_value(action).unwrap_or_default();
    let is_missing = |name: &str| match given.get(name) {
        None | Some(Value::Null) => true,
        Some(Value::Array(values)) => values.is_empty(),
        Some(_) => false,
    };
    match required.find(|member| is_missing(member.name)) {
        Some(member) => Err(Fault::missing(member.query)),
        None => Ok(()),
    }
}
