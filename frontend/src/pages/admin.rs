//! The administration: who has connected, what happened, and what the server uses. It has a session
//! of its own, which begins with a link.

pub mod activity;
pub mod activity_table;
pub mod failed;
pub mod install;
pub mod install_table;
pub mod installs;
pub mod links;
pub mod list;
pub mod more;
pub mod settings;
pub mod signed_out;
pub mod state;

use leptos::prelude::*;

use self::{
    activity::Activities,
    install::OpenInstall,
    installs::AllInstalls,
    settings::AppSettings,
    signed_out::{SignIn, SignedOut},
    state::Administration,
};
use crate::{
    admin::{
        address::{Place, Tab},
        outcomes,
    },
    components::{
        bar::Bar, busy_button::BusyButton, countdown::seconds, layout::Waiting, timestamp::minutes,
    },
    page_heading::PageHeading,
    platform,
    reactive::{Signal, derive, dynamic, memo},
    router::Page,
    times,
};

use self::state::Stand;

/// The page.
#[component]
pub fn AdminPage() -> impl IntoView {
    platform::load_styles_of("admin");
    let admin = Administration::begin();
    let stand = admin.stand();
    let bar = move || {
        dynamic(move || match stand.get() {
            Stand::SignedIn { expires_at } => {
                view! { <Administrator admin expires_at /> }.into_any()
            }
            _ => ().into_any(),
        })
        .into_any()
    };
    Bar::get().show(bar);
    dynamic(move || match stand.get() {
        Stand::Checking => view! { <Waiting words="Loading" /> }.into_any(),
        Stand::Link => view! { <SignIn admin /> }.into_any(),
        Stand::SignedIn { .. } => view! { <SignedIn admin /> }.into_any(),
        Stand::NoLink => view! { <SignedOut outcome=outcomes::no_link() admin /> }.into_any(),
        Stand::Ended => view! { <SignedOut outcome=outcomes::ended() admin /> }.into_any(),
        Stand::Left => view! { <SignedOut outcome=outcomes::left() admin /> }.into_any(),
        Stand::Refused(outcome) => view! { <SignedOut outcome admin /> }.into_any(),
        Stand::Failed(failure) => signed_out::unreachable(admin, &failure),
    })
}

/// The part of the bar: how long the session lasts, and its end.
#[component]
fn Administrator(
    /// The state of the page.
    admin: Administration,
    /// When the session ends, RFC 3339.
    expires_at: String,
) -> impl IntoView {
    let now = minutes();
    let ends = platform::millis(&expires_at);
    let left = memo(move |_| times::lifetime(seconds(now.get(), ends)));
    let leave = move |()| admin.leave();
    view! {
        <div class="administrator">
            <p>
                "Administrator"
                <time datetime=expires_at title=platform::exact(ends)>
                    {move || format!(", ends in {}", left.get())}
                </time>
            </p>
            <BusyButton class="button" words=["Leave", "Leaving"] busy=admin.is_asking() on_press=leave />
        </div>
    }
}

/// The page for an administrator who is signed in.
#[component]
fn SignedIn(
    /// The state of the page.
    admin: Administration,
) -> impl IntoView {
    let query = Page::get().query();
    let place = memo(move |_| query.with(|query| Place::parse(query)));
    let opened = memo(move |_| place.with(|place| place.install.clone()));
    dynamic(move || {
        if let Some(id) = opened.get() {
            return view! {
                <LeaveFailed admin />
                <OpenInstall admin place id />
            }
            .into_any();
        }
        view! { <Parts admin place /> }.into_any()
    })
}

/// The parts of the administration.
#[component]
fn Parts(
    /// The state of the page.
    admin: Administration,
    /// What is shown.
    place: Signal<Place>,
) -> impl IntoView {
    let tab = memo(move |_| place.with(|place| place.tab));
    let title = derive(move || match tab.get() {
        Tab::Installs => "Administration".to_owned(),
        tab => format!("{}, Administration", tab.label()),
    });
    let part = dynamic(move || match tab.get() {
        Tab::Installs => view! { <AllInstalls admin place /> }.into_any(),
        Tab::Activity => view! { <Activities admin place /> }.into_any(),
        Tab::Settings => view! { <AppSettings admin /> }.into_any(),
    });
    view! {
        <div class="page data-page admin">
            <div>
                <PageHeading title>"Administration"</PageHeading>
                <Tabs place />
            </div>
            <LeaveFailed admin />
            {part}
        </div>
    }
}

/// The links to the parts.
#[component]
fn Tabs(
    /// What is shown.
    place: Signal<Place>,
) -> impl IntoView {
    let links = Tab::ALL.map(|tab| {
        let href = move || place.with(|place| place.at(tab).address());
        let here = move || place.with(|place| place.tab == tab).then_some("page");
        view! {
            <a href=move || href() aria-current=move || here() data-noscroll="">
                {tab.label()}
            </a>
        }
    });
    view! {
        <nav class="tabs" aria-label="Administration">
            {links}
        </nav>
    }
}

/// The notice about a failure to leave.
#[component]
fn LeaveFailed(
    /// The state of the page.
    admin: Administration,
) -> impl IntoView {
    let again = Callback::new(move |()| admin.leave());
    view! { <failed::FailedNotice failed=admin.failed() trying=admin.is_asking() on_again=again lead="You are still signed in as administrator" /> }
}
