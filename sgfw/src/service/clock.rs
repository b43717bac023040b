//! Days and times as texts, without a clock: `2026-11-21T10:35:45.000Z`. All are in UTC and of one form, so their order
//! is that of time.

/// The same time of the day so many days later; a text that is no time stays as it is.
pub(super) fn days_later(time: &str, days: u32) -> String {
    let date = time.get(..10).and_then(date);
    match date {
        Some(date) => {
            let (year, month, day) = (0..days).fold(date, |date, _| next(date));
            format!("{year:04}-{month:02}-{day:02}{}", &time[10..])
        }
        None => time.to_owned(),
    }
}

type Date = (u32, u32, u32);

fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}

fn next((year, month, day): Date) -> Date {
    match () {
        () if day < length(year, month) => (year, month, day + 1),
        () if month < 12 => (year, month + 1, 1),
        () => (year + 1, 1, 1),
    }
}

/// Days of a month.
fn length(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_pass() {
        let cases = [
            ("2026-11-21T10:35:45.000Z", "2026-11-28T10:35:45.000Z"),
            ("2026-12-28T00:00:00.000Z", "2027-01-04T00:00:00.000Z"),
            ("2028-02-23T00:00:00.000Z", "2028-03-01T00:00:00.000Z"),
            ("2100-02-23T00:00:00.000Z", "2100-03-02T00:00:00.000Z"),
            ("no time", "no time"),
        ];
        for (before, after) in cases {
            assert_eq!(days_later(before, 7), after);
        }
    }
}
