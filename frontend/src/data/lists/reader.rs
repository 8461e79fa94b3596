//! Loads lists page by page, with a bound on concurrent requests, delays for rate limits, and
//! retries of failures that may be temporary.

use std::{collections::HashSet, pin::pin, rc::Rc};

use futures_util::future::{abortable, select};
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use shared::{
    json::{FromValue, Value},
    snyk::{Page, Read},
};

use super::list::List;
use crate::{
    announcer::Announcer,
    answer::Failure,
    api::snyk::{self, Failed},
    data::{
        coverage,
        failure::{ReadFailure, Remedy},
        number_format::len,
        paging::{After, Next, Paging, Tries, Wait, rest},
        rate_limit::{RateLimited, RateLimits},
        semaphore::{Priority, Semaphore},
        status::Stage,
        viewers::{Notify, Viewers},
    },
    platform::{self, events},
    session::SessionContext,
};

/// Maximum number of concurrent requests, of all lists together.
const AT_ONCE: usize = 3;

/// The source of a list.
pub trait Source: 'static {
    /// An item of Snyk's answer.
    type Item: FromValue;
    /// The row that is kept of an item.
    type Row: Send + Sync + 'static;
    /// The name of the items, at the start of a sentence.
    const ITEMS: &'static str;
    /// The name of one item, within a sentence.
    const ITEM: &'static str;
    /// The name of the object that contains the items.
    const WHAT: &'static str;
    /// Whether the load is suspended while the list is not visible. Otherwise it continues with a
    /// lower priority.
    const PARKS: bool;

    /// Returns the request for the list's pages.
    fn pages(&self) -> Read<Page<Self::Item>>;
    /// Returns the request for the number of items, where Snyk has one.
    fn count(&self) -> Option<Read<Page<Self::Item>>>;
    /// Evicts other lists so that this one can have more than `rows` rows, and returns whether it
    /// can.
    fn make_room(&self, list: &List<Self::Row>, rows: usize) -> bool;
    /// Converts an item.
    fn row(&mut self, item: Self::Item) -> Self::Row;
    /// Returns Snyk's id of a row.
    fn id(row: &Self::Row) -> &str;
}

/// Returns the priority of a request at the moment.
type Rank = Rc<dyn Fn() -> Priority>;

