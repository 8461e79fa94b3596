//! The steps as messages between browser, server and Snyk, and what each of them contains.

use leptos::prelude::*;

use super::playing;
use crate::{
    api::api_base,
    components::{sealed::Sealed, show::Show},
    flow::step::{About, COUNT, Detail, Lane, STEPS, Step, Value},
    reactive::{Signal, dynamic},
    router::Page,
    session::SessionContext,
};

/// The steps.
#[component]
pub fn Sequence(
    /// What is known of each step.
    steps: Signal<[Step; COUNT]>,
    /// The number of the steps that were shown.
    reached: Signal<usize>,
    /// The number of the current step.
    current: Signal<Option<usize>>,
) -> impl IntoView {
    let rows = STEPS.map(|about| row(about, steps, reached, current));
    view! {
        <section class="section" aria-labelledby="sequence">
            <h2 id="sequence" class="hidden">"The messages, step by step"</h2>
            <div class="sequence">
                <Heads />
                <ol>{rows}</ol>
            </div>
        </section>
    }
}

/// The names of the lanes.
#[component]
fn Heads() -> impl IntoView {
    let session = SessionContext::get();
    let host = move || {
        session.app().map(|app| {
            let endpoint = app.authorization_endpoint;
            let rest = endpoint.split_once("://").map_or("", |(_, rest)| rest);
            rest.split('/').next().unwrap_or_default().to_owned()
        })
    };
    let snyk = move || match session.app() {
        Some(app) if app.sandbox => "The sandbox",
        _ => "Snyk",
    };
    view! {
        <div class="flow-heads" aria-hidden="true">
            <p class="flow-head">
                <strong>"This browser"</strong>
                <span>"Wasm page"</span>
            </p>
            <p class="flow-head">
                <strong>{move || format!("{}’s server", session.name())}</strong>
                <span>{api_base::host()}</span>
            </p>
            <p class="flow-head">
                <strong>{move || snyk()}</strong>
                <span>{move || host()}</span>
            </p>
            <p class="flow-sent-head">"What is sent"</p>
        </div>
    }
}

fn row(
    about: About,
    steps: Signal<[Step; COUNT]>,
    reached: Signal<usize>,
    current: Signal<Option<usize>>,
) -> AnyView {
    let session = SessionContext::get();
    let page = Page::get();
    let selected = playing::selected();
    let number = about.number;
    let is_current = move || current.get() == Some(number);
    let is_selected = move || selected.get() == Some(number);
    let state = move || {
        if reached.get() < number {
            "ahead"
        } else {
            "shown"
        }
    };
    let press = move |_| {
        let new = (selected.get_untracked() != Some(number)).then_some(number);
        playing::select(page, new);
    };
    let step = move |of: fn(&Step) -> String| steps.with(|all| of(&all[number - 1]));
    let details = dynamic(move || {
        steps.with(|all| all[number - 1].details.iter().map(detail).collect_view())
    });
    let name = move |lane| match lane {
        Lane::Browser => "This browser".to_owned(),
        Lane::Server => format!("{}’s server", session.name()),
        Lane::Snyk => "Snyk".to_owned(),
    };
    let way = move || format!("{} to {}: ", name(about.from), name(about.to));
    let files = move || {
        about
            .files
            .iter()
            .map(|file| view! { <code>{*file}</code> })
            .collect_view()
    };
    view! {
        <li data-state=move || state() data-current=move || is_current().then_some("true")>
            <p class="flow-time">{move || step(|step| step.time.clone())}</p>
            <div class="flow-lanes" data-way=way_of(about.from, about.to)>
                <button
                    type="button"
                    aria-expanded=move || if is_selected() { "true" } else { "false" }
                    aria-current=move || is_current().then_some("step")
                    on:click=press
                >
                    <span class="hidden">{way}</span>
                    <span class="flow-words" data-sealed=about.is_sealed.then_some("true")>
                        <strong>{number}</strong>
                        " "
                        {about.words}
                    </span>
                </button>
                <span class="flow-arrow" aria-hidden="true"></span>
            </div>
            <div class="flow-sent">
                <p class="flow-message">
                    <code>{move || step(|step| step.code.clone())}</code>
                    " "
                    {move || step(|step| step.words.clone())}
                </p>
                <dl>{details}</dl>
                <p class="flow-source small">
                    <a
                        href=about.reference.address()
                        target="_blank"
                        rel="noreferrer"
                        aria-label=format!("{}, of step {number}", about.reference.words())
                    >
                        {about.reference.words()}
                    </a>
                    <Show when=is_selected>{files()}</Show>
                </p>
            </div>
        </li>
    }
    .into_any()
}

fn detail(detail: &Detail) -> AnyView {
    let value = match &detail.value {
        Value::Plain(text) => view! { <code>{text.clone()}</code> }.into_any(),
        Value::Sealed(words) => view! { <Sealed words=words.clone() /> }.into_any(),
    };
    view! {
        <div>
            <dt>
                <code>{detail.name.clone()}</code>
            </dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

/// Returns the way of a message for the stylesheet.
fn way_of(from: Lane, to: Lane) -> &'static str {
    match (from, to) {
        (Lane::Browser, Lane::Server) => "browser-server",
        (Lane::Browser, _) => "browser-snyk",
        (Lane::Server, Lane::Browser) => "server-browser",
        (Lane::Server, _) => "server-snyk",
        (Lane::Snyk, Lane::Server) => "snyk-server",
        (Lane::Snyk, _) => "snyk-browser",
    }
}
