//! Signatures that others made are accepted, and no change of what they signed is: 400 requests, 30 mutations each.
//!
//! Half of the requests are signed by botocore, which is what the `aws` command line signs with; where there is none,
//! all are signed by Amazon's crate for Rust.

#![allow(clippy::unwrap_used, reason = "a test that unwraps fails at the line that is wrong")]
#![allow(dead_code, reason = "what is shared is used in parts")]

mod botocore;
#[path = "../lab/client.rs"]
mod client;
mod mutations;
mod sent;
mod signer;
#[path = "../lab/skip.rs"]
mod skip;

#[path = "../proof/random.rs"]
mod random;

use mutations::{MUTATIONS, Mutant};
use random::Random;
use sent::{Draft, Sent, keys};
use sgfw::endpoint::sigv4::verify;

const SIGNED: usize = 400;

/// Half by each, or all by the one that is there.
fn signed(random: &mut Random) -> Vec<Sent> {
    let drafts: Vec<Draft> = (0..SIGNED).map(|_| Draft::new(random)).collect();
    let by_botocore = botocore::sign(&drafts[..SIGNED / 2]);
    let from = by_botocore.len();
    by_botocore.into_iter().chain(drafts[from..].iter().map(signer::sign)).collect()
}

#[test]
fn signed_requests_are_accepted_and_no_mutation_of_one_is() {
    let mut random = Random::new(20_261_121);
    let keys = keys();
    let sent = signed(&mut random);
    let refused: Vec<_> =
        sent.iter().filter_map(|it| verify(&it.message(), &keys, it.time).err().map(|why| (it, why))).collect();
    assert!(refused.is_empty(), "{} of {SIGNED} refused, such as {:#?}", refused.len(), refused[0]);
    let mut tried = 0;
    for original in &sent {
        for (name, mutate) in MUTATIONS {
            let mut mutant = Mutant { sent: original.clone(), now: original.time };
            mutate(&mut mutant, &mut random);
            assert!(mutant.sent != *original || mutant.now != original.time, "{name} changed nothing: {original:#?}");
            let result = verify(&mutant.sent.message(), &keys, mutant.now);
            assert!(result.is_err(), "{name} was accepted: {:#?}\nof {original:#?}", mutant.sent);
            tried += 1;
        }
    }
    assert_eq!((sent.len(), tried), (400, 12_000));
}

/// What nobody signed says nothing: other headers may come and go.
#[test]
fn what_is_not_signed_may_change() {
    let mut random = Random::new(7);
    let keys = keys();
    for _ in 0..20 {
        let mut sent = signer::sign(&Draft::new(&mut random));
        sent.headers.push(("x-forwarded-for".into(), b"192.0.2.1".to_vec()));
        sent.headers.reverse();
        assert!(verify(&sent.message(), &keys, sent.time).is_ok(), "{sent:#?}");
    }
}
