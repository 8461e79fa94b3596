//! The button that starts a login.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use shared::return_path::ReturnPath;

use super::icon::Icon;
use crate::{
    announcer::Announcer,
    api::Failure,
    door, platform,
    reactive::{dynamic, effect, memo},
    router::Router,
    section::Section,
    session::{SessionContext, SessionState},
};

/// Time that leaving for Snyk may take before the button can be pressed again, in milliseconds.
const LEAVES_WITHIN: u32 = 8_000;

/// The page that a login returns to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReturnTo {
    /// The start page.
    Start,
    /// The page that is shown when the button is pressed, with its filters at that time.
    Here,
    /// This path.
    Path(String),
}

impl ReturnTo {
    fn path(&self) -> Option<String> {
        match self {
            Self::Start => None,
            // Some pages cannot be returned to, such as the end of another login.
            Self::Here => platform::path_here().filter(|path| ReturnPath::parse(path).is_some()),
            Self::Path(path) => Some(path.clone()),
        }
    }
}

/// The connection that a login replaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reconnect {
    /// None: the login adds a connection.
    #[default]
    Nothing,
    /// The connection whose page is shown when the button is pressed, if there is one.
    Shown,
    /// The connection with this id.
    Id(String),
}

impl Reconnect {
    fn id(self, session: SessionContext, router: Router) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Shown => {
                let page = router.route().get_untracked();
                let page = page.filter(|page| Section::of(page).is_some())?;
                untrack(|| session.current(Some(&page))).map(|connection| connection.id)
            }
            Self::Id(id) => Some(id),
        }
    }
}

/// Starts a login and leaves for Snyk.
#[component]
pub fn ConnectButton(
    /// The label; by default that of the start page.
    #[prop(optional)]
    words: &'static str,
    /// The page to return to.
    #[prop(default = ReturnTo::Start)]
    return_to: ReturnTo,
    /// The connection that the login replaces.
    #[prop(optional)]
    reconnect: Reconnect,
    /// The class.
    #[prop(default = "button primary")]
    class: &'static str,
    /// Receives a failure to start.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let router = Router::get();
    let busy = RwSignal::new(false);
    // If the page comes back from the back-forward cache, the button can be pressed again.
    effect(move |_| {
        if session.who() == SessionState::Checking {
            busy.set(false);
        }
    });
    // The session and the app are not known yet.
    let too_early =
        memo(move |_| session.who() == SessionState::Checking && session.app().is_none());
    let press = move |_| {
        if busy.get_untracked() || too_early.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        announcer.say("Connecting");
        let return_to = return_to.path();
        let reconnect = reconnect.clone().id(session, router);
        leptos::task::spawn_local(async move {
            if let Err(why) = door::connect(return_to, reconnect).await {
                announcer.say_failure(&why);
                failure.try_set(Some(why));
            } else {
                // The page is being left. If the person stops that, or a download starts instead of
                // a page, no event says so, and a second press does no harm.
                TimeoutFuture::new(LEAVES_WITHIN).await;
            }
            busy.try_set(false);
        });
    };
    let label = dynamic(move || {
        if busy.get() {
            return "Connecting";
        }
        match words {
            "" if session.app().is_some_and(|app| app.sandbox) => "Connect to the sandbox",
            "" => "Connect to Snyk",
            words => words,
        }
    });
    view! {
        <button
            type="button"
            class=class
            aria-disabled=move || (busy.get() || too_early.get()).then_some("true")
            on:click=press
        >
            <span>{label}</span>
            {Icon::Arrow.view()}
        </button>
    }
}
