//! A state to ask, and what is in it before a test begins.

use serde_json::{Value, json};
use sgfw::api::Action;
use sgfw::inventory::{
    self, Account, AccountId, Family, GroupId, InterfaceId, ManagedPrefixList, Network, NetworkInterface, Owner,
    Peering, PeeringEnd, PeeringId, PeeringStatus, PrefixListId, Scope, State, Tags, Vpc, VpcId,
};
use sgfw::service;
use std::sync::Arc;

/// A time that does not pass.
pub(crate) const NOW: &str = "2026-11-21T10:35:45.000Z";

/// A state, and who asks.
pub(crate) struct Cloud {
    pub(crate) state: State,
    pub(crate) scope: Scope,
    count: u64,
}

impl Cloud {
    /// An account with a default VPC, and the documents' VPC, peer VPC and nothing else.
    pub(crate) fn new() -> Self {
        let mut cloud = Self::bare();
        cloud.vpc("vpc-1a2b3c4d", "10.1.0.0/16");
        cloud
    }

    /// An account of which nobody has asked anything.
    pub(crate) fn bare() -> Self {
        Self { state: State::default(), scope: Scope::default(), count: 0 }
    }

    /// An account whose platform is EC2-Classic, and another one of the kind.
    pub(crate) fn classic() -> Self {
        let mut cloud = Self::bare();
        for id in [AccountId::DEFAULT, "999988887777"] {
            let mut account = Account::new(&AccountId::parse(id).unwrap());
            account.classic.insert(Scope::DEFAULT_REGION.into());
            cloud.state.accounts.insert(account.id.clone(), Arc::new(account));
        }
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
        let done =
            service::call(&self.state, &self.scope, &action, NOW, &mut mint).map_err(|fault| fault.to_string())?;
        done.state.check().unwrap();
        if !action.operation().writes {
            assert_eq!(done.state, self.state, "{operation} only reads");
        }
        self.state = done.state;
        Ok(serde_json::to_value(&done.reply).unwrap())
    }

    /// What is answered.
    #[track_caller]
    pub(crate) fn ask(&mut self, operation: &str, members: Value) -> Value {
        self.call(operation, members.clone()).unwrap_or_else(|error| panic!("{operation} {members}: {error}"))
    }

    /// The words in which it is refused. Nothing changes; with a dry run the words are the same.
    #[track_caller]
    pub(crate) fn refused(&mut self, operation: &str, mut members: Value) -> String {
        let before = self.state.clone();
        let result = self.call(operation, members.clone());
        let words = result.expect_err(&format!("{operation} {members} must be refused"));
        assert_eq!(self.state, before);
        members["DryRun"] = json!(true);
        assert_eq!(self.call(operation, members).expect_err("a dry run is refused too"), words);
        words
    }

    /// Asks as a dry run first, which must say that it would be done and change nothing.
    #[track_caller]
    pub(crate) fn rehearsed(&mut self, operation: &str, mut members: Value) -> Value {
        let before = self.state.clone();
        let wanted = members.clone();
        members["DryRun"] = json!(true);
        let words = "DryRunOperation: Request would have succeeded, but DryRun flag is set.";
        assert_eq!(self.call(operation, members), Err(words.into()), "{operation}");
        assert_eq!(self.state, before);
        self.ask(operation, wanted)
    }

    /// A new group in a VPC with this literal id.
    #[track_caller]
    pub(crate) fn group(&mut self, id: &str, name: &str, vpc: &str) -> String {
        let tags = json!([{"ResourceType": "security-group", "Tags": [{"Key": "_custom_id_", "Value": id}]}]);
        let mut members = json!({"GroupName": name, "Description": name, "TagSpecifications": tags});
        if !vpc.is_empty() {
            members["VpcId"] = json!(vpc);
        }
        assert_eq!(self.ask("CreateSecurityGroup", members)["GroupId"], id);
        id.into()
    }

    /// The one group with this id, as it is described.
    #[track_caller]
    pub(crate) fn described(&mut self, id: &str) -> Value {
        self.ask("DescribeSecurityGroups", json!({"GroupIds": [id]}))["SecurityGroups"][0].clone()
    }

