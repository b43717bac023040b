//! The filters of describes: which objects a caller wants to see.
//!
//! The values of one filter are OR-ed, filters are AND-ed. `*` stands for any characters, `?` for one or none, a
//! backslash takes their meaning away; capitals count. A request may have 50 filters and 200 values (§2).

use super::Fault;
use crate::api;
use crate::inventory::Tags;

/// The most filters of a request.
const MOST_FILTERS: usize = 50;
/// The most values of all filters of a request.
const MOST_VALUES: usize = 200;

/// In a list of allowed names: `tag:KEY`, `tag-key` and `tag-value` are allowed too.
pub(super) const TAGS: &str = "tag";

/// The filters of a request, checked.
#[derive(Debug)]
pub(super) struct Filters<'a>(Vec<(&'a str, &'a [String])>);

impl<'a> Filters<'a> {
    /// The filters of a request, of which only these names are allowed; [`TAGS`] among them allows those of tags.
    ///
    /// # Errors
    /// There are too many, or one has another name or no value.
    pub(super) fn new(filters: &'a [api::Filter], allowed: &[&str]) -> Result<Self, Fault> {
        let values: usize = filters.iter().map(|filter| filter.values.len()).sum();
        if filters.len() > MOST_FILTERS {
            return Err(too_many("filters", MOST_FILTERS));
        }
        if values > MOST_VALUES {
            return Err(too_many("filter values", MOST_VALUES));
        }
        filters.iter().map(|filter| checked(filter, allowed)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether an object with these tags is wanted; `values` tells all its values for the name of a filter.
    pub(super) fn accept(&self, tags: &Tags, values: impl Fn(&str) -> Vec<String>) -> bool {
        self.0.iter().all(|(name, wanted)| match of_tags(name, tags) {
            Some(values) => values.iter().any(|value| is_wanted(wanted, value)),
            None => values(name).iter().any(|value| is_wanted(wanted, value)),
        })
    }

    /// Those of this name alone.
    pub(super) fn only(mut self, name: &str) -> Self {
        self.0.retain(|(it, _)| *it == name);
        self
    }

    /// The values that the filter of this name wants, as they were written.
    pub(super) fn wanted(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(it, _)| *it == name);
        named.flat_map(|(_, values)| values.iter().map(String::as_str)).collect::<Vec<_>>().into_iter()
    }
}

fn checked<'a>(filter: &'a api::Filter, allowed: &[&str]) -> Result<(&'a str, &'a [String]), Fault> {
    let name = filter.name.as_deref().unwrap_or("null");
    if !is_allowed(name, allowed) {
        return Err(Fault::value(format!("The filter '{name}' is invalid")));
    }
    if filter.values.is_empty() {
        return Err(Fault::value(format!("The filter '{name}' has no value")));
    }
    Ok((name, &filter.values))
}

fn is_allowed(name: &str, allowed: &[&str]) -> bool {
    let of_tags = name.starts_with("tag:") || name == "tag-key" || name == "tag-value";
    if of_tags && allowed.contains(&TAGS) { true } else { name != TAGS && allowed.contains(&name) }
}

fn too_many(what: &str, most: usize) -> Fault {
    Fault::new("FilterLimitExceeded", format!("The maximum number of {what} specified on a single call is {most}"))
}

/// The values of a filter of tags; none if it is about something else.
fn of_tags<'t>(name: &str, tags: &'t Tags) -> Option<Vec<&'t str>> {
    match name {
        "tag-key" => Some(tags.keys().map(String::as_str).collect()),
        "tag-value" => Some(tags.values().map(String::as_str).collect()),
        _ => name.strip_prefix("tag:").map(|key| tags.get(key).map(String::as_str).into_iter().collect()),
    }
}

fn is_wanted(wanted: &[String], value: &str) -> bool {
    wanted.iter().any(|pattern| matches(pattern, value))
}

/// One step of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Any,
    Maybe,
    Is(char),
}

