//! Mistakes in names, ids, descriptions and tags.

use super::{Case, file, group};

pub(crate) fn names() -> Vec<Case> {
    let long = "a".repeat(256);
    let two = |names: &str| format!("version: 1\ngroups:\n{names}");
    let tags: String = (0..51).map(|number| format!("k{number}: v, ")).collect();
    let description = format!("name: web, description: «{}»", &long[..60]) + &long[60..];
    let said_long = &["error: the description has 256 characters; 255 are allowed"];
    vec![
        file("no name", two("  - «»description: x\n"), &["error: this group has no `name` | give the group a name"]),
        group("an empty name", "name: «\"\"»", &["error: the group's name must not be empty"]),
        group("a name that is a number", "name: «80»", &["error: a group's name is a number, not text | quotes"]),
        group("a name like an id", "name: «sg-web»", &["error: the group's name must not begin with \"sg-\" | `id`"]),
        group("a name like an id in capitals", "name: «SG-web»", &["error: must not begin"]),
        group("a wrong character", "name: «wéb»", &["error: has the character 'é' | allowed are a-z"]),
        group("256 characters", &format!("name: «{}»", &long[..]), &["error: has 256 characters; 255 are allowed"])
            .cut(),
        group("256 characters of description", &description, said_long).cut(),
        group(
            "a wrong character of description",
            "name: a, description: «a?»",
            &["error: the description has the character '?'"],
        ),
        file(
            "a group twice",
            two("  - name: web\n  - name: «web»\n"),
            &["error: group `web` is declared twice; first at test.yaml:3:11 | another name"],
        ),
        file("the default group twice", two("  - name: default\n  - name: «default»\n"), &["error: declared twice"]),
        file(
            "an id twice",
            two("  - {name: a, id: sg-12345678}\n  - {name: b, id: «sg-12345678»}\n"),
            &["error: group id"],
        ),
        group("a short id", "name: web, id: «sg-1234»", &["error: `sg-1234` is not a group id | 8 or 17 digits"]),
        group("an id in capitals", "name: web, id: «sg-1234ABCD»", &["error: is not a group id"]),
        group("an id of something else", "name: web, id: «i-12345678»", &["error: is not a group id"]),
        group(
            "an unknown key",
            "name: web, «colour»: blue",
            &["error: a group has no key `colour` | known here: `name`"],
        ),
        group("a key nearly right", "name: web, «ingres»: []", &["error: no key `ingres` | did you mean `ingress`?"]),
        group(
            "a key of another tool",
            "name: web, «outbound»: []",
            &["error: no key `outbound` | did you mean `egress`?"],
        ),
        group("a key twice", "name: web, «name»: db", &["error: `name` is given twice in a group"]),
        group("a tag that is a number", "name: web, tags: {tier: «1»}", &["error: a tag's value is a number | quotes"]),
        group("a tag of AWS", "name: web, tags: {«aws:x»: y}", &["error: must not begin with \"aws:\""]),
        group(
            "a tag of two lines",
            "name: web, tags: {a: «\"b\\nc\"»}",
            &["error: a tag's value has the character '\\n'"],
        ),
        group("a tag twice", "name: web, tags: {a: b, «a»: c}", &["error: tag `a` is given twice"]),
        group("tags in a list", "name: web, tags: «[»a]", &["error: `tags` is a list, not a mapping of text"]),
        group("51 tags", &format!("name: web, tags: «{{»{tags}}}"), &["error: 51 tags; 50 are allowed"]),
        file(
            "a prefix list without entries",
            "version: 1\nprefix-lists:\n  - «»name: a\n",
            &["error: this prefix list has no `entries`"],
        ),
        file(
            "a prefix list of words",
            "version: 1\nprefix-lists:\n  - {name: a, entries: [«office»]}\n",
            &["error: `office` is not an IPv4 or IPv6 address"],
        ),
        file(
            "a prefix list's block twice",
            "version: 1\nprefix-lists:\n  - {name: a, entries: [10.0.0.0/8, «{»cidr: 10.0.0.0/8}]}\n",
            &["warning: 10.0.0.0/8 is listed twice"],
        ),
        file(
            "an entry without block",
            "version: 1\nprefix-lists:\n  - {name: a, entries: [«{»description: x}]}\n",
            &["error: this entry has no `cidr` | write `cidr: 10.0.0.0/8`"],
        ),
        file(
            "a prefix list twice",
            "version: 1\nprefix-lists:\n  - {name: a, entries: []}\n  - {name: «a», entries: []}\n",
            &["error: prefix list `a` is declared twice; first at test.yaml:3:12"],
        ),
    ]
}

impl Case {
    /// The offending text is told up to 60 characters: the mark ends there.
    fn cut(mut self) -> Self {
        let start = self.file.find('«').expect("a mark") + '«'.len_utf8();
        self.file = self.file.replace('»', "");
        self.file.insert(start + 60, '»');
        self
    }
}
