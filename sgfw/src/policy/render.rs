//! Diagnostics for people: the place, the line, what is wrong, what to write instead.

use super::diagnostic::{Diagnostic, Diagnostics, Severity};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// The most diagnostics that are shown; the rest is counted.
const MOST_SHOWN: usize = 100;
/// A longer line is cut, so that a file made to hurt does not flood the terminal. In bytes.
const LONGEST_LINE: usize = 400;

impl Diagnostics {
    /// Draws all of them, the first hundred at most, with a closing line that counts them.
    ///
    /// Colour codes come only with `colour`; the caller knows whether this goes to a terminal.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
        let mut out = String::new();
        for found in self.iter().take(MOST_SHOWN) {
            out.push_str(&self.draw(found, &renderer));
            out.push_str("\n\n");
        }
        out.push_str(&self.summary());
        out
    }

    fn draw(&self, found: &Diagnostic, renderer: &Renderer) -> String {
        let level = match found.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(found.message.as_str());
        let group = match self.line_of(found) {
            Some((line, span)) => title.element(
                Snippet::source(line)
                    .path(found.file.as_str())
                    .line_start(usize::try_from(found.line).unwrap_or(0))
                    .annotation(AnnotationKind::Primary.span(span)),
            ),
            None => title.element(Origin::path(found.file.as_str())),
        };
        renderer.render(&[with_help(group, found)])
    }

    /// The line a diagnostic points at, and what of it.
    fn line_of(&self, found: &Diagnostic) -> Option<(&str, Range<usize>)> {
        let text = self.sources.get(found.source)?.text.as_str();
        let start = usize::try_from(found.spot.start).ok()?.min(text.len());
        if found.line == 0 || text.is_empty() {
            return None;
        }
        let from = text.get(..start)?.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text.get(from..)?.lines().next().unwrap_or("");
        let line = cut(line, LONGEST_LINE.max(start - from));
        let first = (start - from).min(line.len());
        let last = first.saturating_add(usize::try_from(found.spot.len).ok()?).min(line.len());
        Some((line, first..last))
    }

    /// `2 errors, 1 warning`.
    pub fn summary(&self) -> String {
        let mut parts = Vec::new();
        for severity in [Severity::Error, Severity::Warning] {
            match self.count(severity) {
                0 => {}
                1 => parts.push(format!("1 {severity}")),
                many => parts.push(format!("{many} {severity}s")),
            }
        }
        if self.len() > MOST_SHOWN {
            parts.push(format!("the first {MOST_SHOWN} are shown"));
        }
        parts.join(", ")
    }
}

fn with_help<'a>(group: Group<'a>, found: &'a Diagnostic) -> Group<'a> {
    match &found.help {
        Some(help) => group.element(Level::HELP.message(help.as_str())),
        None => group,
    }
}

fn cut(line: &str, longest: usize) -> &str {
    let mut end = line.len().min(longest);
    while !line.is_char_boundary(end) {
        end -= 1;
    }
    &line[..end]
}
