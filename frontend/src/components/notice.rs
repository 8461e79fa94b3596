//! The text of a failure, as a notice in a page or as a page of its own.

use leptos::prelude::*;
use shared::{
    problem::Problem,
    route::{self, Route},
};

use super::{
    busy_button::BusyButton,
    connect_button::{ConnectButton, Reconnect, ReturnTo},
    copyable::Copyable,
    glyph::glyph,
    icon::Icon,
    retry::Retry,
};
use crate::{
    announcer::Announcer,
    api::Failure,
    messages::{self, Action, Outcome, Sign, Tone},
    page_heading::PageHeading,
    platform,
    reactive::{Signal, derive, dynamic},
    session::SessionContext,
};

fn problem_of(failure: Failure) -> Option<Problem> {
    match failure {
        Failure::Problem(problem) => Some(*problem),
        _ => None,
    }
}

fn look(tone: Tone, problem: Option<&Problem>) -> (&'static str, Icon) {
    let icon = match messages::sign(tone, problem.map(|problem| problem.code)) {
        Sign::Minus => Icon::Minus,
        Sign::Stop => Icon::Stop,
        Sign::Sliders => Icon::Sliders,
        Sign::Clock => Icon::Clock,
        Sign::Triangle => Icon::Triangle,
    };
    let tone = match tone {
        Tone::Neutral => "neutral",
        Tone::Warn => "warn",
        Tone::Danger => "danger",
    };
    (tone, icon)
}

/// The inputs of an outcome's buttons.
#[derive(Clone)]
struct Buttons {
    /// Receives a failure to start a login.
    failure: RwSignal<Option<Failure>>,
    /// The message to the operators of the app, for copying.
    message: String,
    /// The retry; if there is none, the page is reloaded.
    retry: Option<Retry>,
}

/// A failure beside content that still works.
#[component]
pub fn Notice(
    /// The failure, if there is one.
    #[prop(into)]
    failure: Signal<Option<Failure>>,
    /// The retry, if one is possible.
    #[prop(optional, into)]
    retry: Option<Retry>,
) -> impl IntoView {
    let session = SessionContext::get();
    let refused = RwSignal::new(None::<Failure>);
    dynamic(move || {
        let failure = failure.get()?;
        let name = session.name();
        let read_at = untrack(|| session.read_at()).map(platform::clock);
        let outcome = match (&failure, &read_at) {
            (Failure::Problem(problem), Some(time)) => {
                messages::beside_read_at(problem, &name, time)
            }
            (Failure::Problem(problem), None) => messages::beside(problem, &name),
            (failure, _) => messages::of_failure(failure, &name),
        };
        let problem = problem_of(failure);
        let (tone, icon) = look(outcome.tone, problem.as_ref());
        let buttons = Buttons {
            failure: refused,
            message: message_of(problem.as_ref(), &name),
            retry,
        };
        // Logins and links to the start page, the overview or Snyk's status page appear only on an
        // outcome page.
        let acts = outcome
            .acts
            .into_iter()
            .filter(|act| match act {
                Action::Again(_) => retry.is_some(),
                Action::Reload | Action::Open(_) | Action::Back | Action::Copy(_) => true,
                _ => false,
            })
            .map(|act| button(act, "button", &buttons))
            .collect::<Vec<_>>();
        let acts = (!acts.is_empty()).then(|| view! { <div class="notice-actions">{acts}</div> });
        let title = outcome.title.clone();
        Some(view! {
            <section class="notice" data-tone=tone aria-label=title>
                {glyph(tone, icon)} <div class="notice-text">
                    <h2>{outcome.title}</h2>
                    <p>
                        <bdi>{outcome.text}</bdi>
                    </p>
                    {problem.map(|problem| trace(problem, "small", None))}
                </div> {acts}
            </section>
        })
    })
}

