//! Going from page to page, and when to stop.

use std::collections::BTreeSet;

use shared::snyk::Page;

use super::failure::{Failure, Remedy};

/// Most pages of a list: 20,000 items. A list that goes on beyond is cut, and says so.
pub const MOST_PAGES: u32 = 200;
/// How often a page is tried again without a person.
const TRIES: u32 = 2;
/// How often the same page waits because it was asked to.
const SLOW_DOWNS: u32 = 5;
/// How long a list that failed rests before it is tried again without a person, in seconds: the
/// first time, and at most.
const PAUSES: [u64; 2] = [30, 300];
/// How long to wait when asked to slow down without being told how long, in seconds.
const SLOWLY: u64 = 30;
/// The longest wait that is waited, in seconds.
const LONGEST: u64 = 300;

/// Where a list stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    cursor: Option<String>,
    seen: BTreeSet<String>,
    pages: u32,
}

/// What a page says of the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// It comes after this cursor.
    Page(String),
    /// There is none.
    None,
    /// There is one, but the way to it cannot be read.
    Lost,
}

/// What comes after a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Another page.
    More,
    /// Nothing: the list is whole.
    Whole,
    /// Nothing more is read, though there would be more.
    Cut,
}

impl Paging {
    /// The cursor of the page to read now; `None` for the first.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }

    /// How many pages are read.
    #[must_use]
    pub const fn pages(&self) -> u32 {
        self.pages
    }

    /// Goes on after a page that named `next`.
    pub fn after(&mut self, next: Next) -> After {
        self.pages += 1;
        let next = match next {
            Next::Page(next) => next,
            Next::None => return After::Whole,
            Next::Lost => return After::Cut,
        };
        // A cursor that repeats would go round for ever.
        if self.pages >= MOST_PAGES || !self.seen.insert(next.clone()) {
            return After::Cut;
        }
        self.cursor = Some(next);
        After::More
    }
}

impl Next {
    /// Of a page, with which `read` items of a list are read that has `total`, if that is known. A
    /// page without links says nothing of the next one: then the numbers decide.
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

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Everybody waits so many seconds, and then goes on.
    SlowDown(u64),
    /// This one tries again after so many milliseconds.
    TryAgain(u32),
    /// A person has to see it.
    GiveUp,
}

/// How often a page was tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    failed: u32,
    slowed: u32,
}

impl Tries {
    /// What to do about another failure of the page. `told` is how many seconds the answer said to
    /// wait.
    pub fn after(&mut self, failure: &Failure, told: Option<u64>) -> Wait {
        match failure.remedy() {
            // Being asked to wait is no failure of the page. But not for ever.
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

/// How many seconds a list rests that failed so, before it is tried again without a person, who sees
/// the failure meanwhile. `tries` is how often that has been; `None`: it would not help.
#[must_use]
pub fn rest(failure: &Failure, tries: u32) -> Option<u64> {
    let [first, most] = PAUSES;
    let rest = first.saturating_mul(1 << tries.min(8)).min(most);
    match failure.remedy() {
        Remedy::TryAgain => Some(rest),
        Remedy::SlowDown => Some(rest.max(failure.seconds().unwrap_or_default())),
        Remedy::AskWhoIsHere | Remedy::None => None,
    }
}

/// The seconds that a `Retry-After` asks for. `now` and the times that `millis` reads are in
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
    use crate::{data::failure::Refusal, messages::local};

    fn page(cursor: &str) -> Next {
        Next::Page(cursor.to_owned())
    }

    fn ours(code: Code) -> Failure {
        Failure::Ours(Box::new(local(code)))
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
        let rests = |failure: Failure| [0, 1, 2, 3, 4, 99].map(|tries| rest(&failure, tries));
        assert_eq!(
            rests(Failure::Offline),
            [30, 60, 120, 240, 300, 300].map(Some)
        );
        assert_eq!(rests(ours(Code::Forbidden)), [None; 6]);
        assert_eq!(rests(ours(Code::ReconnectNeeded)), [None; 6]);
        let hour = Failure::Snyk(Box::new(Refusal {
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
        assert_eq!(tries.after(&Failure::TimedOut, None), Wait::GiveUp);
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
