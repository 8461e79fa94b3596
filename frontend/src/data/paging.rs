//! Pagination, retries and their limits.

use shared::snyk::Page;

use super::failure::{ReadFailure, Remedy};

/// Maximum number of pages of a list: 20,000 items. A longer list is cut and marked as such.
pub const MOST_PAGES: u32 = 200;
/// Maximum number of automatic retries of a page.
const TRIES: u32 = 2;
/// Maximum number of waits for a rate limit, for each page.
const SLOW_DOWNS: u32 = 5;
/// Delay before a failed list is retried automatically, in seconds: initial and maximum.
const PAUSES: [u64; 2] = [30, 300];
/// Delay for a rate limit whose answer does not name one, in seconds.
const SLOWLY: u64 = 30;
/// Longest delay that a reader waits for, in seconds. A page whose answer asks for a longer one
/// fails.
const LONGEST: u64 = 300;

/// The position in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    cursor: Option<String>,
    seen: Vec<String>,
    pages: u32,
}

/// The link of a page to the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The cursor of the next page.
    Page(String),
    /// There is no next page.
    None,
    /// There is a next page, but its link cannot be read.
    Lost,
}

/// The state of a list after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// There is another page.
    More,
    /// The list is complete.
    Whole,
    /// The list continues, but no more of it is read.
    Cut,
}

impl Paging {
    /// Returns the cursor of the page to read next; `None` for the first one.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// Returns the number of pages that have been read.
    #[must_use]
    pub const fn pages(&self) -> u32 {
        self.pages
    }

    /// Advances past a page whose link to the next one is `next`.
    pub fn after(&mut self, next: Next) -> After {
        self.pages += 1;
        let next = match next {
            Next::Page(next) => next,
            Next::None => return After::Whole,
            Next::Lost => return After::Cut,
        };
        // A repeated cursor would loop for ever.
        if self.pages >= MOST_PAGES || self.seen.contains(&next) {
            return After::Cut;
        }
        self.seen.push(next.clone());
        self.cursor = Some(next);
        After::More
    }
}

impl Next {
    /// Returns the link of a page. `read` is the number of items read with it, and `total` the
    /// number of items in the list, if known. If the page has no links, these numbers decide.
    #[must_use]
    pub fn of<T>(page: &Page<T>, read: u64, total: Option<u64>) -> Self {
        let lacks = || !page.is_last() && total.is_some_and(|total| read < total);
        match page.next() {
            Some(cursor) => Self::Page(cursor),
            None if page.is_next_lost() || lacks() => Self::Lost,
            None => Self::None,
        }
    }
}

/// The reaction to a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// All readers wait this number of seconds, and then continue.
    SlowDown(u64),
    /// The page is retried after this number of milliseconds.
    TryAgain(u32),
    /// The failure is shown.
    GiveUp,
}

/// Counts the attempts at a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    failed: u32,
    slowed: u32,
}

impl Tries {
    /// Returns the reaction to another failure of the page. `told` is the delay that the answer
    /// asked for, in seconds.
    pub fn after(&mut self, failure: &ReadFailure, told: Option<u64>) -> Wait {
        match failure.remedy() {
            // A rate limit is no failure of the page, but the number of waits is bounded.
            Remedy::SlowDown if self.slowed < SLOW_DOWNS => match told.unwrap_or(SLOWLY) {
                seconds @ ..=LONGEST => {
                    self.slowed += 1;
                    Wait::SlowDown(seconds.max(1))
                }
                _ => Wait::GiveUp,
            },
            Remedy::TryAgain if self.failed < TRIES && failure.passes_soon() => {
                self.failed += 1;
                Wait::TryAgain(1_000 * 3_u32.pow(self.failed - 1))
            }
            _ => Wait::GiveUp,
        }
    }
}

/// Returns the delay in seconds before a failed list is retried automatically; the failure is shown
/// meanwhile. `tries` is the number of such retries so far. Returns `None` if a retry would not
/// help.
#[must_use]
pub fn rest(failure: &ReadFailure, tries: u32) -> Option<u64> {
    let [first, most] = PAUSES;
    let rest = first.saturating_mul(1 << tries.min(8)).min(most);
    match failure.remedy() {
        Remedy::TryAgain => Some(rest),
        Remedy::SlowDown => Some(rest.max(failure.seconds().unwrap_or_default())),
        Remedy::AskWhoIsHere | Remedy::None => None,
    }
}

