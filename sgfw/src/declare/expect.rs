//! What files expect of themselves, in the names that packets are judged by.

use super::names::{NamedGroup, Names, Site};
use super::{Declared, DeclaredEndpoint, DeclaredTest};
use crate::inventory::{GroupId, InterfaceId, Lowered, Network, NetworkInterface, Scope, State};
use crate::model::{Endpoint, Origin, Test};
use std::collections::HashMap;
use std::sync::Arc;

/// The tests that files declare, for the snapshot that this state was lowered to. The state must hold what is declared;
/// a test whose group or interface it does not have is left out.
pub fn tests(state: &State, lowered: &Lowered, declared: &Declared) -> Vec<Test> {
    if declared.tests.is_empty() {
        return Vec::new();
    }
    let lookup =
        Lookup { state, names: Names::of(declared, &state.settings.home), declared, groups: own_names(lowered) };
    declared.tests.iter().filter_map(|it| lookup.test(it)).collect()
}

/// The name that each group has in its own network, not where it is used by association.
fn own_names(lowered: &Lowered) -> HashMap<&GroupId, &str> {
    let own = lowered.groups.iter().filter(|(name, id)| !name.starts_with(&format!("{id}@")));
    own.map(|(name, id)| (id, name.as_str())).collect()
}

struct Lookup<'a> {
    state: &'a State,
    names: Names<'a>,
    declared: &'a Declared,
    groups: HashMap<&'a GroupId, &'a str>,
}

impl Lookup<'_> {
    fn test(&self, it: &DeclaredTest) -> Option<Test> {
        let place = Origin { file: it.place.file.to_string(), line: it.place.line, id: None };
        let mut test = Test {
            name: String::new(),
            from: self.endpoint(&it.from)?,
            to: self.endpoint(&it.to)?,
            traffic: it.traffic,
            expect: it.expect,
            rule: it.rule.clone(),
            place,
        };
        test.name = it.name.clone().unwrap_or_else(|| test.usual_name());
        Some(test)
    }

    fn endpoint(&self, it: &DeclaredEndpoint) -> Option<Endpoint> {
        Some(match it {
            DeclaredEndpoint::Cidr(block) => Endpoint::Cidr(*block),
            DeclaredEndpoint::Interface(name) => Endpoint::Interface(self.interface(name, true)?.label().to_owned()),
            DeclaredEndpoint::Member(name) => Endpoint::Member(self.interface(name, false)?.label().to_owned()),
            DeclaredEndpoint::Group(key) => {
                let id = match self.names.group(key)? {
                    NamedGroup::Declared(number) => self.group(number)?,
                    NamedGroup::Default(site) => {
                        let (scope, network) = self.network(&site)?;
                        self.state.default_group(&scope, &network)?.id.clone()
                    }
                };
                Endpoint::Group((*self.groups.get(&id)?).to_owned())
            }
        })
    }

    fn group(&self, number: usize) -> Option<GroupId> {
        let group = self.declared.groups.get(number)?;
        let (scope, network) = self.network(&self.names.site(&group.network)?)?;
        group.id.clone().or_else(|| self.state.group_named(&scope, &network, &group.name).map(|it| it.id.clone()))
    }

    fn network(&self, site: &Site) -> Option<(Scope, Network)> {
        match site {
            Site::Classic(scope) => Some((scope.clone(), Network::Classic)),
            Site::Vpc(id) => self.state.vpcs.get(id).map(|vpc| (vpc.scope.clone(), Network::Vpc(id.clone()))),
            Site::Default(scope) => {
                self.state.default_vpc(scope).map(|vpc| (scope.clone(), Network::Vpc(vpc.id.clone())))
            }
        }
    }

    fn interface(&self, text: &str, is_local: bool) -> Option<&Arc<NetworkInterface>> {
        let by_id = InterfaceId::parse(text).ok().and_then(|id| self.state.interfaces.get(&id));
        let named = |it: &&Arc<NetworkInterface>| it.device.is_some() == is_local && it.name.as_deref() == Some(text);
        by_id.or_else(|| self.state.interfaces.values().find(named))
    }
}
