//! An install: what is known of it, what happened to it, and its end.

use std::time::Duration;

use leptos::{html::Dialog, prelude::*};
use shared::{
    api::admin::{Install, InstallStatus},
    scope,
};

use super::{
    activity::Latest,
    failed::FailedNotice,
    install_table::{ends, status},
    links::address_of_all,
    state::Administration,
};
use crate::{
    admin::{address::Place, words},
    announcer::Announcer,
    api::{self, Failure, connections::Revocation},
    components::{
        busy_button::BusyButton,
        confirm::{self, Confirm},
        copyable::Copyable,
        icon::Icon,
        layout::Waiting,
        scope_list,
        show::Show,
        timestamp::{Timestamp, minutes},
    },
    data::number_format::{count, number},
    page_heading::PageHeading,
    platform,
    reactive::{Signal, derive, dynamic, memo},
};

/// The install of the page.
#[derive(Clone, Copy, Debug)]
struct Opened {
    admin: Administration,
    announcer: Announcer,
    id: StoredValue<String>,
    install: RwSignal<Option<Install>>,
    load_failed: RwSignal<Option<Failure>>,
    end_failed: RwSignal<Option<Failure>>,
    is_loading: RwSignal<bool>,
    is_ending: RwSignal<bool>,
    /// How often something was changed here.
    changes: RwSignal<u32>,
}

/// Time after which the server has stored what was changed as an event.
const STORED: Duration = Duration::from_millis(1_500);

impl Opened {
    fn load(admin: Administration, id: String) -> Self {
        let opened = Self {
            admin,
            announcer: Announcer::get(),
            id: StoredValue::new(id),
            install: RwSignal::new(None),
            load_failed: RwSignal::new(None),
            end_failed: RwSignal::new(None),
            is_loading: RwSignal::new(false),
            is_ending: RwSignal::new(false),
            changes: RwSignal::new(0),
        };
        opened.read();
        opened
    }

    fn read(self) {
        let id = self.id.get_value();
        self.is_loading.set(true);
        leptos::task::spawn_local(async move {
            let answer = api::admin::install(&id).await;
            if self.is_loading.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(install) => {
                    self.load_failed.set(None);
                    self.install.set(Some(install));
                }
                Err(failure) => self.fail(self.load_failed, failure),
            }
        });
    }

    fn end(self) {
        let id = self.id.get_value();
        let name = self
            .install
            .with_untracked(|install| install.as_ref().map(words::name));
        self.is_ending.set(true);
        leptos::task::spawn_local(async move {
            let mut answer = api::admin::disconnect(&id).await;
            let mut found = None;
            // The answer may have been lost, so the install itself is asked.
            if answer.is_err()
                && let Ok(install) = api::admin::install(&id).await
            {
                if install.status == InstallStatus::Disconnected {
                    // To do it again changes nothing, and tells whether the tokens are revoked.
                    let again = api::admin::disconnect(&id).await;
                    answer = Ok(again.unwrap_or(Revocation::Pending));
                }
                found = Some(install);
            }
            if self.is_ending.try_set(false).is_some() {
                return;
            }
            if found.is_some() {
                self.install.set(found);
            }
            match answer {
                Ok(revocation) => {
                    self.end_failed.set(None);
                    let is_pending = revocation == Revocation::Pending;
                    let words = words::disconnected(&name.unwrap_or_default(), is_pending);
                    self.announcer.toast(words);
                    self.read();
                    let count = move || {
                        self.changes.try_update(|changes| *changes += 1);
                    };
                    set_timeout(count, STORED);
                    // The button is gone.
                    request_animation_frame(|| platform::focus_if_lost("heading"));
                }
                Err(failure) => self.fail(self.end_failed, failure),
            }
        });
    }

    fn fail(self, place: RwSignal<Option<Failure>>, failure: Failure) {
        if !self.admin.is_end(&failure) {
            self.announcer.say_failure(&failure);
            place.set(Some(failure));
        }
    }
}

