//! The browsers on the page: how they are loaded and ended, and what is said about it.

use leptos::prelude::*;
use shared::{api::sessions::Browser, problem::Code};

use super::sessions_words::{signed_out, still_signed_in};
use crate::{
    announcer::Announcer,
    api::{self, Failure},
    platform,
    reactive::{Signal, derive, memo},
    session::SessionContext,
};

/// What could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) why: Failure,
    /// The browsers that could not be ended; empty if the list could not be loaded.
    pub(super) rest: Vec<Browser>,
}

/// The browsers, as the server last reported them, less those that were ended since.
#[derive(Clone, Copy, Debug)]
pub(super) struct Browsers {
    session: SessionContext,
    announcer: Announcer,
    all: RwSignal<Option<Vec<Browser>>>,
    failed: RwSignal<Option<Failed>>,
    is_loading: RwSignal<bool>,
    /// The ids of those that are being ended.
    ending: RwSignal<Vec<String>>,
    is_ending_all: RwSignal<bool>,
}

impl Browsers {
    /// Loads them.
    pub(super) fn load() -> Self {
        let browsers = Self {
            session: SessionContext::get(),
            announcer: Announcer::get(),
            all: RwSignal::new(None),
            failed: RwSignal::new(None),
            is_loading: RwSignal::new(false),
            ending: RwSignal::new(Vec::new()),
            is_ending_all: RwSignal::new(false),
        };
        browsers.read();
        browsers
    }

    fn read(self) {
        self.is_loading.set(true);
        leptos::task::spawn_local(async move {
            match api::sessions::list().await {
                Ok(all) => {
                    self.all.try_set(Some(all));
                    self.failed.try_set(None);
                }
                Err(why) => self.fail(why, Vec::new()).await,
            }
            self.is_loading.try_set(false);
        });
    }

    /// Returns them, this browser first. Empty until they are loaded.
    pub(super) fn all(self) -> Signal<Vec<Browser>> {
        derive(move || self.all.get().unwrap_or_default())
    }

    /// Returns whether they are being loaded for the first time.
    pub(super) fn is_awaited(self) -> Signal<bool> {
        memo(move |_| self.all.with(Option::is_none) && self.failed.with(Option::is_none))
    }

    /// Returns whether there are others than this one, once that is known.
    pub(super) fn has_others(self) -> Signal<Option<bool>> {
        memo(move |_| {
            self.all
                .with(|all| all.as_ref().map(|all| all.iter().any(|one| !one.current)))
        })
    }

    /// Returns what could not be done.
    pub(super) fn failed(self) -> Signal<Option<Failed>> {
        self.failed.into()
    }

    /// Returns whether the server is being asked for anything.
    pub(super) fn is_busy(self) -> Signal<bool> {
        derive(move || self.is_loading.get() || self.ending.with(|ending| !ending.is_empty()))
    }

    /// Returns whether all others are being ended.
    pub(super) fn is_ending_all(self) -> Signal<bool> {
        self.is_ending_all.into()
    }

    /// Returns the ids of those that are being ended.
    pub(super) fn ending(self) -> Signal<Vec<String>> {
        self.ending.into()
    }

    /// Does again what could not be done.
    pub(super) fn try_again(self) {
        let rest = self.failed.get_untracked().map(|failed| failed.rest);
        match rest {
            Some(rest) if !rest.is_empty() => self.end(rest),
            _ => self.read(),
        }
    }

    /// Ends all others.
    pub(super) fn end_all(self) {
        let others = self.all.with_untracked(|all| {
            let others = all.iter().flatten().filter(|one| !one.current);
            others.cloned().collect()
        });
        self.is_ending_all.set(true);
        self.end(others);
    }

    /// Ends these, one after the other. If one fails, the others are tried all the same, unless the
    /// server does not answer.
    pub(super) fn end(self, these: Vec<Browser>) {
        let ids = these.iter().map(|one| one.id.clone());
        self.ending.update(|ending| ending.extend(ids));
        leptos::task::spawn_local(async move {
            self.end_each(these).await;
            self.is_ending_all.try_set(false);
        });
    }

    async fn end_each(self, these: Vec<Browser>) {
        let (mut ended, mut rest, mut is_outdated) = (Vec::new(), Vec::new(), false);
        let mut failure = None;
        let mut these = these.into_iter();
        for one in these.by_ref() {
            let done = api::sessions::end(&one.id).await;
            self.ending
                .try_update(|ending| ending.retain(|id| *id != one.id));
            match done {
                Ok(is_found) => {
                    is_outdated |= !is_found;
                    self.remove(&one.id);
                    ended.push(one);
                }
                Err(why) => {
                    let is_answered = matches!(why, Failure::Problem(_));
                    failure = Some(why);
                    rest.push(one);
                    if !is_answered {
                        break;
                    }
                }
            }
        }
        for one in these {
            self.ending
                .try_update(|ending| ending.retain(|id| *id != one.id));
            rest.push(one);
        }
        if let Some(words) = signed_out(&ended) {
            self.announcer.toast(words);
        }
        if let Some(why) = failure {
            self.fail(why, rest).await;
            return;
        }
        self.failed.try_set(None);
        // There may be more than those that were listed.
        if is_outdated || ended.len() > 1 {
            self.read();
        }
    }

    async fn fail(self, why: Failure, rest: Vec<Browser>) {
        if let Some(words) = still_signed_in(&rest) {
            self.announcer.say(words);
        }
        self.announcer.say_failure(&why);
        if matches!(&why, Failure::Problem(problem) if problem.code == Code::NotSignedIn) {
            self.session.read().await;
            return;
        }
        self.failed.try_set(Some(Failed { why, rest }));
    }

    /// Removes one. If its button had the focus, that of the next one gets it, or else that of the
    /// last one, or the heading.
    fn remove(self, id: &str) {
        let next = self.all.try_update(|all| {
            let all = all.as_mut()?;
            let at = all.iter().position(|one| one.id == id)?;
            all.remove(at);
            let after = all.get(at).or_else(|| all.last());
            after.filter(|one| !one.current).map(button_id)
        });
        let next = next.flatten().unwrap_or_else(|| "heading".to_owned());
        request_animation_frame(move || platform::focus_if_lost(&next));
    }
}

/// Returns the id of the button that ends a browser.
pub(super) fn button_id(browser: &Browser) -> String {
    format!("end-{}", browser.id)
}
