//! Hooks of devices: links, pinned so that they outlive every process.
//!
//! aya detaches what it still owns when it is dropped, so every link is taken out and pinned at once. A pin is
//! never removed to be made again: a death in between would detach. A device comes under its policy with one
//! write, of its slot; until then, and while it is being detached, its packets pass as if nothing was there.

use super::error::{KernelError, os_error};
use super::layout::OWN;
use super::load;
use super::maps::{Maps, Table};
use super::namespace::{identity, within};
use super::paths::{Paths, names};
use super::{sweep, sys};
use crate::plan::{Attachment, Taken};
use aya::programs::links::{FdLink, LinkOrder, PinnedLink};
use aya::programs::tc::{self, NlOptions, SchedClassifierLink, TcAttachOptions, TcAttachType, TcHandle};
use aya::programs::xdp::XdpLink;
use aya::programs::{SchedClassifier, XdpMode};
use sgfw_common::maps::{ATTACHING, DIRECT_IFINDEX};
use std::fs;
use std::path::Path;

/// Seconds in which connections older than the first attach are taken over.
pub(super) const ADOPTION: u64 = 600;
/// Priority of the classic filters, so that they can be found again.
const CLSACT_PRIORITY: u16 = 49_152;

/// One hook of an attachment, and the last part of its pin's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Point {
    Xdp,
    XdpGeneric,
    TcxIn,
    TcxOut,
    ClsactIn,
    ClsactOut,
}

impl Point {
    const ALL: [Self; 6] = [Self::Xdp, Self::XdpGeneric, Self::TcxIn, Self::TcxOut, Self::ClsactIn, Self::ClsactOut];

    const fn word(self) -> &'static str {
        match self {
            Self::Xdp => "xdp",
            Self::XdpGeneric => "xdp-generic",
            Self::TcxIn => "tcx-in",
            Self::TcxOut => "tcx-out",
            Self::ClsactIn => "clsact-in",
            Self::ClsactOut => "clsact-out",
        }
    }

    pub(super) fn pin(self, paths: &Paths, netns: u64, slot: u32) -> std::path::PathBuf {
        paths.links(netns).join(format!("{slot}-{}", self.word()))
    }

    pub(super) const fn program(self) -> &'static str {
        match self {
            Self::Xdp | Self::XdpGeneric => "sgfw_xdp",
            Self::TcxIn | Self::ClsactIn => "sgfw_tc_in",
            Self::TcxOut | Self::ClsactOut => "sgfw_tc_out",
        }
    }
}

/// The hooks for what is received and for what is sent.
const fn points(taken: Taken) -> [Point; 2] {
    match taken {
        Taken::Xdp => [Point::Xdp, Point::TcxOut],
        Taken::XdpGeneric => [Point::XdpGeneric, Point::TcxOut],
        Taken::Tcx => [Point::TcxIn, Point::TcxOut],
        Taken::Clsact => [Point::ClsactIn, Point::ClsactOut],
    }
}

/// How a slot is attached to this device, if both its hooks are.
pub(super) fn taken(paths: &Paths, netns: u64, slot: u32, ifindex: u32) -> Result<Option<Taken>, KernelError> {
    for taken in [Taken::Xdp, Taken::XdpGeneric, Taken::Tcx, Taken::Clsact] {
        let [first, second] = points(taken);
        if is_live(paths, netns, slot, ifindex, first)? && is_live(paths, netns, slot, ifindex, second)? {
            return Ok(Some(taken));
        }
    }
    Ok(None)
}

/// A link outlives its device, whose index may be another's by now. A classic filter's pin says nothing of either.
fn is_live(paths: &Paths, netns: u64, slot: u32, ifindex: u32, point: Point) -> Result<bool, KernelError> {
    let pin = point.pin(paths, netns, slot);
    if !pin.exists() || clsact(point).is_some() {
        return Ok(pin.exists());
    }
    let failed = |error| KernelError::system(format!("look at the link {}", pin.display()), error);
    Ok(sys::link_device(&pin).map_err(failed)? == ifindex)
}

/// Slots that have any pin, complete or not.
pub(super) fn pinned_slots(paths: &Paths, netns: u64) -> Vec<u32> {
    let names = names(&paths.links(netns));
    let mut slots: Vec<u32> = names.iter().filter_map(|name| name.split('-').next()?.parse().ok()).collect();
    slots.sort_unstable();
    slots.dedup();
    slots
}

