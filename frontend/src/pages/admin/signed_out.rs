//! The pages without a session: the question whether a link is to be used, and why nobody is signed in.

use leptos::prelude::*;

use super::{failed::FailedNotice, state::Administration};
use crate::{
    admin::outcomes::{self, COMMAND},
    api::Failure,
    components::{
        busy_button::BusyButton,
        copyable::Copyable,
        glyph::glyph,
        icon::Icon,
        notice::{self, page_about},
        retry::Retry,
    },
    messages::Outcome,
    page_heading::PageHeading,
    platform,
    session::SessionContext,
};

/// The question whether the link is to be used.
#[component]
pub fn SignIn(
    /// The state of the page.
    admin: Administration,
) -> impl IntoView {
    let session = SessionContext::get();
    let press = move |()| admin.sign_in();
    let again = Callback::new(press);
    view! {
        <div class="outcome">
            {glyph("neutral", Icon::Person)}
            <PageHeading title="Sign in as administrator?" outcome=true />
            <p class="lead">
                "You will see every install of " <bdi>{move || session.name()}</bdi>
                ", and can disconnect them. The link works once."
            </p>
            <div class="actions">
                <BusyButton
                    class="button primary large"
                    words=["Sign in", "Signing in"]
                    busy=admin.is_asking()
                    on_press=press
                />
            </div>
            <FailedNotice failed=admin.failed() trying=admin.is_asking() on_again=again />
        </div>
    }
}

/// The page that says why nobody is signed in, and how to make a link.
#[component]
pub fn SignedOut(
    /// What is said.
    outcome: Outcome,
    /// The state of the page.
    admin: Administration,
) -> impl IntoView {
    let at = platform::exact(platform::now());
    let trace = notice::trace(&outcome, "details", Some(at));
    // A session that began before the link was refused may still be there.
    let goes_on = (outcome.code.is_some()).then(|| {
        let press = move |()| admin.check();
        view! {
            <BusyButton
                class="button"
                words=["Continue without it", "Loading"]
                busy=admin.is_asking()
                on_press=press
            />
        }
    });
    view! {
        <div class="outcome">
            {glyph(outcome.tone.as_str(), notice::icon(outcome.sign))}
            <PageHeading title=outcome.title outcome=true />
            <p class="lead">{outcome.text}</p>
            <div class="actions">
                <Copyable name="command" value=COMMAND.to_owned() />
                {goes_on}
            </div>
            {trace}
        </div>
    }
}

/// Returns the page that says why the server could not be asked.
pub fn unreachable(admin: Administration, failure: &Failure) -> AnyView {
    let session = SessionContext::get();
    let outcome = outcomes::of(failure, &untrack(|| session.name()));
    let run = Callback::new(move |()| admin.check());
    let retry = Retry {
        busy_words: "Trying",
        ..Retry::of_part(run, admin.is_asking(), "heading")
    };
    page_about(outcome, Some(retry))
}