/// Parses the value of `Retry-After` into seconds. `now` and the result of `millis` are in
/// milliseconds.
#[must_use]
pub fn seconds(retry_after: &str, now: f64, millis: fn(&str) -> f64) -> Option<u64> {
    if let Ok(seconds) = retry_after.trim().parse() {
        return Some(seconds);
    }
    let left = (millis(retry_after) - now) / 1_000.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` is bounded: what is past becomes 0"
    )]
    left.is_finite().then(|| left.ceil() as u64)
}

#[cfg(test)]
mod tests {
    use shared::{problem::Code, snyk::Project};

    use super::*;
    use crate::{answer::Failure, data::failure::Refusal, messages::local};

    fn page(cursor: &str) -> Next {
        Next::Page(cursor.to_owned())
    }

    fn ours(code: Code) -> ReadFailure {
        Failure::Problem(Box::new(local(code))).into()
    }

    #[test]
    fn a_list_ends_without_a_next_page() {
        let mut paging = Paging::default();
        assert_eq!(paging.cursor(), None);
        assert_eq!(paging.after(page("a")), After::More);
        assert_eq!(paging.cursor(), Some("a"));
        assert_eq!(paging.after(Next::None), After::Whole);
        assert_eq!(paging.pages(), 2);
    }

    #[test]
    fn a_cursor_that_repeats_ends_the_list() {
        let mut paging = Paging::default();
        for cursor in ["a", "b"] {
            assert_eq!(paging.after(page(cursor)), After::More);
        }
        assert_eq!(paging.after(page("a")), After::Cut);
    }

    #[test]
    fn a_list_whose_next_page_cannot_be_reached_is_cut_and_not_whole() {
        assert_eq!(Paging::default().after(Next::Lost), After::Cut);
        let next = |links: &str, read, total| {
            let text = format!(r#"{{"data":[{{"id":"p"}}]{links}}}"#);
            let page: Page<Project> = shared::json::read(text.as_bytes()).unwrap();
            Next::of(&page, read, total)
        };
        for (links, total, is_next) in [
            (r#","links":{"next":"?starting_after=a"}"#, None, page("a")),
            (r#","links":{"next":null}"#, Some(99), Next::None),
            (r#","links":{"next":7}"#, Some(1), Next::Lost),
            (r#","links":"broken""#, None, Next::Lost),
            ("", None, Next::None),
            ("", Some(1), Next::None),
            ("", Some(2), Next::Lost),
            (r#","links":null"#, Some(2), Next::Lost),
        ] {
            assert_eq!(next(links, 1, total), is_next, "{links} {total:?}");
        }
    }

    #[test]
    fn a_list_without_end_is_cut() {
        let mut paging = Paging::default();
        let mut pages = 0;
        while paging.after(Next::Page(format!("{pages}"))) == After::More {
            pages += 1;
        }
        assert_eq!(paging.pages(), MOST_PAGES);
    }

    #[test]
    fn slowing_down_takes_as_long_as_is_said_and_has_an_end() {
        let slow = ours(Code::RateLimited);
        let mut tries = Tries::default();
        assert_eq!(tries.after(&slow, Some(86_400)), Wait::GiveUp);
        assert_eq!(tries.after(&slow, Some(38)), Wait::SlowDown(38));
        assert_eq!(tries.after(&slow, Some(0)), Wait::SlowDown(1));
        assert_eq!(tries.after(&slow, None), Wait::SlowDown(SLOWLY));
        for _ in 0..2 {
            assert_eq!(tries.after(&slow, Some(300)), Wait::SlowDown(300));
        }
        assert_eq!(tries.after(&slow, Some(1)), Wait::GiveUp);
    }

    #[test]
    fn a_list_that_failed_rests_longer_and_longer_and_only_where_that_helps() {
        let rests = |failure: ReadFailure| [0, 1, 2, 3, 4, 99].map(|tries| rest(&failure, tries));
        assert_eq!(
            rests(Failure::Offline.into()),
            [30, 60, 120, 240, 300, 300].map(Some)
        );
        assert_eq!(rests(ours(Code::Forbidden)), [None; 6]);
        assert_eq!(rests(ours(Code::ReconnectNeeded)), [None; 6]);
        let hour = ReadFailure::Snyk(Box::new(Refusal {
            status: 429,
            wait: Some(3_600),
            ..Refusal::default()
        }));
        assert_eq!(rest(&hour, 0), Some(3_600));
    }

    #[test]
    fn what_may_pass_is_tried_twice_more_and_the_rest_not() {
        let away = ours(Code::ProviderUnavailable);
        let mut tries = Tries::default();
        assert_eq!(tries.after(&ours(Code::Forbidden), None), Wait::GiveUp);
        assert_eq!(tries.after(&away, None), Wait::TryAgain(1_000));
        assert_eq!(tries.after(&away, None), Wait::TryAgain(3_000));
        assert_eq!(tries.after(&away, None), Wait::GiveUp);
        let mut tries = Tries::default();
        assert_eq!(tries.after(&Failure::TimedOut.into(), None), Wait::GiveUp);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let at = |_: &str| 61_500.0;
        assert_eq!(seconds(" 38 ", 0.0, at), Some(38));
        assert_eq!(seconds("Tue, 24 Nov 2026", 1_000.0, at), Some(61));
        assert_eq!(seconds("Tue, 24 Nov 2026", 99_000.0, at), Some(0));
        assert_eq!(seconds("never", 0.0, |_| f64::NAN), None);
    }
}
