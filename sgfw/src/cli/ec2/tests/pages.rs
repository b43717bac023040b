//! Pages, waiters and skeletons: commands that ask more than once, or not at all.

use super::{command, printed};
use crate::service::Fault;
use serde_json::{Value, json};

fn page(names: &[&str], next: Option<&str>) -> Result<Value, Fault> {
    let vpcs: Vec<Value> = names.iter().map(|name| json!({"VpcId": name})).collect();
    Ok(next.map_or_else(|| json!({"Vpcs": vpcs}), |next| json!({"Vpcs": vpcs, "NextToken": next})))
}

fn pages() -> Vec<Result<Value, Fault>> {
    vec![page(&["vpc-1", "vpc-2"], Some("t1")), page(&["vpc-3"], Some("t2")), page(&["vpc-4"], None)]
}

/// The VPCs shown and the token shown.
fn shown(flags: &str, answers: Vec<Result<Value, Fault>>) -> (String, Option<String>, Vec<Value>) {
    let run = command(&format!("describe-vpcs {flags}"), answers);
    assert_eq!(run.said.err, "");
    let reply: Value = serde_json::from_str(&run.said.out).unwrap();
    let vpcs = reply["Vpcs"].as_array().unwrap().iter();
    let vpcs = vpcs.map(|vpc| vpc["VpcId"].as_str().unwrap()).collect::<Vec<_>>().join(" ");
    (vpcs, reply["NextToken"].as_str().map(str::to_owned), run.asked)
}

#[test]
fn all_pages_are_put_together() {
    let (vpcs, token, asked) = shown("--page-size 5", pages());
    assert_eq!((vpcs.as_str(), token), ("vpc-1 vpc-2 vpc-3 vpc-4", None));
    let tokens: Vec<_> = asked.iter().map(|request| request["NextToken"].clone()).collect();
    assert_eq!(tokens, [json!(null), json!("t1"), json!("t2")]);
    assert!(asked.iter().all(|request| request["MaxResults"] == 5));
}

#[test]
fn max_items_stops_and_its_token_goes_on() {
    let (vpcs, token, _) = shown("--max-items 1", pages());
    assert_eq!(vpcs, "vpc-1");
    let (vpcs, token, _) = shown(&format!("--max-items 2 --starting-token {}", token.unwrap()), pages());
    assert_eq!(vpcs, "vpc-2 vpc-3");
    let (vpcs, token, asked) = shown(&format!("--starting-token {}", token.unwrap()), pages().split_off(2));
    assert_eq!((vpcs.as_str(), token), ("vpc-4", None));
    assert_eq!(asked[0]["NextToken"], "t2");
    assert_eq!(command("describe-vpcs --starting-token x", pages()).said.err, "\nBad starting token: x\n");
}

#[test]
fn one_page_is_shown_as_it_is() {
    for flags in ["--no-paginate", "--max-results 5"] {
        let (vpcs, token, asked) = shown(flags, pages());
        assert_eq!((vpcs.as_str(), token.as_deref(), asked.len()), ("vpc-1 vpc-2", Some("t1"), 1), "{flags}");
    }
}

#[test]
fn text_shows_page_by_page() {
    let out = command("describe-vpcs --output text --max-items 3", pages()).said.out;
    assert_eq!(out, "VPCS\tvpc-1\nVPCS\tvpc-2\nVPCS\tvpc-3\nNEXTTOKEN\t0:t2\n");
}

#[test]
fn a_waiter_waits_until_the_group_is_there() {
    let missing = || Err(Fault::new("InvalidGroup.NotFound", "The security group 'sg-1' does not exist"));
    let there = Ok(json!({"SecurityGroups": [{"GroupId": "sg-1"}]}));
    let wait = "wait security-group-exists --group-ids sg-1";
    let run = command(wait, vec![missing(), missing(), there]);
    assert_eq!((run.said.code, run.said.out.as_str(), run.asked.len()), (0, "", 3));
    let run = command(wait, vec![missing()]);
    let wanted = "\nWaiter SecurityGroupExists failed: Max attempts exceeded. \
                  Previously accepted state: Matched expected service error code: InvalidGroup.NotFound\n";
    assert_eq!((run.said.code, run.said.err.as_str(), run.asked.len()), (255, wanted, 6));
    let run = command(wait, vec![Err(Fault::new("AuthFailure", "no"))]);
    assert_eq!((run.said.code, run.asked.len()), (255, 1));
    assert_eq!(run.said.err, "\nWaiter SecurityGroupExists failed: An error occurred (AuthFailure): no\n");
}

#[test]
fn waiters_end_by_the_state_they_see() {
    let instances = |state: &str| Ok(json!({"Reservations": [{"Instances": [{"State": {"Name": state}}]}]}));
    let code = |line: &str, answers| command(line, answers).said.code;
    assert_eq!(code("wait instance-running", vec![instances("pending"), instances("running")]), 0);
    assert_eq!(code("wait instance-running", vec![instances("terminated")]), 255);
    assert_eq!(code("wait instance-stopped", vec![instances("stopping"), instances("stopped")]), 0);
    let gone = Err(Fault::new("InvalidVpcPeeringConnectionID.NotFound", "gone"));
    assert_eq!(code("wait vpc-peering-connection-deleted", vec![gone.clone()]), 0);
    assert_eq!(code("wait vpc-peering-connection-exists", vec![gone]), 255);
    assert_eq!(code("wait vpc-exists", vec![Ok(json!({"Vpcs": []}))]), 0);
    let associations = |states: &[&str]| {
        let states: Vec<_> = states.iter().map(|state| json!({"State": state})).collect();
        Ok(json!({"SecurityGroupVpcAssociations": states}))
    };
    assert_eq!(code("wait security-group-vpc-association-disassociated", vec![associations(&[])]), 0);
    let failed = associations(&["associating", "association-failed"]);
    assert_eq!(code("wait security-group-vpc-association-associated", vec![failed, associations(&["associated"])]), 0);
}

#[test]
fn a_skeleton_is_printed_and_nobody_is_asked() {
    let run = command("create-tags --generate-cli-skeleton", vec![]);
    let wanted = json!({"DryRun": true, "Resources": [""], "Tags": [{"Key": "", "Value": ""}]});
    assert_eq!(serde_json::from_str::<Value>(&run.said.out).unwrap(), wanted);
    assert_eq!((run.said.code, run.asked.len()), (0, 0));
    let line = "delete-security-group --group-id sg-1 --generate-cli-skeleton output";
    assert_eq!(command(line, vec![]).said.out, "{\n    \"Return\": true,\n    \"GroupId\": \"\"\n}\n");
    assert_eq!(command("delete-vpc --vpc-id vpc-1 --generate-cli-skeleton x", vec![]).said.code, 252);
}

#[test]
fn f27_replies_without_members_print_nothing() {
    assert_eq!(printed("delete-vpc --vpc-id vpc-1", &json!({})), "");
    let deleted = printed("delete-security-group --group-id sg-1", &json!({"Return": true, "GroupId": "sg-1"}));
    assert_eq!(deleted, "{\n    \"Return\": true,\n    \"GroupId\": \"sg-1\"\n}\n");
}
