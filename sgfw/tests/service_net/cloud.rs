//! A state to ask, and what is in it before a test begins: all of it by asking.

use serde_json::{Value, json};
use sgfw::api::Action;
use sgfw::inventory::{Account, AccountId, Scope, State};
use sgfw::service::{self, Desk};
use std::sync::Arc;

/// The time at which every test begins.
pub(crate) const NOW: &str = "2026-11-21T10:35:45.000Z";
/// The account that asks when nobody says another.
pub(crate) const OWN: &str = AccountId::DEFAULT;
/// Another account.
pub(crate) const OTHER: &str = "999988887777";

/// A state, who asks, when, and in which version of the API.
pub(crate) struct Cloud {
    pub(crate) state: State,
    pub(crate) scope: Scope,
    pub(crate) now: String,
    pub(crate) version: String,
    count: u64,
}

impl Cloud {
    /// An account of which nobody has asked anything.
    pub(crate) fn new() -> Self {
        let (state, scope) = (State::default(), Scope::default());
        Self { state, scope, now: NOW.into(), version: "2016-11-15".into(), count: 0 }
    }

    /// An account whose platform is EC2-Classic.
    pub(crate) fn classic() -> Self {
        let mut cloud = Self::new();
        let mut account = Account::new(&cloud.scope.account);
        account.classic.insert(cloud.scope.region.clone());
        cloud.state.accounts.insert(account.id.clone(), Arc::new(account));
        cloud
    }

    /// `vpc-1a2b3c4d` with 10.1.0.0/16, in it `subnet-1a2b3c4d` with 10.1.1.0/24 and the group `sg-aaaa1111`, web.
    pub(crate) fn with_subnet() -> Self {
        let mut cloud = Self::new();
        cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
        cloud.subnet("subnet-1a2b3c4d", "vpc-1a2b3c4d", "10.1.1.0/24");
        cloud.group("sg-aaaa1111", "web", "vpc-1a2b3c4d");
        cloud
    }

    /// From now on this account asks.
    pub(crate) fn as_account(&mut self, id: &str) -> &mut Self {
        self.scope.account = AccountId::parse(id).unwrap();
        self
    }

    fn call(&mut self, operation: &str, members: Value) -> Result<Value, String> {
        let action = Action::from_json(operation, members).unwrap();
        let count = &mut self.count;
        let mut mint = || {
            *count += 1;
            *count
        };
        let mut desk = Desk::new(&self.state, &self.scope, &self.now, &mut mint);
        desk.version.clone_from(&self.version);
        let done = service::serve(desk, &action).map_err(|fault| fault.to_string())?;
        if !action.operation().writes {
            assert_eq!(done.state, self.state, "{operation} only reads");
        }
        done.state.check().unwrap_or_else(|words| panic!("{operation}: {words}"));
        let rows = done.state.to_rows();
        assert_eq!(State::from_rows(&rows).unwrap(), done.state, "what is kept is what there is");
        self.state = done.state;
        Ok(serde_json::to_value(&done.reply).unwrap())
    }

    /// What is answered.
    #[track_caller]
    pub(crate) fn ask(&mut self, operation: &str, members: Value) -> Value {
        self.call(operation, members.clone()).unwrap_or_else(|error| panic!("{operation} {members}: {error}"))
    }

    /// What is answered, or the words of the refusal; nothing has changed then.
    pub(crate) fn attempt(&mut self, operation: &str, members: Value) -> Result<Value, String> {
        let before = self.state.clone();
        let result = self.call(operation, members);
        if result.is_err() {
            assert_eq!(self.state, before);
        }
        result
    }

    /// The words in which it is refused. Nothing changes.
    #[track_caller]
    pub(crate) fn refused(&mut self, operation: &str, members: Value) -> String {
        self.attempt(operation, members.clone()).expect_err(&format!("{operation} {members} must be refused"))
    }

