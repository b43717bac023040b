//! Times, and memory.

use super::Outcome;
use std::time::Instant;

/// Measurements of one thing.
pub(super) struct Rounds {
    what: &'static str,
    unit: &'static str,
    milliseconds: Vec<f64>,
}

impl Rounds {
    pub(super) const fn new(what: &'static str, unit: &'static str) -> Self {
        Self { what, unit, milliseconds: Vec::new() }
    }

    /// Does it once more.
    pub(super) fn measure<T>(&mut self, act: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
        let begun = Instant::now();
        let done = act()?;
        self.milliseconds.push(begun.elapsed().as_secs_f64() * 1000.0);
        Ok(done)
    }

    /// Prints the median of all rounds, the lowest and the highest.
    pub(super) fn print(&self) {
        let mut sorted = self.milliseconds.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let (median, low, high) = (at(sorted.len() / 2), at(0), at(sorted.len().saturating_sub(1)));
        let line =
            serde_json::json!({ "what": self.what, "unit": self.unit, "value": median, "low": low, "high": high });
        println!("{line}");
    }
}

/// Prints one number.
pub(super) fn print(what: &str, unit: &str, value: f64) {
    println!("{}", serde_json::json!({ "what": what, "unit": unit, "value": value }));
}

/// The most memory that this process had in use, in megabytes.
pub(super) fn resident() -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes / 1024.0)
}
