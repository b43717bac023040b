//! Mistakes of YAML itself, of the file as a whole, and several at once.

use super::{Case, file};

/// What is no policy at all.
pub(crate) fn yaml() -> Vec<Case> {
    let deep = format!("version: 1\ngroups: {}«»{}", "[".repeat(32), "[".repeat(100));
    let indented: String = (0..32).map(|depth| " ".repeat(depth) + "a:\n").collect::<String>();
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n\
                c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]\n\
                e: &e [«»*d, *d, *d, *d, *d, *d, *d, *d, *d]\n";
    let flock = format!("version: 1\ngroups: [&x a{}, «»*x]\n", ", *x".repeat(64));
    vec![
        file("a tab", "version: 1\ngroups:\n\t«»- name: web\n", &["error: not YAML: tabs | indent with spaces"]),
        file(
            "two documents",
            "version: 1\n---\n«»version: 1\n",
            &["error: a second YAML document | one document a file"],
        ),
        file("deep flow lists", deep, &["error: nested deeper than 32 levels"]),
        file("deep block mappings", format!("{indented}{}«»a:\n", " ".repeat(32)), &["error: nested deeper"]),
        file("an alias bomb", bomb, &["error: the aliases repeat too much | write the values out"]),
        file("too many aliases", flock, &["error: more than 64 aliases | write the values out"]),
        file("an alias without anchor", "version: 1\ngroups: «»*web\n", &["error: this alias has no anchor | quotes"]),
        file("an open bracket", "version: 1\ngroups: «»[\n", &["error: not YAML: unclosed bracket"]),
        file("an open quote", "version: 1\ngroups:\n  - name: \"web\n«»", &["error: not YAML"]),
        file("a colon too many", "version: 1\ngroups: a«»: b\n", &["error: not YAML | quote text"]),
        file("an at sign", "version: 1\ngroups: «»@web\n", &["error: not YAML | quote text"]),
        file("a NUL", "version: 1\n«»\0", &["error: not YAML: unexpected character"]),
        file("a tag", "version: 1\ngroups: !env «»X\n", &["error: tags are not taken here | quote"]),
        file("an empty file", "«»", &["error: the file is empty | begin the file with `version: 1`"]),
        file("only comments", "«»# nothing yet\n", &["error: the file is empty"]),
        file("a list", "«»- version: 1\n", &["error: a policy is a list, not a mapping"]),
        file("no version", "«»groups: []\n", &["error: the file has no `version` | version: 1"]),
        file("version 2", "version: «2»\nfirewall: []\n", &["error: this is version 2 | write `version: 1`"]),
        file("a version in words", "version: «one»\n", &["error: the version is text, not a number"]),
        file("an unknown section", "version: 1\n«groupes»: []\n", &["error: a policy has no key `groupes` | `groups`"]),
        file("a section twice", "version: 1\ngroups: []\n«groups»: []\n", &["error: `groups` is given twice"]),
        file("a section of text", "version: 1\ngroups: «web»\n", &["error: `groups` is text, not a list"]),
        file(
            "groups as a mapping",
            "version: 1\ngroups:\n  «»web: {}\n",
            &["error: `groups` is a mapping, not a list"],
        ),
        file("a merge key", "version: 1\ngroups:\n  - {«<<»: {name: web}, name: web}\n", &["error: no key `<<`"]),
        file("a key that is a list", "version: 1\n«[»a]: 1\n", &["error: a key of a policy is a list, not a word"]),
        file("a key that is a number", "version: 1\n«80»: 1\n", &["error: a key of a policy is a number, not a word"]),
        file(
            "a boolean of old",
            "version: 1\ninterfaces: [{name: a, trunk: «yes»}]\n",
            &["error: `trunk` is text, not `true`"],
        ),
    ]
}

/// Several mistakes of one file.
pub(crate) fn files() -> Vec<Case> {
    let many = "version: 1
groups:
  - name: «sg-web»
    «colour»: blue
    ingress:
      - {protocol: tpc, ports: 80, from: 10.0.0.0/8}
      - {protocol: tcp, ports: «70000», from: {group: «nobody»}}
interfaces:
  - {name: web, hook: «nft», groups: [«wbe»]}
"
    .replace("tpc", "«tpc»");
    let order = "version: 1
interfaces:
  - {name: web, groups: [«dbb»]}
groups:
  - {name: db, id: «sg-12»}
";
    vec![
        file(
            "mistakes of every section",
            many,
            &[
                "error: must not begin with \"sg-\"",
                "error: a group has no key `colour`",
                "error: `tpc` is not a protocol | did you mean `tcp`?",
                "error: a port must be 0 to 65535",
                "error: there is no group `nobody`",
                "error: `hook` cannot be `nft` | `xdp-generic`",
                "error: there is no group `wbe`",
            ],
        ),
        file(
            "places in order of the file",
            order,
            &["error: there is no group `dbb` | did you mean `db`?", "error: `sg-12`"],
        ),
    ]
}
