//! Rules one by one.

use super::{is_shown, no_such_rule, show};
use crate::api::{DescribeSecurityGroupRules, DescribeSecurityGroupRulesReply};
use crate::inventory::{GroupId, GroupRule, RuleId, SecurityGroup};
use crate::service::filter::{Filters, TAGS};
use crate::service::page::{Pages, alone};
use crate::service::{Desk, Fault};

const PAGES: Pages = Pages::of("DescribeSecurityGroupRules");

/// The caller's rules: those with the ids, or all; of those, the ones that the filters want.
pub(in crate::service) fn describe_security_group_rules(
    desk: &mut Desk,
    request: &DescribeSecurityGroupRules,
) -> Result<DescribeSecurityGroupRulesReply, Fault> {
    alone(request, "securityGroupRuleIds", &request.security_group_rule_ids)?;
    let filters = Filters::new(&request.filters, &["group-id", "security-group-rule-id", TAGS])?;
    filters.wanted("group-id").try_for_each(well_formed)?;
    let desk = &*desk;
    // Most ask for the rules of one group of many.
    let groups = Filters::new(&request.filters, &["group-id", "security-group-rule-id", TAGS])?.only("group-id");
    let is_among = |group: &SecurityGroup| groups.accept(&group.tags, |_| vec![group.id.to_string()]);
    let asked = asked(desk, &request.security_group_rule_ids, is_among)?;
    let wanted = asked.into_iter().filter(|(group, rule)| {
        filters.accept(&rule.tags, |name| match name {
            "group-id" => vec![group.id.to_string()],
            _ => vec![rule.id.to_string()],
        })
    });
    let keyed = wanted.map(|(group, rule)| (rule.id.to_string(), (group, rule))).collect();
    let (page, next_token) = PAGES.page(request, keyed)?;
    desk.dry_run(request.dry_run)?;
    let shown = page.iter().map(|(group, rule)| show::rule(&desk.state, group, rule, true)).collect();
    Ok(DescribeSecurityGroupRulesReply { security_group_rules: shown, next_token })
}

/// A group id in a filter must be one, unless it is a pattern.
fn well_formed(value: &str) -> Result<(), Fault> {
    if value.contains(['*', '?']) || GroupId::parse(value).is_ok() {
        return Ok(());
    }
    Err(Fault::new("InvalidGroupId.Malformed", format!("The security group ID '{value}' is malformed")))
}

/// Rules with their groups.
type Rules<'d> = Vec<(&'d SecurityGroup, &'d GroupRule)>;

/// The rules with these ids, or all of the groups that may matter.
fn asked<'d>(
    desk: &'d Desk<'_>,
    ids: &[String],
    is_among: impl Fn(&SecurityGroup) -> bool,
) -> Result<Rules<'d>, Fault> {
    let own = || desk.state.groups.values().filter(|group| group.scope == desk.scope);
    let shown = |group: &'d SecurityGroup| {
        group.rules.iter().filter(|rule| is_shown(group, rule)).map(move |rule| (group, rule))
    };
    if ids.is_empty() {
        return Ok(own().filter(|group| is_among(group)).flat_map(|group| shown(group)).collect());
    }
    let find = |text: &String| {
        let id = RuleId::parse(text)?;
        own().flat_map(|group| shown(group)).find(|(_, rule)| rule.id == id).ok_or_else(|| no_such_rule(text))
    };
    ids.iter().map(find).collect()
}
