//! The page "Where you are signed in": the browsers on the same connections, and their end.

use leptos::{html::Dialog, prelude::*};
use shared::problem::Code;

use super::{
    sessions_list::{Browsers, Failed},
    sessions_table::BrowserTable,
    sessions_words::still_signed_in,
};
use crate::{
    api::Failure,
    components::{
        busy_button::BusyButton,
        confirm::{self, Confirm},
        layout::Waiting,
        notice::outcome_page,
        read_notice::ReadNotice,
        retry::Retry,
        show::Show,
    },
    connection_label,
    messages::{self, Action},
    page_heading::PageHeading,
    platform,
    reactive::{Signal, dynamic, memo},
    session::{SessionContext, SessionState},
};

/// The content of the page.
#[derive(Clone, PartialEq)]
enum Stand {
    Waiting,
    Here,
    SignedOut,
    Failed(Failure),
}

/// The page.
#[component]
pub fn SessionsPage() -> impl IntoView {
    platform::load_styles_of("sessions");
    let session = SessionContext::get();
    let stand = memo(move |_| match session.who() {
        who if who.is_someone() => Stand::Here,
        SessionState::Unreachable { failure, .. } => Stand::Failed(failure),
        SessionState::SignedOut => Stand::SignedOut,
        SessionState::Checking | SessionState::SignedIn(_) => Stand::Waiting,
    });
    dynamic(move || match stand.get() {
        Stand::Waiting => view! { <Waiting /> }.into_any(),
        Stand::Here => view! { <SignedIn /> }.into_any(),
        Stand::SignedOut => {
            let failure = Failure::Problem(Box::new(messages::local(Code::NotSignedIn)));
            outcome_page(&failure, None)
        }
        Stand::Failed(failure) => outcome_page(&failure, Some(Retry::of_session())),
    })
}

/// The page for somebody who is signed in.
#[component]
fn SignedIn() -> impl IntoView {
    let browsers = Browsers::load();
    let (is_awaited, has_others) = (browsers.is_awaited(), browsers.has_others());
    let end_all = Callback::new(move |()| browsers.end_all());
    let try_again = Callback::new(move |()| browsers.try_again());
    let end = Callback::new(move |one| browsers.end(vec![one]));
    view! {
        <div class="page data-page">
            <div class="title-row">
                <div>
                    <PageHeading title=Signal::stored("Where you are signed in".to_owned()) />
                    <Lead />
                </div>
                <Show when=move || has_others.get() == Some(true)>
                    <EndAll busy=browsers.is_ending_all() on_go=end_all />
                </Show>
            </div>
            <FailedNotice failed=browsers.failed() trying=browsers.is_busy() on_again=try_again />
            <Show when=move || is_awaited.get() || has_others.get().is_some()>
                <section class="section" aria-label="Browsers">
                    <BrowserTable all=browsers.all() is_awaited ending=browsers.ending() on_end=end />
                    <Show when=move || has_others.get() == Some(false)>
                        <p>"Only this browser is signed in."</p>
                    </Show>
                    <Show when=move || has_others.get() == Some(true)>
                        <p class="second small">
                            "The time of the last use may be up to three hours old."
                        </p>
                    </Show>
                </section>
            </Show>
        </div>
    }
}

/// The sentence below the heading: which browsers these are.
#[component]
fn Lead() -> impl IntoView {
    let session = SessionContext::get();
    let sentence = dynamic(move || {
        match session.connections().as_slice() {
        [one] => view! {
            "Every browser that can see "
            <bdi>{connection_label::name(one)}</bdi>
            ". Ending one signs it out at once; the connection stays."
        }
        .into_any(),
        _ => "Every browser that can see one of your connections. Ending one signs it out at once; the connections stay."
            .into_any(),
    }
    });
    view! { <p class="second">{sentence}</p> }
}

/// The button that ends all other browsers, and its confirmation.
#[component]
fn EndAll(
    /// Whether they are being ended.
    busy: Signal<bool>,
    /// Ends them.
    on_go: Callback<()>,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let ask = move |()| confirm::open(dialog);
    view! {
        <BusyButton class="button" words=["End all others", "Ending"] busy on_press=ask />
        <Confirm
            dialog
            question=Signal::stored("End all other browsers?".to_owned())
            consequence="They are signed out at once, also those of other people who share a connection with you. They can connect again later."
            keep="Cancel"
            go="End all others"
            on_go
        />
    }
}

/// The notice about what could not be loaded or ended.
#[component]
fn FailedNotice(
    /// What could not be done.
    failed: Signal<Option<Failed>>,
    /// Whether the server is being asked.
    trying: Signal<bool>,
    /// Does it again.
    on_again: Callback<()>,
) -> impl IntoView {
    let session = SessionContext::get();
    dynamic(move || {
        let Failed { why, rest } = failed.get()?;
        let mut outcome = messages::beside(&why, &untrack(|| session.name()), None);
        if matches!(&why, Failure::Problem(problem) if problem.code == Code::Unavailable) {
            // Nothing here is tried again without a press.
            "It usually passes within a minute.".clone_into(&mut outcome.text);
        }
        // Logins and other pages are offered on a page about a failure only.
        outcome.acts.retain(|act| {
            matches!(
                act,
                Action::Again(_) | Action::Reload | Action::Copy(_) | Action::Open(_)
            )
        });
        let notice = match still_signed_in(&rest) {
            Some(lead) => view! { <ReadNotice outcome lead on_again trying /> }.into_any(),
            None => view! { <ReadNotice outcome on_again trying /> }.into_any(),
        };
        Some(notice)
    })
}
