//! Trees that interfaces and cells lead to, each counted, with the nodes it is made of.

use super::held::Held;
use crate::compile::nodes::Shape;
use sgfw_common::maps::{Interface, Node32, Node128, Tree};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Nodes of both widths and the trees over them.
#[derive(Clone, Debug)]
pub(super) struct Trees {
    pub(super) nodes32: Held<Node32>,
    pub(super) nodes128: Held<Node128>,
    trees: HashMap<Key, Held1>,
}

/// A tree by what it is read as: the same place may be read as two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    is_wide: bool,
    is_of_cells: bool,
    tree: Tree,
}

/// A tree that is held.
#[derive(Clone, Debug, Default)]
struct Held1 {
    uses: u32,
    nodes: BTreeSet<u32>,
    cells: BTreeSet<u32>,
}

impl Trees {
    /// These nodes, without a tree.
    pub(super) fn of(nodes32: &BTreeMap<u32, Node32>, nodes128: &BTreeMap<u32, Node128>) -> Self {
        Self { nodes32: Held::of(nodes32), nodes128: Held::of(nodes128), trees: HashMap::new() }
    }

    /// An interface leads to its trees.
    pub(super) fn hold_interface(&mut self, interface: &Interface) {
        keys(interface).into_iter().for_each(|key| self.hold(key));
    }

    /// And no longer.
    pub(super) fn release_interface(&mut self, interface: &Interface) {
        keys(interface).into_iter().for_each(|key| self.release(key));
    }

    /// Something leads to a cell.
    pub(super) fn hold_cell(&mut self, cell: Tree) {
        self.hold(Key::cell(cell));
    }

    /// And no longer.
    pub(super) fn release_cell(&mut self, cell: Tree) {
        self.release(Key::cell(cell));
    }

    fn hold(&mut self, key: Key) {
        if key.tree.depth() == 0 {
            return;
        }
        if let Some(held) = self.trees.get_mut(&key) {
            held.uses += 1;
            return;
        }
        let mut held = Held1 { uses: 1, ..Held1::default() };
        match key.is_wide {
            true => walk(&self.nodes128, key, &mut held),
            false => walk(&self.nodes32, key, &mut held),
        }
        for place in &held.nodes {
            match key.is_wide {
                true => self.nodes128.hold(*place),
                false => self.nodes32.hold(*place),
            }
        }
        held.cells.iter().for_each(|cell| self.hold_cell(Tree(*cell)));
        self.trees.insert(key, held);
    }

    fn release(&mut self, key: Key) {
        let Some(held) = self.trees.get_mut(&key) else { return };
        held.uses -= 1;
        if held.uses > 0 {
            return;
        }
        let Some(held) = self.trees.remove(&key) else { return };
        for place in &held.nodes {
            match key.is_wide {
                true => self.nodes128.release(*place),
                false => self.nodes32.release(*place),
            }
        }
        held.cells.iter().for_each(|cell| self.release_cell(Tree(*cell)));
    }
}

impl Key {
    const fn cell(tree: Tree) -> Self {
        Self { is_wide: false, is_of_cells: false, tree }
    }
}

/// All trees of an interface.
fn keys(interface: &Interface) -> Vec<Key> {
    let wide = |tree, is_of_cells| Key { is_wide: true, is_of_cells, tree };
    let mut keys = vec![Key::cell(interface.own4), wide(interface.own6, false)];
    for rules in &interface.rules {
        keys.extend([Key::cell(rules.any4), Key::cell(rules.any6)]);
        keys.extend([Key { is_of_cells: true, ..Key::cell(rules.cidr4) }, wide(rules.cidr6, true)]);
    }
    keys
}

/// Notes the nodes of a tree, and the cells that it answers with.
fn walk<N: Shape>(nodes: &Held<N>, key: Key, held: &mut Held1) {
    let mut level = BTreeSet::from([key.tree.root()]);
    for depth in (1..=key.tree.depth()).rev() {
        let mut below = BTreeSet::new();
        for node in level.iter().filter_map(|place| nodes.node(*place)) {
            below.extend(&node.next()[..node.used()]);
        }
        held.nodes.append(&mut level);
        match (depth, key.is_of_cells) {
            (1, true) => held.cells = below,
            (1, false) => {}
            _ => level = below,
        }
    }
}
