//! Colour, where it is wanted, and text that cannot drive a terminal.

use clap::ValueEnum;
use std::io::IsTerminal;

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

/// Whether one stream takes colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) colour: bool,
}

impl Style {
    /// What was asked for, on this stream. An empty NO_COLOR counts as none (no-color.org).
    pub(super) fn of(wanted: Colour, stream: &impl IsTerminal) -> Self {
        let refused = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = match wanted {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => stream.is_terminal() && !refused(),
        };
        Self { colour }
    }

    pub(super) fn red(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// Lines of changes by their sign.
    pub(super) fn changes(self, text: &str) -> String {
        let line = |line: &str| match line.trim_start().chars().next() {
            Some('+') => self.paint("32", line),
            Some('-') => self.paint("31", line),
            Some('~') => self.paint("33", line),
            _ => line.to_owned(),
        };
        text.lines().map(|text| line(text) + "\n").collect()
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The text with control characters written out. Devices may be named almost anything.
pub(super) fn clean(text: &str) -> String {
    let one = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_drives_a_terminal() {
        assert_eq!(clean("eth0\x1b[2J\n"), "eth0\\u{1b}[2J\\n");
    }

    #[test]
    fn no_colour_means_no_escape() {
        let style = Style { colour: false };
        assert_eq!(style.changes("+ a\n  - b\n"), "+ a\n  - b\n");
        assert_eq!(Style { colour: true }.changes("+ a\n"), "\x1b[32m+ a\x1b[0m\n");
    }
}
