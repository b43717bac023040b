//! The time of a signature: `20261121T103545Z`.

const DAY: u64 = 86_400;

/// Seconds since 1970 of such a text; none if it is something else.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    if bytes.len() != 16 || bytes[8] != b'T' || bytes[15] != b'Z' {
        return None;
    }
    let (year, month, day) = (number(&bytes[..4])?, number(&bytes[4..6])?, number(&bytes[6..8])?);
    let (hour, minute, second) = (number(&bytes[9..11])?, number(&bytes[11..13])?, number(&bytes[13..15])?);
    let is_date = year >= 1970 && (1..=12).contains(&month) && (1..=31).contains(&day);
    let is_time = hour < 24 && minute < 60 && second < 60;
    (is_date && is_time).then(|| days(year, month, day) * DAY + hour * 3600 + minute * 60 + second)
}

/// Such a text of seconds since 1970.
pub(super) fn text(seconds: u64) -> String {
    let (days, second) = (seconds / DAY, seconds % DAY);
    // The year begins in March, so that a leap day is its last.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    let year = era * 400 + year + u64::from(month <= 2);
    format!("{year:04}{month:02}{day:02}T{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

fn number(digits: &[u8]) -> Option<u64> {
    let is_number = digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| digits.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

/// Days since 1970 of a date.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let (era, year) = (year / 400, year % 400);
    era * 146_097 + year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
}
