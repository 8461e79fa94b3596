//! Notices about loading from Snyk: rate limits, failures and unreadable items.

use leptos::prelude::*;

use super::{
    busy_button::BusyButton,
    connect_button::{ConnectButton, Reconnect, ReturnTo},
    copyable::Copyable,
    countdown::{seconds, ticking},
    glyph::glyph,
    icon::Icon,
    notice::Notice,
};
use crate::{
    announcer::Announcer,
    components::show::Show,
    data::{
        failure::{FailureText, Offer},
        lists::{Lists, RateLimited},
        status,
    },
    messages::Tone,
    platform,
    reactive::{Signal, dynamic, effect, memo},
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
    let title = dynamic(move || {
        if limited.get().is_some_and(|limited| limited.by_us) {
            "This server’s rate limit was reached"
        } else {
            "Snyk’s rate limit was reached"
        }
    });
    let left = move || {
        let RateLimited { until, .. } = limited.get()?;
        Some(seconds(now.get(), until) + 1)
    };
    view! {
        <section class="notice" data-tone="neutral" aria-labelledby="slowed">
            {glyph("neutral", Icon::Clock)} <div class="notice-text">
                <h2 id="slowed">{title}</h2>
                <p role="timer">
                    {move || {
                        left()
                            .map(|left| {
                                format!("Resuming in {left} s. You can keep using what has loaded.")
                            })
                    }}
                </p>
            </div>
        </section>
    }
}

/// The notice about a failed load: what failed, why, and the action.
#[component]
pub fn ReadFailure(
    /// The text of the failure.
    told: FailureText,
    /// A sentence that names what could not be read, before the reason.
    #[prop(optional, into)]
    lead: Option<String>,
    /// Retries.
    on_again: Callback<()>,
    /// Whether a retry is running.
    #[prop(optional, into)]
    trying: Signal<bool>,
) -> impl IntoView {
    let FailureText {
        tone,
        title,
        text,
        offer,
        request_id,
    } = told;
    let (tone, icon) = match tone {
        Tone::Neutral => ("neutral", Icon::Clock),
        Tone::Warn => ("warn", Icon::Triangle),
        Tone::Danger => ("danger", Icon::Stop),
    };
    let (title, text) = match lead {
        Some(lead) => (lead, format!("{title}. {text}")),
        None => (title, text),
    };
    view! {
        <section class="notice" data-tone=tone aria-labelledby="read-failure">
            {glyph(tone, icon)} <div class="notice-text">
                <h2 id="read-failure">
                    <bdi>{title}</bdi>
                </h2>
                <p>{text}</p>
                {request_id
                    .map(|id| {
                        view! {
                            <p class="small">
                                "Request ID " <Copyable name="request ID" value=id />
                            </p>
                        }
                    })}
            </div> <div class="notice-actions">
                <Remedy offer on_again trying />
            </div>
        </section>
    }
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
        let (title, text) = status::unreadable(how_many, item);
        Some(view! {
            <section class="notice" data-tone="warn" aria-labelledby="unreadable">
                {glyph("warn", Icon::Triangle)} <div class="notice-text">
                    <h2 id="unreadable">{title}</h2>
                    <p>{text}</p>
                </div>
            </section>
        })
    })
}

/// The button of the offered action.
#[component]
pub fn Remedy(
    /// The action.
    offer: Offer,
    /// Retries.
    on_again: Callback<()>,
    /// Whether a retry is running.
    #[prop(optional, into)]
    trying: Signal<bool>,
    /// The id of the element that takes the focus when the focused button is removed; by default
    /// the heading.
    #[prop(optional, into)]
    back: Option<String>,
) -> impl IntoView {
    let failure = RwSignal::new(None);
    match offer {
        Offer::TryAgain => {
            let was_pressed = StoredValue::new(false);
            on_cleanup(move || {
                // The retry succeeded, and the button is removed together with the notice.
                if was_pressed.try_get_value() == Some(true) {
                    request_animation_frame(move || {
                        platform::focus_if_lost(back.as_deref().unwrap_or("heading"));
                    });
                }
            });
            view! {
                <BusyButton
                    class="button"
                    words=["Try again", "Loading"]
                    busy=trying
                    on_press=move |()| {
                        was_pressed.set_value(true);
                        on_again.run(());
                    }
                />
            }
        }
        .into_any(),
        Offer::Connect(words) => view! {
            <ConnectButton
                words
                class="button"
                return_to=ReturnTo::Here
                reconnect=Reconnect::Shown
                failure
            />
            <Notice failure />
        }
        .into_any(),
        Offer::Reload => view! {
            <button type="button" class="button" on:click=|_| platform::reload()>
                "Reload"
            </button>
        }
        .into_any(),
        Offer::Nothing => ().into_any(),
    }
}
