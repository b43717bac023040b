//! End to end: policies put in force by the program itself, judged by real packets in namespaces.

#[path = "../lab/mod.rs"]
mod lab;

mod harness;
