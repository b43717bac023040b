//! End to end: policies put in force by the program itself, judged by real packets in namespaces.

#[path = "../lab/mod.rs"]
mod lab;

mod apply;
mod atomic;
mod devices;
mod errors;
mod fragments;
mod groups;
mod harness;
mod rules;
mod stateful;
