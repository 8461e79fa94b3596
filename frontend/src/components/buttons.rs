//! The buttons of messages.

use leptos::prelude::*;
use shared::route::{self, Route};

use super::{
    busy_button::BusyButton,
    connect_button::{ConnectButton, Reconnect, ReturnTo},
    icon::Icon,
    retry::Retry,
};
use crate::{
    announcer::Announcer,
    api::Failure,
    messages::{Action, Outcome},
    platform,
    session::SessionContext,
};

/// The inputs of a message's buttons.
#[derive(Debug)]
pub struct Buttons {
    failure: RwSignal<Option<Failure>>,
    /// The message to the operators of the app, for copying.
    message: String,
    retry: Option<Retry>,
}

impl Buttons {
    /// Creates the inputs. `failure` receives a failure to start a login. Without a retry, the page
    /// is reloaded.
    #[must_use]
    pub fn new(
        outcome: &Outcome,
        failure: RwSignal<Option<Failure>>,
        retry: Option<Retry>,
    ) -> Self {
        let app = untrack(|| SessionContext::get().name());
        Self {
            failure,
            message: outcome.message(&app, &platform::exact(platform::now())),
            retry,
        }
    }

    /// Returns the button of an action.
    #[must_use]
    pub fn button(&self, act: &Action, class: &'static str) -> AnyView {
        match *act {
            // A login returns to the page on which it starts, unless that is the end of another
            // login.
            Action::Connect(words) => {
                let failure = self.failure;
                let reconnect = Reconnect::Shown;
                view! { <ConnectButton words class failure return_to=ReturnTo::Here reconnect /> }
                    .into_any()
            }
            Action::Home(words) => home(class, move || words),
            Action::Enter => view! {
                <a class=class href=Route::Home.to_string() rel="external">
                    "Start page"
                </a>
            }
            .into_any(),
            Action::Open(ref origin) => open(class, origin),
            Action::Overview => {
                let session = SessionContext::get();
                home(class, move || {
                    if session.is_someone() {
                        "Overview"
                    } else {
                        "Start page"
                    }
                })
            }
            Action::Again(words) => match &self.retry {
                Some(retry) => again(words, class, retry.clone()),
                None => reload(words, class),
            },
            Action::Back => view! {
                <button type="button" class=class on:click=|_| platform::back()>
                    "Back"
                </button>
            }
            .into_any(),
            Action::Reload => reload("Reload", class),
            Action::Copy(words) => copy(words, class, self.message.clone()),
            Action::SnykStatus => view! {
                <a class=class href="https://status.snyk.io/" rel="noopener external">
                    "Snyk’s status page"
                    {Icon::Out.view()}
                </a>
            }
            .into_any(),
        }
    }
}

/// Returns a link to this page at another origin. The callback has nothing to finish there, so the
/// link leads to the start page instead.
fn open(class: &'static str, origin: &str) -> AnyView {
    let path = platform::path_here().filter(|path| path != route::CALLBACK);
    let path = path.unwrap_or_else(|| Route::Home.to_string());
    let href = format!("{origin}{path}");
    let words = format!("Open {origin}");
    view! {
        <a class=class href=href rel="external">
            <bdi>{words}</bdi>
        </a>
    }
    .into_any()
}

fn reload(words: &'static str, class: &'static str) -> AnyView {
    view! {
        <button type="button" class=class on:click=|_| platform::reload()>
            {words}
        </button>
    }
    .into_any()
}

fn again(words: &'static str, class: &'static str, retry: Retry) -> AnyView {
    let Retry {
        run,
        busy,
        busy_words,
        focus,
    } = retry;
    let was_pressed = StoredValue::new(false);
    on_cleanup(move || {
        // The retry succeeded, and the button is removed together with the notice.
        if let Some(focus) = focus
            && was_pressed.try_get_value() == Some(true)
        {
            request_animation_frame(move || platform::focus_if_lost(&focus));
        }
    });
    let press = move |()| {
        was_pressed.set_value(true);
        run.run(());
    };
    view! { <BusyButton class words=[words, busy_words] busy on_press=press /> }.into_any()
}

fn copy(words: &'static str, class: &'static str, message: String) -> AnyView {
    let announcer = Announcer::get();
    let press = move |_| {
        let message = message.clone();
        leptos::task::spawn_local(async move {
            if platform::copy(&message).await {
                announcer.toast("Copied");
            } else {
                announcer.say("The browser did not allow copying");
            }
        });
    };
    view! {
        <button type="button" class=class on:click=press>
            {words}
        </button>
    }
    .into_any()
}

fn home(class: &'static str, words: impl Fn() -> &'static str + Send + 'static) -> AnyView {
    view! {
        <a class=class href=Route::Home.to_string()>
            {words}
        </a>
    }
    .into_any()
}
