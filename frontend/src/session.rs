//! The context of the session: its state, the app, and the other tabs.

use leptos::prelude::*;
use shared::{
    api::{
        connection::Connection,
        session::{App, Session},
    },
    route::Route,
};

pub use crate::session_state::{SessionState, first_usable};
use crate::{
    api::{self, Failure},
    platform::{
        self,
        tabs::{Change, Restored, Tabs},
    },
    session_state::RequestSequence,
};

/// Age below which an answer of the server is not requested again, in milliseconds.
const NEW_ENOUGH: f64 = 1_000.0;

/// The context of the session.
#[derive(Clone, Copy, Debug)]
pub struct SessionContext {
    who: RwSignal<SessionState>,
    app: RwSignal<Option<App>>,
    /// The time of the last answer about the session, in milliseconds.
    read_at: RwSignal<Option<f64>>,
    turns: RwSignal<RequestSequence>,
    /// The connection that this tab ended last.
    ended: StoredValue<Option<String>>,
    tabs: StoredValue<Option<Tabs>, LocalStorage>,
    restored: StoredValue<Option<Restored>, LocalStorage>,
}

impl SessionContext {
    /// Provides the context, and sends the first request.
    pub fn provide() {
        let context = Self {
            who: RwSignal::new(SessionState::Checking),
            app: RwSignal::new(None),
            read_at: RwSignal::new(None),
            turns: RwSignal::new(RequestSequence::default()),
            ended: StoredValue::new(None),
            tabs: StoredValue::new_local(None),
            restored: StoredValue::new_local(None),
        };
        // A change in another tab holds for this one at once; the server reports the details.
        context.tabs.set_value(Tabs::listen(move |change| {
            if change == Change::SignedOut {
                context.forget();
            }
            context.check();
        }));
        // A page from the back-forward cache may be from another day, and about another person.
        context.restored.set_value(Restored::listen(move || {
            context.forget();
            context.check();
        }));
        provide_context(context);
        context.check();
    }

    /// Returns the context of the app.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Returns the state of the session; tracked.
    #[must_use]
    pub fn who(self) -> SessionState {
        self.who.get()
    }

    /// Returns the state of the session.
    #[must_use]
    pub fn who_untracked(self) -> SessionState {
        self.who.get_untracked()
    }

    /// Returns the description of the app, once known; tracked.
    #[must_use]
    pub fn app(self) -> Option<App> {
        self.app.get()
    }

    /// Returns the name of the app; tracked.
    #[must_use]
    pub fn name(self) -> String {
        self.app.with(|app| name_of(app.as_ref()))
    }

    /// Returns the name of the app.
    #[must_use]
    pub fn name_untracked(self) -> String {
        self.app.with_untracked(|app| name_of(app.as_ref()))
    }

    /// Returns a connection of this session, as the server last reported it; tracked.
    #[must_use]
    pub fn connection(self, id: &str) -> Option<Connection> {
        self.who.with(|who| who.connection(id).cloned())
    }

    /// Returns the connections of this session, as the server last reported them; tracked.
    #[must_use]
    pub fn connections(self) -> Vec<Connection> {
        self.who.with(|who| who.connections().to_vec())
    }

    /// Returns the connections of this session, as the server last reported them.
    #[must_use]
    pub fn connections_untracked(self) -> Vec<Connection> {
        self.who.with_untracked(|who| who.connections().to_vec())
    }

    /// Returns the connection that a page is about, or else the first usable one; tracked.
    #[must_use]
    pub fn current(self, page: Option<&Route>) -> Option<Connection> {
        self.who.with(|who| {
            let id = page.and_then(Route::connection);
            let named = id.and_then(|id| who.connection(id));
            named.or_else(|| first_usable(who.connections())).cloned()
        })
    }

    /// Returns whether somebody is signed in, as far as is known; tracked.
    #[must_use]
    pub fn is_someone(self) -> bool {
        self.who.with(SessionState::is_someone)
    }

    /// Returns the time of the last answer about the session, in milliseconds; tracked.
    #[must_use]
    pub fn read_at(self) -> Option<f64> {
        self.read_at.get()
    }

    /// Returns whether an answer of the server is awaited; tracked.
    #[must_use]
    pub fn is_asking(self) -> bool {
        self.turns.with(RequestSequence::is_open)
    }

    /// Hides all personal data until the server has answered again.
    pub fn forget(self) {
        // The requests in progress were sent while somebody was signed in.
        self.turns.update(|turns| {
            turns.outdate();
        });
        self.who.set(SessionState::Checking);
    }

    /// Requests the session in the background.
    pub fn check(self) {
        leptos::task::spawn_local(async move {
            self.read().await;
        });
    }

    /// Requests the session, unless an answer is recent or awaited.
    pub fn refresh_if_stale(self) {
        let is_new = self
            .read_at
            .get_untracked()
            .is_some_and(|at| (platform::now() - at).abs() < NEW_ENOUGH);
        if !is_new && !self.turns.with_untracked(RequestSequence::is_open) {
            self.check();
        }
    }

    /// Requests the session. Returns whether somebody is signed in.
    pub async fn read(self) -> bool {
        let turn = self
            .turns
            .try_update(RequestSequence::ask)
            .unwrap_or_default();
        let answer = api::session::read().await;
        let is_news = self.turns.try_update(|turns| turns.answer(turn));
        if is_news == Some(true) {
            self.apply(answer);
        }
        self.who
            .with_untracked(|who| matches!(who, SessionState::SignedIn(_)))
    }

    fn apply(self, answer: Result<Session, Failure>) {
        let connections = answer.map(|Session { app, connections }| {
            self.app.set(Some(app));
            self.read_at.set(Some(platform::now()));
            connections
        });
        let after = self.who.with_untracked(|who| who.after(connections));
        if let Some(after) = after {
            self.who.set(after);
        }
    }

    /// Replaces a connection by the server's current one.
    pub fn replace(self, connection: Connection) {
        self.who.update(|who| who.replace(connection));
        self.read_at.set(Some(platform::now()));
        // Answers to earlier requests do not include this change, and must not undo it.
        if self.turns.try_update(RequestSequence::outdate) == Some(true) {
            self.check();
        }
    }

    /// Removes a connection that this tab has just ended, and notifies the other tabs. The session
    /// ends with the last connection.
    pub fn remove(self, id: &str) {
        self.ended.set_value(Some(id.to_owned()));
        self.who.update(|who| who.remove(id));
        let goes_on = self.who.with_untracked(SessionState::is_someone);
        self.tell(if goes_on {
            Change::Connections
        } else {
            Change::SignedOut
        });
        self.turns.update(|turns| {
            turns.outdate();
        });
        self.check();
    }

    /// Returns whether this tab has ended that connection, so that its page is being left.
    #[must_use]
    pub fn has_ended(self, id: &str) -> bool {
        self.ended.with_value(|ended| ended.as_deref() == Some(id))
    }

    /// Notifies the other tabs.
    pub fn tell(self, change: Change) {
        self.tabs.with_value(|tabs| {
            if let Some(tabs) = tabs {
                tabs.tell(change);
            }
        });
    }
}

fn name_of(app: Option<&App>) -> String {
    app.map_or_else(|| "This app".to_owned(), |app| app.name.clone())
}