/// Attaches both hooks of a device, whose packets pass as before: [`attach`] does the rest. What can fail about a
/// device fails here, before any policy changes.
pub(super) fn prepare(paths: &Paths, slot: u32, wanted: &Attachment) -> Result<(), KernelError> {
    let netns = identity(wanted.netns.as_deref())?;
    load::ensure(paths, netns)?;
    if devices(paths, netns)?.contains(&(ATTACHING, wanted.ifindex)) {
        // Killed here the last time.
        sweep::detach_classic(netns, wanted.ifindex);
    }
    remove_pins(paths, netns, slot)?;
    set_slot(paths, netns, wanted.ifindex, ATTACHING)?;
    let hooked = points(wanted.taken).into_iter().try_for_each(|point| hook(paths, netns, slot, point, wanted));
    if let Err(error) = hooked {
        unhook(paths, netns, slot, wanted)?;
        return Err(error);
    }
    Ok(())
}

/// Puts a device under its slot, with both hooks in place.
pub(super) fn attach(paths: &Paths, maps: &Maps, slot: u32, wanted: &Attachment) -> Result<(), KernelError> {
    if !is_prepared(paths, slot, wanted)? {
        prepare(paths, slot, wanted)?;
    }
    let now = load::now(paths)?;
    let hertz = maps.meta()?.hertz;
    maps.adopt.set(&[(slot, now + ADOPTION * hertz)])?;
    set_slot(paths, identity(wanted.netns.as_deref())?, wanted.ifindex, slot)
}

fn is_prepared(paths: &Paths, slot: u32, wanted: &Attachment) -> Result<bool, KernelError> {
    let netns = identity(wanted.netns.as_deref())?;
    let hooked = taken(paths, netns, slot, wanted.ifindex)? == Some(wanted.taken);
    Ok(hooked && devices(paths, netns)?.contains(&(ATTACHING, wanted.ifindex)))
}

/// Takes both hooks away; packets pass from one write on.
pub(super) fn detach(paths: &Paths, slot: u32, old: &Attachment) -> Result<(), KernelError> {
    // A namespace that is gone took its devices along; its directory goes with the next reading.
    let Ok(netns) = identity(old.netns.as_deref()) else { return Ok(()) };
    if !paths.namespace(netns).exists() {
        return Ok(());
    }
    set_slot(paths, netns, old.ifindex, ATTACHING)?;
    unhook(paths, netns, slot, old)?;
    if names(&paths.links(netns)).is_empty() { paths.remove_namespace(netns) } else { Ok(()) }
}

/// Takes another hook for what is received, with one of them in place at every moment.
pub(super) fn replace(paths: &Paths, slot: u32, from: &Attachment, to: &Attachment) -> Result<(), KernelError> {
    let netns = identity(to.netns.as_deref())?;
    load::ensure(paths, netns)?;
    let ([old, old_out], [new, new_out]) = (points(from.taken), points(to.taken));
    let both_xdp = matches!((old, new), (Point::Xdp, Point::XdpGeneric) | (Point::XdpGeneric, Point::Xdp));
    if both_xdp {
        // A device takes only one of the two at a time: TC judges in between.
        hook(paths, netns, slot, Point::TcxIn, to)?;
        unhook_point(paths, netns, slot, old, from)?;
        hook(paths, netns, slot, new, to)?;
        return unhook_point(paths, netns, slot, Point::TcxIn, to);
    }
    hook(paths, netns, slot, new, to)?;
    if old_out != new_out {
        hook(paths, netns, slot, new_out, to)?;
        unhook_point(paths, netns, slot, old_out, from)?;
    }
    unhook_point(paths, netns, slot, old, from)
}

fn unhook(paths: &Paths, netns: u64, slot: u32, old: &Attachment) -> Result<(), KernelError> {
    for point in Point::ALL {
        unhook_point(paths, netns, slot, point, old)?;
    }
    set_slot(paths, netns, old.ifindex, 0)
}