/// Loads lists and single documents.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    gate: Semaphore,
    session: SessionContext,
    announcer: Announcer,
    rate_limits: RwSignal<RateLimits>,
    /// Notified when the network comes back.
    online: Notify,
    /// Notified when the page becomes visible again.
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

    /// Loads a list in the background at a person's request: continues a first load that failed, or
    /// starts at the first page.
    pub(super) fn start<S: Source>(&self, connection: &str, list: &List<S::Row>, source: S) {
        begin(list);
        list.set_status(|status| {
            // A failure stays visible until the first page arrives.
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
            // An aborted load is one that nobody needs any more.
            let _ = task.await;
        });
    }

    /// Loads a list, and retries automatically where that may help, once the list is visible.
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

    /// Records a failure, and announces a new one.
    fn failed<S: Source>(&self, list: &List<S::Row>, failure: &ReadFailure) {
        let app = untrack(|| self.session.name());
        let why = |failure: &ReadFailure| failure.outcome(&app, S::WHAT, "").title;
        let mut is_news = false;
        list.set_status(|status| {
            is_news = status.trying || status.failure().is_none();
            status.trying = false;
            // The same failure is not set again: that would redraw the notice while somebody is
            // about to press its button.
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
                .say(format!("{what} could not be loaded. {why}"));
        }
    }

    /// Waits for the delay or until the network comes back, and then until the list and the page
    /// are visible.
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
    ) -> Result<(), ReadFailure> {
        let looked = list.looked();
        let rank: Rank = {
            let looked = looked.clone();
            Rc::new(move || {
                if looked.is_now() {
                    Priority::Shown
                } else {
                    Priority::Behind
                }
            })
        };
        if let Some(count) = source.count() {
            // The total is optional. A failure to read it counts only if it is on the way to our
            // server: the next request would then fail as well, after the same time.
            let total = match self.read(connection, &count, &rank).await {
                Err(failure) if failure.is_on_the_way() => return Err(failure),
                page => page.ok().and_then(|page| page.count),
            };
            list.set_status(|status| status.total = total.or(status.total));
        }
        // The current rows of a complete load stay until the new one is complete.
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
        // An item occurs twice if the pages shift while the list is being read.
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
            let mut page = self.read(connection, &request, &rank).await?;
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
            // A reload is not cut shorter than the rows that it replaces: those were within the
            // limit.
            if after == After::More && (own < held || source.make_room(list, own)) {
                continue;
            }
            if let Some(instead) = instead {
                list.replace(instead);
            }
            list.set_status(|status| {
                status.unreadable = unreadable;
                status.finish(platform::now(), after != After::Whole);
            });
            if unreadable > 0 && list.looked().is_now() {
                self.announcer
                    .say(coverage::unreadable(unreadable, S::ITEM).0);
            }
            return Ok(());
        }
    }

    /// Reads one document that somebody waits for, with delays and retries.
    pub(super) async fn one<T: FromValue>(
        &self,
        connection: &str,
        request: &Read<T>,
    ) -> Result<T, ReadFailure> {
        let rank: Rank = Rc::new(|| Priority::Single);
        self.read(connection, request, &rank).await
    }

    /// Sends a request as [`turn`](Self::turn) does, and returns the answer.
    async fn read<T: FromValue>(
        &self,
        connection: &str,
        request: &Read<T>,
        rank: &Rank,
    ) -> Result<T, ReadFailure> {
        let mut answer = None;
        let mut take = |value| {
            answer = T::from_value(value);
            answer.is_some()
        };
        let path = request.path_and_query();
        self.turn(connection, &path, rank, &mut take).await?;
        answer.ok_or(Failure::Unreadable.into())
    }

    /// Sends a request with a permit, with delays for rate limits and a bounded number of retries.
    /// `take` receives the answer, and returns whether it could be read. The function is not
    /// generic, so that the Wasm contains it once.
    async fn turn(
        &self,
        connection: &str,
        path: &str,
        rank: &Rank,
        take: &mut dyn FnMut(Value) -> bool,
    ) -> Result<(), ReadFailure> {
        let mut tries = Tries::default();
        loop {
            self.slow_down(connection).await;
            let now = Rc::clone(rank);
            let pass = self.gate.enter(move || now()).await;
            // Another request may have met a rate limit while this one waited for the permit.
            if self.rate_limited(connection).is_some() {
                continue;
            }
            let answer = snyk::read(connection, path).await;
            drop(pass);
            let Failed {
                failure,
                wait: told,
            } = match answer.map(&mut *take) {
                Ok(true) => return Ok(()),
                Ok(false) => Failure::Unreadable.into(),
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

    /// Delays everything that is read with the connection. The limit ends with time, even if the
    /// load that met it is aborted.
    fn limit(&self, connection: &str, asked: RateLimited) {
        let rate_limits = self.rate_limits;
        rate_limits.update(|limits| limits.ask(connection, asked));
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(left(asked)).await;
            rate_limits.update(|limits| limits.clear(platform::now()));
        });
    }

    /// Waits until no rate limit holds for the connection.
    async fn slow_down(&self, connection: &str) {
        while let Some(limited) = self.rate_limited(connection) {
            TimeoutFuture::new(left(limited)).await;
        }
    }
}

/// Sets the page at which a load starts: where a first load failed, and otherwise the first page.
fn begin<R: Send + Sync>(list: &List<R>) {
    list.set_status(|status| {
        let goes_on = status.failure().is_some() && status.whole_at.is_none();
        if !goes_on {
            status.paging = Paging::default();
            status.done = 0;
            // The rows of a complete load stay, and this number belongs to them.
            if status.whole_at.is_none() {
                status.unreadable = 0;
            }
        }
    });
}

/// Returns the milliseconds that are left, and 50 more, so that the delay is never too short.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` is bounded here: between nothing and five minutes"
)]
fn left(limited: RateLimited) -> u32 {
    (limited.until - platform::now()).max(0.0) as u32 + 50
}

#[expect(clippy::cast_precision_loss, reason = "seconds to wait are few")]
fn millis(seconds: u64) -> f64 {
    seconds as f64 * 1_000.0
}
