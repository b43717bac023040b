//! Outcomes of tests as JUnit's XML: one suite, one case a test, file and line where the test stands.

use crate::analyse::Outcome;
use crate::model::Origin;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use std::time::Duration;

/// The report of one run over these files.
pub(super) fn report(files: &str, outcomes: &[Outcome], took: Duration) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let failures = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let totals = [
        ("tests", outcomes.len().to_string()),
        ("failures", failures.to_string()),
        ("errors", "0".into()),
        ("skipped", "0".into()),
        ("time", format!("{:.3}", took.as_secs_f64())),
    ];
    let suite = [("name", files.to_owned())].into_iter().chain(totals.clone());
    write(&mut writer, Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    write(&mut writer, Event::Start(element("testsuites", totals)));
    write(&mut writer, Event::Start(element("testsuite", suite)));
    outcomes.iter().for_each(|outcome| case(&mut writer, outcome));
    write(&mut writer, Event::End(BytesEnd::new("testsuite")));
    write(&mut writer, Event::End(BytesEnd::new("testsuites")));
    String::from_utf8(writer.into_inner()).unwrap_or_default() + "\n"
}

fn case(writer: &mut Writer<Vec<u8>>, outcome: &Outcome) {
    let Origin { file, line, .. } = &outcome.test.place;
    let place = [("file", file.clone()), ("line", line.to_string())];
    let names = [("name", outcome.test.name.clone()), ("classname", file.clone())];
    let case = element("testcase", names.into_iter().chain(place));
    let Some(failure) = &outcome.failure else {
        write(writer, Event::Empty(case));
        return;
    };
    write(writer, Event::Start(case));
    let about = [("message", failure.why.clone()), ("type", outcome.test.expect.to_string())];
    write(writer, Event::Start(element("failure", about)));
    write(writer, Event::Text(BytesText::new(&plain(&outcome.to_string()))));
    write(writer, Event::End(BytesEnd::new("failure")));
    write(writer, Event::End(BytesEnd::new("testcase")));
}

fn element<'a>(name: &'a str, attributes: impl IntoIterator<Item = (&'a str, String)>) -> BytesStart<'a> {
    let mut element = BytesStart::new(name);
    for (key, value) in attributes {
        element.push_attribute((key, plain(&value).as_str()));
    }
    element
}

/// Without the control characters that XML 1.0 has no way to write.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Writing to memory does not fail.
fn write(writer: &mut Writer<Vec<u8>>, event: Event<'_>) {
    let _ = writer.write_event(event);
}
