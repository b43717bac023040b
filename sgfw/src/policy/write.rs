//! Values on their way to YAML text.

use crate::model::{IcmpMatch, PortRange, Traffic};
use serde_yaml::{Mapping, Value};
use std::collections::BTreeMap;

/// A mapping being written, in order.
#[derive(Default)]
pub(super) struct Map(Mapping);

impl Map {
    pub(super) fn put(&mut self, key: &str, value: impl Into<Value>) -> &mut Self {
        self.0.insert(key.into(), value.into());
        self
    }

    pub(super) fn put_some(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    pub(super) fn put_list(&mut self, key: &str, items: impl Iterator<Item = Value>) {
        let items: Vec<Value> = items.collect();
        if !items.is_empty() {
            self.put(key, items);
        }
    }

    /// What differs from what holds when nothing is said.
    pub(super) fn put_unless<T: PartialEq + Into<Value>>(&mut self, key: &str, value: T, usual: &T) {
        if value != *usual {
            self.put(key, value);
        }
    }

    /// Tags, if there are any.
    pub(super) fn put_tags(&mut self, tags: &BTreeMap<String, String>) {
        if !tags.is_empty() {
            let tags = tags.iter().map(|(key, value)| (key.as_str().into(), value.as_str().into()));
            self.put("tags", tags.collect::<Mapping>());
        }
    }

    /// Protocol, ports, type and code.
    pub(super) fn put_traffic(&mut self, traffic: Traffic) {
        match traffic {
            Traffic::All => self.put("protocol", "all"),
            Traffic::Protocol(number) => self.put("protocol", number),
            Traffic::Tcp(range) => self.put("protocol", "tcp").put("ports", ports(range)),
            Traffic::Udp(range) => self.put("protocol", "udp").put("ports", ports(range)),
            Traffic::Icmp(what) => self.put("protocol", "icmp").put_icmp(what),
            Traffic::Icmpv6(what) => self.put("protocol", "icmpv6").put_icmp(what),
        };
    }

    /// As text. Text, numbers, lists and mappings with text keys: there is nothing in it that YAML cannot say.
    pub(super) fn to_yaml(&self) -> String {
        serde_yaml::to_string(&self.0).unwrap_or_default()
    }

    /// Whether nothing was put.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn put_icmp(&mut self, what: IcmpMatch) -> &mut Self {
        if let Some(kind) = what.kind() {
            self.put("type", kind);
        }
        if let Some(code) = what.code() {
            self.put("code", code);
        }
        self
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Value::Mapping(map.0)
    }
}

fn ports(range: PortRange) -> Value {
    match range.first() == range.last() {
        true => range.first().into(),
        false => range.to_string().into(),
    }
}
