//! What reads lists: few requests at once, page after page, waiting when asked to, and trying again
//! what failed and may pass.

use std::{collections::HashSet, pin::pin};

use futures_util::future::{abortable, select};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use shared::{
    json::FromValue,
    snyk::{Page, Read},
};

use super::list::List;
use crate::{
    announcer::Announcer,
    api::snyk::{self, Failed},
    data::{
        failure::{Failure, Remedy},
        number_format::len,
        paging::{After, Next, Paging, Tries, Wait, rest},
        rate_limit::{RateLimited, RateLimits},
        semaphore::{Priority, Semaphore},
        status::{self, Stage, Status},
        viewers::{Notify, Viewers},
    },
    platform::{self, events},
    session::SessionContext,
};

/// So many requests at once, of all lists together.
const AT_ONCE: usize = 3;

/// What a list is read from.
pub trait Source: 'static {
    /// What Snyk sends.
    type Item: FromValue;
    /// What is kept of it.
    type Row: Send + Sync + 'static;
    /// What the list is of, to begin a sentence.
    const ITEMS: &'static str;
    /// One of them, within a sentence.
    const ITEM: &'static str;
    /// What it belongs to.
    const WHAT: &'static str;
    /// Whether reading rests while nobody looks. Else it goes on behind what somebody looks at.
    const PARKS: bool;

    /// The list's pages.
    fn pages(&self) -> Read<Page<Self::Item>>;
    /// How many items the list has, where Snyk tells.
    fn count(&self) -> Option<Read<Page<Self::Item>>>;
    /// Makes room for more than so many rows in the list, and says whether there is.
    fn make_room(&self, list: &List<Self::Row>, rows: usize) -> bool;
    /// Keeps an item.
    fn row(&mut self, item: Self::Item) -> Self::Row;
    /// Snyk's id of an item that is kept.
    fn id(row: &Self::Row) -> &str;
}

/// What reads lists.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    gate: Semaphore,
    session: SessionContext,
    announcer: Announcer,
    rate_limits: RwSignal<RateLimits>,
    /// The network came back.
    online: Notify,
    /// The page is seen again.
    seen: Notify,
}

impl Reader {
    pub(super) fn new(
        session: SessionContext,
        rate_limits: RwSignal<RateLimits>,
        online: &Notify,
        seen: &Notify,
    ) -> Self {
        Self {
            gate: Semaphore::new(AT_ONCE),
            session,
            announcer: Announcer::get(),
            rate_limits,
            online: online.clone(),
            seen: seen.clone(),
        }
    }

    /// Reads a list in the background, because a person wants it: on from where it failed, or anew.
    pub(super) fn start<S: Source>(&self, connection: &str, list: &List<S::Row>, source: S) {
        begin(list);
        list.set_status(|status| {
            // What is told of the failure stands until there is something better to tell.
            status.trying = status.failure().is_some();
            if !status.trying {
                status.stage = Stage::Reading;
            }
        });
        let reader = self.clone();
        let (connection, reading) = (connection.to_owned(), list.clone());
        let (task, handle) = abortable(async move {
            reader.read_until_done(&connection, &reading, source).await;
        });
        list.read_by(Some(handle));
        leptos::task::spawn_local(async move {
            // Aborted: nobody wants it any more.
            let _ = task.await;
        });
    }

    /// Reads, and tries again by itself where that may help and somebody looks.
    async fn read_until_done<S: Source>(
        &self,
        connection: &str,
        list: &List<S::Row>,
        mut source: S,
    ) {
        let mut tries = 0;
        while let Err(failure) = self.run(connection, list, &mut source).await {
            if failure.remedy() == Remedy::AskWhoIsHere {
                self.session.check();
            }
            self.failed::<S>(list, &failure);
            let Some(seconds) = rest(&failure, tries) else {
                return;
            };
            tries += 1;
            self.rest(seconds, list.looked()).await;
            begin(list);
        }
    }

    /// Says so on the page, and once to its readers.
    fn failed<S: Source>(&self, list: &List<S::Row>, failure: &Failure) {
        let app = untrack(|| self.session.name());
        let why = |failure: &Failure| failure.told(&app, S::WHAT, "").title;
        let mut is_news = false;
        list.set_status(|status| {
            is_news = status.trying || status.failure().is_none();
            status.trying = false;
            // The same once more is not told anew, under the hand of whoever is about to press.
            if status
                .failure()
                .is_none_or(|last| why(last) != why(failure))
            {
                status.stage = Stage::Failed(failure.clone());
            }
        });
        if is_news && list.looked().is_now() {
            let why = why(failure);
            let what = S::ITEMS;
            self.announcer
                .say(format!("{what} could not be read. {why}"));
        }
    }

    /// Lets a while go by, or the network come back; and then waits until it is of use to anybody.
    async fn rest(&self, seconds: u64, looked: &Viewers) {
        let pause = u32::try_from(seconds).unwrap_or(u32::MAX).min(86_400) * 1_000;
        let online = pin!(self.online.rings());
        select(TimeoutFuture::new(pause), online).await;
        looked.until().await;
        while !events::is_seen() {
            self.seen.rings().await;
        }
    }

