//! Messages: the text of a failure as a notice in a page or as a page of its own.

use leptos::prelude::*;
use shared::problem::Code;

use super::{buttons::Buttons, copyable::Copyable, glyph::glyph, icon::Icon, retry::Retry};
use crate::{
    api::Failure,
    messages::{self, Action, Outcome, Sign, Tone},
    page_heading::PageHeading,
    platform,
    reactive::{Signal, dynamic},
    session::SessionContext,
};

/// Returns the icon of a sign.
#[must_use]
pub fn icon(sign: Sign) -> Icon {
    match sign {
        Sign::Minus => Icon::Minus,
        Sign::Stop => Icon::Stop,
        Sign::Sliders => Icon::Sliders,
        Sign::Clock => Icon::Clock,
        Sign::Triangle => Icon::Triangle,
    }
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
    dynamic(move || {
        let failure = failure.get()?;
        let name = session.name();
        let read_at = untrack(|| session.read_at()).map(platform::clock);
        let mut outcome = messages::beside(&failure, &name, read_at.as_deref());
        // Logins and links to the start page, the overview or Snyk's status page appear only on an
        // outcome page.
        outcome.acts.retain(|act| match act {
            Action::Again(_) => retry.is_some(),
            Action::Reload | Action::Open(_) | Action::Back | Action::Copy(_) => true,
            _ => false,
        });
        Some(notice(outcome, retry.clone()))
    })
}

/// Returns the notice of a message, with a button for each of its actions.
#[must_use]
pub fn notice(outcome: Outcome, retry: Option<Retry>) -> AnyView {
    let (tone, icon) = (outcome.tone, icon(outcome.sign));
    let trace = trace(&outcome, "small", None);
    let acts = (!outcome.acts.is_empty()).then(|| actions(&outcome, retry));
    let text = view! {
        <p>
            <bdi>{outcome.text}</bdi>
        </p>
        {trace}
    };
    panel(tone, icon, outcome.title.into(), text.into_any(), acts)
}

/// Returns a notice of these parts: `text` is what follows the title, and `acts` are its buttons.
pub fn panel(
    tone: Tone,
    icon: Icon,
    title: Signal<String>,
    text: AnyView,
    acts: Option<AnyView>,
) -> AnyView {
    let tone = tone.as_str();
    view! {
        <section class="notice" data-tone=tone aria-label=move || title.get()>
            {glyph(tone, icon)} <div class="notice-text">
                <h2>
                    <bdi>{move || title.get()}</bdi>
                </h2>
                {text}
            </div> {acts.map(|acts| view! { <div class="notice-actions">{acts}</div> })}
        </section>
    }
    .into_any()
}

/// Returns a button for each action of a message, and the notice about a login that could not
/// start.
#[must_use]
pub fn actions(outcome: &Outcome, retry: Option<Retry>) -> AnyView {
    let failure = RwSignal::new(None::<Failure>);
    let buttons = Buttons::new(outcome, failure, retry);
    let buttons: Vec<_> = outcome
        .acts
        .iter()
        .map(|act| buttons.button(act, "button"))
        .collect();
    view! {
        {buttons}
        <Notice failure />
    }
    .into_any()
}

/// Returns a page about a failure. Without a retry, its button for that reloads the page.
#[must_use]
pub fn outcome_page(failure: &Failure, retry: Option<Retry>) -> AnyView {
    let session = SessionContext::get();
    page_about(messages::of(failure, &untrack(|| session.name())), retry)
}

/// Returns the page of a message, with a button for each of its actions.
#[must_use]
pub fn page_about(outcome: Outcome, retry: Option<Retry>) -> AnyView {
    let at = platform::exact(platform::now());
    let failure = RwSignal::new(None::<Failure>);
    let buttons = Buttons::new(&outcome, failure, retry);
    let acts: Vec<_> = outcome
        .acts
        .iter()
        .enumerate()
        .map(|(place, act)| {
            // Copying solves nothing, so its button is never the primary one.
            let is_main = place == 0 && !matches!(act, Action::Copy(_));
            buttons.button(act, if is_main { "button primary" } else { "button" })
        })
        .collect();
    let trace = trace(&outcome, "details", Some(at));
    view! {
        <div class="outcome">
            {glyph(outcome.tone.as_str(), icon(outcome.sign))}
            <PageHeading title=outcome.title outcome=true />
            <p class="lead">
                <bdi>{outcome.text}</bdi>
            </p>
            <div class="actions">{acts}</div>
            <Notice failure />
            {trace}
        </div>
    }
    .into_any()
}

/// Returns the view of request id, code and time, by which the operators find the request, if there
/// is an id or a code.
#[must_use]
pub fn trace(outcome: &Outcome, class: &'static str, at: Option<String>) -> Option<AnyView> {
    let id = Some(outcome.request_id.clone()).filter(|id| !id.is_empty());
    let code = outcome.code.map(Code::as_str);
    if id.is_none() && code.is_none() {
        return None;
    }
    let id =
        id.map(|id| view! { <span>"Request ID " <Copyable name="request ID" value=id /></span> });
    let view = view! {
        <p class=class>
            {id} " " {code.map(|code| view! { <code>{code}</code> })}
            {at.map(|at| view! { <span>{at}</span> })}
        </p>
    };
    Some(view.into_any())
}
