//! Accounts, VPCs, subnets and gateways.

use super::work::Work;
use super::{
    DeclaredFlowLog, DeclaredGateway, DeclaredResource, DeclaredSubnet, DeclaredVpc, NetworkKey, Place, VpcKey,
};
use crate::inventory::{
    Account, AccountId, Gateway, GatewayId, Network, Owner, Scope, Subnet, SubnetId, Vpc, VpcId, begin, default_block,
    default_vpc, default_vpc_id, give_ipv6, home_block, mark_begun,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) fn adopt(work: &mut Work<'_>) {
    accounts(work);
    let declared = work.declared;
    for vpc in &declared.vpcs {
        self::vpc(work, vpc);
    }
    beginnings(work);
    for subnet in &declared.subnets {
        self::subnet(work, subnet);
    }
    for gateway in &declared.gateways {
        self::gateway(work, gateway);
    }
}

/// An account counts as declared where a section for EC2-Classic speaks of it, too.
fn accounts(work: &mut Work<'_>) {
    let mut accounts: BTreeMap<AccountId, (Place, Account)> = BTreeMap::new();
    let declared = work.declared;
    for it in &declared.accounts {
        if let Some((first, _)) = accounts.get(&it.id) {
            let message = format!("account {} is declared twice; first at {first}", it.id);
            work.refuse(&it.place, message, "leave one out");
        }
        let account = Account { classic: it.classic.clone(), begun: it.begun.clone(), ..Account::new(&it.id) };
        accounts.insert(it.id.clone(), (it.place.clone(), account));
    }
    for it in &declared.classic {
        let Scope { account, region } = it.at.scope(&work.home);
        let entry = accounts.entry(account.clone()).or_insert_with(|| (it.place.clone(), Account::new(&account)));
        entry.1.classic.insert(region);
    }
    for (id, (place, mut account)) in accounts {
        let known = work.old.accounts.get(&id);
        account.begun.extend(known.into_iter().flat_map(|it| it.begun.iter().cloned()));
        work.put(account, &place);
    }
}

fn vpc(work: &mut Work<'_>, it: &DeclaredVpc) {
    let scope = it.at.scope(&work.home);
    let standing = work.state.default_vpc(&scope).map(|vpc| vpc.id.clone()).filter(|_| it.is_default);
    let id = it.fixed_id().or_else(|| standing.clone()).unwrap_or_else(|| default_vpc_id(&scope));
    if it.is_default {
        mark_begun(&mut work.state, &scope);
    }
    if let Some(standing) = standing.filter(|standing| *standing != id && !work.is_wanted::<Vpc>(standing)) {
        replace(work, &standing, &it.place);
    }
    let known = work.state.vpcs.get(&id).cloned();
    if let Some(other) = known.as_ref().filter(|vpc| vpc.scope != scope && !vpc.owner.is_file()) {
        let (account, region) = (&other.scope.account, &other.scope.region);
        let message = format!("VPC {id} is there already, in {region} of account {account}");
        work.refuse(&it.place, message, "give this one another id");
        return;
    }
    if known.is_none() && it.fixed_id().is_none() {
        default_vpc(&mut work.state, &scope);
    }
    let known = work.state.vpcs.get(&id).cloned();
    let vpc = self::made(it, id, scope, known.as_deref(), &work.home);
    if known.is_some_and(|old| old.v6.is_empty()) && !vpc.v6.is_empty() {
        give_ipv6(&mut work.state, &vpc.id, &vpc.v6);
    }
    work.put(vpc, &it.place);
}

/// Blocks that the file does not say are those of a default VPC.
fn made(it: &DeclaredVpc, id: VpcId, scope: Scope, known: Option<&Vpc>, home: &Scope) -> Vpc {
    let born_v6 = || if it.is_default && scope == *home { vec![home_block(&scope)] } else { Vec::new() };
    Vpc {
        v4: it.v4.clone().or_else(|| known.map(|vpc| vpc.v4.clone())).unwrap_or_else(|| vec![default_block()]),
        v6: it.v6.clone().or_else(|| known.map(|vpc| vpc.v6.clone())).unwrap_or_else(born_v6),
        id,
        scope,
        is_default: it.is_default,
        legacy: it.legacy,
        dns_support: it.dns_support,
        dns_hostnames: it.dns_hostnames,
        tags: it.tags.clone(),
        owner: Owner::Action,
    }
}

/// Takes the default VPC away that another one is declared instead of.
fn replace(work: &mut Work<'_>, standing: &VpcId, place: &Place) {
    super::remove::with_its_own(work, standing, place);
    work.drop::<Vpc>(standing, place);
}