    /// Asks as a dry run first, which must say that it would be done and change nothing.
    #[track_caller]
    pub(crate) fn rehearsed(&mut self, operation: &str, mut members: Value) -> Value {
        let wanted = members.clone();
        members["DryRun"] = json!(true);
        let words = "DryRunOperation: Request would have succeeded, but DryRun flag is set.";
        assert_eq!(self.attempt(operation, members), Err(words.into()), "{operation}");
        self.ask(operation, wanted)
    }

    /// A VPC with this literal id.
    #[track_caller]
    pub(crate) fn vpc(&mut self, id: &str, block: &str) {
        self.ask("CreateVpc", json!({"CidrBlock": block, "TagSpecifications": custom("vpc", id)}));
    }

    /// A subnet with this literal id, in the first zone.
    #[track_caller]
    pub(crate) fn subnet(&mut self, id: &str, vpc: &str, block: &str) {
        let tags = custom("subnet", id);
        self.ask("CreateSubnet", json!({"VpcId": vpc, "CidrBlock": block, "TagSpecifications": tags}));
    }

    /// A group with this literal id.
    #[track_caller]
    pub(crate) fn group(&mut self, id: &str, name: &str, vpc: &str) {
        let mut members =
            json!({"GroupName": name, "Description": name, "TagSpecifications": custom("security-group", id)});
        if !vpc.is_empty() {
            members["VpcId"] = json!(vpc);
        }
        self.ask("CreateSecurityGroup", members);
    }

    /// An interface with this literal id in `subnet-1a2b3c4d`.
    #[track_caller]
    pub(crate) fn interface(&mut self, id: &str, groups: &[&str]) -> Value {
        let tags = custom("network-interface", id);
        let members = json!({"SubnetId": "subnet-1a2b3c4d", "Groups": groups, "TagSpecifications": tags});
        self.ask("CreateNetworkInterface", members)["NetworkInterface"].clone()
    }

    /// An instance with this literal id in `subnet-1a2b3c4d`.
    #[track_caller]
    pub(crate) fn instance(&mut self, id: &str, groups: &[&str]) -> Value {
        let mut members = launch();
        members["SubnetId"] = json!("subnet-1a2b3c4d");
        members["SecurityGroupIds"] = json!(groups);
        members["TagSpecifications"] = custom("instance", id);
        self.ask("RunInstances", members)["Instances"][0].clone()
    }

    /// The one interface with this id, as it is described.
    #[track_caller]
    pub(crate) fn described(&mut self, id: &str) -> Value {
        self.ask("DescribeNetworkInterfaces", json!({"NetworkInterfaceIds": [id]}))["NetworkInterfaces"][0].clone()
    }

    /// The groups of an interface, by id.
    #[track_caller]
    pub(crate) fn groups_of(&mut self, interface: &str) -> Vec<String> {
        texts(&self.described(interface)["Groups"], "GroupId")
    }
}

/// A tag specification that gives an id.
pub(crate) fn custom(kind: &str, id: &str) -> Value {
    tagged(kind, &[("_custom_id_", id)])
}

/// A tag specification.
pub(crate) fn tagged(kind: &str, tags: &[(&str, &str)]) -> Value {
    json!([{"ResourceType": kind, "Tags": list(tags)}])
}

/// Tags.
pub(crate) fn list(tags: &[(&str, &str)]) -> Value {
    tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect()
}

/// One instance, wherever.
pub(crate) fn launch() -> Value {
    json!({"ImageId": "ami-1a2b3c4d", "MinCount": 1, "MaxCount": 1})
}

/// A filter.
pub(crate) fn filter(name: &str, values: &[&str]) -> Value {
    json!([{"Name": name, "Values": values}])
}

/// The texts of a member of each of a list.
pub(crate) fn texts(list: &Value, member: &str) -> Vec<String> {
    let items = list.as_array().unwrap_or_else(|| panic!("no list: {list}"));
    items.iter().map(|it| it[member].as_str().unwrap_or_else(|| panic!("no {member}: {it}")).to_owned()).collect()
}
