//! What a structure of the API looks like from outside: the names of its members in JSON, in a query, in XML and as
//! flags, their order, and their kinds. One description makes the Rust type and this.

use std::any::Any;

/// A structure: its members in the order of AWS's service model, which is the order of everything printed.
#[derive(Debug)]
pub struct Shape {
    /// As in the service model, but for replies: `CreateVpcReply`.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// In the order of the service model.
    pub members: &'static [Member],
}

impl Shape {
    /// The member of this name in JSON, or none.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// A member of a structure, by all its names.
#[derive(Debug)]
pub struct Member {
    /// In JSON, and in the service model: `UserIdGroupPairs`.
    pub name: &'static str,
    /// In a query: `Groups`, to which a list adds `.1`, `.2`.
    pub query: &'static str,
    /// In XML: `groups`. The elements of a list are called `item`.
    pub xml: &'static str,
    /// As a flag of the command line, without dashes before it: `user-id-group-pairs`.
    pub flag: &'static str,
    /// What is in it.
    pub kind: Kind,
    /// A request is refused without it.
    pub required: bool,
    /// An empty list is left out of a reply, and not shown as an empty list.
    pub sparse: bool,
}

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Text of any form.
    Text,
    /// A decimal number.
    Integer,
    /// `true` or `false`.
    Boolean,
    /// A time as ISO 8601, in UTC.
    Time,
    /// Members by name.
    Structure(&'static Shape),
    /// Values of one kind.
    List(&'static Kind),
}

/// Rust types that stand for values of the API.
pub trait Typed {
    /// What its values are.
    const KIND: Kind;

    /// Whether the value is shown in a reply, and not left out.
    fn shown(&self, _sparse: bool) -> bool {
        true
    }
}

/// Rust structures that stand for structures of the API.
pub trait Structure: Typed + Fields {
    /// What it looks like from outside.
    const SHAPE: Shape;
}

/// Structures whose fields can be asked for.
pub trait Fields {
    /// The value of a Rust field by its name; none if there is no such field.
    fn field(&self, name: &str) -> Option<&dyn Any>;
}

impl Typed for String {
    const KIND: Kind = Kind::Text;
}

impl Typed for i64 {
    const KIND: Kind = Kind::Integer;
}

impl Typed for bool {
    const KIND: Kind = Kind::Boolean;
}

impl<T: Typed> Typed for Option<T> {
    const KIND: Kind = T::KIND;

    fn shown(&self, sparse: bool) -> bool {
        self.as_ref().is_some_and(|value| value.shown(sparse))
    }
}

impl<T: Typed> Typed for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);

    fn shown(&self, sparse: bool) -> bool {
        !(sparse && self.is_empty())
    }
}

/// `Time` for what is marked so, else what the type says.
pub(super) const fn kind(kind: Kind, flag: &str) -> Kind {
    if is(flag, b"time") { Kind::Time } else { kind }
}

/// Whether a member carries this flag.
pub(super) const fn is(flag: &str, wanted: &[u8]) -> bool {
    let flag = flag.as_bytes();
    let mut at = 0;
    while at < flag.len() && at < wanted.len() && flag[at] == wanted[at] {
        at += 1;
    }
    at == flag.len() && at == wanted.len()
}

/// A name as text, from a function of `names` and its length.
macro_rules! name {
    ($make:ident($name:expr), $length:expr) => {{
        const BYTES: &[u8] = &$crate::api::names::$make::<{ $length }>($name);
        $crate::api::names::text(BYTES)
    }};
    (pascal $field:ident) => {{
        const FIELD: &str = $crate::api::names::plain(stringify!($field));
        $crate::api::shape::name!(pascal(FIELD), $crate::api::names::pascal_length(FIELD))
    }};
    (kebab $name:expr) => {{
        const NAME: &str = $name;
        $crate::api::shape::name!(kebab(NAME), $crate::api::names::kebab_length(NAME))
    }};
    (lower $name:expr) => {{
        const NAME: &str = $name;
        $crate::api::shape::name!(lower(NAME), NAME.len())
    }};
    (upper $name:expr) => {{
        const NAME: &str = $name;
        $crate::api::shape::name!(upper(NAME), NAME.len())
    }};
}
pub(super) use name;

/// Structures, each with its members: `field: Type`, with `as "wireName"` where XML does not call it like JSON, and
/// with `[required]`, `[sparse]` or `[time]` where that applies.
macro_rules! shapes {
    ($(#[doc = $doc:literal] $name:ident { $($field:ident $(as $wire:literal)? : $type:ty $([$flag:ident])?),* $(,)? })*) => {$(
        #[doc = $doc]
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields, default)]
        pub struct $name {$(
            #[doc = concat!("`", stringify!($field), "` of the structure; its names outside are in its shape.")]
            pub $field: $type,
        )*}

        impl $crate::api::shape::Typed for $name {
            const KIND: $crate::api::shape::Kind =
                $crate::api::shape::Kind::Structure(&<Self as $crate::api::shape::Structure>::SHAPE);
        }

        impl $crate::api::shape::Structure for $name {
            const SHAPE: $crate::api::shape::Shape = $crate::api::shape::Shape {
                name: stringify!($name),
                about: $doc,
                members: &[$({
                    const JSON: &str = $crate::api::shape::name!(pascal $field);
                    const XML: &str = $crate::api::shape::shapes!(@wire JSON $($wire)?);
                    const FLAG: &str = concat!("", $(stringify!($flag))?);
                    $crate::api::shape::Member {
                        name: JSON,
                        query: $crate::api::shape::name!(upper XML),
                        xml: XML,
                        flag: $crate::api::shape::name!(kebab JSON),
                        kind: $crate::api::shape::kind(<$type as $crate::api::shape::Typed>::KIND, FLAG),
                        required: $crate::api::shape::is(FLAG, b"required"),
                        sparse: $crate::api::shape::is(FLAG, b"sparse"),
                    }
                }),*],
            };
        }

        impl $crate::api::shape::Fields for $name {
            fn field(&self, name: &str) -> Option<&dyn std::any::Any> {
                match name {
                    $(stringify!($field) => Some(&self.$field),)*
                    _ => None,
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[allow(unused_mut, reason = "a structure may have no members")]
                let mut map = serde::Serializer::serialize_map(serializer, None)?;
                $({
                    let sparse = const { $crate::api::shape::is(concat!("", $(stringify!($flag))?), b"sparse") };
                    if $crate::api::shape::Typed::shown(&self.$field, sparse) {
                        let name = $crate::api::shape::name!(pascal $field);
                        serde::ser::SerializeMap::serialize_entry(&mut map, name, &self.$field)?;
                    }
                })*
                serde::ser::SerializeMap::end(map)
            }
        }
    )*};
    (@wire $json:ident) => { $crate::api::shape::name!(lower $json) };
    (@wire $json:ident $wire:literal) => { $wire };
}
pub(super) use shapes;
