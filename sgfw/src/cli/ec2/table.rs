//! `--output table`: a box for every structure and list of structures, those below it framed once more. A table wider
//! than the screen stands its single rows on end.

use super::data::Data;
use std::collections::BTreeSet;

/// What the table is drawn on.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Columns of characters.
    pub width: usize,
    /// Whether it takes colour.
    pub colour: bool,
}

/// The table of a reply under the name of its operation; empty for an empty reply.
pub(super) fn table(title: &str, data: &Data, screen: Screen) -> String {
    let mut table = Table { sections: Vec::new(), screen };
    if !table.build(Some(title), data, 0) {
        return String::new();
    }
    table.render()
}

/// One box.
#[derive(Debug, Default)]
struct Section {
    title: String,
    /// How many frames are around it.
    depth: usize,
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

struct Table {
    sections: Vec<Section>,
    screen: Screen,
}

impl Table {
    fn build(&mut self, title: Option<&str>, data: &Data, depth: usize) -> bool {
        if data.is_nothing() {
            return false;
        }
        if let Some(title) = title {
            self.open(title, depth);
        }
        match data {
            Data::List(elements) if matches!(elements.first(), Some(Data::Map(_))) => {
                self.structures(elements, depth, title.unwrap_or_default());
            }
            Data::List(elements) => elements.iter().for_each(|element| self.element(element)),
            Data::Map(members) => self.structure(members, depth),
            _ => {}
        }
        true
    }

    fn open(&mut self, title: &str, depth: usize) {
        self.sections.push(Section { title: title.to_owned(), depth, ..Section::default() });
    }

    fn row(&mut self, cells: Vec<String>) {
        if let Some(section) = self.sections.last_mut() {
            section.rows.push(cells);
        }
    }

    fn headings(&mut self, headings: &BTreeSet<&str>) {
        if let Some(section) = self.sections.last_mut() {
            section.headings = headings.iter().map(|heading| (*heading).to_owned()).collect();
        }
    }

    fn element(&mut self, element: &Data) {
        match element {
            Data::List(inner) if inner.iter().all(Data::is_scalar) => {
                self.row(inner.iter().map(ToString::to_string).collect());
            }
            Data::List(_) | Data::Map(_) => {
                self.build(None, element, 0);
            }
            scalar => self.row(vec![scalar.to_string()]),
        }
    }

    fn structure(&mut self, members: &[(String, Data)], depth: usize) {
        let (scalars, deeper) = names(std::iter::once(members));
        let value = |name: &&str| find(members, name).map(ToString::to_string).unwrap_or_default();
        match scalars.first() {
            Some(only) if scalars.len() == 1 => self.row(vec![(*only).to_owned(), value(only)]),
            Some(_) => {
                self.headings(&scalars);
                self.row(scalars.iter().map(value).collect());
            }
            None => {}
        }
        self.below(members, &deeper, depth);
    }

    fn structures(&mut self, elements: &[Data], depth: usize, title: &str) {
        let maps: Vec<&[(String, Data)]> = elements.iter().filter_map(as_map).collect();
        let (scalars, deeper) = names(maps.iter().copied());
        self.headings(&scalars);
        for (at, members) in maps.into_iter().enumerate() {
            if at > 0 && !deeper.is_empty() {
                self.open(title, depth);
                self.headings(&scalars);
            }
            let value = |name: &&str| find(members, name).map(ToString::to_string).unwrap_or_default();
            self.row(scalars.iter().map(value).collect());
            self.below(members, &deeper, depth);
        }
    }

    fn below(&mut self, members: &[(String, Data)], names: &BTreeSet<&str>, depth: usize) {
        for name in names {
            if let Some(value) = find(members, name) {
                self.build(Some(name), value, depth + 1);
            }
        }
    }

    fn render(mut self) -> String {
        let mut width = self.width();
        if width > self.screen.width {
            self.sections.iter_mut().for_each(Section::stand);
            width = self.width();
        }
        let mut out = "-".repeat(width) + "\n";
        for section in &self.sections {
            let frame = self.screen.frame().repeat(section.depth);
            for line in section.lines(width - 2 * section.depth, self.screen) {
                out.extend([frame.as_str(), &line, &frame, "\n"]);
            }
        }
        out
    }

    fn width(&self) -> usize {
        self.sections.iter().map(Section::width).max().unwrap_or(0)
    }
}

fn as_map(data: &Data) -> Option<&[(String, Data)]> {
    if let Data::Map(members) = data { Some(members) } else { None }
}

fn find<'a>(members: &'a [(String, Data)], name: &str) -> Option<&'a Data> {
    members.iter().find(|(member, _)| member == name).map(|(_, value)| value)
}