/// The page of an install.
#[component]
pub fn OpenInstall(
    /// The state of the page.
    admin: Administration,
    /// What is shown.
    place: Signal<Place>,
    /// The install's id.
    id: String,
) -> impl IntoView {
    let opened = Opened::load(admin, id.clone());
    let name = memo(move |_| {
        let name = opened
            .install
            .with(|install| install.as_ref().map(words::name));
        name.unwrap_or_else(|| "Install".to_owned())
    });
    let is_here = memo(move |_| opened.install.with(Option::is_some));
    let is_awaited = memo(move |_| !is_here.get() && opened.load_failed.with(Option::is_none));
    let again = Callback::new(move |()| opened.read());
    let end_again = Callback::new(move |()| opened.end());
    let facts = dynamic(move || Some(facts(&opened.install.get()?)));
    view! {
        <div class="page data-page admin">
            <div>
                <p class="way-back">
                    <a href=move || address_of_all(place)>
                        {Icon::Back.view()} "Administration"
                    </a>
                </p>
                <PageHeading title=name of="install" />
            </div>
            <FailedNotice failed=opened.load_failed.into() trying=opened.is_loading.into() on_again=again />
            <FailedNotice
                failed=opened.end_failed.into()
                trying=opened.is_ending.into()
                on_again=end_again
                lead="The disconnect wasn’t confirmed"
            />
            <Show when=move || is_awaited.get()>
                <Waiting words="Loading" />
            </Show>
            {facts}
            <Latest admin place install=Some(id) changes=opened.changes />
            <End opened name />
        </div>
    }
}

/// Returns what is known of an install.
fn facts(install: &Install) -> AnyView {
    let now = minutes();
    let stamp = |time: &str| {
        let at = platform::millis(time);
        view! { <Timestamp at=Signal::stored(at) now /> }
    };
    let access = ends(install, Signal::stored(false), now);
    let refresh = ends(install, Signal::stored(true), now);
    let scopes: Vec<_> = install
        .scopes
        .iter()
        .map(|one| {
            let icon = if scope::only_reads(one) {
                Icon::Eye
            } else {
                Icon::Pencil
            };
            scope_list::row(
                icon,
                &words::visible(scope::meaning(one)),
                &words::visible(one),
            )
        })
        .collect();
    let facts = [
        ("Status", status(install)),
        ("Reach", words::reach(install).into_any()),
        ("Context", words::context(install.context).into_any()),
        ("Connected", stamp(&install.connected_at).into_any()),
        ("Refreshed", stamp(&install.refreshed_at).into_any()),
        ("Generation", number(install.generation).into_any()),
        ("Access token expires", access),
        ("Refresh token expires", refresh),
        ("Signed in", count(install.browsers, "browser").into_any()),
        (
            "Install ID",
            view! { <Copyable name="install ID" value=install.id.clone() /> }.into_any(),
        ),
    ]
    .map(|(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    view! {
        <div class="columns">
            <section class="section" aria-labelledby="facts">
                <h2 id="facts">"Connection"</h2>
                <dl class="install-facts">{facts}</dl>
            </section>
            <section class="section" aria-labelledby="granted">
                <h2 id="granted">"Permissions"</h2>
                <ul class="scopes">{scopes}</ul>
            </section>
        </div>
    }
    .into_any()
}

/// The end of the install, after a question.
#[component]
fn End(
    /// The install.
    opened: Opened,
    /// Its name.
    name: Signal<String>,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let ask = move |()| confirm::open(dialog);
    let go = Callback::new(move |()| opened.end());
    let question = derive(move || format!("Disconnect {}?", name.get()));
    let is_connected = memo(move |_| {
        let status = opened
            .install
            .with(|install| install.as_ref().map(|install| install.status));
        status.is_some_and(|status| status != InstallStatus::Disconnected)
    });
    view! {
        <Show when=move || is_connected.get()>
            <section class="section" aria-labelledby="end">
                <h2 id="end">"Disconnect"</h2>
                <div class="ending">
                    <p>
                        "Its tokens are revoked at Snyk and deleted here. Everyone who uses this install is signed out of it at once."
                    </p>
                    <BusyButton
                        class="button danger"
                        words=["Disconnect", "Disconnecting"]
                        busy=opened.is_ending
                        on_press=ask
                    />
                </div>
                <Confirm
                    dialog
                    question
                    consequence="Its tokens are revoked at Snyk and deleted here. The people of the organization lose access at once, until one of them connects again."
                    keep="Cancel"
                    go="Disconnect"
                    on_go=go
                />
            </section>
        </Show>
    }
}