    /// Allows inbound TCP from a block.
    #[track_caller]
    pub(crate) fn allow(&mut self, group: &str, port: u16, cidr: &str) -> Value {
        let permission = json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]});
        self.ask("AuthorizeSecurityGroupIngress", json!({"GroupId": group, "IpPermissions": [permission]}))
    }

    /// Allows inbound TCP from a group.
    #[track_caller]
    pub(crate) fn allow_group(&mut self, group: &str, port: u16, from: &str) -> Value {
        let pairs = json!([{"GroupId": from}]);
        let permission = json!({"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": pairs});
        self.ask("AuthorizeSecurityGroupIngress", json!({"GroupId": group, "IpPermissions": [permission]}))
    }

    /// A VPC of the caller's with its default group.
    pub(crate) fn vpc(&mut self, id: &str, block: &str) -> VpcId {
        self.vpc_with(id, block, None)
    }

    /// The same, with an IPv6 block.
    pub(crate) fn vpc_with(&mut self, id: &str, block: &str, v6: Option<&str>) -> VpcId {
        inventory::begin(&mut self.state, &self.scope);
        let id = VpcId::parse(id).unwrap();
        let vpc = Vpc {
            id: id.clone(),
            scope: self.scope.clone(),
            v4: vec![block.parse().unwrap()],
            v6: v6.into_iter().map(|block| block.parse().unwrap()).collect(),
            is_default: false,
            legacy: false,
            dns_support: true,
            dns_hostnames: false,
            tags: Tags::new(),
            owner: Owner::Action,
        };
        let group = inventory::default_group(GroupId::derive(&["default group of", id.as_str()]), &vpc);
        self.state.groups.insert(group.id.clone(), Arc::new(group));
        self.state.vpcs.insert(id.clone(), Arc::new(vpc));
        id
    }

    /// A peering connection of two VPCs in this state.
    pub(crate) fn peer(&mut self, id: &str, a: &str, b: &str, status: PeeringStatus) {
        let end = |id: &str| {
            let vpc = &self.state.vpcs[&VpcId::parse(id).unwrap()];
            PeeringEnd {
                account: vpc.scope.account.clone(),
                vpc: vpc.id.clone(),
                v4: vpc.v4.clone(),
                v6: vpc.v6.clone(),
            }
        };
        let id = PeeringId::parse(id).unwrap();
        let peering = Peering {
            id: id.clone(),
            region: self.scope.region.clone(),
            requester: end(a),
            accepter: end(b),
            status,
            ended_by: None,
            expires: None,
            tags: Tags::new(),
            owner: Owner::Action,
        };
        self.state.peerings.insert(id, Arc::new(peering));
    }

    /// Another status for a peering connection.
    pub(crate) fn set_peering(&mut self, id: &str, status: PeeringStatus) {
        let peering = self.state.peerings.get_mut(&PeeringId::parse(id).unwrap()).unwrap();
        Arc::make_mut(peering).status = status;
    }

    /// An interface with these groups, in a network.
    pub(crate) fn interface(&mut self, id: &str, network: Network, address: &str, groups: &[&str]) {
        let id = InterfaceId::parse(id).unwrap();
        let interface = NetworkInterface {
            id: id.clone(),
            scope: self.scope.clone(),
            network,
            subnet: None,
            name: None,
            description: String::new(),
            addresses: vec![address.parse().unwrap()],
            groups: groups.iter().map(|id| GroupId::parse(id).unwrap()).collect(),
            source_dest_check: true,
            timeouts: sgfw::model::Timeouts::default(),
            attachment: None,
            device: None,
            mac: [2, 0, 0, 0, 0, 1],
            tags: Tags::new(),
            owner: Owner::Action,
        };
        self.state.interfaces.insert(id, Arc::new(interface));
    }

    /// A prefix list that may have so many entries.
    pub(crate) fn list(&mut self, id: &str, family: Family, max_entries: u32) {
        let id = PrefixListId::parse(id).unwrap();
        let list = ManagedPrefixList {
            id: id.clone(),
            scope: self.scope.clone(),
            name: "list".into(),
            family,
            max_entries,
            version: 1,
            entries: Vec::new(),
            earlier: std::collections::BTreeMap::new(),
            state: inventory::ListState::CreateComplete,
            aws_weight: None,
            tags: Tags::new(),
            owner: Owner::Action,
        };
        self.state.prefix_lists.insert(id, Arc::new(list));
    }
}

/// The network of a VPC.
pub(crate) fn network(vpc: &str) -> Network {
    Network::Vpc(VpcId::parse(vpc).unwrap())
}
