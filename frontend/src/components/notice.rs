//! A failure in words: a notice in a part of a page, or a page of its own.

use leptos::prelude::*;
use shared::problem::{Code, Problem};

use super::{connect_button::ConnectButton, copyable::Copyable, icon::Icon, layout::glyph};
use crate::{
    api::Failure,
    browser,
    outcome::{self, Act, Outcome, Tone},
    paths,
    session::{SessionContext, Who},
    shell::{PageHeading, Shell},
};

fn words_of(
    failure: Failure,
    app: &str,
    words: fn(&Problem, &str) -> Outcome,
) -> (Outcome, Option<Problem>) {
    match failure {
        Failure::Problem(problem) => (words(&problem, app), Some(*problem)),
        Failure::Offline => (outcome::offline(), None),
        Failure::Unreadable => {
            let problem = outcome::local(Code::Internal);
            (words(&problem, app), Some(problem))
        }
    }
}

fn look(tone: Tone, problem: Option<&Problem>) -> (&'static str, Icon) {
    let icon = match problem.map(|problem| problem.code) {
        Some(Code::AccessDenied | Code::NotSignedIn | Code::NotFound) => Icon::Minus,
        Some(Code::StateMismatch | Code::Forbidden) => Icon::Stop,
        Some(Code::ProviderRejectedClient) => Icon::Sliders,
        _ if tone == Tone::Neutral => Icon::Clock,
        _ => Icon::Triangle,
    };
    let tone = match tone {
        Tone::Neutral => "neutral",
        Tone::Warn => "warn",
        Tone::Danger => "danger",
    };
    (tone, icon)
}

/// What the buttons of an outcome work with.
#[derive(Clone)]
struct Buttons {
    /// Where a failure to begin a login is put.
    failure: RwSignal<Option<Failure>>,
    /// Where a new login goes on to.
    return_to: Option<String>,
    /// What is copied for the people who run the app.
    message: String,
    /// What tries again; else the page is loaded again.
    retry: Option<Callback<()>>,
}

/// A failure beside what still works.
#[component]
pub fn Notice(
    /// What failed, if anything did.
    #[prop(into)]
    failure: Signal<Option<Failure>>,
    /// What tries again, where that is possible.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let refused = RwSignal::new(None::<Failure>);
    move || {
        let failure = failure.get()?;
        let name = session.name();
        let (outcome, problem) = words_of(failure, &name, outcome::beside);
        let (tone, icon) = look(outcome.tone, problem.as_ref());
        let buttons = Buttons {
            failure: refused,
            return_to: browser::path_here(),
            message: message_of(problem.as_ref(), &name),
            retry,
        };
        // What leads away, or on to a login, has its place on a page of its own.
        let acts = outcome
            .acts
            .into_iter()
            .filter(|act| match act {
                Act::Again(_) => retry.is_some(),
                Act::Reload | Act::Copy(_) => true,
                _ => false,
            })
            .map(|act| button(act, "button", &buttons))
            .collect::<Vec<_>>();
        let acts = (!acts.is_empty()).then(|| view! { <div class="notice-actions">{acts}</div> });
        let request_id = problem
            .map(|problem| problem.request_id)
            .filter(|id| !id.is_empty());
        let title = outcome.title.clone();
        Some(view! {
            <section class="notice" data-tone=tone aria-label=title>
                {glyph(tone, icon)} <div class="notice-text">
                    <h2>{outcome.title}</h2>
                    <p>
                        <bdi>{outcome.text}</bdi>
                    </p>
                    {request_id
                        .map(|id| {
                            view! {
                                <p class="small">
                                    "Request id " <Copyable name="request id" value=id />
                                </p>
                            }
                        })}
                </div> {acts}
            </section>
        })
    }
}

/// A failure as a page of its own.
#[component]
pub fn OutcomePage(
    /// What happened.
    failure: Failure,
    /// Where a new login goes on to.
    #[prop(optional, into)]
    return_to: Option<String>,
    /// Whether trying again means a new login: what a login was about is gone.
    #[prop(optional)]
    of_login: bool,
) -> impl IntoView {
    let session = SessionContext::get();
    let name = untrack(|| session.name());
    let (outcome, problem) = words_of(failure, &name, outcome::of);
    let (tone, icon) = look(outcome.tone, problem.as_ref());
    let at = browser::exact(browser::now());
    let again = RwSignal::new(None::<Failure>);
    let buttons = Buttons {
        failure: again,
        return_to,
        message: message_of(problem.as_ref(), &name),
        retry: None,
    };
    let acts = outcome
        .acts
        .into_iter()
        .map(|act| match act {
            Act::Again(_) if of_login => outcome::START_AGAIN,
            act => act,
        })
        .enumerate()
        .map(|(place, act)| {
            // Copying mends nothing, so it is never the main thing to do.
            let is_main = place == 0 && !matches!(act, Act::Copy(_));
            let class = if is_main { "button primary" } else { "button" };
            button(act, class, &buttons)
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
            {problem.map(|problem| details(problem, at))}
        </div>
    }
}

fn message_of(problem: Option<&Problem>, app: &str) -> String {
    problem.map_or_else(String::new, |problem| {
        outcome::message(problem, app, &browser::exact(browser::now()))
    })
}

fn details(problem: Problem, at: String) -> impl IntoView {
    let id = (!problem.request_id.is_empty()).then_some(problem.request_id);
    view! {
        <p class="details">
            {id
                .map(|id| {
                    view! {
                        <span>"Request id " <Copyable name="request id" value=id /></span>
                    }
                })} <code>{problem.code.as_str()}</code> <span>{at}</span>
        </p>
    }
}

fn button(act: Act, class: &'static str, with: &Buttons) -> AnyView {
    let shell = Shell::get();
    let Buttons {
        failure,
        return_to,
        message,
        retry,
    } = with.clone();
    match act {
        Act::Connect(words) => view! { <ConnectButton words class failure return_to /> }.into_any(),
        Act::Home(words) => home(class, move || words),
        Act::Overview => {
            let session = SessionContext::get();
            home(class, move || match session.who() {
                Who::SignedIn(_) => "Overview",
                _ => "Start page",
            })
        }
        Act::Again(words) => view! {
            <button
                type="button"
                class=class
                on:click=move |_| retry.map_or_else(browser::reload, |retry| retry.run(()))
            >
                {words}
            </button>
        }
        .into_any(),
        Act::Reload => view! {
            <button type="button" class=class on:click=|_| browser::reload()>
                "Reload"
            </button>
        }
        .into_any(),
        Act::Copy(words) => view! {
            <button
                type="button"
                class=class
                on:click=move |_| {
                    let message = message.clone();
                    leptos::task::spawn_local(async move {
                        if browser::copy(&message).await {
                            shell.toast("Copied");
                        } else {
                            shell.say("The browser did not allow copying");
                        }
                    });
                }
            >
                {words}
            </button>
        }
        .into_any(),
        Act::SnykStatus => view! {
            <a class=class href="https://status.snyk.io/" rel="noopener external">
                "Snyk’s status page"
                {Icon::Out.view()}
            </a>
        }
        .into_any(),
    }
}

fn home(class: &'static str, words: impl Fn() -> &'static str + Send + 'static) -> AnyView {
    view! {
        <a class=class href=paths::HOME>
            {words}
        </a>
    }
    .into_any()
}
