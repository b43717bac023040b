//! The worked example of connection tracking: SSH from one address is tracked and outlives its rule, HTTP from everybody is
//! not and ends with it.

use crate::net::{A4, NEAR, listen, open, reaches};
use crate::stage::{Door, Stage};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Both ends of a connection from near.
fn connection(stage: &Stage, listener: &TcpListener, port: u16) -> (TcpStream, TcpStream) {
    let client = open(&stage.lab, NEAR, A4, port).expect("the port is open");
    (client, listener.accept().unwrap().0)
}

/// Whether what one end says is heard at the other, soon.
fn speaks((client, server): &mut (TcpStream, TcpStream)) -> bool {
    server.set_read_timeout(Some(Duration::from_millis(900))).unwrap();
    client.write_all(b"x").is_ok() && server.read(&mut [0]).is_ok_and(|read| read == 1)
}

fn example(door: Door) {
    let Some(stage) = Stage::new(door) else { return };
    let lab = &stage.lab;
    stage.apply(&format!(
        "version: 1
vpcs:
  - id: vpc-1a2b3c4d
    cidr: 10.9.0.0/24
    groups: [{{name: web, id: sg-1a2b3c4d, description: web}}]
    interfaces: [{{name: web, device: v0, netns: {}, addresses: [{A4}], groups: [web]}}]
",
        lab.here
    ));
    let (ssh, http) = (listen(lab, A4, 22), listen(lab, A4, 80));
    let rules = [(22, "10.9.0.2/32"), (80, "0.0.0.0/0")]
        .map(|(port, block)| format!("--group-id sg-1a2b3c4d --protocol tcp --port {port} --cidr {block}"));
    for rule in &rules {
        stage.done(&format!("authorize-security-group-ingress {rule}"));
    }
    let (mut tracked, mut untracked) = (connection(&stage, &ssh, 22), connection(&stage, &http, 80));
    assert!(speaks(&mut tracked) && speaks(&mut untracked));
    for rule in &rules {
        stage.done(&format!("revoke-security-group-ingress {rule}"));
    }
    assert!(!reaches(lab, NEAR, A4, 22) && !reaches(lab, NEAR, A4, 80));
    assert!(speaks(&mut tracked), "what is tracked outlives its rule");
    assert!(!speaks(&mut untracked), "what is open to all both ways ends with it");
}

#[test]
fn f72_f73_f75_the_example_of_tracking() {
    example(Door::Own);
}

#[test]
fn f72_f73_f75_the_example_of_tracking_by_aws() {
    example(Door::Aws);
}
