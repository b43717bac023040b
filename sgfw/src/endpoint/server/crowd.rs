//! The connections that there are. When there is no room for one more, the one that has been idle longest goes, so
//! that those who hold connections and say nothing keep nobody out.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::sync::Notify;

/// A connection's place.
#[derive(Debug)]
pub(super) struct Seat {
    busy: AtomicBool,
    since: Mutex<Instant>,
    leave: Notify,
}

impl Seat {
    /// At work until what comes back is dropped.
    pub(super) fn busy(self: &Arc<Self>) -> Busy {
        self.busy.store(true, Ordering::Relaxed);
        Busy(self.clone())
    }

    /// Comes back when the connection is to go.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }

    fn idle_since(&self) -> Option<Instant> {
        let since = *self.since.lock().unwrap_or_else(PoisonError::into_inner);
        (!self.busy.load(Ordering::Relaxed)).then_some(since)
    }
}

/// A connection at work.
#[derive(Debug)]
pub(super) struct Busy(Arc<Seat>);

impl Drop for Busy {
    fn drop(&mut self) {
        *self.0.since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.0.busy.store(false, Ordering::Relaxed);
    }
}

/// All of them.
#[derive(Debug)]
pub(super) struct Crowd {
    room: usize,
    seats: Mutex<(u64, HashMap<u64, Arc<Seat>>)>,
    left: Notify,
}

impl Crowd {
    pub(super) fn new(room: usize) -> Self {
        Self { room: room.max(1), seats: Mutex::default(), left: Notify::new() }
    }

    /// A place for one more, as soon as there is one.
    pub(super) async fn enter(self: &Arc<Self>) -> Taken {
        loop {
            let left = self.left.notified();
            if let Some(taken) = self.try_enter() {
                return taken;
            }
            left.await;
        }
    }

    fn try_enter(self: &Arc<Self>) -> Option<Taken> {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.1.len() >= self.room {
            let idle = seats.1.iter().filter_map(|(number, seat)| Some((seat.idle_since()?, *number)));
            let (_, number) = idle.min()?;
            seats.1.remove(&number)?.leave.notify_one();
        }
        seats.0 += 1;
        let (number, since) = (seats.0, Mutex::new(Instant::now()));
        let seat = Arc::new(Seat { busy: AtomicBool::new(false), since, leave: Notify::new() });
        seats.1.insert(number, seat.clone());
        Some(Taken { crowd: self.clone(), number, seat })
    }

    /// Waits until nobody is there.
    pub(super) async fn empty(&self) {
        loop {
            let left = self.left.notified();
            if self.seats.lock().unwrap_or_else(PoisonError::into_inner).1.is_empty() {
                return;
            }
            left.await;
        }
    }
}

/// A place that was taken; dropped, it is free.
#[derive(Debug)]
pub(super) struct Taken {
    crowd: Arc<Crowd>,
    number: u64,
    pub(super) seat: Arc<Seat>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.crowd.seats.lock().unwrap_or_else(PoisonError::into_inner).1.remove(&self.number);
        self.crowd.left.notify_waiters();
    }
}
