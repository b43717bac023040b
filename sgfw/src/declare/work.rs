//! An adoption at work: the state as it becomes, what is declared in it, and what is wrong.

use super::names::{Names, Site};
use super::object::Object;
use super::{Declared, NetworkKey, Place, Refusal};
use crate::inventory::{Network, Owner, Scope, State};
use std::collections::HashMap;
use std::sync::Arc;

/// An object that this apply takes away.
pub(super) struct Gone {
    /// Where it was declared; the place of what replaces it for one that no file declared.
    pub(super) place: Place,
    /// What a person calls it.
    pub(super) words: String,
}

pub(super) struct Work<'a> {
    pub(super) declared: &'a Declared,
    pub(super) names: Names<'a>,
    pub(super) home: Scope,
    /// The state before.
    pub(super) old: &'a State,
    /// The state as it becomes.
    pub(super) state: State,
    /// The rows of what is declared, and where.
    pub(super) wanted: HashMap<String, Place>,
    /// The rows that go.
    pub(super) gone: HashMap<String, Gone>,
    /// What is worth telling.
    pub(super) notes: Vec<String>,
    refused: Vec<Refusal>,
    networks: HashMap<NetworkKey, Option<(Scope, Network)>>,
}

impl<'a> Work<'a> {
    pub(super) fn new(old: &'a State, declared: &'a Declared) -> Self {
        let names = Names::of(declared, &old.settings.home);
        Self {
            declared,
            home: names.home().clone(),
            names,
            old,
            state: old.clone(),
            wanted: HashMap::new(),
            gone: HashMap::new(),
            notes: Vec::new(),
            refused: Vec::new(),
            networks: HashMap::new(),
        }
    }

    /// All that is wrong, sorted by place.
    pub(super) fn refused(&mut self) -> Vec<Refusal> {
        let mut refused = std::mem::take(&mut self.refused);
        refused.sort();
        refused.dedup();
        refused
    }

    pub(super) fn refuse(&mut self, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.refused.push(Refusal { place: place.clone(), message: message.into(), help: help.into() });
    }

    /// Takes a declared object in. What is as it was stays shared with the state before.
    pub(super) fn put<T: Object>(&mut self, mut object: T, place: &Place) {
        let (id, key) = (object.id(), T::key(&object.id()));
        if let Some(first) = self.wanted.get(&key) {
            let message = format!("{} is declared twice; first at {first}", object.words());
            self.refuse(place, message, "leave one out");
            return;
        }
        object.set_owner(place.owner());
        let taken = |old: &&Arc<T>| !old.owner().is_file() && !old.is_born();
        if T::all(self.old).get(&id).is_some_and(|old| taken(&old)) {
            self.notes.push(format!("{place}: {} was made by an action and is this file's now", object.words()));
        }
        let same = T::all(&self.state).get(&id).is_some_and(|it| **it == object);
        if !same {
            T::all_mut(&mut self.state).insert(id, Arc::new(object));
        }
        self.wanted.insert(key, place.clone());
    }

    /// Takes an object away.
    pub(super) fn drop<T: Object>(&mut self, id: &T::Id, otherwise: &Place) {
        let Some(object) = T::all_mut(&mut self.state).remove(id) else { return };
        let place = match object.owner() {
            Owner::File { file, line } => Place { file: Arc::from(file.as_str()), line: *line, column: 0 },
            Owner::Action => otherwise.clone(),
        };
        self.gone.insert(T::key(id), Gone { place, words: object.words() });
    }

    /// Whether a file declares the object.
    pub(super) fn is_wanted<T: Object>(&self, id: &T::Id) -> bool {
        self.wanted.contains_key(&T::key(id))
    }

    /// Where the object with this key is declared, if it is.
    pub(super) fn place_of<T: Object>(&self, id: &T::Id) -> Option<&Place> {
        self.wanted.get(&T::key(id))
    }

    /// The network that is meant and whose it is; what is not there is refused.
    pub(super) fn network(&mut self, key: &NetworkKey, place: &Place) -> Option<(Scope, Network)> {
        if let Some(known) = self.networks.get(key) {
            return known.clone();
        }
        let found = self.names.site(key).and_then(|site| self.network_at(&site));
        if found.is_none() {
            self.refuse(place, "the VPC of this declaration is not there", "declare it under `vpcs`");
        }
        self.networks.insert(key.clone(), found.clone());
        found
    }

    pub(super) fn network_at(&self, site: &Site) -> Option<(Scope, Network)> {
        match site {
            Site::Classic(scope) => Some((scope.clone(), Network::Classic)),
            Site::Default(scope) => {
                self.state.default_vpc(scope).map(|vpc| (scope.clone(), Network::Vpc(vpc.id.clone())))
            }
            Site::Vpc(id) => self.state.vpcs.get(id).map(|vpc| (vpc.scope.clone(), Network::Vpc(id.clone()))),
        }
    }
}
