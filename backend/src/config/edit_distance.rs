//! "Did you mean": the known word that a mistyped one is nearest to (pure).

/// The known word that is at most `most` slips away from another one, and nearest to it. A slip is a
/// letter too much, too little, another one, or two that changed places.
pub(crate) fn nearest<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    most: usize,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|known| (slips(word, known), known))
        .filter(|(slips, _)| *slips <= most)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, known)| known)
}

/// The optimal string alignment distance, over bytes.
fn slips(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before_last = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let differs = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + differs);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before_last[j - 2] + 1);
            }
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_as_people_make_them() {
        for (a, b, count) in [
            ("org.read", "org.read", 0),
            ("org.raed", "org.read", 1),
            ("orgread", "org.read", 1),
            ("org.reads", "org.read", 1),
            ("org.reat", "org.read", 1),
            ("", "abc", 3),
            ("abc", "", 3),
        ] {
            assert_eq!(slips(a, b), count, "{a} {b}");
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