/// A failure as a page of its own.
#[component]
pub fn OutcomePage(
    /// The failure.
    failure: Failure,
    /// The retry; if there is none, the page is reloaded.
    #[prop(optional, into)]
    retry: Option<Retry>,
) -> impl IntoView {
    let session = SessionContext::get();
    let name = untrack(|| session.name());
    let outcome = messages::of_failure(&failure, &name);
    let problem = problem_of(failure);
    let again = RwSignal::new(None::<Failure>);
    let buttons = Buttons {
        failure: again,
        message: message_of(problem.as_ref(), &name),
        retry,
    };
    page(outcome, problem, &buttons)
}

fn page(outcome: Outcome, problem: Option<Problem>, buttons: &Buttons) -> impl IntoView + use<> {
    let (tone, icon) = look(outcome.tone, problem.as_ref());
    let at = platform::exact(platform::now());
    let again = buttons.failure;
    let acts = outcome
        .acts
        .into_iter()
        .enumerate()
        .map(|(place, act)| {
            // Copying solves nothing, so its button is never the primary one.
            let is_main = place == 0 && !matches!(act, Action::Copy(_));
            let class = if is_main { "button primary" } else { "button" };
            button(act, class, buttons)
        })
        .collect_view();
    view! {
        <div class="outcome">
            {glyph(tone, icon)}
            <PageHeading title=outcome.title outcome=true />
            <p class="lead">
                <bdi>{outcome.text}</bdi>
            </p>
            <div class="actions">{acts}</div>
            <Notice failure=again />
            {problem.map(|problem| trace(problem, "details", Some(at)))}
        </div>
    }
}

fn message_of(problem: Option<&Problem>, app: &str) -> String {
    problem.map_or_else(String::new, |problem| {
        messages::message(problem, app, &platform::exact(platform::now()))
    })
}

/// Returns the view of request id, code and time, by which the operators find the request.
fn trace(problem: Problem, class: &'static str, at: Option<String>) -> impl IntoView {
    let id = (!problem.request_id.is_empty()).then_some(problem.request_id);
    view! {
        <p class=class>
            {id
                .map(|id| {
                    view! {
                        <span>"Request ID " <Copyable name="request ID" value=id /></span>
                    }
                })} " " <code>{problem.code.as_str()}</code> {at.map(|at| view! { <span>{at}</span> })}
        </p>
    }
}

fn button(act: Action, class: &'static str, with: &Buttons) -> AnyView {
    let announcer = Announcer::get();
    let Buttons {
        failure,
        message,
        retry,
    } = with.clone();
    match act {
        // A login returns to the page on which it starts, unless that is the end of another login.
        Action::Connect(words) => {
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
        Action::Open(origin) => open(class, &origin),
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
        Action::Again(words) => again(words, class, retry),
        Action::Back => view! {
            <button type="button" class=class on:click=|_| platform::back()>
                "Back"
            </button>
        }
        .into_any(),
        Action::Reload => view! {
            <button type="button" class=class on:click=|_| platform::reload()>
                "Reload"
            </button>
        }
        .into_any(),
        Action::Copy(words) => view! {
            <button
                type="button"
                class=class
                on:click=move |_| {
                    let message = message.clone();
                    leptos::task::spawn_local(async move {
                        if platform::copy(&message).await {
                            announcer.toast("Copied");
                        } else {
                            announcer.say("The browser did not allow copying");
                        }
                    });
                }
            >
                {words}
            </button>
        }
        .into_any(),
        Action::SnykStatus => view! {
            <a class=class href="https://status.snyk.io/" rel="noopener external">
                "Snyk’s status page"
                {Icon::Out.view()}
            </a>
        }
        .into_any(),
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

fn again(words: &'static str, class: &'static str, retry: Option<Retry>) -> AnyView {
    let busy = derive(move || retry.is_some_and(|retry| retry.busy.get()));
    let press = move |()| match retry {
        Some(retry) => retry.run.run(()),
        None => platform::reload(),
    };
    view! { <BusyButton class words=[words, "Trying"] busy on_press=press /> }.into_any()
}

fn home(class: &'static str, words: impl Fn() -> &'static str + Send + 'static) -> AnyView {
    view! {
        <a class=class href=Route::Home.to_string()>
            {words}
        </a>
    }
    .into_any()
}
