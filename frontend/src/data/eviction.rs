//! Evicts lists from memory, least recently viewed first.

use super::index_sort;

/// Maximum number of rows in memory, of all lists of a kind together. A row takes some 300 bytes.
const MOST_ROWS: usize = 60_000;

/// A list in memory.
#[derive(Clone, Copy, Debug)]
pub struct HeldList {
    /// The number of rows.
    pub rows: usize,
    /// Whether the list is visible.
    pub is_shown: bool,
    /// The number of the last view; greater is later.
    pub last: u64,
}

/// Returns the indexes of the lists to evict, so that another one can have `own` rows and more, and
/// whether it then can. A visible list is never evicted.
#[must_use]
pub fn make(own: usize, others: &[HeldList]) -> (Vec<usize>, bool) {
    let mut held = own + others.iter().map(|one| one.rows).sum::<usize>();
    let mut idle: Vec<usize> = (0..others.len())
        .filter(|at| !others[*at].is_shown && others[*at].rows > 0)
        .collect();
    index_sort::sort(&mut idle, &|one, other| {
        others[one].last.cmp(&others[other].last)
    });
    let mut forgotten = Vec::new();
    for at in idle {
        if held < MOST_ROWS {
            break;
        }
        held -= others[at].rows;
        forgotten.push(at);
    }
    (forgotten, held < MOST_ROWS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn load(rows: usize, is_shown: bool, last: u64) -> HeldList {
        HeldList {
            rows,
            is_shown,
            last,
        }
    }

    #[test]
    fn nothing_goes_while_there_is_room() {
        assert_eq!(make(100, &[load(20_000, false, 1)]), (vec![], true));
    }

    #[test]
    fn what_was_looked_at_longest_ago_goes_first_and_no_more_than_needed() {
        let others = [
            load(20_000, false, 9),
            load(20_000, false, 3),
            load(100, true, 1),
        ];
        assert_eq!(make(20_000, &others), (vec![1], true));
        assert_eq!(make(59_000, &others), (vec![1, 0], true));
    }

    #[test]
    fn what_somebody_looks_at_stays_and_then_there_is_no_room() {
        let others = [load(30_000, true, 1), load(30_000, true, 2)];
        assert_eq!(make(0, &others), (vec![], false));
        // The caller does not count its own rows that will be replaced.
        assert_eq!(make(100, &others[..1]), (vec![], true));
    }
}
