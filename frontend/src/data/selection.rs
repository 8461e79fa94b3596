//! Values of which a person selects some.

use super::severity::Level;

/// Selects a value, or deselects it.
pub fn toggle<T: PartialEq>(chosen: &mut Vec<T>, value: T) {
    match chosen.iter().position(|one| *one == value) {
        Some(at) => {
            chosen.remove(at);
        }
        None => chosen.push(value),
    }
}

/// Selects a severity, or deselects it. The worst stays first.
pub fn toggle_level(chosen: &mut Vec<Level>, level: Level) {
    match chosen.binary_search(&level) {
        Ok(at) => {
            chosen.remove(at);
        }
        Err(at) => chosen.insert(at, level),
    }
}

/// Returns the values that occur and their counts, after those in `always`, in the order in which
/// they are first met.
#[must_use]
pub fn tally<'a>(always: &[&'a str], values: impl Iterator<Item = &'a str>) -> Vec<(String, u64)> {
    let mut found: Vec<(&str, u64)> = always.iter().map(|value| (*value, 0)).collect();
    for value in values {
        match found.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => found.push((value, 1)),
        }
    }
    let owned = |(value, count): (&str, u64)| (value.to_owned(), count);
    found.into_iter().map(owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severities_stay_worst_first() {
        let mut levels = Vec::new();
        for level in [Level::Low, Level::Critical, Level::High, Level::Low] {
            toggle_level(&mut levels, level);
        }
        assert_eq!(levels, [Level::Critical, Level::High]);
    }

    #[test]
    fn values_are_counted_and_some_are_there_without_any() {
        let found = tally(&["open", "resolved"], ["x", "open", "x"].into_iter());
        let found: Vec<_> = found
            .iter()
            .map(|(value, count)| (&**value, *count))
            .collect();
        assert_eq!(found, [("open", 1), ("resolved", 0), ("x", 2)]);
    }
}
