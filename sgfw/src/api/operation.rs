//! What an operation is, and the macro that makes requests and replies of a list of them.

use super::shape::{Fields, Member, Shape};

/// What is known of an operation.
#[derive(Debug)]
pub struct Operation {
    /// As the API calls it: `CreateVpc`.
    pub name: &'static str,
    /// As the command line calls it: `create-vpc`.
    pub verb: &'static str,
    /// The request.
    pub input: &'static Shape,
    /// The reply.
    pub output: &'static Shape,
    /// Whether it changes anything.
    pub writes: bool,
}

impl Operation {
    /// The members that a request is refused without.
    pub fn required(&self) -> impl Iterator<Item = &'static Member> + use<> {
        self.input.members.iter().filter(|member| member.required)
    }
}

/// What requests have in common, where they have it.
pub trait Request: Fields {
    /// Checked, but not done.
    fn dry_run(&self) -> bool {
        value::<bool>(self, "dry_run").unwrap_or(false)
    }

    /// Where the page before ended.
    fn next_token(&self) -> Option<&str> {
        self.field("next_token")?.downcast_ref::<Option<String>>()?.as_deref()
    }

    /// How many results a page may have at most.
    fn max_results(&self) -> Option<i64> {
        value(self, "max_results")
    }
}

impl<T: Fields> Request for T {}

fn value<T: Copy + 'static>(request: &(impl Fields + ?Sized), field: &str) -> Option<T> {
    *request.field(field)?.downcast_ref::<Option<T>>()?
}

/// The two enums over a list of operations: `Request => Reply, reads` or `writes`.
macro_rules! operations {
    ($($name:ident => $reply:ident, $does:ident,)*) => {
        /// What can be asked: one request of one operation.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        #[serde(untagged)]
        #[allow(clippy::large_enum_variant, reason = "one request at a time")]
        pub enum Action {$(
            #[doc = concat!("See [`", stringify!($name), "`](struct@", stringify!($name), ").")]
            $name($name),
        )*}

        /// What is answered: the reply of the operation of the same name.
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        #[serde(untagged)]
        #[allow(clippy::large_enum_variant, reason = "one reply at a time")]
        pub enum Reply {$(
            #[doc = concat!("See [`", stringify!($reply), "`].")]
            $name($reply),
        )*}

        /// Every operation, in the order of the list.
        pub static OPERATIONS: &[Operation] = &[$(Operation {
            name: stringify!($name),
            verb: $crate::api::shape::name!(kebab stringify!($name)),
            input: &<$name as Structure>::SHAPE,
            output: &<$reply as Structure>::SHAPE,
            writes: matches!(stringify!($does).as_bytes(), b"writes"),
        }),*];

        impl Action {
            /// The names of all operations.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// The operation, as the API calls it.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }

            /// The request, for what requests have in common.
            #[must_use]
            pub fn request(&self) -> &dyn $crate::api::Request {
                match self {
                    $(Self::$name(request) => request,)*
                }
            }

            /// The request of the operation `name` from its members by their names in JSON.
            ///
            /// # Errors
            /// When there is no such operation, or a member is unknown or of another kind.
            pub fn from_json(name: &str, members: serde_json::Value) -> Result<Self, serde_json::Error> {
                match name {
                    $(stringify!($name) => serde_json::from_value(members).map(Self::$name),)*
                    _ => Err(serde::de::Error::custom(format!("there is no operation {name}"))),
                }
            }
        }

        impl Reply {
            /// The reply of the operation `name` from its members by their names in JSON.
            ///
            /// # Errors
            /// When there is no such operation, or a member is unknown or of another kind.
            pub fn from_json(name: &str, members: serde_json::Value) -> Result<Self, serde_json::Error> {
                match name {
                    $(stringify!($name) => serde_json::from_value(members).map(Self::$name),)*
                    _ => Err(serde::de::Error::custom(format!("there is no operation {name}"))),
                }
            }

            /// As [`Self::from_json`], from a text of JSON.
            ///
            /// # Errors
            /// As [`Self::from_json`], and when the text is none.
            pub fn from_text(name: &str, members: &str) -> Result<Self, serde_json::Error> {
                match name {
                    $(stringify!($name) => serde_json::from_str(members).map(Self::$name),)*
                    _ => Err(serde::de::Error::custom(format!("there is no operation {name}"))),
                }
            }

            /// The operation that is answered.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => stringify!($name),)*
                }
            }
        }

        $(
            impl From<$name> for Action {
                fn from(request: $name) -> Self {
                    Self::$name(request)
                }
            }

            impl From<$reply> for Reply {
                fn from(reply: $reply) -> Self {
                    Self::$name(reply)
                }
            }
        )*
    };
}
pub(super) use operations;
