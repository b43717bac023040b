//! Spans of time in words.

const DAY: u64 = 86_400;

/// A span as people say it: `45s`, `12m`, `3h20m`, `5d`.
pub(super) fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7_200 => format!("{}m", seconds / 60),
        7_200..172_800 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d", seconds / DAY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        assert_eq!([span(119), span(120), span(7_265), span(432_000)], ["119s", "2m", "2h01m", "5d"]);
    }
}