/// The names of scalars, and of everything else.
fn names<'a>(maps: impl Iterator<Item = &'a [(String, Data)]>) -> (BTreeSet<&'a str>, BTreeSet<&'a str>) {
    let (mut scalars, mut deeper) = (BTreeSet::new(), BTreeSet::new());
    for (name, value) in maps.flatten() {
        if value.is_scalar() {
            scalars.insert(name.as_str())
        } else {
            deeper.insert(name.as_str())
        };
    }
    (scalars, deeper)
}

/// What a cell has besides its text: its edges and room at both sides.
const PADDING: usize = 4;

impl Section {
    /// Widths of the texts of each column.
    fn texts(&self) -> Vec<usize> {
        let rows = || self.rows.iter().chain(std::iter::once(&self.headings));
        let columns = rows().map(Vec::len).max().unwrap_or(0);
        (0..columns).map(|at| rows().filter_map(|row| Some(length(row.get(at)?))).max().unwrap_or(0)).collect()
    }

    fn width(&self) -> usize {
        let cells: usize = self.texts().iter().map(|text| text + PADDING).sum();
        (cells + 2).max(length(&self.title) + 2) + 2 * self.depth
    }

    /// Columns that fill a width exactly, each by its share of it.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "widths of a screen"
    )]
    fn columns(&self, width: usize) -> Vec<usize> {
        let wanted: Vec<usize> = self.texts().iter().map(|text| text + PADDING).collect();
        if wanted.is_empty() {
            return wanted;
        }
        let scale = width as f64 / wanted.iter().sum::<usize>() as f64;
        let mut columns: Vec<usize> =
            wanted.iter().map(|text| (scale * *text as f64).round_ties_even() as usize).collect();
        let (count, total) = (columns.len(), columns.iter().sum::<usize>());
        // Too wide is taken from the first on, too narrow is given from the last on.
        (0..total.saturating_sub(width)).for_each(|at| columns[at % count] -= 1);
        (0..width.saturating_sub(total)).for_each(|at| columns[count - 1 - at % count] += 1);
        columns
    }

    /// A single row under headings becomes a row for each heading.
    fn stand(&mut self) {
        if self.rows.len() == 1 && !self.headings.is_empty() {
            let headings = std::mem::take(&mut self.headings);
            let row = std::mem::take(&mut self.rows).pop().unwrap_or_default();
            self.rows = headings.into_iter().zip(row).map(|(heading, cell)| vec![heading, cell]).collect();
        }
    }

    fn lines(&self, width: usize, screen: Screen) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.title.is_empty() {
            lines.push(format!("|{}|", centre(&self.title, &self.title, width, 1, 1)));
            if self.headings.is_empty() && self.rows.is_empty() {
                lines.push(format!("+{}+", "-".repeat(width - 2)));
            }
        }
        let columns = self.columns(width);
        let rule: String = columns.iter().enumerate().map(|(at, column)| edge(at, column)).collect();
        if !self.headings.is_empty() {
            lines.push(rule.clone());
            lines.push(cells(&self.headings, &columns, |text, column, left| centre(text, text, column, left, 1)));
        }
        if !self.rows.is_empty() && !columns.is_empty() {
            lines.push(rule.clone());
            let cell = |text: &str, column, left| left_aligned(text, &screen.cell(text), column, left);
            lines.extend(self.rows.iter().map(|row| cells(row, &columns, cell)));
            lines.push(rule);
        }
        lines
    }
}

impl Screen {
    fn cell(self, text: &str) -> String {
        if self.colour { format!("\x1b[1m\x1b[34m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn frame(self) -> String {
        if self.colour { "\x1b[2m\x1b[33m|\x1b[0m".to_owned() } else { "|".to_owned() }
    }
}

/// The rule above or below one cell; only the first has an edge at its left.
fn edge(at: usize, column: &usize) -> String {
    if at == 0 { format!("+{}+", "-".repeat(column.saturating_sub(2))) } else { "-".repeat(column - 1) + "+" }
}

fn cells(row: &[String], columns: &[usize], cell: impl Fn(&str, usize, usize) -> String) -> String {
    let one = |(at, (text, column)): (usize, (&String, &usize))| {
        let left = usize::from(at == 0);
        ["|"].iter().take(left).copied().collect::<String>() + &cell(text, *column, left) + "|"
    };
    row.iter().zip(columns).enumerate().map(one).collect()
}

/// In the middle between edges of these widths. `shown` may have colour that takes no room.
fn centre(text: &str, shown: &str, width: usize, left: usize, right: usize) -> String {
    let before = (width / 2).saturating_sub(length(text) / 2 + 1);
    let after = width.saturating_sub(left + before + length(text) + right);
    " ".repeat(before) + shown + &" ".repeat(after)
}

/// At the left, with two blanks before it where there is room.
fn left_aligned(text: &str, shown: &str, width: usize, left: usize) -> String {
    let before = if width > length(text) + 2 + left { 2 } else { 0 };
    let after = width.saturating_sub(left + before + length(text) + 1);
    " ".repeat(before) + shown + &" ".repeat(after)
}

fn length(text: &str) -> usize {
    text.chars().count()
}
