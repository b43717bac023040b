//! Interfaces that are devices of this host, said by tags.

use crate::cloud::{Cloud, launch, list};
use serde_json::{Value, json};
use sgfw::inventory::{InterfaceId, LocalDevice, Owner, lower};
use sgfw::model::{Device, Hook, Side};
use std::sync::Arc;

fn tags(id: &str, tags: &[(&str, &str)]) -> Value {
    json!({"Resources": [id], "Tags": list(tags)})
}

fn device(cloud: &Cloud, id: &str) -> Option<LocalDevice> {
    cloud.state.interfaces[&InterfaceId::parse(id).unwrap()].device.clone()
}

#[test]
fn tags_at_creation_make_a_device() {
    let mut cloud = Cloud::with_subnet();
    let tags = [("_custom_id_", "eni-11111111"), ("sgfw:device", "tap0"), ("sgfw:netns", "red"), ("sgfw:hook", "tc")];
    let specification = json!([{"ResourceType": "network-interface", "Tags": list(&tags)}]);
    let made = cloud.ask(
        "CreateNetworkInterface",
        json!({"SubnetId": "subnet-1a2b3c4d", "Groups": ["sg-aaaa1111"], "TagSpecifications": specification}),
    );
    assert_eq!(made["NetworkInterface"]["TagSet"].as_array().unwrap().len(), 3, "the tags are seen");
    let device = device(&cloud, "eni-11111111").unwrap();
    assert_eq!(
        (device.device, device.netns.as_deref(), device.side, device.hook),
        (Device::Named("tap0".into()), Some("red"), Side::Host, Hook::Tc)
    );
    let lowered = lower(&cloud.state);
    assert!(lowered.snapshot.interfaces["eni-11111111"].groups.contains("sg-aaaa1111"), "packets are judged there");
}

#[test]
fn tags_make_a_device_later_and_undo_it() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &[]);
    cloud.rehearsed("CreateTags", tags("eni-11111111", &[("sgfw:device", "eth9"), ("sgfw:side", "port")]));
    assert_eq!(device(&cloud, "eni-11111111").map(|it| it.side), Some(Side::Port));
    cloud.ask("CreateTags", tags("eni-11111111", &[("Name", "web")]));
    assert!(device(&cloud, "eni-11111111").is_some(), "another tag changes nothing");
    cloud.rehearsed("DeleteTags", json!({"Resources": ["eni-11111111"], "Tags": [{"Key": "sgfw:side"}]}));
    assert_eq!(device(&cloud, "eni-11111111").map(|it| it.side), Some(Side::Host), "as in files");
    cloud.ask("DeleteTags", json!({"Resources": ["eni-11111111"], "Tags": [{"Key": "sgfw:device"}]}));
    assert_eq!(device(&cloud, "eni-11111111"), None);
    assert!(!lower(&cloud.state).snapshot.interfaces.contains_key("eni-11111111"), "it lives elsewhere now");
}

#[test]
fn an_instance_is_launched_with_a_device() {
    let mut cloud = Cloud::with_subnet();
    let mut members = launch();
    members["SubnetId"] = json!("subnet-1a2b3c4d");
    members["TagSpecifications"] =
        json!([{"ResourceType": "network-interface", "Tags": list(&[("sgfw:device", "tap1")])}]);
    let made = cloud.ask("RunInstances", members.clone())["Instances"][0].clone();
    let id = made["NetworkInterfaces"][0]["NetworkInterfaceId"].as_str().unwrap().to_owned();
    assert_eq!(device(&cloud, &id).map(|it| it.device), Some(Device::Named("tap1".into())));
    assert_eq!(
        cloud.refused("RunInstances", members),
        format!("InvalidParameterValue: The device 'tap1' is the network interface '{id}' already.")
    );
}

#[test]
fn values_that_make_no_sense_are_refused() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &[]);
    for (given, words) in [
        (
            &[("sgfw:device", "a device")][..],
            "Value (a device) for tag sgfw:device is invalid. A device's name has 1 to 15",
        ),
        (&[("sgfw:device", "")], "Value () for tag sgfw:device is invalid."),
        (&[("sgfw:device", "sixteen-letters-")], "for tag sgfw:device is invalid."),
        (
            &[("sgfw:device", "tap0"), ("sgfw:side", "left")],
            "Value (left) for tag sgfw:side is invalid. Expecting one of host, port.",
        ),
        (&[("sgfw:device", "tap0"), ("sgfw:hook", "nf")], "Expecting one of auto, xdp, xdp-generic, tc."),
        (&[("sgfw:device", "tap0"), ("sgfw:netns", "a/b")], "Value (a/b) for tag sgfw:netns is invalid."),
        (&[("sgfw:netns", "red")], "The tag 'sgfw:netns' needs the tag 'sgfw:device' beside it."),
        (&[("sgfw:device", "tap0"), ("sgfw:color", "red")], "The tag 'sgfw:color' is unknown. There are sgfw:device,"),
    ] {
        let refusal = cloud.refused("CreateTags", tags("eni-11111111", given));
        assert!(refusal.starts_with("InvalidParameterValue: ") && refusal.contains(words), "{refusal}");
    }
}

#[test]
fn a_device_is_one_interface() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &[]);
    cloud.interface("eni-22222222", &[]);
    let tap0 = |id: &str| tags(id, &[("sgfw:device", "tap0")]);
    cloud.ask("CreateTags", tap0("eni-11111111"));
    cloud.ask("CreateTags", tap0("eni-11111111"));
    assert_eq!(
        cloud.refused("CreateTags", tap0("eni-22222222")),
        "InvalidParameterValue: The device 'tap0' is the network interface 'eni-11111111' already."
    );
    cloud.ask("CreateTags", tags("eni-22222222", &[("sgfw:device", "tap0"), ("sgfw:netns", "red")]));
    let both = json!({"Resources": ["eni-11111111", "eni-22222222"], "Tags": list(&[("sgfw:device", "tap7"), ("sgfw:netns", "red")])});
    assert!(cloud.refused("CreateTags", both).contains("already"));
}

#[test]
fn what_a_file_declares_is_changed_there() {
    let mut cloud = Cloud::with_subnet();
    cloud.interface("eni-11111111", &[]);
    let id = cloud.state.interfaces.keys().next().unwrap().clone();
    let interface = cloud.state.interfaces.get_mut(&id).unwrap();
    Arc::make_mut(interface).owner = Owner::File { file: "web.yaml".into(), line: 7 };
    assert_eq!(
        cloud.refused("CreateTags", tags("eni-11111111", &[("sgfw:device", "tap0")])),
        "OperationNotPermitted: The network interface 'eni-11111111' is declared in web.yaml: which device it is can be \
         changed there only."
    );
    cloud.ask("CreateTags", tags("eni-11111111", &[("Name", "web")]));
}
