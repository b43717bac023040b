//! sgfw: security groups, as Amazon's VPC has them, for any Linux box.
//!
//! Intent flows from left to right, and each room knows only its neighbours:
//!
//! [`policy`] (YAML text) → [`model`] (values) → [`compile`] (snapshot to image) → [`plan`] (image and
//! image to operations) → [`kernel`] (the only room that knows aya). [`mod@reference`] judges the same model
//! slowly and from the words of the documentation; [`store`] keeps the policy in words; [`cli`] is one file a verb.
//! [`api`] says what can be asked and answered, in AWS's names.
//! [`endpoint`] speaks the EC2 query protocol, so that AWS's own clients can ask.

pub mod agent;
pub mod analyse;
pub mod api;
pub mod cli;
pub mod compile;
pub mod control;
pub mod declare;
pub mod endpoint;
pub mod flow_log;
pub mod inventory;
pub mod kernel;
pub mod model;
pub mod plan;
pub mod policy;
pub mod reference;
pub mod service;
pub mod store;
