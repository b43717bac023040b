//! Time and chance, which the service is given.

use rustix::rand::{GetRandomFlags, getrandom};
use std::time::{SystemTime, UNIX_EPOCH};

const DAY: u64 = 86_400;

/// Now, to the second, as RFC 3339 in UTC.
pub fn now() -> String {
    let (seconds, _) = since();
    format!("{}Z", date_time(seconds))
}

/// Now, to the millisecond, as EC2 writes it.
pub fn now_millis() -> String {
    let (seconds, millis) = since();
    format!("{}.{millis:03}Z", date_time(seconds))
}

/// Now, in seconds since 1970.
pub fn seconds() -> u64 {
    since().0
}

fn since() -> (u64, u32) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (since.as_secs(), since.subsec_millis())
}

/// Seconds since 1970 as a date and a time in UTC: `2018-06-20T16:20:00`.
pub fn date_time(seconds: u64) -> String {
    let (year, month, day) = date(seconds / DAY);
    let second = seconds % DAY;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The civil date of a day since 1970, in eras of 400 years that begin in March, so that a leap day is the last.
const fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

/// Numbers for ids, from the kernel's random source.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chance;

impl Chance {
    /// A number that nobody has had.
    pub fn number(&mut self) -> u64 {
        let mut bytes = [0; 8];
        match getrandom(&mut bytes, GetRandomFlags::empty()) {
            Ok(8) => u64::from_ne_bytes(bytes),
            // Without a random source the clock has to do: ids must be new, not secret.
            _ => SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_nanos() as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_around_leap_days_and_centuries() {
        for (seconds, wanted) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_399, "2000-02-28T23:59:59"),
            (951_782_400, "2000-02-29T00:00:00"),
            (951_868_800, "2000-03-01T00:00:00"),
            (1_798_761_599, "2026-12-31T23:59:59"),
            (4_107_542_400, "2100-03-01T00:00:00"),
        ] {
            assert_eq!(date_time(seconds), wanted);
        }
    }
}
