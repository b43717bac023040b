//! What the last apply declared and this one does not: it goes, unless something that an action made still needs it.

use super::object::Object;
use super::work::{Gone, Work};
use super::{Place, networks};
use crate::inventory::{
    Account, Association, AssociationState, FlowLog, Gateway, GroupId, Instance, ManagedPrefixList, Network,
    NetworkInterface, Owner, Peering, PeeringStatus, RulePeer, SecurityGroup, State, Subnet, Tags, Vpc, VpcId,
    default_rules, default_words,
};
use crate::model::DEFAULT_GROUP;
use std::sync::Arc;

/// Takes away what no file declares any more.
pub(super) fn left_out(work: &mut Work<'_>) {
    disown_default_vpcs(work);
    reset_default_groups(work);
    networks::disown_accounts(work);
    all::<FlowLog>(work);
    all::<Association>(work);
    all::<Peering>(work);
    all::<NetworkInterface>(work);
    all::<Instance>(work);
    all::<ManagedPrefixList>(work);
    all::<Gateway>(work);
    for vpc in undeclared::<Vpc>(work) {
        with_its_own(work, &vpc, &Place::default());
    }
    all::<SecurityGroup>(work);
    all::<Subnet>(work);
    all::<Vpc>(work);
}

fn undeclared<T: Object>(work: &Work<'_>) -> Vec<T::Id> {
    let of_files = T::all(&work.state).iter().filter(|(_, it)| it.owner().is_file());
    of_files.filter(|(id, _)| !work.is_wanted::<T>(id)).map(|(id, _)| id.clone()).collect()
}

fn all<T: Object>(work: &mut Work<'_>) {
    for id in undeclared::<T>(work) {
        work.drop::<T>(&id, &Place::default());
    }
}

/// Takes away what a VPC has by itself: its default group and default subnets, unless files declare them.
pub(super) fn with_its_own(work: &mut Work<'_>, vpc: &VpcId, place: &Place) {
    let its_own = |group: &&Arc<SecurityGroup>| group.vpc() == Some(vpc) && group.name == DEFAULT_GROUP;
    let groups: Vec<GroupId> = work.state.groups.values().filter(its_own).map(|it| it.id.clone()).collect();
    let of_it = work.state.subnets.values().filter(|it| it.vpc == *vpc && it.is_default && !it.owner.is_file());
    let subnets: Vec<_> = of_it.map(|it| it.id.clone()).collect();
    for id in groups.iter().filter(|id| !work.is_wanted::<SecurityGroup>(id)).cloned().collect::<Vec<_>>() {
        work.drop::<SecurityGroup>(&id, place);
    }
    for id in subnets {
        work.drop::<Subnet>(&id, place);
    }
}

/// A region keeps its default VPC; a file only stops saying how it is.
fn disown_default_vpcs(work: &mut Work<'_>) {
    for id in undeclared::<Vpc>(work) {
        let Some(vpc) = work.state.vpcs.get_mut(&id).filter(|vpc| vpc.is_default) else { continue };
        Arc::make_mut(vpc).owner = Owner::Action;
    }
}

/// A network keeps its default group: it is as it was at first (F19, F20).
fn reset_default_groups(work: &mut Work<'_>) {
    let undeclared = undeclared::<SecurityGroup>(work);
    let stays = |network: &Network| match network {
        Network::Vpc(vpc) => {
            work.state.vpcs.get(vpc).is_some_and(|it| !it.owner.is_file() || work.is_wanted::<Vpc>(vpc))
        }
        Network::Classic => true,
    };
    let mut reset = Vec::new();
    for id in undeclared {
        let group = work.state.groups.get(&id).filter(|it| it.name == DEFAULT_GROUP && stays(&it.network));
        reset.extend(group.map(|group| as_at_first(&work.state, group)));
    }
    for group in reset {
        work.state.groups.insert(group.id.clone(), Arc::new(group));
    }
}

fn as_at_first(state: &State, group: &SecurityGroup) -> SecurityGroup {
    let v6 = group.vpc().and_then(|vpc| state.vpcs.get(vpc)).is_some_and(|vpc| !vpc.v6.is_empty());
    SecurityGroup {
        rules: default_rules(group, v6),
        description: default_words(&group.network).into(),
        tags: Tags::new(),
        owner: Owner::Action,
        ..group.clone()
    }
}

