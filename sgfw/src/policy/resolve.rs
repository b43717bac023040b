//! After the last file: names that point to nothing.

use super::draft::{Draft, Kind, Meant};
use super::report::Place;
use super::suggest::did_you_mean;
use crate::declare::{Names, NetworkKey, VpcKey};
use crate::inventory::Scope;
use std::collections::HashSet;

/// Every suggestion compares a name with all others; a file full of unknown names must not take forever.
const MOST_SUGGESTED: usize = 100;

/// Reports what is meant and not there.
pub(super) fn resolve(draft: &mut Draft) {
    let references = std::mem::take(&mut draft.references);
    let names = Names::of(&draft.out, &Scope::default());
    let interfaces = Interfaces::of(draft);
    let known = |meant: &Meant| is_known(meant, &names, &interfaces, draft);
    let unknown: Vec<(Meant, Place)> = references.into_iter().filter(|(meant, _)| !known(meant)).collect();
    let helps: Vec<String> =
        unknown.iter().enumerate().map(|(number, (meant, _))| help(meant, number < MOST_SUGGESTED, draft)).collect();
    for ((meant, place), help) in unknown.iter().zip(helps) {
        let (kind, name, _) = parts(meant);
        draft.report.error_at(*place, format!("there is no {} `{name}`", kind.noun()), help);
    }
}

/// Names and ids of interfaces and of members.
struct Interfaces<'a>([HashSet<&'a str>; 2]);

impl<'a> Interfaces<'a> {
    fn of(draft: &'a Draft) -> Self {
        let mut found = [HashSet::new(), HashSet::new()];
        for it in &draft.out.interfaces {
            let here = &mut found[usize::from(it.device.is_some())];
            here.extend(it.name.as_deref());
            here.extend(it.id.as_ref().map(|id| id.as_str()));
        }
        Self(found)
    }

    fn has(&self, name: &str, is_local: bool) -> bool {
        self.0[usize::from(is_local)].contains(name)
    }
}

/// What could not be read was declared all the same.
fn is_known(meant: &Meant, names: &Names<'_>, interfaces: &Interfaces<'_>, draft: &Draft) -> bool {
    let found = match meant {
        Meant::Group(key) => names.group(key).is_some(),
        Meant::PrefixList(key) => names.list(key).is_some(),
        Meant::Vpc(key) => names.declared_vpc(key).is_some(),
        Meant::Subnet(network, text) => names.subnet(network, text).is_some(),
        Meant::SubnetId(text) => names.vpc_of_subnet(text).is_some(),
        Meant::Instance(text) => names.instance(text).is_some(),
        Meant::Interface(text) => interfaces.has(text, true),
        Meant::Member(text) => interfaces.has(text, false),
        Meant::AnyInterface(text) => {
            let noted = draft.declared.contains_key(&(Kind::Member, NetworkKey::home(), text.clone()));
            noted || interfaces.has(text, true) || interfaces.has(text, false)
        }
    };
    let (kind, name, within) = parts(meant);
    found || draft.declared.contains_key(&(kind, within, name))
}

/// The kind, the name, and the network that it is one within.
fn parts(meant: &Meant) -> (Kind, String, NetworkKey) {
    let home = NetworkKey::home;
    match meant {
        Meant::Group(key) => (Kind::Group, key.text.clone(), key.network.clone()),
        Meant::PrefixList(key) => (Kind::PrefixList, key.text.clone(), home()),
        Meant::Vpc(VpcKey::Id(id)) => (Kind::Vpc, id.to_string(), home()),
        Meant::Vpc(VpcKey::Named(name)) => (Kind::Vpc, name.clone(), home()),
        Meant::Vpc(VpcKey::Default(_)) => (Kind::Vpc, "default".into(), home()),
        Meant::Subnet(network, text) => (Kind::Subnet, text.clone(), network.clone()),
        Meant::SubnetId(text) => (Kind::SubnetId, text.clone(), home()),
        Meant::Instance(text) => (Kind::Instance, text.clone(), home()),
        Meant::Interface(text) | Meant::AnyInterface(text) => (Kind::Interface, text.clone(), home()),
        Meant::Member(text) => (Kind::Member, text.clone(), home()),
    }
}

fn help(meant: &Meant, suggest: bool, draft: &Draft) -> String {
    let (kind, name, within) = parts(meant);
    let same = draft.declared.keys().filter(|(other, network, _)| suggest && *other == kind && *network == within);
    did_you_mean(&name, same.map(|(_, _, name)| name.as_str())).unwrap_or_else(|| {
        let section = match meant {
            Meant::Group(_) => "groups",
            Meant::PrefixList(_) => "prefix-lists",
            Meant::Vpc(_) => "vpcs",
            Meant::Subnet(..) | Meant::SubnetId(_) => "subnets",
            Meant::Instance(_) => "instances",
            Meant::Interface(_) | Meant::AnyInterface(_) => "interfaces",
            Meant::Member(_) => "members",
        };
        format!("declare it under `{section}`")
    })
}
