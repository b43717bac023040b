//! How often somebody may ask: a bucket for each key or address, which fills at a steady rate.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Seconds for which nobody asks, after which a bucket is full again: so much may come at once.
const BURST: f64 = 2.0;
/// Buckets at once; full ones say nothing and go first.
const BUCKETS: usize = 10_000;

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// Buckets by whom they are for.
#[derive(Debug)]
pub(super) struct Rates {
    rate: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

impl Rates {
    /// So many requests a second for each; 0 for no limit.
    pub(super) fn new(rate: u32) -> Self {
        Self { rate: rate.into(), buckets: Mutex::default() }
    }

    /// Takes one from a bucket, if there is one in it.
    pub(super) fn allow(&self, who: &str, now: Instant) -> bool {
        if self.rate == 0.0 {
            return true;
        }
        let full = self.rate * BURST;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS && !buckets.contains_key(who) {
            buckets.retain(|_, bucket| self.level(bucket, now) < full);
            if buckets.len() >= BUCKETS {
                return false;
            }
        }
        let bucket = buckets.entry(who.into()).or_insert(Bucket { left: full, at: now });
        let level = self.level(bucket, now);
        let allowed = level >= 1.0;
        *bucket = Bucket { left: if allowed { level - 1.0 } else { level }, at: now };
        allowed
    }

    fn level(&self, bucket: &Bucket, now: Instant) -> f64 {
        let since = now.saturating_duration_since(bucket.at).as_secs_f64();
        (bucket.left + since * self.rate).min(self.rate * BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::{BUCKETS, Rates};
    use std::time::{Duration, Instant};

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let (rates, start) = (Rates::new(10), Instant::now());
        assert_eq!((0..100).filter(|_| rates.allow("a", start)).count(), 20);
        assert!(rates.allow("b", start), "each has a bucket of its own");
        let later = start + Duration::from_millis(500);
        assert_eq!((0..100).filter(|_| rates.allow("a", later)).count(), 5);
        assert!((0..1000).all(|_| Rates::new(0).allow("a", start)));
    }

    #[test]
    fn many_who_ask_once_take_no_more_memory() {
        let (rates, start) = (Rates::new(1), Instant::now());
        assert!((0..BUCKETS).all(|it| rates.allow(&it.to_string(), start)));
        assert!(!rates.allow("one more", start));
        assert!(rates.allow("one more", start + Duration::from_secs(2)));
        assert_eq!(rates.buckets.lock().unwrap().len(), 1);
    }
}
