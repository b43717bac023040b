//! Elements one in another, and values in them by their shapes.

use super::text::escape;
use crate::api::{Kind, Shape};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::Value;

/// A document that is being written.
pub(super) struct Tree {
    writer: Writer<Vec<u8>>,
    root: String,
}

impl Tree {
    /// A document of EC2's: its root element, with the id of the request in it.
    pub(super) fn new(root: &str, namespace: &str, id: &str) -> Self {
        let mut tree = Self::open(root, Some(namespace));
        tree.leaf("requestId", id);
        tree
    }

    /// A document with this root element.
    pub(super) fn open(root: &str, namespace: Option<&str>) -> Self {
        let mut tree = Self { writer: Writer::new(Vec::with_capacity(1024)), root: root.into() };
        tree.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        let mut start = BytesStart::new(root);
        start.extend_attributes(namespace.map(|namespace| ("xmlns", namespace)));
        tree.write(Event::Start(start));
        tree
    }

    /// The document as text.
    pub(super) fn end(mut self) -> String {
        let root = std::mem::take(&mut self.root);
        self.write(Event::End(BytesEnd::new(root)));
        String::from_utf8(self.writer.into_inner()).unwrap_or_default()
    }

    /// An element with text in it.
    pub(super) fn leaf(&mut self, name: &str, text: &str) {
        self.within(name, |tree| tree.write(Event::Text(BytesText::from_escaped(escape(text)))));
    }

    /// An element with nothing in it.
    pub(super) fn nothing(&mut self, name: &str) {
        self.write(Event::Empty(BytesStart::new(name)));
    }

    /// An element with others in it.
    pub(super) fn within(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        self.write(Event::Start(BytesStart::new(name)));
        inner(self);
        self.write(Event::End(BytesEnd::new(name)));
    }

    /// The members of a structure that are there, in the order of the shape.
    pub(super) fn members(&mut self, shape: &Shape, value: &Value) {
        for member in shape.members {
            if let Some(value) = value.get(member.name).filter(|value| !value.is_null()) {
                self.value(member.xml, member.kind, value);
            }
        }
    }

    fn value(&mut self, name: &str, kind: Kind, value: &Value) {
        match (kind, value) {
            (Kind::List(_), Value::Array(elements)) if elements.is_empty() => self.nothing(name),
            (Kind::List(kind), Value::Array(elements)) => self.within(name, |tree| {
                elements.iter().for_each(|element| tree.value("item", *kind, element));
            }),
            (Kind::Structure(shape), value) => self.within(name, |tree| tree.members(shape, value)),
            (_, Value::String(text)) => self.leaf(name, text),
            (_, value) => self.leaf(name, &value.to_string()),
        }
    }

    fn write(&mut self, event: Event<'_>) {
        // Writing to memory cannot fail.
        let _ = self.writer.write_event(event);
    }
}
