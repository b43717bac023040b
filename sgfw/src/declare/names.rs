//! What the files' names mean among themselves: which declaration a reference leads to.

use super::{Declared, DeclaredVpc, GroupKey, ListKey, NetworkKey, VpcKey};
use crate::inventory::{AccountId, GroupId, PrefixListId, Scope, SubnetId, VpcId};
use crate::model::DEFAULT_GROUP;
use std::collections::HashMap;

/// A network as far as files alone can tell.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// The VPC with this id.
    Vpc(VpcId),
    /// The default VPC of an account and region, whatever its id.
    Default(Scope),
    /// EC2-Classic of an account and region.
    Classic(Scope),
}

/// What a reference to a group leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedGroup {
    /// This one of the declared groups.
    Declared(usize),
    /// The default group of a network, which no file declares.
    Default(Site),
}

/// The declared things by name and id.
#[derive(Debug)]
pub struct Names<'a> {
    declared: &'a Declared,
    home: Scope,
    vpcs: HashMap<&'a str, usize>,
    vpc_ids: HashMap<VpcId, usize>,
    defaults: HashMap<Scope, usize>,
    groups: HashMap<Site, HashMap<&'a str, usize>>,
    group_ids: HashMap<&'a GroupId, usize>,
    lists: HashMap<(Scope, &'a str), usize>,
    list_ids: HashMap<&'a PrefixListId, usize>,
    instances: HashMap<&'a str, usize>,
    subnets: HashMap<(Site, &'a str), usize>,
    subnet_ids: HashMap<&'a SubnetId, usize>,
}

impl<'a> Names<'a> {
    /// The names of what is declared, seen from this home unless the files say another.
    pub fn of(declared: &'a Declared, home: &Scope) -> Self {
        let home = Scope {
            account: declared.account.clone().unwrap_or_else(|| home.account.clone()),
            region: declared.region.clone().unwrap_or_else(|| home.region.clone()),
        };
        let mut names = Self {
            declared,
            home,
            vpcs: HashMap::new(),
            vpc_ids: HashMap::new(),
            defaults: HashMap::new(),
            groups: HashMap::new(),
            group_ids: HashMap::new(),
            lists: HashMap::new(),
            list_ids: HashMap::new(),
            instances: HashMap::new(),
            subnets: HashMap::new(),
            subnet_ids: HashMap::new(),
        };
        names.fill();
        names
    }

    fn fill(&mut self) {
        let declared = self.declared;
        for (number, vpc) in declared.vpcs.iter().enumerate() {
            self.vpcs.extend(vpc.name.as_deref().map(|name| (name, number)));
            self.vpc_ids.extend(vpc.fixed_id().map(|id| (id, number)));
            if vpc.is_default {
                self.defaults.insert(vpc.at.scope(&self.home), number);
            }
        }
        for (number, group) in declared.groups.iter().enumerate() {
            if let Some(site) = self.site(&group.network) {
                self.groups.entry(site).or_default().insert(&group.name, number);
            }
            self.group_ids.extend(group.id.as_ref().map(|id| (id, number)));
        }
        for (number, list) in declared.prefix_lists.iter().enumerate() {
            self.lists.insert((list.at.scope(&self.home), &list.name), number);
            self.list_ids.extend(list.id.as_ref().map(|id| (id, number)));
        }
        for (number, instance) in declared.instances.iter().enumerate() {
            self.instances.extend(instance.name.as_deref().map(|name| (name, number)));
            self.instances.extend(instance.id.as_ref().map(|id| (id.as_str(), number)));
        }
        for (number, subnet) in declared.subnets.iter().enumerate() {
            self.subnet_ids.extend(subnet.id.as_ref().map(|id| (id, number)));
            let Some(site) = self.vpc(&subnet.vpc) else { continue };
            self.subnets.extend(subnet.name.as_deref().map(|name| ((site.clone(), name), number)));
            self.subnets.extend(subnet.id.as_ref().map(|id| ((site, id.as_str()), number)));
        }
    }

    /// The home account and region.
    pub const fn home(&self) -> &Scope {
        &self.home
    }

    /// The network that is meant; none if it goes by a name that no VPC has.
    pub fn site(&self, key: &NetworkKey) -> Option<Site> {
        match key {
            NetworkKey::Vpc(vpc) => self.vpc(vpc),
            NetworkKey::Classic(at) => Some(Site::Classic(at.scope(&self.home))),
        }
    }

    /// The VPC that is meant; none if it goes by a name that no VPC has.
    pub fn vpc(&self, key: &VpcKey) -> Option<Site> {
        match key {
            VpcKey::Id(id) => Some(Site::Vpc(id.clone())),
            VpcKey::Named(name) => self.vpcs.get(name.as_str()).map(|number| self.site_of(*number)),
            VpcKey::Default(at) => {
                let scope = at.scope(&self.home);
                let declared = self.defaults.get(&scope).map(|number| self.site_of(*number));
                Some(declared.unwrap_or(Site::Default(scope)))
            }
        }
    }

    fn site_of(&self, number: usize) -> Site {
        let vpc = &self.declared.vpcs[number];
        vpc.fixed_id().map_or_else(|| Site::Default(vpc.at.scope(&self.home)), Site::Vpc)
    }

    /// The declaration of a VPC.
    pub fn declared_vpc(&self, key: &VpcKey) -> Option<&'a DeclaredVpc> {
        let number = match self.vpc(key)? {
            Site::Vpc(id) => self.vpc_ids.get(&id),
            Site::Default(scope) | Site::Classic(scope) => self.defaults.get(&scope),
        };
        number.map(|number| &self.declared.vpcs[*number])
    }

    /// Whose network it is and where, if a file says so.
    pub fn scope(&self, site: &Site) -> Option<Scope> {
        match site {
            Site::Default(scope) | Site::Classic(scope) => Some(scope.clone()),
            Site::Vpc(id) => self.vpc_ids.get(id).map(|number| self.declared.vpcs[*number].at.scope(&self.home)),
        }
    }

    /// The group that is meant. A name of the own network comes first, for a name may contain a slash.
    pub fn group(&self, key: &GroupKey) -> Option<NamedGroup> {
        if let Some(number) = GroupId::parse(&key.text).ok().and_then(|id| self.group_ids.get(&id).copied()) {
            return Some(NamedGroup::Declared(number));
        }
        let own = self.site(&key.network)?;
        self.named(&own, &key.text).or_else(|| {
            let (place, group) = key.text.split_once('/')?;
            self.elsewhere(&own, place, group)
        })
    }

    fn named(&self, site: &Site, name: &str) -> Option<NamedGroup> {
        let declared = self.groups.get(site).and_then(|groups| groups.get(name));
        let default = || (name == DEFAULT_GROUP).then(|| NamedGroup::Default(site.clone()));
        declared.map(|number| NamedGroup::Declared(*number)).or_else(default)
    }

    /// A group of another VPC, or of another account (F56, F106).
    fn elsewhere(&self, own: &Site, place: &str, group: &str) -> Option<NamedGroup> {
        let by_id = GroupId::parse(group).ok().and_then(|id| self.group_ids.get(&id).copied());
        if let Ok(account) = AccountId::parse(place) {
            return match (by_id, own) {
                (Some(number), _) => self.is_owned(number, &account).then_some(NamedGroup::Declared(number)),
                (None, Site::Classic(here)) => {
                    self.named(&Site::Classic(Scope { account, region: here.region.clone() }), group)
                }
                (None, _) => None,
            };
        }
        let site = self.vpc(&vpc_key(place)).filter(|site| self.is_declared(site))?;
        match by_id {
            Some(number) => self.is_in(number, &site).then_some(NamedGroup::Declared(number)),
            None => self.named(&site, group),
        }
    }

    fn is_declared(&self, site: &Site) -> bool {
        !matches!(site, Site::Vpc(id) if !self.vpc_ids.contains_key(id))
    }

    fn is_owned(&self, group: usize, account: &AccountId) -> bool {
        let site = self.site(&self.declared.groups[group].network);
        site.and_then(|site| self.scope(&site)).is_some_and(|scope| scope.account == *account)
    }

    fn is_in(&self, group: usize, site: &Site) -> bool {
        self.site(&self.declared.groups[group].network).as_ref() == Some(site)
    }

    /// The prefix list that is meant: one of the same account and region, or of AWS's in the region.
    pub fn list(&self, key: &ListKey) -> Option<usize> {
        if let Ok(id) = PrefixListId::parse(&key.text) {
            return self.list_ids.get(&id).copied();
        }
        let scope = self.scope(&self.site(&key.network)?)?;
        self.lists.get(&(scope.clone(), key.text.as_str())).copied().or_else(|| self.list_of_aws(&scope, &key.text))
    }

    fn list_of_aws(&self, scope: &Scope, name: &str) -> Option<usize> {
        self.declared.prefix_lists.iter().position(|list| {
            list.aws_weight.is_some() && list.name == name && list.at.scope(&self.home).region == scope.region
        })
    }

    /// The instance that is meant, by name or id.
    pub fn instance(&self, text: &str) -> Option<usize> {
        self.instances.get(text.to_ascii_lowercase().as_str()).or_else(|| self.instances.get(text)).copied()
    }

    /// The subnet of a network that is meant, by name or id.
    pub fn subnet(&self, network: &NetworkKey, text: &str) -> Option<usize> {
        let site = self.site(network)?;
        let id = SubnetId::parse(text).map_or_else(|_| text.to_owned(), |id| id.to_string());
        self.subnets.get(&(site, id.as_str())).copied()
    }

    /// The VPC of the subnet with this id.
    pub fn vpc_of_subnet(&self, id: &str) -> Option<&'a VpcKey> {
        let number = SubnetId::parse(id).ok().and_then(|id| self.subnet_ids.get(&id).copied());
        number.map(|number| &self.declared.subnets[number].vpc)
    }

    /// The names of the groups of a network, for suggestions.
    pub fn groups_of(&self, key: &NetworkKey) -> impl Iterator<Item = &'a str> {
        let groups = self.site(key).and_then(|site| self.groups.get(&site));
        groups.into_iter().flat_map(|groups| groups.keys().copied())
    }
}

/// The VPC that a text means: an id, or a name of the file.
pub fn vpc_key(text: &str) -> VpcKey {
    VpcId::parse(text).map_or_else(|_| VpcKey::Named(text.to_owned()), VpcKey::Id)
}