/// Whether a value is what a pattern describes. Time is the product of both lengths at most.
pub(super) fn matches(pattern: &str, value: &str) -> bool {
    if !pattern.contains(['*', '?', '\\']) {
        return pattern == value;
    }
    let steps = steps(pattern);
    // Which prefixes of the pattern describe what was read of the value so far.
    let mut reached = vec![false; steps.len() + 1];
    reached[0] = true;
    skip(&steps, &mut reached);
    for c in value.chars() {
        let mut next = vec![false; steps.len() + 1];
        for (at, step) in steps.iter().enumerate().filter(|(at, _)| reached[*at]) {
            match step {
                Step::Any => next[at] = true,
                Step::Maybe => next[at + 1] = true,
                Step::Is(wanted) => next[at + 1] |= *wanted == c,
            }
        }
        skip(&steps, &mut next);
        reached = next;
    }
    reached[steps.len()]
}

/// Goes on over steps that need no character.
fn skip(steps: &[Step], reached: &mut [bool]) {
    for (at, step) in steps.iter().enumerate() {
        reached[at + 1] |= reached[at] && matches!(step, Step::Any | Step::Maybe);
    }
}

fn steps(pattern: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        steps.push(match c {
            '*' => Step::Any,
            '?' => Step::Maybe,
            '\\' => Step::Is(chars.next().unwrap_or('\\')),
            c => Step::Is(c),
        });
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        let yes = [
            ("web", "web"),
            ("w*", "web"),
            ("*", ""),
            ("prod?", "prod"),
            ("prod?", "prods"),
            ("??a", "a"),
            ("*b*c*", "abbc"),
            ("a\\*b", "a*b"),
            ("a\\?\\\\", "a?\\"),
            ("a\\", "a\\"),
            ("*é", "née"),
        ];
        for (pattern, value) in &yes[..10] {
            assert!(matches(pattern, value), "{pattern} {value}");
        }
        let no = [("web", "Web"), ("prod?", "production"), ("a\\*b", "axb"), ("w*b", "wax"), ("", "a"), yes[10]];
        for (pattern, value) in no {
            assert!(!matches(pattern, value), "{pattern} {value}");
        }
        assert!(!matches(&"*a".repeat(60), &"a".repeat(59)), "does not explode");
    }

    fn filter(name: &str, values: &[&str]) -> api::Filter {
        api::Filter { name: Some(name.into()), values: values.iter().map(|it| (*it).into()).collect() }
    }

    #[test]
    fn values_are_or_ed_and_filters_and_ed() {
        let tags = Tags::from([("Env".to_owned(), "prod".to_owned())]);
        let accepts = |filters: &[api::Filter]| {
            let filters = Filters::new(filters, &["id", TAGS]).unwrap();
            filters.accept(&tags, |_| vec!["a".to_owned(), "b".to_owned()])
        };
        assert!(accepts(&[]));
        assert!(accepts(&[filter("id", &["x", "b"])]));
        assert!(!accepts(&[filter("id", &["a"]), filter("id", &["x"])]));
        assert!(accepts(&[filter("tag:Env", &["p*"]), filter("tag-key", &["Env"]), filter("tag-value", &["prod"])]));
        assert!(!accepts(&[filter("tag:env", &["*"])]));
    }

    #[test]
    fn unknown_empty_and_too_many_are_refused() {
        let refused = |filters: &[api::Filter]| Filters::new(filters, &["id"]).unwrap_err().to_string();
        assert_eq!(refused(&[filter("x", &["1"])]), "InvalidParameterValue: The filter 'x' is invalid");
        assert_eq!(refused(&[filter("tag:a", &["1"])]), "InvalidParameterValue: The filter 'tag:a' is invalid");
        assert_eq!(refused(&[filter("id", &[])]), "InvalidParameterValue: The filter 'id' has no value");
        assert!(Filters::new(&[filter("tag", &["1"])], &[TAGS]).is_err());
        let many = vec![filter("id", &["1"; 101]), filter("id", &["1"; 100])];
        assert!(refused(&many).starts_with("FilterLimitExceeded"));
        assert!(Filters::new(&[filter("id", &["1"; 200])], &["id"]).is_ok());
    }
}
