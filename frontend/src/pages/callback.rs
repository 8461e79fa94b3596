//! The page that finishes a login: waiting, connected, refused or expired.

use std::{cmp::Ordering, time::Duration};

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};
use login::browser::tabs::Change;
use shared::{
    callback::CallbackError,
    problem::{Code, Problem},
    return_path::ReturnPath,
};

use crate::{
    announcer::Announcer,
    api::Failure,
    callback_query::CallbackQuery,
    components::{glyph::glyph, icon::Icon, notice::OutcomePage},
    connection_label, messages,
    page_heading::PageHeading,
    paths, platform,
    session::{SessionContext, SessionState},
};

/// The end of a callback.
enum End {
    /// The login is finished: the path to open, and the name of the connection.
    Connected { path: String, name: String },
    /// Somebody is signed in already, so there is nothing left to do.
    Already,
    /// The login failed.
    Failed(Failure),
}

/// The page to which the provider redirects the browser.
#[component]
pub fn CallbackPage() -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let navigate = use_navigate();
    let query = CallbackQuery::take();
    let failed = RwSignal::new(None::<Failure>);
    let progress = Progress::begin();
    leptos::task::spawn_local(async move {
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        match run(session, query).await {
            End::Connected { path, name } => {
                progress.exchanged();
                session.tell(Change::SignedIn);
                session.read().await;
                if session.who_untracked() == SessionState::SignedOut {
                    // The login is finished, but the browser did not keep the session cookie.
                    failed.try_set(Some(Failure::CookiesBlocked));
                    return;
                }
                navigate(&path, options);
                announcer.toast(format!("Connected to {name}"));
            }
            End::Already => navigate(paths::HOME, options),
            End::Failed(failure) => {
                failed.try_set(Some(failure));
            }
        }
    });
    move || match failed.get() {
        Some(failure) => view! { <OutcomePage failure of_login=true /> }.into_any(),
        None => view! { <Finishing progress /> }.into_any(),
    }
}

/// The current step and the times of the steps, in milliseconds.
#[derive(Clone, Copy)]
struct Progress {
    began: f64,
    now: RwSignal<f64>,
    /// The time at which the code was exchanged.
    exchanged: RwSignal<Option<f64>>,
}

impl Progress {
    /// Starts to count in tenths of a second, for as long as the owner lives.
    fn begin() -> Self {
        let began = platform::elapsed();
        let now = RwSignal::new(began);
        let tick = move || now.set(platform::elapsed());
        if let Ok(handle) = set_interval_with_handle(tick, Duration::from_millis(100)) {
            on_cleanup(move || handle.clear());
        }
        Self {
            began,
            now,
            exchanged: RwSignal::new(None),
        }
    }

    fn exchanged(self) {
        self.exchanged.try_set(Some(platform::elapsed()));
    }

    /// Returns the seconds that a step has taken; `None` if it has not begun.
    fn of_step(self, step: usize) -> Option<f64> {
        let millis = match (step, self.exchanged.get()) {
            (0, _) => 0.0,
            (1, exchanged) => exchanged.unwrap_or_else(|| self.now.get()) - self.began,
            (_, Some(exchanged)) => self.now.get() - exchanged,
            (_, None) => return None,
        };
        Some(millis.max(0.0) / 1_000.0)
    }

    /// Returns the index of the current step.
    fn step(self) -> usize {
        1 + usize::from(self.exchanged.get().is_some())
    }
}

/// Three steps with their times, and a note.
#[component]
fn Finishing(
    /// The current step and the times.
    progress: Progress,
) -> impl IntoView {
    let announcer = Announcer::get();
    let now = Memo::new(move |_| progress.step());
    let is_slow = Memo::new(move |_| progress.now.get() - progress.began > 10_000.0);
    Effect::new(move |_| {
        if is_slow.get() {
            announcer.say(SLOW);
        }
    });
    let steps = [
        "Snyk sent you back",
        "Exchanging the code on the server",
        "Loading your organizations",
    ];
    let steps = steps.into_iter().enumerate().map(|(place, words)| {
        let state = move || match place.cmp(&now.get()) {
            Ordering::Less => ("done", Icon::Check),
            Ordering::Equal => ("now", Icon::Dot),
            Ordering::Greater => ("later", Icon::Ring),
        };
        let time = move || progress.of_step(place).map(|time| format!("{time:.1} s"));
        view! {
            <li
                data-state=move || state().0
                aria-current=move || (place == now.get()).then_some("step")
            >
                {move || state().1.view()} <span>{words}</span> <span class="step-time">{time}</span>
            </li>
        }
    });
    view! {
        <div class="outcome" aria-busy="true">
            {glyph("busy", Icon::Again)}
            <PageHeading title="Finishing the connection" outcome=true />
            <ol class="steps">{steps.collect_view()}</ol>
            <p class="second">
                {move || {
                    if is_slow.get() { SLOW } else { "Keep this tab open. It takes a few seconds." }
                }}
            </p>
        </div>
    }
}

const SLOW: &str = "Snyk is slow to answer. Nothing is lost.";

async fn run(session: SessionContext, query: Option<String>) -> End {
    let query = query.unwrap_or_default();
    let parsed = shared::callback::parse(&query);
    let callback = match parsed {
        Ok(callback) => callback,
        // The query is empty after a reload or Back: then the missing state is the first error.
        Err(CallbackError::NotOurState) => {
            return unless_signed_in(session, Code::StateMismatch).await;
        }
        Err(_) => return unless_signed_in(session, Code::BadRequest).await,
    };
    match login::finish::finish(callback).await {
        Ok(connected) => End::Connected {
            path: ReturnPath::parse(&connected.return_to)
                .unwrap_or_else(ReturnPath::home)
                .as_str()
                .to_owned(),
            name: connection_label::name(&connected.connection),
        },
        Err(Failure::Problem(problem)) => explain(session, problem).await,
        Err(failure) => End::Failed(failure),
    }
}

/// Handles a problem. A callback that is presented twice is no error for somebody who is signed in.
async fn explain(session: SessionContext, problem: Box<Problem>) -> End {
    let tries = match problem.code {
        // The other presentation may still be waiting for Snyk.
        Code::LoginUsed => 10,
        Code::StateMismatch => 1,
        _ => 0,
    };
    for left in (0..tries).rev() {
        if session.read().await {
            return End::Already;
        }
        if left > 0 {
            TimeoutFuture::new(1_000).await;
        }
    }
    End::Failed(Failure::Problem(problem))
}

async fn unless_signed_in(session: SessionContext, code: Code) -> End {
    if session.read().await {
        End::Already
    } else {
        End::Failed(Failure::Problem(Box::new(messages::local(code))))
    }
}
