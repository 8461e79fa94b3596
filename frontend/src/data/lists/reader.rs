//! What reads lists: few requests at once, page after page, waiting when asked to.

use futures_util::future::abortable;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use shared::snyk::{Page, Read};

use super::list::List;
use crate::{
    api::snyk::{self, Failed},
    browser,
    data::{
        failure::{Failure, Remedy},
        figures::len,
        gate::Gate,
        paging::{After, Paging, Wait, wait},
        status::{Stage, Status},
    },
    session::SessionContext,
};

/// So many requests at once, of all lists together.
const AT_ONCE: usize = 3;

/// What a list is read from.
pub trait Source: 'static {
    /// What Snyk sends.
    type Item: DeserializeOwned;
    /// What is kept of it.
    type Row: Send + Sync + 'static;

    /// The list's pages.
    fn pages(&self) -> Read<Page<Self::Item>>;
    /// How many items the list has, where Snyk tells.
    fn count(&self) -> Option<Read<Page<Self::Item>>>;
    /// Whether more rows can be held.
    fn has_room(&self) -> bool;
    /// Keeps an item.
    fn row(&mut self, item: Self::Item) -> Self::Row;
}

/// Who asked to slow down, and until when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slowed {
    /// In milliseconds.
    pub until: f64,
    /// Our own server, and not Snyk.
    pub by_us: bool,
}

/// What reads lists.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    gate: Gate,
    session: SessionContext,
    slowed: RwSignal<Option<Slowed>>,
}

impl Reader {
    pub(super) fn new(session: SessionContext, slowed: RwSignal<Option<Slowed>>) -> Self {
        Self {
            gate: Gate::new(AT_ONCE),
            session,
            slowed,
        }
    }

    /// Reads a list in the background: on from where it failed, or anew.
    pub(super) fn start<S: Source>(&self, connection: &str, list: &List<S::Row>, source: S) {
        let goes_on = list
            .status()
            .with_untracked(|status| status.failure().is_some() && status.whole_at.is_none());
        list.set_status(|status| {
            status.stage = Stage::Reading;
            if !goes_on {
                status.paging = Paging::default();
                status.done = 0;
            }
        });
        let reader = self.clone();
        let (connection, reading) = (connection.to_owned(), list.clone());
        let (task, handle) = abortable(async move {
            if let Err(failure) = reader.run(&connection, &reading, source).await {
                if failure.remedy() == Remedy::AskWhoIsHere {
                    reader.session.check();
                }
                reading.set_status(|status| status.stage = Stage::Failed(failure));
            }
        });
        list.read_by(Some(handle));
        leptos::task::spawn_local(async move {
            // Aborted: nobody wants it any more.
            let _ = task.await;
        });
    }

    async fn run<S: Source>(
        &self,
        connection: &str,
        list: &List<S::Row>,
        mut source: S,
    ) -> Result<(), Failure> {
        if let Some(count) = source.count() {
            // Without it everything else is still true, so its failure is none.
            let total = self.one(connection, &count).await.ok();
            let total = total.and_then(|page| page.meta.count);
            list.set_status(|status| status.total = total.or(status.total));
        }
        // What is here stays until the new is whole.
        let mut instead = list
            .status()
            .with_untracked(|status| status.whole_at.is_some())
            .then(Vec::new);
        let pages = source.pages();
        loop {
            let cursor = list
                .status()
                .with_untracked(|status| status.paging.cursor().map(str::to_owned));
            let request = match cursor {
                Some(cursor) => pages.clone().after(cursor),
                None => pages.clone(),
            };
            let page = self.one(connection, &request).await?;
            let next = page.next();
            let rows: Vec<_> = page.data.into_iter().map(|item| source.row(item)).collect();
            match &mut instead {
                Some(instead) => {
                    instead.extend(rows);
                    list.set_status(|status| status.done = len(instead.len()));
                }
                None => list.add(rows),
            }
            let mut after = After::Whole;
            list.set_status(|status| after = status.paging.after(next));
            if after == After::More && source.has_room() {
                continue;
            }
            if let Some(instead) = instead {
                list.replace(instead);
            }
            list.set_status(|status| whole(status, after != After::Whole));
            return Ok(());
        }
    }

    /// One page, however often it takes.
    pub(super) async fn one<T: DeserializeOwned>(
        &self,
        connection: &str,
        request: &Read<T>,
    ) -> Result<T, Failure> {
        let mut tries = 0;
        loop {
            self.slow_down().await;
            let pass = self.gate.enter().await;
            let answer = snyk::read(connection, request).await;
            drop(pass);
            let Failed {
                failure,
                wait: told,
            } = match answer {
                Ok(page) => return Ok(page),
                Err(failed) => failed,
            };
            match wait(&failure, tries, told) {
                Wait::SlowDown(seconds) => {
                    let until = browser::now() + millis(seconds);
                    let by_us = failure.is_ours();
                    self.slowed.set(Some(Slowed { until, by_us }));
                }
                Wait::TryAgain(millis) => {
                    tries += 1;
                    TimeoutFuture::new(millis).await;
                }
                Wait::GiveUp => return Err(failure),
            }
        }
    }

    /// Waits as long as everyone is asked to.
    async fn slow_down(&self) {
        while let Some(slowed) = self.slowed.get_untracked() {
            let left = slowed.until - browser::now();
            if left <= 0.0 {
                self.slowed.set(None);
                return;
            }
            // Not at once with all the others, and a little later than asked rather than earlier.
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "`as` is bounded here: between nothing and five minutes"
            )]
            TimeoutFuture::new(left as u32 + 50).await;
        }
    }
}

fn whole(status: &mut Status, cut: bool) {
    status.stage = Stage::Done;
    status.whole_at = Some(browser::now());
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
