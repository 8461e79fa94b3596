//! The session of the administrator, and the link that begins it.

use leptos::prelude::*;
use shared::api::admin::AdminSession;

use crate::{
    admin::outcomes,
    announcer::Announcer,
    api::{self, Failure},
    door,
    messages::Outcome,
    platform::{self, events, history, tabs::Restored},
    reactive::{Signal, memo},
};

/// What is known of the session.
#[derive(Clone, Debug, PartialEq)]
pub enum Stand {
    /// The server is being asked.
    Checking,
    /// The page was opened by a link that has not been used.
    Link,
    /// An administrator is signed in.
    SignedIn {
        /// When that ends, RFC 3339.
        expires_at: String,
    },
    /// Nobody is signed in, and there is no link.
    NoLink,
    /// The session has ended by itself.
    Ended,
    /// The administrator has left.
    Left,
    /// The link was refused for good.
    Refused(Outcome),
    /// The server could not be asked.
    Failed(Failure),
}

/// The state of the page. The secret of a link is in memory, and only until it is used.
#[derive(Clone, Copy, Debug)]
pub struct Administration {
    announcer: Announcer,
    stand: RwSignal<Stand>,
    link: StoredValue<Option<String>>,
    /// When the session ends that this browser had before it used the link, empty without one; `None`
    /// until that has been asked for.
    earlier: StoredValue<Option<String>>,
    is_asking: RwSignal<bool>,
    /// Why the link could not be used yet, or the session not be ended.
    failed: RwSignal<Option<Failure>>,
}

impl Administration {
    /// Takes the link, or else asks for the session.
    pub fn begin() -> Self {
        let link = door::take_admin_link();
        let admin = Self {
            announcer: Announcer::get(),
            stand: RwSignal::new(Stand::Checking),
            link: StoredValue::new(None),
            earlier: StoredValue::new(None),
            is_asking: RwSignal::new(false),
            failed: RwSignal::new(None),
        };
        match link {
            Some(link) => admin.use_link(link),
            None => admin.check(),
        }
        admin.listen();
        admin
    }

    /// Follows a link that is opened in this tab, the return to the tab, and the end of the session.
    fn listen(self) {
        let opened = events::on_window("hashchange", move || {
            // The link that skips to the content is no secret.
            let is_link = history::current()
                .is_some_and(|here| !here.fragment.is_empty() && here.fragment != "main");
            if is_link && let Some(link) = history::take_fragment() {
                self.announcer.expect_page();
                self.use_link(link);
            }
        });
        let returned = events::on_return(move || self.check_again());
        let restored = Restored::listen(move || {
            if matches!(self.stand.try_get_untracked(), Some(Stand::SignedIn { .. })) {
                self.stand.set(Stand::Checking);
                self.check();
            }
        });
        let ended = set_interval_with_handle(
            move || self.end_in_time(),
            std::time::Duration::from_secs(1),
        );
        on_cleanup(move || {
            if let Ok(ended) = ended {
                ended.clear();
            }
        });
        StoredValue::new_local((opened, returned, restored));
    }

    fn use_link(self, link: String) {
        self.link.set_value(Some(link));
        self.earlier.set_value(None);
        self.failed.set(None);
        self.stand.set(Stand::Link);
    }

    /// Returns what is known of the session. Its end alone does not change what is shown.
    pub fn stand(self) -> Signal<Stand> {
        memo(move |_| self.stand.get())
    }

    /// Returns whether the session is being asked for, begun or ended.
    pub fn is_asking(self) -> Signal<bool> {
        self.is_asking.into()
    }

    /// Returns why the link could not be used yet, or the session not be ended.
    pub fn failed(self) -> Signal<Option<Failure>> {
        self.failed.into()
    }

