//! How long an attempt, a code, a token and a session live, with clocks that run.

use leptos::prelude::*;
use shared::api::{connection::Connection, sessions::Browser};

use super::made::Made;
use crate::{
    api,
    components::countdown::{Countdown, ticking},
    flow::step::ATTEMPT_LIFETIME,
    platform,
    reactive::{Signal, derive, dynamic, memo},
};

const ATTEMPT: &str = "This login attempt";
const CODE: &str = "Code";
const ACCESS: &str = "Access token";
const SESSION: &str = "Session";

/// The lifetimes of a rehearsal: only the attempt's clock runs.
#[component]
pub fn RehearsedLifetimes(
    /// The values.
    made: Signal<Made>,
) -> impl IntoView {
    let began = derive(move || made.with(|made| made.at.clone()));
    let ends = derive(move || made.with(|made| Some(attempt_ends(&made.at))));
    let now = ticking();
    frame(
        view! {
            <Countdown label=ATTEMPT began ends now />
            {still(CODE, "Not yet", "One use, seconds")}
            {still(ACCESS, "Not yet", "Renewed by the server before it expires")}
            {still(SESSION, "Not yet", "Ends by itself if unused")}
        }
        .into_any(),
    )
}

/// The lifetimes after a login.
#[component]
pub fn RealLifetimes(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let now = ticking();
    let began = derive(move || connection.read().refreshed_at.clone());
    let ends = derive(move || Some(connection.read().access_token_expires_at.clone()));
    let this = RwSignal::new(None::<Browser>);
    // Without an answer the session's clock is missing, and everything else is here.
    leptos::task::spawn_local(async move {
        if let Ok(all) = api::sessions::list().await {
            this.try_set(all.into_iter().find(|one| one.current));
        }
    });
    let session = dynamic(move || match this.get() {
        None => still(SESSION, "Signed in", "Ends by itself if unused"),
        Some(this) => {
            let began = Signal::stored(this.last_used_at.clone());
            let ends = memo(move |_| Some(this.expires_at.clone()));
            view! { <Countdown label=SESSION began ends now /> }.into_any()
        }
    });
    frame(
        view! {
            {still(ATTEMPT, "Used", "It could be used once, within 10 minutes")}
            {still(CODE, "Spent", "One use, seconds")}
            <Countdown label=ACCESS began ends renews=Signal::stored(true) now />
            {session}
        }
        .into_any(),
    )
}

fn frame(gauges: AnyView) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="lifetimes">
            <div class="section-head">
                <h2 id="lifetimes">"How long things live"</h2>
                <p class="second">"By the server’s clock"</p>
            </div>
            <div class="gauges">{gauges}</div>
        </section>
    }
}

/// A lifetime without a clock.
fn still(label: &'static str, words: &'static str, about: &'static str) -> AnyView {
    view! {
        <div class="gauge" data-state="still">
            <p class="gauge-label">{label}</p>
            <p class="figure">
                <span class="unit">{words}</span>
            </p>
            <div class="strip" aria-hidden="true"></div>
            <p class="ticks">{about}</p>
        </div>
    }
    .into_any()
}

fn attempt_ends(began: &str) -> String {
    platform::machine(platform::millis(began) + f64::from(ATTEMPT_LIFETIME) * 1_000.0)
}
