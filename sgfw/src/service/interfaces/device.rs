//! Which device of this host an interface is, said by tags.
//!
//! | tag | value |
//! | --- | --- |
//! | `sgfw:device` | name of the device, such as `tap0`; the other tags count only beside this one |
//! | `sgfw:netns` | network namespace: a name as `ip netns` lists it, or a whole path; the host's own if it is not said |
//! | `sgfw:side` | `host`: this machine is protected (the default, as in files); `port`: the far end of the device is |
//! | `sgfw:hook` | `auto` (the default), `xdp`, `xdp-generic` or `tc` |
//!
//! They can be given at creation (in a tag specification for `network-interface`, at the launch of an instance too) and
//! by `create-tags`; `delete-tags` makes the interface one that lives elsewhere again. What a file declares to be a
//! device is changed in the file only.

use crate::inventory::{InterfaceId, LocalDevice, NetworkInterface, Owner, State, Tags};
use crate::model::{Device, Hook, Side};
use crate::service::Fault;

/// What the tags begin with.
const PREFIX: &str = "sgfw:";
const DEVICE: &str = "sgfw:device";
const NETNS: &str = "sgfw:netns";
const SIDE: &str = "sgfw:side";
const HOOK: &str = "sgfw:hook";
/// The longest name of a device, in bytes: IFNAMSIZ without its NUL.
const LONGEST: usize = 15;

/// Whether a tag is about devices.
pub(in crate::service) fn is_about(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// The device that these tags say; none if they say none.
///
/// # Errors
/// A tag is unknown, stands without the device's, or has a value that makes no sense.
pub(in crate::service) fn of(tags: &Tags) -> Result<Option<LocalDevice>, Fault> {
    if let Some(key) = tags.keys().find(|key| is_about(key) && ![DEVICE, NETNS, SIDE, HOOK].contains(&key.as_str())) {
        return Err(Fault::value(format!(
            "The tag '{key}' is unknown. There are {DEVICE}, {NETNS}, {SIDE} and {HOOK}."
        )));
    }
    let Some(name) = tags.get(DEVICE) else {
        return match tags.keys().find(|key| is_about(key)) {
            Some(key) => Err(Fault::value(format!("The tag '{key}' needs the tag '{DEVICE}' beside it."))),
            None => Ok(None),
        };
    };
    check_device(name)?;
    let netns = tags.get(NETNS).map(|name| checked_netns(name)).transpose()?;
    let side = word(tags, SIDE, &[("host", Side::Host), ("port", Side::Port)])?.unwrap_or(Side::Host);
    let hooks = [("auto", Hook::Auto), ("xdp", Hook::Xdp), ("xdp-generic", Hook::XdpGeneric), ("tc", Hook::Tc)];
    let hook = word(tags, HOOK, &hooks)?.unwrap_or_default();
    Ok(Some(LocalDevice { netns, hook, ..LocalDevice::named(name, side) }))
}

fn check_device(name: &str) -> Result<(), Fault> {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "/:".contains(c);
    if name.is_empty() || name.len() > LONGEST || [".", ".."].contains(&name) || name.contains(odd) {
        return Err(Fault::value(format!(
            "Value ({name}) for tag {DEVICE} is invalid. \
             A device's name has 1 to {LONGEST} bytes, no blanks, no '/' and no ':'."
        )));
    }
    Ok(())
}

fn checked_netns(name: &str) -> Result<String, Fault> {
    let is_path = name.starts_with('/');
    let odd = name.contains(char::is_control) || (!is_path && name.contains('/'));
    if name.is_empty() || [".", ".."].contains(&name) || odd {
        return Err(Fault::value(format!(
            "Value ({name}) for tag {NETNS} is invalid. \
             Say a name as `ip netns` lists it, or a whole path such as /proc/1234/ns/net."
        )));
    }
    Ok(name.to_owned())
}

fn word<T: Copy>(tags: &Tags, key: &str, words: &[(&str, T)]) -> Result<Option<T>, Fault> {
    let Some(value) = tags.get(key) else { return Ok(None) };
    let found = words.iter().find(|(word, _)| word == value).map(|(_, meaning)| *meaning);
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let words = || format!("Value ({value}) for tag {key} is invalid. Expecting one of {}.", known.join(", "));
    found.map(Some).ok_or_else(|| Fault::value(words()))
}

/// Refuses a device that another interface is already.
///
/// # Errors
/// Another interface is this device.
pub(in crate::service) fn check_free(state: &State, id: &InterfaceId, wanted: &LocalDevice) -> Result<(), Fault> {
    let is_same = |it: &LocalDevice| it.device == wanted.device && it.netns == wanted.netns;
    let mut others = state.interfaces.values().filter(|it| it.id != *id);
    match (others.find(|it| it.device.as_ref().is_some_and(is_same)), &wanted.device) {
        (Some(other), Device::Named(name)) => {
            let words = format!("The device '{name}' is the network interface '{}' already.", other.label());
            Err(Fault::value(words))
        }
        _ => Ok(()),
    }
}

/// Makes an interface the device that its tags say, after these tags came or went. When tags go, those that remain
/// without the device's own wait for the next one.
///
/// # Errors
/// The tags make no sense, the device is another interface's, or a file declares the interface.
pub(in crate::service) fn follow_tags<'k>(
    state: &State,
    interface: &mut NetworkInterface,
    mut changed: impl Iterator<Item = &'k String>,
    have_gone: bool,
) -> Result<(), Fault> {
    if !changed.any(|key| is_about(key)) {
        return Ok(());
    }
    if let Owner::File { file, .. } = &interface.owner {
        let words = format!(
            "The network interface '{}' is declared in {file}: which device it is can be changed there only.",
            interface.label()
        );
        return Err(Fault::new("OperationNotPermitted", words));
    }
    let device = if have_gone && !interface.tags.contains_key(DEVICE) { None } else { of(&interface.tags)? };
    if let Some(device) = &device {
        check_free(state, &interface.id, device)?;
    }
    interface.device = device;
    Ok(())
}
