//! Who is here: the one context about it.

use leptos::prelude::*;
use login::browser::tabs::{Change, Restored, Tabs};
use shared::api::{
    connection::{Connection, Status},
    session::{App, Session},
};

use crate::{
    api::{self, Failure},
    paths,
};

/// Who is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Not known yet. Nothing of a person is shown.
    Checking,
    /// Nobody.
    SignedOut,
    /// Someone, with these connections; there is at least one.
    SignedIn(Vec<Connection>),
    /// The server could not say.
    Unreachable(Failure),
}

/// The context: who is here, what the app is, and the other tabs.
#[derive(Clone, Copy, Debug)]
pub struct SessionContext {
    who: RwSignal<Who>,
    app: RwSignal<Option<App>>,
    tabs: StoredValue<Option<Tabs>, LocalStorage>,
    restored: StoredValue<Option<Restored>, LocalStorage>,
}

/// The first connection that works, or the first.
#[must_use]
pub fn first_usable(all: &[Connection]) -> Option<&Connection> {
    all.iter()
        .find(|one| one.status == Status::Active)
        .or_else(|| all.first())
}

impl SessionContext {
    /// Makes the context and asks the server for the first time.
    pub fn provide() {
        let context = Self {
            who: RwSignal::new(Who::Checking),
            app: RwSignal::new(None),
            tabs: StoredValue::new_local(None),
            restored: StoredValue::new_local(None),
        };
        // What another tab did is true at once for this one; the server says what it is.
        context.tabs.set_value(Tabs::listen(move |change| {
            if change == Change::SignedOut {
                context.forget();
            }
            context.check();
        }));
        // A page from the back-forward cache may be of another day, and of another person.
        context.restored.set_value(Restored::listen(move || {
            context.forget();
            context.check();
        }));
        provide_context(context);
        context.check();
    }

    /// The context of the app.
    #[must_use]
    pub fn get() -> Self {
        expect_context()
    }

    /// Who is here; tracked.
    #[must_use]
    pub fn who(self) -> Who {
        self.who.get()
    }

    /// What the app is, once known; tracked.
    #[must_use]
    pub fn app(self) -> Option<App> {
        self.app.get()
    }

    /// The app's name; tracked.
    #[must_use]
    pub fn name(self) -> String {
        self.app
            .with(|app| app.as_ref().map(|app| app.name.clone()))
            .unwrap_or_else(|| "This app".to_owned())
    }

    /// A connection that this browser reaches; tracked.
    #[must_use]
    pub fn connection(self, id: &str) -> Option<Connection> {
        self.who.with(|who| match who {
            Who::SignedIn(all) => all.iter().find(|one| one.id == id).cloned(),
            _ => None,
        })
    }

    /// The connection that a path is about, or the first that works; tracked.
    #[must_use]
    pub fn current(self, path: &str) -> Option<Connection> {
        self.who.with(|who| {
            let Who::SignedIn(all) = who else {
                return None;
            };
            let named = paths::connection_of(path);
            all.iter()
                .find(|one| named == Some(&one.id))
                .or_else(|| first_usable(all))
                .cloned()
        })
    }

    /// Shows nothing of a person until the server has been asked again.
    pub fn forget(self) {
        self.who.set(Who::Checking);
    }

    /// Asks the server again, in the background.
    pub fn check(self) {
        leptos::task::spawn_local(async move {
            self.read().await;
        });
    }

    /// Asks the server again. Returns whether someone is signed in.
    pub async fn read(self) -> bool {
        let answer = api::session::read().await;
        let signed_in = answer
            .as_ref()
            .is_ok_and(|session| !session.connections.is_empty());
        match answer {
            Ok(Session { app, connections }) => {
                self.app.set(Some(app));
                self.who.set(if connections.is_empty() {
                    Who::SignedOut
                } else {
                    Who::SignedIn(connections)
                });
            }
            Err(failure) => {
                // The same trouble as before is no news: a page that tells of it stands as it is.
                let is_known = self.who.with_untracked(|who| match (who, &failure) {
                    (Who::Unreachable(Failure::Problem(old)), Failure::Problem(new)) => {
                        old.code == new.code
                    }
                    (Who::Unreachable(old), new) => old == new,
                    _ => false,
                });
                if !is_known {
                    self.who.set(Who::Unreachable(failure));
                }
            }
        }
        signed_in
    }

    /// Takes a connection as the server now has it.
    pub fn replace(self, connection: Connection) {
        self.who.update(|who| {
            if let Who::SignedIn(all) = who
                && let Some(one) = all.iter_mut().find(|one| one.id == connection.id)
            {
                *one = connection;
            }
        });
    }

    /// Tells the other tabs.
    pub fn tell(self, change: Change) {
        self.tabs.with_value(|tabs| {
            if let Some(tabs) = tabs {
                tabs.tell(change);
            }
        });
    }

    /// Begins a login and leaves for the provider.
    pub async fn connect(self, return_to: Option<String>) -> Result<(), Failure> {
        let known = self.app.get_untracked();
        let app = match known {
            Some(app) => app,
            None => api::session::read().await?.app,
        };
        let address = login::start::start(&app, return_to).await?;
        login::browser::navigate(&address);
        Ok(())
    }
}
