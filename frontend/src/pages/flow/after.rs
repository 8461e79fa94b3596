//! What goes on after a login: the rotation of the token pair, and a call to Snyk, with real ones.

use leptos::prelude::*;
use shared::api::connection::{Connection, Status};

use super::call::{Call, Called};
use crate::{
    announcer::Announcer,
    api::{self, Failure, snyk},
    components::{busy_button::BusyButton, notice::Notice, show::Show},
    data::number_format::number,
    flow::signed_in::seconds,
    pages::change::Change,
    platform,
    reactive::{Signal, derive, dynamic},
    session::SessionContext,
};

/// A refresh that was made on this page.
#[derive(Clone)]
struct Rotated {
    from: u64,
    to: u64,
    /// Milliseconds.
    took: f64,
}

/// The section.
#[component]
pub fn After(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let session = SessionContext::get();
    let failure = RwSignal::new(None::<Failure>);
    let works = move || connection.read().status == Status::Active;
    let records = move || {
        session
            .app()
            .filter(|app| app.sandbox)
            .map(|app| app.authorization_endpoint)
    };
    let recorded = dynamic(move || records().map(|endpoint| recorded(&endpoint)));
    view! {
        <section class="section" aria-labelledby="after">
            <h2 id="after">"After that"</h2>
            <Notice failure />
            <Show
                when=works
                fallback=|| view! { <p>"This connection has no tokens any more. Connect again to see it at work."</p> }
            >
                <div class="columns">
                    <Rotation connection failure />
                    <OneCall connection failure />
                </div>
            </Show>
            {recorded}
        </section>
    }
}

/// The button that replaces the pair, and what that changed.
#[component]
fn Rotation(
    /// The connection.
    connection: Signal<Connection>,
    /// Receives a failure.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let change = Change::new(failure);
    let rotated = RwSignal::new(None::<Rotated>);
    let refresh = move |()| {
        let (id, from) = connection.with_untracked(|it| (it.id.clone(), it.generation));
        let began = platform::elapsed();
        let refreshed = async move { api::connections::refresh(&id).await };
        change.make("Refreshing", refreshed, move |connection| {
            let took = platform::elapsed() - began;
            let to = connection.generation;
            announcer.say(format!("Generation {to}"));
            session.replace(connection);
            rotated.try_set(Some(Rotated { from, to, took }));
        });
    };
    let generation = derive(move || number(connection.read().generation));
    let expires = derive(move || {
        platform::exact(platform::millis(&connection.read().access_token_expires_at))
    });
    let outcome = dynamic(move || {
        let Rotated { from, to, took } = rotated.get()?;
        let words = format!(
            "Generation {} became {} in {}. The refresh token of generation {} is spent.",
            number(from),
            number(to),
            seconds(took),
            number(from)
        );
        Some(view! { <p class="small">{words}</p> })
    });
    view! {
        <div class="flow-act">
            <div class="flow-act-head">
                <h3>"Refresh, with rotation"</h3>
                <BusyButton class="button" words=["Refresh now", "Refreshing"] busy=change.busy on_press=refresh />
            </div>
            <p class="second">
                "The server presents the refresh token, and Snyk replaces both tokens. It stores the new pair before it uses it."
            </p>
            <dl>
                <div>
                    <dt>"generation"</dt>
                    <dd>
                        <code>{move || generation.get()}</code>
                    </dd>
                </div>
                <div>
                    <dt>"access token expires"</dt>
                    <dd>
                        <code>{move || expires.get()}</code>
                    </dd>
                </div>
            </dl>
            {outcome}
            <p class="small">
                <code>"backend/domain/src/refresh/machine.rs"</code>
            </p>
        </div>
    }
}

/// The button that calls Snyk, and what the server added and kept.
#[component]
fn OneCall(
    /// The connection.
    connection: Signal<Connection>,
    /// Receives a failure.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let announcer = Announcer::get();
    let change = Change::new(failure);
    let called = RwSignal::new(None::<Called>);
    let call = move |()| {
        let id = connection.with_untracked(|it| it.id.clone());
        let began = platform::elapsed();
        let answered = async move {
            let asked = shared::snyk::read::identity();
            let answer = snyk::send(&id, &asked.path_and_query()).await?;
            if answer.problem().is_some() {
                return Err(answer.failure());
            }
            let took = platform::elapsed() - began;
            Ok(Called::new(&id, &asked, &answer, took))
        };
        change.make("Calling", answered, move |answered| {
            announcer.say(answered.summary());
            called.try_set(Some(answered));
        });
    };
    let outcome = dynamic(move || called.get().map(|called| view! { <Call called /> }));
    view! {
        <div class="flow-act">
            <div class="flow-act-head">
                <h3>"A call to Snyk"</h3>
                <BusyButton class="button" words=["Call Snyk", "Calling"] busy=change.busy on_press=call />
            </div>
            <p class="second">
                "This browser asks the server with its cookie. The server adds the access token, asks Snyk, and passes on what is on its lists."
            </p>
            {outcome}
        </div>
    }
}

/// The link to what the sandbox has recorded.
fn recorded(endpoint: &str) -> impl IntoView + use<> {
    let origin = endpoint
        .splitn(4, '/')
        .take(3)
        .collect::<Vec<_>>()
        .join("/");
    view! {
        <p class="second">
            "The sandbox has recorded the exchange from the other side: "
            <a href=format!("{origin}/_sandbox/requests") target="_blank" rel="noreferrer">
                "what it received"
            </a>
            ". Its codes and tokens are made up, and open nothing."
        </p>
    }
}
