//! "Did you mean": the nearest of the words that would have been right.

/// Words of other tools and of AWS, and what they are called here. Taken only if the right side is a candidate.
const ELSEWHERE: &[(&str, &str)] = &[
    ("address", "addresses"),
    ("cidr", "from"),
    ("cidr", "to"),
    ("destination", "to"),
    ("from", "to"),
    ("icmp-code", "code"),
    ("icmp-type", "type"),
    ("icmp6", "icmpv6"),
    ("inbound", "ingress"),
    ("ip", "addresses"),
    ("ipv6-icmp", "icmpv6"),
    ("log-destination", "bucket"),
    ("log-format", "format"),
    ("log-group-name", "log-group"),
    ("max-aggregation-interval", "interval"),
    ("namespace", "netns"),
    ("outbound", "egress"),
    ("port-range", "ports"),
    ("proto", "protocol"),
    ("rules", "ingress"),
    ("security-groups", "groups"),
    ("sg", "group"),
    ("source", "from"),
    ("to", "from"),
    ("traffic-type", "traffic"),
    ("type", "protocol"),
];

/// A longer word is no slip of the pen, and comparing it takes time that grows with its length.
const LONGEST_MEANT: usize = 64;

/// The candidate that is meant by a word, if one is near enough.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.trim().to_ascii_lowercase().replace('_', "-");
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let known = |name: &str| candidates.iter().copied().find(|candidate| *candidate == name);
    let foreign = || ELSEWHERE.iter().filter(|(theirs, _)| *theirs == word).find_map(|(_, ours)| known(ours));
    known(&word).or_else(foreign).or_else(|| by_distance(&word, &candidates))
}

/// `did you mean ...?`, or nothing.
pub(super) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|right| format!("did you mean `{right}`?"))
}

/// One edit for three characters, one at least.
fn by_distance<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let length = word.chars().count();
    if length > LONGEST_MEANT {
        return None;
    }
    let allowed = (length / 3).max(1);
    let distance = |candidate: &str| strsim::damerau_levenshtein(word, &candidate.to_ascii_lowercase());
    candidates
        .iter()
        .map(|candidate| (distance(candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.chars().count())
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let keys = ["protocol", "ports", "from", "description"];
        let cases = [
            ("port", Some("ports")),
            ("Protocol", Some("protocol")),
            ("source", Some("from")),
            ("cidr", Some("from")),
            ("form", Some("from")),
            ("x", None),
            ("interval", None),
        ];
        for (word, expected) in cases {
            assert_eq!(nearest(word, keys), expected, "{word}");
        }
    }
}