fn unhook_point(paths: &Paths, netns: u64, slot: u32, point: Point, old: &Attachment) -> Result<(), KernelError> {
    let pin = point.pin(paths, netns, slot);
    if !pin.exists() {
        return Ok(());
    }
    if let Some(direction) = clsact(point) {
        let device = old.device.clone();
        // Gone with its device is as good as detached.
        let _ = within(old.netns.as_deref(), move || tc::qdisc_detach_program(&device, direction, point.program()))?;
    }
    unhook_pin(point, &pin)
}

/// Removes what an earlier attachment of the slot left, whose device is gone.
pub(super) fn remove_pins(paths: &Paths, netns: u64, slot: u32) -> Result<(), KernelError> {
    Point::ALL
        .iter()
        .map(|point| (*point, point.pin(paths, netns, slot)))
        .filter(|(_, pin)| pin.exists())
        .try_for_each(|(point, pin)| unhook_pin(point, &pin))
}

/// The link lets go before its pin does: the kernel takes its time with what loses its last pin, and until then
/// nothing else can take its place.
fn unhook_pin(point: Point, pin: &Path) -> Result<(), KernelError> {
    if clsact(point).is_none() {
        // One whose device is gone has nothing to let go of.
        let _ = sys::detach_link(pin);
    }
    fs::remove_file(pin).map_err(|error| KernelError::system(format!("remove {}", pin.display()), error))
}

fn hook(paths: &Paths, netns: u64, slot: u32, point: Point, to: &Attachment) -> Result<(), KernelError> {
    let pin = point.pin(paths, netns, slot);
    if pin.exists() {
        return Ok(());
    }
    within(to.netns.as_deref(), || match point {
        Point::Xdp => xdp(paths, netns, to, XdpMode::Driver, &pin),
        Point::XdpGeneric => xdp(paths, netns, to, XdpMode::Skb, &pin),
        Point::TcxIn => tcx(paths, netns, to, point, TcAttachType::Ingress, &pin),
        Point::TcxOut => tcx(paths, netns, to, point, TcAttachType::Egress, &pin),
        Point::ClsactIn => classic(paths, netns, to, point, TcAttachType::Ingress, &pin),
        Point::ClsactOut => classic(paths, netns, to, point, TcAttachType::Egress, &pin),
    })?
}

fn xdp(paths: &Paths, netns: u64, to: &Attachment, mode: XdpMode, pin: &Path) -> Result<(), KernelError> {
    let mut program = load::xdp(paths, netns)?;
    let word = if matches!(mode, XdpMode::Skb) { "generic XDP" } else { "native XDP" };
    let refused = |error: &(dyn std::error::Error + 'static)| match os_error(error) {
        Some(libc::EBUSY | libc::EEXIST) => KernelError::ForeignXdp { device: to.device.clone() },
        Some(libc::EOPNOTSUPP | libc::EINVAL | libc::ERANGE) => {
            KernelError::Hook { device: to.device.clone(), hook: word, error: error.to_string() }
        }
        _ => KernelError::aya(format!("attach {word} to {}", to.device), error),
    };
    let id = program.attach_to_if_index(to.ifindex, mode).map_err(|error| refused(&error))?;
    let link = program.take_link(id).map_err(|error| refused(&error))?;
    let link: FdLink = link.try_into().map_err(|error: aya::programs::links::LinkError| refused(&error))?;
    keep(link, pin)
}

fn tcx(
    paths: &Paths,
    netns: u64,
    to: &Attachment,
    point: Point,
    direction: TcAttachType,
    pin: &Path,
) -> Result<(), KernelError> {
    let mut program = load::classifier(paths, netns, point.program())?;
    let failed = failed(point, to);
    let options = TcAttachOptions::TcxOrder(LinkOrder::first());
    let id = program.attach_with_options(&to.device, direction, options).map_err(|error| failed(&error))?;
    let link = program.take_link(id).map_err(|error| failed(&error))?;
    let link: FdLink = link.try_into().map_err(|error: aya::programs::links::LinkError| failed(&error))?;
    keep(link, pin)
}