    /// Asks for the session.
    pub fn check(self) {
        if self.is_asking.try_set(true).is_some() {
            return;
        }
        leptos::task::spawn_local(async move {
            let session = api::admin::session().await;
            if self.is_asking.try_set(false).is_some() {
                return;
            }
            // A link that came meanwhile is shown first.
            if self.stand.get_untracked() == Stand::Link {
                return;
            }
            let stand = match session {
                Ok(Some(session)) => signed_in(session),
                Ok(None) => Stand::NoLink,
                Err(failure) => {
                    self.announcer.say_failure(&failure);
                    Stand::Failed(failure)
                }
            };
            self.show(stand);
        });
    }

    /// Asks again whether the session continues: another tab may have ended it.
    fn check_again(self) {
        if !matches!(self.stand.try_get_untracked(), Some(Stand::SignedIn { .. })) {
            return;
        }
        leptos::task::spawn_local(async move {
            if let Ok(None) = api::admin::session().await {
                self.end();
            }
        });
    }

    fn end_in_time(self) {
        if let Some(Stand::SignedIn { expires_at }) = self.stand.try_get_untracked()
            && platform::millis(&expires_at) <= platform::now()
        {
            self.end();
        }
    }

    /// Uses the link.
    pub fn sign_in(self) {
        let Some(link) = self.link.get_value() else {
            return;
        };
        self.is_asking.set(true);
        leptos::task::spawn_local(async move {
            let answer = self.begin_session(&link).await;
            if self.is_asking.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(session) => {
                    self.link.set_value(None);
                    self.show(signed_in(session));
                }
                Err(failure) => match outcomes::refused(&failure) {
                    Some(outcome) => self.refuse(outcome),
                    None => self.fail(failure),
                },
            }
        });
    }

    /// Begins a session with a link. A request may succeed although its answer is lost, and the next one
    /// is then refused because the link has been used: so after a failure a session counts that this
    /// browser did not have before.
    async fn begin_session(self, link: &str) -> Result<AdminSession, Failure> {
        let earlier = if let Some(earlier) = self.earlier.try_get_value().flatten() {
            earlier
        } else {
            let session = api::admin::session().await?;
            let earlier = session
                .map(|session| session.expires_at)
                .unwrap_or_default();
            self.earlier
                .try_update_value(|known| *known = Some(earlier.clone()));
            earlier
        };
        match api::admin::sign_in(link).await {
            Err(failure) => match api::admin::session().await {
                Ok(Some(session)) if session.expires_at != earlier => Ok(session),
                _ => Err(failure),
            },
            session => session,
        }
    }

    fn refuse(self, outcome: Outcome) {
        self.link.set_value(None);
        self.show(Stand::Refused(outcome));
    }

    fn fail(self, failure: Failure) {
        self.announcer.say_failure(&failure);
        self.failed.set(Some(failure));
    }

    /// Ends the session, because the administrator wants to.
    pub fn leave(self) {
        self.is_asking.set(true);
        leptos::task::spawn_local(async move {
            let done = api::admin::leave().await;
            if self.is_asking.try_set(false).is_some() {
                return;
            }
            match done {
                Ok(()) => self.show(Stand::Left),
                Err(failure) => self.fail(failure),
            }
        });
    }

    /// Shows that the session has ended, unless nobody was signed in.
    fn end(self) {
        if matches!(self.stand.try_get_untracked(), Some(Stand::SignedIn { .. })) {
            let outcome = outcomes::ended();
            self.announcer.say(outcome.title);
            self.show(Stand::Ended);
        }
    }

    /// Ends what is shown if a request failed because the session has ended. Returns whether it was
    /// that.
    pub fn is_end(self, failure: &Failure) -> bool {
        let is_end = outcomes::is_signed_out(failure);
        if is_end {
            self.end();
        }
        is_end
    }

    /// Shows another stand, whose heading takes the focus if what had it is gone.
    fn show(self, stand: Stand) {
        if self
            .stand
            .try_get_untracked()
            .is_some_and(|last| last != stand)
        {
            if self.stand.get_untracked() != Stand::Checking {
                self.announcer.expect_page();
            }
            self.failed.set(None);
            self.stand.set(stand);
        }
    }
}

fn signed_in(session: AdminSession) -> Stand {
    Stand::SignedIn {
        expires_at: session.expires_at,
    }
}