/// Refuses to take away what something that stays still needs.
pub(super) fn check_needs(work: &mut Work<'_>) {
    if work.gone.is_empty() {
        return;
    }
    let mut found = Vec::new();
    needed(work, |it: &Gateway| it.vpc.iter().map(Vpc::key).collect(), &mut found);
    needed(work, |it: &Subnet| vec![Vpc::key(&it.vpc)], &mut found);
    needed(work, |it: &Instance| it.network.vpc().map(Vpc::key).into_iter().collect(), &mut found);
    needed(work, of_group, &mut found);
    needed(work, of_interface, &mut found);
    needed(work, of_association, &mut found);
    needed(work, of_peering, &mut found);
    for (place, message, help) in found {
        work.refuse(&place, message, help);
    }
}

type Found = Vec<(Place, String, String)>;

fn needed<T: Object>(work: &Work<'_>, needs: impl Fn(&T) -> Vec<String>, found: &mut Found) {
    for it in T::all(&work.state).values() {
        for Gone { place, words } in needs(it).iter().filter_map(|key| work.gone.get(key)) {
            let words_of_it = it.words();
            let message = format!("{words} is no longer declared, but {words_of_it} still needs it");
            found.push((place.clone(), message, format!("declare it again, or delete {words_of_it} first")));
        }
    }
}

fn of_group(it: &SecurityGroup) -> Vec<String> {
    let mut needs: Vec<String> = it.vpc().map(Vpc::key).into_iter().collect();
    // What a file says of groups that are gone is meant so; and a rule over a peering goes stale (F26, F110).
    if it.owner.is_file() {
        return needs;
    }
    needs.extend(it.rules.iter().filter_map(|rule| match &rule.peer {
        RulePeer::Group(to) if to.vpc.as_ref() == it.vpc() => Some(SecurityGroup::key(&to.id)),
        RulePeer::PrefixList(list) => Some(ManagedPrefixList::key(list)),
        RulePeer::Group(_) | RulePeer::Cidr(_) => None,
    }));
    needs
}

fn of_interface(it: &NetworkInterface) -> Vec<String> {
    let mut needs: Vec<String> = it.groups.iter().map(SecurityGroup::key).collect();
    needs.extend(it.network.vpc().map(Vpc::key));
    needs.extend(it.subnet.as_ref().map(Subnet::key));
    needs.extend(it.attachment.as_ref().map(|attachment| Instance::key(&attachment.instance)));
    needs
}

fn of_association(it: &Association) -> Vec<String> {
    match it.state {
        AssociationState::Associated => vec![SecurityGroup::key(&it.group), Vpc::key(&it.vpc)],
        AssociationState::Disassociated => Vec::new(),
    }
}

fn of_peering(it: &Peering) -> Vec<String> {
    match it.status {
        PeeringStatus::Active | PeeringStatus::PendingAcceptance => {
            vec![Vpc::key(&it.requester.vpc), Vpc::key(&it.accepter.vpc)]
        }
        _ => Vec::new(),
    }
}

/// Where the classic regions of an account were declared and are no more, nothing of actions may be left in them.
pub(super) fn check_classic(work: &mut Work<'_>) {
    let left = |it: &&Arc<SecurityGroup>| {
        let was = work.old.is_classic(&it.scope) && !work.state.is_classic(&it.scope);
        it.network == Network::Classic && was && it.name != DEFAULT_GROUP
    };
    let found = work.state.groups.values().find(left).map(|it| (it.words(), it.scope.clone()));
    let Some((words, scope)) = found else { return };
    let account = work.old.accounts.get(&scope.account).map(|it: &Arc<Account>| it.owner.clone());
    let place = match account {
        Some(Owner::File { file, line }) => Place { file: Arc::from(file), line, column: 0 },
        _ => Place::default(),
    };
    let message = format!("EC2-Classic in {} is no longer declared, but {words} is there", scope.region);
    work.refuse(&place, message, format!("declare it again, or delete {words} first"));
}
