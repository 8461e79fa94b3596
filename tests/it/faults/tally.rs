//! What the people saw.

use std::{collections::BTreeMap, fmt, sync::Mutex, time::Duration};

/// Counts of answers, the longest wait for one, and what must not happen.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    answers: BTreeMap<String, u64>,
    longest: (Duration, String),
    violations: Vec<String>,
}

impl Tally {
    pub(super) fn count(&self, what: &str) {
        let mut seen = self.0.lock().unwrap();
        match seen.answers.get_mut(what) {
            Some(count) => *count += 1,
            None => drop(seen.answers.insert(what.to_owned(), 1)),
        }
    }

    /// Notes how long somebody waited, over all servers that were tried.
    pub(super) fn answered(&self, path: &str, waited: Duration) {
        let mut seen = self.0.lock().unwrap();
        if waited > seen.longest.0 {
            seen.longest = (waited, path.to_owned());
        }
    }

    pub(super) fn violated(&self, what: String) {
        self.0.lock().unwrap().violations.push(what);
    }

    /// Requires that nothing happened that must not.
    pub(super) fn assert_clean(&self) {
        let seen = self.0.lock().unwrap();
        let first: Vec<_> = seen.violations.iter().take(20).collect();
        let count = seen.violations.len();
        assert!(first.is_empty(), "{count} wrong answers: {first:#?}");
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen = self.0.lock().unwrap();
        let answers: Vec<_> = seen
            .answers
            .iter()
            .map(|(what, count)| format!("{what}: {count}"))
            .collect();
        let (longest, path) = &seen.longest;
        write!(
            f,
            "answers: {}; wrong ones: {}\nlongest time without an answer: {:.1} s, for {path}",
            answers.join(", "),
            seen.violations.len(),
            longest.as_secs_f64()
        )
    }
}
