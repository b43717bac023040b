//! Which nodes interfaces and cells lead to, given a way to read a node.
//!
//! What a killed apply left may lead anywhere: trees too deep and places that do not exist are not followed.

use crate::compile::{Kind, Shape};
use sgfw_common::maps::{Interface, Node32, Node128, Tree};
use std::collections::{BTreeMap, HashSet};

/// Nodes by place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// 32 bits wide.
    pub nodes32: BTreeMap<u32, Node32>,
    /// 128 bits wide.
    pub nodes128: BTreeMap<u32, Node128>,
}

/// All nodes that these interfaces and cells lead to. The readers answer none for a place that is not there.
///
/// # Errors
/// The first error of a reader.
pub fn reachable<'a, E>(
    interfaces: impl IntoIterator<Item = &'a Interface>,
    cells: impl IntoIterator<Item = &'a Tree>,
    mut read32: impl FnMut(u32) -> Result<Option<Node32>, E>,
    mut read128: impl FnMut(u32) -> Result<Option<Node128>, E>,
) -> Result<Reached, E> {
    let mut walk = Walk::default();
    interfaces.into_iter().for_each(|interface| walk.interface(interface));
    cells.into_iter().for_each(|cell| walk.tree(Width::W32, *cell, Kind::Answers));
    let mut reached = Reached::default();
    while let Some(step) = walk.todo.pop() {
        match step.width {
            Width::W32 => {
                if let Some(node) = read32(step.place)? {
                    walk.node(step, &node);
                    reached.nodes32.insert(step.place, node);
                }
            }
            Width::W128 => {
                if let Some(node) = read128(step.place)? {
                    walk.node(step, &node);
                    reached.nodes128.insert(step.place, node);
                }
            }
        }
    }
    Ok(reached)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Width {
    W32,
    W128,
}

/// A node to be read: how many levels it stands for, and what its tree answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Step {
    width: Width,
    place: u32,
    depth: u32,
    leaves: Kind,
}

#[derive(Default)]
struct Walk {
    todo: Vec<Step>,
    seen: HashSet<Step>,
}

impl Walk {
    fn interface(&mut self, interface: &Interface) {
        for rules in &interface.rules {
            self.tree(Width::W32, rules.any4, Kind::Answers);
            self.tree(Width::W32, rules.any6, Kind::Answers);
            self.tree(Width::W32, rules.cidr4, Kind::Cells);
            self.tree(Width::W128, rules.cidr6, Kind::Cells);
        }
        self.tree(Width::W32, interface.own4, Kind::Answers);
        self.tree(Width::W128, interface.own6, Kind::Answers);
    }

    fn tree(&mut self, width: Width, tree: Tree, leaves: Kind) {
        if (1..=Tree::MAX_DEPTH).contains(&tree.depth()) {
            self.push(Step { width, place: tree.root(), depth: tree.depth(), leaves });
        }
    }

    fn node<N: Shape>(&mut self, step: Step, node: &N) {
        for next in &node.next()[..node.used()] {
            if step.depth > 1 {
                self.push(Step { place: *next, depth: step.depth - 1, ..step });
            } else if step.leaves == Kind::Cells {
                self.tree(Width::W32, Tree(*next), Kind::Answers);
            }
        }
    }

    fn push(&mut self, step: Step) {
        if self.seen.insert(step) {
            self.todo.push(step);
        }
    }
}
