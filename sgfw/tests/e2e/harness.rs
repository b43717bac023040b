//! The lab itself, before anything is protected: what is tried gets through, and a table can fail.

use crate::lab::table::{all_cut, all_live};
use crate::lab::{Lab, setup};

#[test]
fn without_a_policy_everything_passes() {
    let Some(lab) = Lab::with(setup::ONE, &["peer", "other"], &["vm"]) else { return };
    lab.expect(
        "peer > vm    tcp 80                passes
         vm > peer    tcp 80                passes
         other > vm   tcp 80 from 22        passes
         peer > vm    udp 53                passes
         peer > vm    udp 53 size 4000      passes
         peer > vm    ping                  passes
         peer > vm    ping size 4000        passes
         peer > vm    icmp 3/1              passes  v4
         peer > vm    icmp 1/1              passes  v6
         peer > other protocol 47           passes",
    );
}

#[test]
fn flows_open_and_stay() {
    let Some(lab) = Lab::with(setup::ONE, &["peer"], &["vm"]) else { return };
    let mut flows = lab.open(
        "peer > vm  tcp 80
         peer > vm  udp 53
         peer > vm  ping
         peer > vm  protocol 47",
    );
    all_live(&mut flows);
}

#[test]
#[should_panic(expected = "rows went another way")]
fn a_wrong_table_fails() {
    let Some(lab) = Lab::with(setup::ONE, &["peer"], &["vm"]) else { panic!("rows went another way") };
    // On a machine that is busy enough a packet may be late for once.
    for _ in 0..10 {
        lab.expect("peer > vm tcp 80 drops");
    }
}

#[test]
#[should_panic(expected = "alive, but should be cut")]
fn a_live_flow_is_no_cut_flow() {
    let Some(lab) = Lab::with(setup::ONE, &["peer"], &["vm"]) else { panic!("alive, but should be cut") };
    all_cut(&mut lab.open("peer > vm tcp 80"));
}
