//! Suggestions for mistyped words ("did you mean"): the nearest known word by edit distance (pure).

/// Returns the known word that is nearest to `word`, within `max_distance` edits. An edit inserts,
/// deletes or replaces a letter, or swaps two adjacent ones.
pub(crate) fn nearest<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    max_distance: usize,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (distance(word, known), known))
        .filter(|(distance, _)| *distance <= max_distance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Returns the optimal string alignment distance, over bytes.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut second_last_row = vec![0; b.len() + 1];
    let mut last_row: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last_row[j] + 1)
                .min(row[j - 1] + 1)
                .min(last_row[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(second_last_row[j - 2] + 1);
            }
        }
        second_last_row = std::mem::replace(&mut last_row, row);
    }
    last_row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, count) in [
            ("org.read", "org.read", 0),
            ("org.raed", "org.read", 1),
            ("orgread", "org.read", 1),
            ("org.reads", "org.read", 1),
            ("org.reat", "org.read", 1),
            ("", "abc", 3),
            ("abc", "", 3),
        ] {
            assert_eq!(distance(a, b), count, "{a} {b}");
        }
    }

    #[test]
    fn the_nearest_within_reach_is_found() {
        let known = ["org.read", "org.edit", "org.project.read"];
        assert_eq!(nearest("org.raed", known, 2), Some("org.read"));
        assert_eq!(
            nearest("org.projects.read", known, 2),
            Some("org.project.read")
        );
        assert_eq!(nearest("snyk.admin", known, 2), None);
    }
}