/// What the home and regions of EC2-Classic begin with. The home's default VPC is there for what is declared in it,
/// also where the platform is EC2-Classic.
fn beginnings(work: &mut Work<'_>) {
    let home = work.home.clone();
    begin(&mut work.state, &home);
    if work.state.default_vpc(&home).is_none() && uses_home(work) {
        default_vpc(&mut work.state, &home);
    }
    let without = |vpc: &&Arc<Vpc>| vpc.v6.is_empty() && !vpc.owner.is_file();
    if let Some(id) = work.state.default_vpc(&home).filter(without).map(|vpc| vpc.id.clone()) {
        give_ipv6(&mut work.state, &id, &[home_block(&home)]);
    }
    for it in &work.declared.classic {
        let scope = it.at.scope(&home);
        begin(&mut work.state, &scope);
    }
}

fn uses_home(work: &Work<'_>) -> bool {
    let declared = work.declared;
    let groups = declared.groups.iter().map(|it| &it.network);
    let interfaces = declared.interfaces.iter().map(|it| &it.network);
    let instances = declared.instances.iter().map(|it| &it.network);
    let home = NetworkKey::home();
    let logs = |it: &DeclaredFlowLog| match &it.resource {
        DeclaredResource::Vpc(key) | DeclaredResource::Subnet(key, _) => NetworkKey::Vpc(key.clone()) == home,
        DeclaredResource::SubnetId(_) | DeclaredResource::Interface(_) => false,
    };
    if declared.flow_logs.iter().any(logs) {
        return true;
    }
    groups.chain(interfaces).chain(instances).any(|network| *network == home)
}

/// A subnet without id is the one that has its block.
fn subnet(work: &mut Work<'_>, it: &DeclaredSubnet) {
    let Some((scope, network)) = work.network(&NetworkKey::Vpc(it.vpc.clone()), &it.place) else { return };
    let Network::Vpc(vpc) = network else { return };
    let zone = it.zone.clone().unwrap_or_else(|| format!("{}a", scope.region));
    let known = work.state.subnets.values().find(|old| old.vpc == vpc && old.v4 == it.v4 && old.v6 == it.v6);
    let block = it.v4.map(|block| block.to_string()).or_else(|| it.v6.map(|block| block.to_string()));
    let derived = || SubnetId::derive(&[vpc.as_str(), "subnet", &block.unwrap_or_default()]);
    let id = it.id.clone().or_else(|| known.map(|old| old.id.clone())).unwrap_or_else(derived);
    let (v4, v6, is_default, tags) = (it.v4, it.v6, it.is_default, it.tags.clone());
    work.put(Subnet { id, vpc, zone, v4, v6, is_default, tags, owner: Owner::Action }, &it.place);
}

fn gateway(work: &mut Work<'_>, it: &DeclaredGateway) {
    let vpc = match &it.vpc {
        Some(key) => match vpc_of(work, key, &it.place) {
            Some(vpc) => Some(vpc),
            None => return,
        },
        None => None,
    };
    let name = it.name.clone().or_else(|| vpc.as_ref().map(|(_, vpc)| vpc.to_string()));
    let id = it.id.clone().unwrap_or_else(|| GatewayId::derive(&["gateway", &name.unwrap_or_default()]));
    let said = it.at.account.is_some() || it.at.region.is_some();
    let scope = match &vpc {
        Some((scope, _)) if !said => scope.clone(),
        _ => it.at.scope(&work.home),
    };
    let vpc = vpc.map(|(_, vpc)| vpc);
    work.put(Gateway { id, scope, vpc, tags: it.tags.clone(), owner: Owner::Action }, &it.place);
}

/// The VPC that is meant, and whose it is.
pub(super) fn vpc_of(work: &mut Work<'_>, key: &VpcKey, place: &Place) -> Option<(Scope, VpcId)> {
    let (scope, network) = work.network(&NetworkKey::Vpc(key.clone()), place)?;
    network.vpc().map(|vpc| (scope, vpc.clone()))
}

/// Accounts that no file declares any more are as if only actions knew them.
pub(super) fn disown_accounts(work: &mut Work<'_>) {
    let undeclared = work.state.accounts.values().filter(|it| it.owner.is_file() && !work.is_wanted::<Account>(&it.id));
    let undeclared: Vec<Arc<Account>> = undeclared.cloned().collect();
    for it in undeclared {
        if it.begun.is_empty() {
            work.state.accounts.remove(&it.id);
        } else {
            let account = Account { classic: BTreeSet::new(), owner: Owner::Action, ..(*it).clone() };
            work.state.accounts.insert(it.id.clone(), Arc::new(account));
        }
    }
}
