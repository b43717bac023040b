//! Availability zones: every region has a, b and c.

/// Directions in the names of regions, and what ids of zones have for them.
const DIRECTIONS: &[(&str, &str)] = &[
    ("northeast", "ne"),
    ("northwest", "nw"),
    ("southeast", "se"),
    ("southwest", "sw"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("central", "c"),
    ("gov", "g"),
];

/// An availability zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Such as `us-east-1a`.
    pub name: String,
    /// Such as `use1-az1`.
    pub id: String,
}

/// The zones of a region.
pub fn zones(region: &str) -> impl Iterator<Item = Zone> {
    let short = short(region);
    ["a", "b", "c"]
        .into_iter()
        .zip(1..)
        .map(move |(letter, number)| Zone { name: format!("{region}{letter}"), id: format!("{short}-az{number}") })
}

/// The id of the zone of this name.
pub fn zone_id(region: &str, name: &str) -> Option<String> {
    zones(region).find(|zone| zone.name == name).map(|zone| zone.id)
}

/// `eu-west-1` as `euw1`.
fn short(region: &str) -> String {
    let shorten = |part: &str| {
        let known = DIRECTIONS.iter().find(|(long, _)| *long == part);
        known.map_or_else(|| part.to_owned(), |(_, short)| (*short).to_owned())
    };
    region.split('-').map(shorten).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_names_and_ids() {
        assert_eq!(zones("us-east-1").next(), Some(Zone { name: "us-east-1a".into(), id: "use1-az1".into() }));
        assert_eq!(zone_id("ap-southeast-2", "ap-southeast-2c").as_deref(), Some("apse2-az3"));
        assert_eq!(zone_id("us-gov-west-1", "us-gov-west-1b").as_deref(), Some("usgw1-az2"));
        assert_eq!(zone_id("us-east-1", "us-east-1d"), None);
    }
}