    async fn run<S: Source>(
        &self,
        connection: &str,
        list: &List<S::Row>,
        source: &mut S,
    ) -> Result<(), Failure> {
        let looked = list.looked();
        let rank = || {
            let looked = looked.clone();
            move || {
                if looked.is_now() {
                    Priority::Shown
                } else {
                    Priority::Behind
                }
            }
        };
        if let Some(count) = source.count() {
            // Without it everything else is still true, so its failure is none, unless the next
            // request would wait as long for the same.
            let total = match self.turn(connection, &count, rank).await {
                Err(failure) if failure.is_on_the_way() => return Err(failure),
                page => page.ok().and_then(|page| page.count),
            };
            list.set_status(|status| status.total = total.or(status.total));
        }
        // What is here stays until the new is whole.
        let mut instead = list
            .status()
            .with_untracked(|status| status.whole_at.is_some())
            .then(Vec::new);
        let mut unreadable = list.status().with_untracked(|status| {
            if instead.is_some() {
                0
            } else {
                status.unreadable
            }
        });
        // A page that moved while the list was read brings an item twice.
        let mut ids: HashSet<Box<str>> = if instead.is_some() {
            HashSet::new()
        } else {
            list.with_rows_untracked(|rows| rows.iter().map(|row| S::id(row).into()).collect())
        };
        let pages = source.pages();
        loop {
            if S::PARKS {
                looked.until().await;
            }
            let cursor = list
                .status()
                .with_untracked(|status| status.paging.cursor().map(str::to_owned));
            let request = match cursor {
                Some(cursor) => pages.clone().after(cursor),
                None => pages.clone(),
            };
            let mut page = self.turn(connection, &request, rank).await?;
            unreadable += page.unreadable;
            let items = std::mem::take(&mut page.data);
            let mut rows: Vec<_> = items.into_iter().map(|item| source.row(item)).collect();
            rows.retain(|row| ids.insert(S::id(row).into()));
            let (held, own) = if let Some(instead) = &mut instead {
                instead.extend(rows);
                (list.len_untracked(), instead.len())
            } else {
                list.add(rows);
                (0, list.len_untracked())
            };
            let mut after = After::Whole;
            let read = len(own) + unreadable;
            list.set_status(|status| {
                status.done = read;
                status.stage = Stage::Reading;
                status.trying = false;
                if instead.is_none() {
                    status.unreadable = unreadable;
                }
                after = status.paging.after(Next::of(&page, read, status.total));
            });
            // What is here is never replaced by less for want of room: it had its room before.
            if after == After::More && (own < held || source.make_room(list, own)) {
                continue;
            }
            if let Some(instead) = instead {
                list.replace_at_rest(instead);
            }
            list.set_status(|status| {
                status.unreadable = unreadable;
                whole(status, after != After::Whole);
            });
            if unreadable > 0 && list.looked().is_now() {
                self.announcer
                    .say(status::unreadable(unreadable, S::ITEM).0);
            }
            return Ok(());
        }
    }

    /// One document that somebody waits for, however often it takes.
    pub(super) async fn one<T: FromValue>(
        &self,
        connection: &str,
        request: &Read<T>,
    ) -> Result<T, Failure> {
        self.turn(connection, request, || || Priority::Single).await
    }

    /// An answer, in its turn, however often it takes.
    async fn turn<T: FromValue, R: Fn() -> Priority + 'static>(
        &self,
        connection: &str,
        request: &Read<T>,
        rank: impl Fn() -> R,
    ) -> Result<T, Failure> {
        let mut tries = Tries::default();
        loop {
            self.slow_down(connection).await;
            let pass = self.gate.enter(rank()).await;
            // It may have been asked for while this one waited for its turn.
            if self.rate_limited(connection).is_some() {
                continue;
            }
            let answer = snyk::read(connection, request).await;
            drop(pass);
            let Failed {
                failure,
                wait: told,
            } = match answer {
                Ok(page) => return Ok(page),
                Err(failed) => failed,
            };
            match tries.after(&failure, told) {
                Wait::SlowDown(seconds) => {
                    let until = platform::now() + millis(seconds);
                    let by_us = failure.is_ours();
                    self.limit(connection, RateLimited { until, by_us });
                }
                Wait::TryAgain(millis) => TimeoutFuture::new(millis).await,
                Wait::GiveUp => return Err(failure),
            }
        }
    }

    fn rate_limited(&self, connection: &str) -> Option<RateLimited> {
        self.rate_limits
            .with_untracked(|limits| limits.of(connection, platform::now()))
    }

    /// Everything that is read with the connection waits. That ends with time, whatever becomes of
    /// whoever was asked.
    fn limit(&self, connection: &str, asked: RateLimited) {
        let rate_limits = self.rate_limits;
        rate_limits.update(|limits| limits.ask(connection, asked));
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(left(asked)).await;
            rate_limits.update(|limits| limits.clear(platform::now()));
        });
    }

    /// Waits as long as the connection is asked to.
    async fn slow_down(&self, connection: &str) {
        while let Some(limited) = self.rate_limited(connection) {
            TimeoutFuture::new(left(limited)).await;
        }
    }
}

/// Whence a reading starts: on from where the first one failed; otherwise from the first page.
fn begin<R: Send + Sync>(list: &List<R>) {
    list.set_status(|status| {
        let goes_on = status.failure().is_some() && status.whole_at.is_none();
        if !goes_on {
            status.paging = Paging::default();
            status.done = 0;
            // What stands was read with these left out.
            if status.whole_at.is_none() {
                status.unreadable = 0;
            }
        }
    });
}

/// The milliseconds that are left, and a little more, rather than less than asked.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` is bounded here: between nothing and five minutes"
)]
fn left(limited: RateLimited) -> u32 {
    (limited.until - platform::now()).max(0.0) as u32 + 50
}

fn whole(status: &mut Status, cut: bool) {
    status.stage = Stage::Done;
    status.whole_at = Some(platform::now());
    status.cut = cut;
    // What was counted before may have changed meanwhile.
    if !cut {
        status.total = Some(status.done);
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds to wait are few")]
fn millis(seconds: u64) -> f64 {
    seconds as f64 * 1_000.0
}
