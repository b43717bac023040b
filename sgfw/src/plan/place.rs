//! Places for the nodes of an image: the ones that equal nodes have already, free ones for the others.
//!
//! Equal trees thus get equal numbers, so that "nothing has changed" is a comparison of numbers.

use super::op::PlanError;
use super::reach::{Reached, reachable};
use super::running::Running;
use crate::compile::{Image, Kind, Shape};
use sgfw_common::maps::{Interface, Node32, Node128, Rules, Tree};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;

/// Where the nodes of an image lie, and which have to be written there.
pub(super) struct Placed {
    places32: Vec<u32>,
    places128: Vec<u32>,
    pub(super) new32: Vec<(u32, Node32)>,
    pub(super) new128: Vec<(u32, Node128)>,
}

/// Finds places that neither the version in force nor any cell leads to.
pub(super) fn place(running: &Running, image: &Image) -> Result<Placed, PlanError> {
    let used = in_force(running);
    let (places32, new32) = Placer::new(&used.nodes32, &running.nodes32).place(&image.nodes32, None)?;
    let (places128, new128) = Placer::new(&used.nodes128, &running.nodes128).place(&image.nodes128, Some(&places32))?;
    Ok(Placed { places32, places128, new32, new128 })
}

/// The nodes that the version in force and all cells lead to.
pub(super) fn in_force(running: &Running) -> Reached {
    let interfaces = running.slots.values().map(|slot| &slot.versions[running.active]);
    let read32 = |place: u32| Ok::<_, Infallible>(running.nodes32.get(&place).copied());
    let read128 = |place: u32| Ok(running.nodes128.get(&place).copied());
    let Ok(reached) = reachable(interfaces, running.member_cells.values(), read32, read128);
    reached
}

impl Placed {
    /// A tree of 32-bit nodes, in its place.
    pub(super) fn tree32(&self, tree: Tree) -> Tree {
        move_tree(tree, |root| self.places32.get(root as usize).copied()).unwrap_or_default()
    }

    fn tree128(&self, tree: Tree) -> Tree {
        move_tree(tree, |root| self.places128.get(root as usize).copied()).unwrap_or_default()
    }

    /// An interface whose trees lie in their places.
    pub(super) fn interface(&self, interface: Interface) -> Interface {
        let rules = interface.rules.map(|rules| Rules {
            any4: self.tree32(rules.any4),
            any6: self.tree32(rules.any6),
            cidr4: self.tree32(rules.cidr4),
            cidr6: self.tree128(rules.cidr6),
            ..rules
        });
        Interface { rules, own4: self.tree32(interface.own4), own6: self.tree128(interface.own6), ..interface }
    }
}

/// Nodes of one width in the kernel.
struct Placer<N> {
    places: HashMap<N, u32>,
    used: HashSet<u32>,
}

/// The place of every node, and those to be written.
type Places<N> = (Vec<u32>, Vec<(u32, N)>);

impl<N: Shape> Placer<N> {
    fn new(used: &BTreeMap<u32, N>, all: &BTreeMap<u32, N>) -> Self {
        let mut places = HashMap::with_capacity(all.len());
        for (place, node) in used.iter().chain(all) {
            places.entry(*node).or_insert(*place);
        }
        Self { places, used: used.keys().copied().collect() }
    }

    /// `cells` are the places of the nodes that cells consist of, where these are not the ones being placed.
    fn place(mut self, nodes: &[(Kind, N)], cells: Option<&[u32]>) -> Result<Places<N>, PlanError> {
        let found = self.find(nodes, cells);
        self.used.extend(found.iter().flatten());
        let asked = self.used.len() + found.iter().filter(|place| place.is_none()).count();
        let mut free = (0..N::LIMIT).filter(|place| !self.used.contains(place));
        let (mut places, mut new) = (Vec::with_capacity(nodes.len()), Vec::new());
        // Nodes that differ in what they mean may be the same bits.
        let mut written: HashMap<N, u32> = HashMap::new();
        for ((kind, node), found) in nodes.iter().zip(found) {
            let place = match found {
                Some(place) => place,
                None => {
                    let child = |index: u32| places.get(index as usize).copied();
                    let cell = |index: u32| cells.unwrap_or(&places).get(index as usize).copied();
                    let moved = move_node(*kind, node, child, cell).unwrap_or(*node);
                    match written.get(&moved) {
                        Some(place) => *place,
                        None => {
                            let place = free.next().ok_or_else(|| full::<N>(asked))?;
                            written.insert(moved, place);
                            new.push((place, moved));
                            place
                        }
                    }
                }
            };
            places.push(place);
        }
        Ok((places, new))
    }

    /// The place of every node that is in the kernel already, with all that it leads to.
    fn find(&self, nodes: &[(Kind, N)], cells: Option<&[u32]>) -> Vec<Option<u32>> {
        let mut found: Vec<Option<u32>> = Vec::with_capacity(nodes.len());
        for (kind, node) in nodes {
            let child = |index: u32| found.get(index as usize).copied().flatten();
            let cell = |index: u32| cells.map_or_else(|| child(index), |cells| cells.get(index as usize).copied());
            let moved = move_node(*kind, node, child, cell);
            found.push(moved.and_then(|node| self.places.get(&node).copied()));
        }
        found
    }
}

/// A node that leads to where its children lie; none if one of them has no place yet.
fn move_node<N: Shape>(
    kind: Kind,
    node: &N,
    child: impl Fn(u32) -> Option<u32>,
    cell: impl Fn(u32) -> Option<u32>,
) -> Option<N> {
    let (mut moved, used) = (*node, node.used());
    for next in &mut moved.next_mut()[..used] {
        *next = match kind {
            Kind::Inner => child(*next)?,
            Kind::Cells => move_tree(Tree(*next), &cell)?.0,
            Kind::Answers => *next,
        };
    }
    Some(moved)
}

fn move_tree(tree: Tree, place: impl Fn(u32) -> Option<u32>) -> Option<Tree> {
    if tree.depth() == 0 { Some(tree) } else { Some(Tree::new(tree.depth(), place(tree.root())?)) }
}

fn full<N: Shape>(asked: usize) -> PlanError {
    PlanError::Full { map: N::MAP, limit: u64::from(N::LIMIT), asked: asked as u64 }
}
