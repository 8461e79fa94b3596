//! Finishing a login: waiting, done, refused, expired.

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
    api::Failure,
    app::Returned,
    components::notice::OutcomePage,
    naming, outcome, paths,
    session::SessionContext,
    shell::{PageHeading, Shell},
};

/// How a callback ends.
enum End {
    /// Connected: where to go, and what is called what.
    Connected { path: String, name: String },
    /// Somebody is signed in already, so whatever it was, it is done.
    Already,
    /// It went another way.
    Failed(Failure),
}

/// The page that the provider sends the browser back to.
#[component]
pub fn CallbackPage() -> impl IntoView {
    let session = SessionContext::get();
    let shell = Shell::get();
    let navigate = use_navigate();
    let query = Returned::take();
    let failed = RwSignal::new(None::<Failure>);
    let slow = RwSignal::new(false);
    set_timeout(
        move || {
            slow.try_set(true);
        },
        std::time::Duration::from_secs(10),
    );
    leptos::task::spawn_local(async move {
        let options = NavigateOptions {
            replace: true,
            ..NavigateOptions::default()
        };
        match run(session, query).await {
            End::Connected { path, name } => {
                session.tell(Change::SignedIn);
                session.read().await;
                navigate(&path, options);
                shell.toast(format!("Connected to {name}"));
            }
            End::Already => navigate(paths::HOME, options),
            End::Failed(failure) => {
                failed.try_set(Some(failure));
            }
        }
    });
    move || match failed.get() {
        Some(failure) => view! { <OutcomePage failure /> }.into_any(),
        None => view! {
            <div class="outcome" aria-busy="true">
                <PageHeading title="Finishing the connection" outcome=true />
                <ol class="steps">
                    <li data-state="done">"Snyk has sent you back"</li>
                    <li data-state="now" aria-current="step">
                        "The server exchanges the one-time code"
                    </li>
                    <li>"Your organizations are read"</li>
                </ol>
                <p class="second">
                    {move || {
                        if slow.get() {
                            "Snyk is slow to answer. Nothing is lost."
                        } else {
                            "Keep this tab open. It takes a few seconds."
                        }
                    }}
                </p>
            </div>
        }
        .into_any(),
    }
}

async fn run(session: SessionContext, query: Option<String>) -> End {
    let query = query.unwrap_or_default();
    let parsed = shared::callback::parse(&query);
    let callback = match parsed {
        Ok(callback) => callback,
        // An empty query is a reload or a way back: the state is what is missing first.
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
            name: naming::name(&connected.connection),
        },
        Err(Failure::Problem(problem)) => explain(session, problem).await,
        Err(failure) => End::Failed(failure),
    }
}

/// A callback that comes twice is no error for somebody who is signed in.
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
        End::Failed(Failure::Problem(Box::new(outcome::local(code))))
    }
}
