//! The EC2 endpoint: HTTP, signatures, queries and XML on the one side, typed actions on the other.
//!
//! The only room that knows HTTP. It has no privilege and touches neither store nor kernel: who answers is behind
//! [`Perform`]. Nothing that is sent makes it panic or answer with status 500; that is for a broken store or kernel.

pub mod form;
mod keys;
mod message;
mod perform;
pub mod query;
mod refusal;
mod role;
mod server;
pub mod sigv4;
pub mod xml;

pub use keys::{Key, Keys, KeysError, Secret};
pub use message::Message;
pub use perform::{Perform, PerformError, Performed};
pub use refusal::Refusal;
pub use role::Role;
pub use server::{Handle, Limits, Listen, ServeError, Server, Settings, Tls};
