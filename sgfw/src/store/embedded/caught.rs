//! Panics of the database become errors.
//!
//! The database believes the pages it reads; its own documentation says that it may panic where a file was altered
//! behind its back, and checking every page on every opening would read the whole file and write to it. A panic for
//! a damaged file must not end a process that enforces, so it is caught, and nothing is printed for it.

use super::trouble::Trouble;
use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What this does, or the panic in words. What it borrowed must not be used again after a panic.
pub(super) fn caught<T>(act: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    hush();
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(act));
    QUIET.set(before);
    result.unwrap_or_else(|panic| Err(Trouble::Damaged(words(panic.as_ref()))))
}

/// From now on panics of [`caught`] print nothing; all others go the way they went.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = take_hook();
        set_hook(Box::new(move |panic| {
            if !QUIET.get() {
                before(panic);
            }
        }));
    });
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let first = text.and_then(|text| text.lines().next()).unwrap_or("no reason given");
    format!("reading it ended with {first:?}")
}
