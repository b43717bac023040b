//! Sets of numbers as ranges, in one canonical form: equal sets are equal values.

/// A set of numbers: closed ranges, ascending, neither touching nor overlapping.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    /// The numbers from `first` to `last`, both included; nothing if that is inverted.
    pub fn one(first: u128, last: u128) -> Self {
        Self(if first <= last { vec![(first, last)] } else { Vec::new() })
    }

    /// All numbers there are.
    pub fn everything() -> Self {
        Self::one(0, u128::MAX)
    }

    /// Whether there is no number in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges, ascending.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (u128, u128)> + ExactSizeIterator + '_ {
        self.0.iter().copied()
    }

    /// The lowest number.
    pub fn first(&self) -> Option<u128> {
        self.0.first().map(|(first, _)| *first)
    }

    /// Whether the number is in it.
    pub fn contains(&self, number: u128) -> bool {
        let at = self.0.partition_point(|(_, last)| *last < number);
        self.0.get(at).is_some_and(|(first, _)| *first <= number)
    }

    /// What is in either.
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.iter().peekable(), other.iter().peekable());
        let mut both = Vec::new();
        while let (Some((a_first, a_last)), Some((b_first, b_last))) = (a.peek().copied(), b.peek().copied()) {
            let (first, last) = (a_first.max(b_first), a_last.min(b_last));
            if first <= last {
                both.push((first, last));
            }
            if a_last <= b_last {
                a.next()
            } else {
                b.next()
            };
        }
        Self(both)
    }

    /// What is in this and not in the other.
    pub fn difference(&self, other: &Self) -> Self {
        if other.is_empty() { self.clone() } else { self.intersection(&other.complement()) }
    }

    /// Whether all of it is in the other.
    pub fn is_within(&self, other: &Self) -> bool {
        self.difference(other).is_empty()
    }

    fn complement(&self) -> Self {
        let mut gaps = Vec::with_capacity(self.0.len() + 1);
        let mut next = Some(0);
        for (first, last) in self.iter() {
            if let Some(start) = next
                && start < first
            {
                gaps.push((start, first - 1));
            }
            next = last.checked_add(1);
        }
        gaps.extend(next.map(|start| (start, u128::MAX)));
        Self(gaps)
    }
}

/// Any ranges, in any order, overlapping or not; inverted ones are empty.
impl FromIterator<(u128, u128)> for Ranges {
    fn from_iter<I: IntoIterator<Item = (u128, u128)>>(ranges: I) -> Self {
        let mut all: Vec<(u128, u128)> = ranges.into_iter().filter(|(first, last)| first <= last).collect();
        all.sort_unstable();
        let mut merged: Vec<(u128, u128)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::testing::Random;

    fn set(random: &mut Random) -> Ranges {
        (0..random.below(5)).map(|_| (random.below(20) as u128, random.below(20) as u128)).collect()
    }

    #[test]
    fn algebra_is_that_of_sets_of_numbers() {
        let mut random = Random(7);
        for _ in 0..5_000 {
            let (a, b) = (set(&mut random), set(&mut random));
            for n in 0..22 {
                let (in_a, in_b) = (a.contains(n), b.contains(n));
                assert_eq!(a.union(&b).contains(n), in_a || in_b, "{a:?} {b:?} {n}");
                assert_eq!(a.intersection(&b).contains(n), in_a && in_b, "{a:?} {b:?} {n}");
                assert_eq!(a.difference(&b).contains(n), in_a && !in_b, "{a:?} {b:?} {n}");
            }
            assert_eq!(a.difference(&b).union(&a.intersection(&b)), a, "one form for one set");
            assert_eq!(a.is_within(&b), (0..22).all(|n| !a.contains(n) || b.contains(n)));
        }
    }

    #[test]
    fn the_ends_of_the_numbers_are_numbers_too() {
        let top = Ranges::one(u128::MAX, u128::MAX);
        assert!(Ranges::everything().difference(&top).contains(u128::MAX - 1));
        assert_eq!(Ranges::everything().difference(&top).union(&top), Ranges::everything());
        assert!(Ranges::everything().difference(&Ranges::everything()).is_empty());
        assert_eq!(Ranges::default().complement(), Ranges::everything());
    }
}
