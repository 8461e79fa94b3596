//! Notices about loading from Snyk: rate limits, failures and unreadable items.

use leptos::prelude::*;

use super::{
    countdown::{seconds, ticking},
    icon::Icon,
    notice::{notice, panel},
    retry::Retry,
};
use crate::{
    announcer::Announcer,
    components::show::Show,
    data::{
        coverage,
        lists::{Lists, RateLimited},
    },
    messages::{Outcome, Tone},
    reactive::{Signal, derive, dynamic, effect, memo},
    router::Router,
    session::SessionContext,
};

/// The notice about a rate limit, with a countdown.
#[component]
pub fn SlowedNotice() -> impl IntoView {
    let lists = Lists::get();
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let page = Router::get().route();
    let limited = memo(move |_| {
        let connection = page.with(|page| session.current(page.as_ref()))?;
        lists.rate_limited(&connection.id)
    });
    let is_limited = memo(move |_| limited.get().is_some());
    // Announced once, and not each second.
    effect(move |_| {
        if is_limited.get() {
            announcer.say("Snyk’s rate limit was reached. Loading will resume");
        }
    });
    view! {
        <Show when=move || is_limited.get()>
            <Slow limited />
        </Show>
    }
}

#[component]
fn Slow(
    /// The rate limit in force.
    limited: Signal<Option<RateLimited>>,
) -> impl IntoView {
    let now = ticking();
    let title = derive(move || {
        if limited.get().is_some_and(|limited| limited.by_us) {
            "This server’s rate limit was reached".to_owned()
        } else {
            "Snyk’s rate limit was reached".to_owned()
        }
    });
    let left = move || {
        let RateLimited { until, .. } = limited.get()?;
        let left = seconds(now.get(), until) + 1;
        Some(format!(
            "Resuming in {left} s. You can keep using what has loaded."
        ))
    };
    let text = view! { <p role="timer">{left}</p> };
    panel(Tone::Neutral, Icon::Clock, title, text.into_any(), None)
}

/// The notice about a failed load: what failed, why, and the action.
#[component]
pub fn ReadNotice(
    /// The message about the failure.
    outcome: Outcome,
    /// A sentence that names what could not be read, before the reason.
    #[prop(optional, into)]
    lead: Option<String>,
    /// Loads it again.
    on_again: Callback<()>,
    /// Whether that is running.
    #[prop(optional, into)]
    trying: Signal<bool>,
) -> impl IntoView {
    let mut outcome = outcome;
    if let Some(lead) = lead {
        outcome.text = format!("{}. {}", outcome.title, outcome.text);
        outcome.title = lead;
    }
    notice(outcome, Some(Retry::of_part(on_again, trying, "heading")))
}

/// The notice about items of a list that could not be read, if there are any.
#[component]
pub fn UnreadableNotice(
    /// The number of items.
    #[prop(into)]
    how_many: Signal<u64>,
    /// The name of one item.
    item: &'static str,
) -> impl IntoView {
    dynamic(move || {
        let how_many = Some(how_many.get()).filter(|how_many| *how_many > 0)?;
        let (title, text) = coverage::unreadable(how_many, item);
        Some(notice(
            Outcome::new(Tone::Warn, title, text.to_owned()),
            None,
        ))
    })
}