/// The classic filter needs no link to stay; its program is pinned in a link's place as the record of it.
fn classic(
    paths: &Paths,
    netns: u64,
    to: &Attachment,
    point: Point,
    direction: TcAttachType,
    pin: &Path,
) -> Result<(), KernelError> {
    let failed = failed(point, to);
    // Exists already is fine; whatever else is wrong the next call says.
    let _ = tc::qdisc_add_clsact(&to.device);
    let mut program = load::classifier(paths, netns, point.program())?;
    let options = NlOptions { priority: CLSACT_PRIORITY, handle: TcHandle::new(0, 1), classid: None };
    let options = TcAttachOptions::Netlink(options);
    let id = program.attach_with_options(&to.device, direction, options).map_err(|error| failed(&error))?;
    // Dropping this wrapper would detach; forgetting it leaks a few bytes once.
    std::mem::forget(program.take_link(id).map_err(|error| failed(&error))?);
    program.pin(pin).map_err(|error| failed(&error))
}

/// What a failed attachment in TC is reported as.
fn failed<'a>(point: Point, to: &'a Attachment) -> impl Fn(&(dyn std::error::Error + 'static)) -> KernelError + 'a {
    move |error| KernelError::aya(format!("attach {} to {}", point.word(), to.device), error)
}

pub(super) const fn clsact(point: Point) -> Option<TcAttachType> {
    match point {
        Point::ClsactIn => Some(TcAttachType::Ingress),
        Point::ClsactOut => Some(TcAttachType::Egress),
        _ => None,
    }
}

fn keep(link: FdLink, pin: &Path) -> Result<(), KernelError> {
    let failed = |error: &(dyn std::error::Error + 'static)| KernelError::aya(format!("pin {}", pin.display()), error);
    link.pin(pin).map(drop).map_err(|error| failed(&error))
}

/// Puts this object's programs in place of the ones behind every link of a namespace.
pub(super) fn update_links(paths: &Paths, netns: u64) -> Result<(), KernelError> {
    for slot in pinned_slots(paths, netns) {
        for point in Point::ALL {
            let pin = point.pin(paths, netns, slot);
            if pin.exists() && clsact(point).is_none() {
                update(paths, netns, point, &pin)?;
            }
        }
    }
    Ok(())
}

fn update(paths: &Paths, netns: u64, point: Point, pin: &Path) -> Result<(), KernelError> {
    let failed = |error: &(dyn std::error::Error + 'static)| {
        KernelError::aya(format!("replace the program of {}", pin.display()), error)
    };
    let link: FdLink = PinnedLink::from_pin(pin).map_err(|error| failed(&error))?.into();
    let result = if matches!(point, Point::Xdp | Point::XdpGeneric) {
        let link = XdpLink::try_from(link).map_err(|error| failed(&error))?;
        load::xdp(paths, netns)?.attach_to_link(link).map(drop)
    } else {
        let link = SchedClassifierLink::try_from(link).map_err(|error| failed(&error))?;
        update_classifier(load::classifier(paths, netns, point.program())?, link)
    };
    match result {
        // The device is gone and its link with it; the next plan sees to that.
        Err(error) if os_error(&error) == Some(libc::ENOLINK) => Ok(()),
        other => other.map_err(|error| failed(&error)),
    }
}

fn update_classifier(
    mut program: SchedClassifier,
    link: SchedClassifierLink,
) -> Result<(), aya::programs::ProgramError> {
    program.attach_to_link(link).map(drop)
}

/// Writes the slot of a device; 0 is none.
pub(super) fn set_slot(paths: &Paths, netns: u64, ifindex: u32, slot: u32) -> Result<(), KernelError> {
    let [direct, high] = OWN;
    if ifindex < DIRECT_IFINDEX {
        return Table::open(&paths.own_map(netns, direct), direct)?.set(&[(ifindex, slot)]);
    }
    let table: Table<u32, u32> = Table::open(&paths.own_map(netns, high), high)?;
    if slot == 0 { table.delete(&[ifindex]) } else { table.set(&[(ifindex, slot)]) }
}

/// The device index of every slot of a namespace.
pub(super) fn devices(paths: &Paths, netns: u64) -> Result<Vec<(u32, u32)>, KernelError> {
    let mut all = Vec::new();
    for name in OWN {
        let table: Table<u32, u32> = Table::open(&paths.own_map(netns, name), name)?;
        let entries = table.all()?;
        all.extend(entries.into_iter().filter(|(_, slot)| *slot != 0).map(|(ifindex, slot)| (slot, ifindex)));
    }
    Ok(all)
}
