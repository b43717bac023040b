//! Random states, consistent as the service keeps them ([`State::check`]): accounts, VPCs and EC2-Classic, peerings that
//! live and that ended, references that lead somewhere and that went stale, odd words everywhere.

mod flow_logs;
mod groups;
mod hosts;
mod networks;

use crate::random::Random;
use sgfw::inventory::{AccountId, Owner, PeeringId, Scope, Settings, State, Tags, Token, VpcId};
use std::sync::Arc;

/// A generator at work.
pub(crate) struct Maker {
    pub(crate) random: Random,
    pub(crate) state: State,
    scopes: Vec<Scope>,
}

/// The state of a seed.
pub(crate) fn state(seed: u64) -> State {
    let mut maker = Maker { random: Random::new(seed), state: State::default(), scopes: Vec::new() };
    maker.settings();
    maker.networks();
    maker.lists();
    maker.peerings();
    maker.groups();
    maker.associations();
    maker.rules();
    maker.hosts();
    maker.flow_logs();
    let token = Token { operation: "CreateVpc".into(), request: "x".into(), id: "vpc-1".into() };
    maker.state.tokens.insert("a/b".into(), Arc::new(token));
    maker.state.check().unwrap_or_else(|wrong| panic!("{seed}: {wrong}"));
    maker.state
}

/// The state of a seed, all of it made by actions.
pub(crate) fn of_actions(seed: u64) -> State {
    disowned(state(seed))
}

/// The same state, owned by no file.
pub(crate) fn disowned(mut state: State) -> State {
    macro_rules! disown {
        ($($field:ident)*) => {
            $(state.$field.change(|_| true, |it| it.owner = Owner::Action);)*
        };
    }
    disown!(accounts vpcs subnets gateways groups prefix_lists interfaces instances peerings associations flow_logs);
    state
}

/// Words that YAML readers take for something else when they are not quoted, and what a group may be called.
const ODD: [&str; 22] = [
    "no", "true", "null", "1", "1e3", "0x10", "+1", "12:30:45", "a: b", "a #b", "- a", "[a]", "{a}", "&a", "*a", "!a",
    "@a", "=", "a:", ",", "(x)", "self",
];

/// What only tags and descriptions of interfaces may hold.
const ANY: [&str; 6] = ["é\u{1f525}", "\"quoted\"", "'single'", "back\\slash", "~", "%x?|>"];

impl Maker {
    fn settings(&mut self) {
        let accounts = ["123456789012", "012345678901"];
        for account in accounts {
            for region in ["us-east-1", "eu-west-1"] {
                let account = AccountId::parse(account).unwrap();
                self.scopes.push(Scope { account, region: region.into() });
            }
        }
        let mut settings = Settings::default();
        if self.random.chance(40) {
            settings.home = self.scope();
        }
        if self.random.chance(40) {
            settings.quotas.rules_per_group = u32::from(self.random.byte());
            settings.quotas.groups_per_vpc = self.random.chance(50).then_some(3);
        }
        self.state.settings = Arc::new(settings);
    }

    fn scope(&mut self) -> Scope {
        let number = self.random.below(self.scopes.len());
        self.scopes[number].clone()
    }

    /// A number for an id.
    fn number(&mut self) -> u64 {
        self.random.bits()
    }

    fn word(&mut self) -> String {
        if self.random.chance(30) {
            return self.random.pick(&ODD).into();
        }
        format!("w{}", self.random.below(1000))
    }

    /// Words that need not be a name.
    fn words(&mut self) -> String {
        match self.random.below(4) {
            0 => String::new(),
            1 => self.random.pick(&ANY).into(),
            _ => self.word(),
        }
    }

    fn tags(&mut self) -> Tags {
        (0..self.random.below(3)).map(|_| (self.word(), self.words())).collect()
    }

    fn owner(&mut self) -> Owner {
        if self.random.chance(60) {
            return Owner::Action;
        }
        Owner::File { file: "old.yaml".into(), line: 7 }
    }

    fn time(&mut self) -> String {
        format!("2026-11-21T10:35:{:02}.000Z", self.random.below(60))
    }

    fn vpc(&mut self) -> Option<VpcId> {
        let ids: Vec<&VpcId> = self.state.vpcs.keys().collect();
        let number = self.random.below(ids.len().max(1));
        ids.get(number).map(|id| (*id).clone())
    }

    fn peering_id(&mut self) -> PeeringId {
        PeeringId::from_number(self.number())
    }
}
