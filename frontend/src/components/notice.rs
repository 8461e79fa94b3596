//! A failure in words: a notice in a part of a page, or a page of its own.

use leptos::prelude::*;
use shared::problem::Problem;

use super::{connect_button::ConnectButton, copyable::Copyable, icon::Icon, layout::glyph};
use crate::{
    api::Failure,
    browser,
    outcome::{self, Act, Outcome, Tone},
    paths,
    session::SessionContext,
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
            let problem = outcome::local(shared::problem::Code::Internal);
            (words(&problem, app), Some(problem))
        }
    }
}

fn look(tone: Tone) -> (&'static str, Icon) {
    match tone {
        Tone::Neutral => ("neutral", Icon::Clock),
        Tone::Warn => ("warn", Icon::Triangle),
        Tone::Danger => ("danger", Icon::Triangle),
    }
}

/// A failure beside what still works.
#[component]
pub fn Notice(
    /// What failed, if anything did.
    #[prop(into)]
    failure: Signal<Option<Failure>>,
) -> impl IntoView {
    let session = SessionContext::get();
    move || {
        let failure = failure.get()?;
        let (outcome, problem) = words_of(failure, &session.name(), outcome::beside);
        let (tone, icon) = look(outcome.tone);
        let request_id = problem
            .map(|problem| problem.request_id)
            .filter(|id| !id.is_empty());
        Some(view! {
            <section class="notice" data-tone=tone aria-labelledby="notice">
                {glyph(tone, icon)} <div class="notice-text">
                    <h2 id="notice">{outcome.title}</h2>
                    <p>{outcome.text}</p>
                    {request_id
                        .map(|id| {
                            view! {
                                <p class="small">
                                    "Request id " <Copyable name="request id" value=id />
                                </p>
                            }
                        })}
                </div>
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
) -> impl IntoView {
    let session = SessionContext::get();
    let name = untrack(|| session.name());
    let (outcome, problem) = words_of(failure, &name, outcome::of);
    let (tone, icon) = look(outcome.tone);
    let at = browser::exact(browser::now());
    let again = RwSignal::new(None::<Failure>);
    let message = problem
        .as_ref()
        .map(|problem| outcome::message(problem, &name, &at))
        .unwrap_or_default();
    let acts = outcome
        .acts
        .into_iter()
        .enumerate()
        .map(move |(place, act)| {
            let class = if place == 0 {
                "button primary"
            } else {
                "button"
            };
            action(act, class, again, return_to.clone(), message.clone())
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

fn action(
    act: Act,
    class: &'static str,
    failure: RwSignal<Option<Failure>>,
    return_to: Option<String>,
    message: String,
) -> AnyView {
    let shell = Shell::get();
    match act {
        Act::Connect(words) => match return_to {
            Some(path) => view! { <ConnectButton words class failure return_to=path /> }.into_any(),
            None => view! { <ConnectButton words class failure /> }.into_any(),
        },
        Act::Home(words) => view! {
            <a class=class href=paths::HOME>
                {words}
            </a>
        }
        .into_any(),
        Act::Reload(words) => view! {
            <button type="button" class=class on:click=|_| browser::reload()>
                {words}
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
                        let done = browser::copy(&message).await;
                        shell.say(if done { "Copied" } else { "The browser did not allow copying" });
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
            </a>
        }
        .into_any(),
    }
}
