//! A map of shared objects that is copied at once, and tells quickly what changed.
//!
//! A copy is one pointer, and a change of one of two copies costs the path to what changes; what differs is found along
//! the parts that are not shared. Both are independent of how many objects there are.

use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// Objects by key, in the order of keys; used as the [`OrdMap`] that it is.
pub struct Table<K, V>(OrdMap<K, Arc<V>>);

/// A key of which two tables do not hold the same.
#[derive(Debug)]
pub struct Difference<'a, K, V> {
    /// The key.
    pub key: &'a K,
    /// What the older table holds.
    pub old: Option<&'a Arc<V>>,
    /// What the newer one holds.
    pub new: Option<&'a Arc<V>>,
}

impl<K: Ord, V: PartialEq> Table<K, V> {
    /// What differs from an older table, in the order of keys.
    pub fn differences<'a>(&'a self, old: &'a Self) -> impl Iterator<Item = Difference<'a, K, V>> {
        old.0.diff(&self.0).map(|item| match item {
            DiffItem::Add(key, new) => Difference { key, old: None, new: Some(new) },
            DiffItem::Update { old: (_, old), new: (key, new) } => Difference { key, old: Some(old), new: Some(new) },
            DiffItem::Remove(key, old) => Difference { key, old: Some(old), new: None },
        })
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    /// Keeps what this says yes to.
    pub fn retain(&mut self, mut keeps: impl FnMut(&K, &Arc<V>) -> bool) {
        let gone: Vec<K> =
            self.0.iter().filter(|(key, value)| !keeps(key, value)).map(|(key, _)| key.clone()).collect();
        gone.iter().for_each(|key| drop(self.0.remove(key)));
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    /// Changes those that this says yes to.
    pub fn change(&mut self, mut which: impl FnMut(&V) -> bool, mut change: impl FnMut(&mut V)) {
        for (key, mut value) in self.0.clone().into_iter().filter(|(_, value)| which(value)) {
            change(Arc::make_mut(&mut value));
            self.0.insert(key, value);
        }
    }
}

impl<K, V> Deref for Table<K, V> {
    type Target = OrdMap<K, Arc<V>>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<K, V> DerefMut for Table<K, V> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self(OrdMap::default())
    }
}

impl<K, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Ord, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0) || self.0 == other.0
    }
}

impl<K: Ord, V: Eq> Eq for Table<K, V> {}

impl<K: Ord + fmt::Debug, V: fmt::Debug> fmt::Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<K: Ord + Clone, V> FromIterator<(K, Arc<V>)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, Arc<V>)>>(entries: I) -> Self {
        Self(OrdMap::from_iter(entries))
    }
}

impl<K: Ord + Clone, V> IntoIterator for Table<K, V> {
    type Item = (K, Arc<V>);
    type IntoIter = imbl::ordmap::ConsumingIter<K, Arc<V>, imbl::shared_ptr::DefaultSharedPtr>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, K: Ord, V> IntoIterator for &'a Table<K, V> {
    type Item = (&'a K, &'a Arc<V>);
    type IntoIter = imbl::ordmap::Iter<'a, K, Arc<V>, imbl::shared_ptr::DefaultSharedPtr>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_what_two_tables_do_not_share() {
        let old: Table<u32, &str> =
            [(1, "a"), (2, "b"), (3, "c"), (5, "e")].map(|(k, v)| (k, Arc::new(v))).into_iter().collect();
        let mut new = old.clone();
        assert!(new.differences(&old).next().is_none());
        new.remove(&1);
        new.insert(2, Arc::new("B"));
        new.insert(3, Arc::new("c"));
        new.insert(4, Arc::new("d"));
        new.insert(6, Arc::new("f"));
        let found: Vec<_> =
            new.differences(&old).map(|it| (*it.key, it.old.map(|v| **v), it.new.map(|v| **v))).collect();
        let wanted = [(1, Some("a"), None), (2, Some("b"), Some("B")), (4, None, Some("d")), (6, None, Some("f"))];
        assert_eq!(found, wanted);
        assert_eq!(old.len(), 4, "a copy is no longer changed with the other");
    }
}
