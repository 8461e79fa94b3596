//! The strip under the bar that says that this computer is offline, and the tries to reach a server
//! that could not say who is here.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{busy_button::BusyButton, notice::Retry};
use crate::{
    api::Failure,
    browser::{self, network},
    data::lists::Lists,
    paths::{self, Section},
    session::{SessionContext, Who},
    shell::Shell,
};

/// How long to wait before each try, the last one for ever; in milliseconds.
const PAUSES: [u32; 4] = [3_000, 5_000, 10_000, 20_000];

/// The strip; nothing while the server answers. Where nobody is here yet, the page itself says so.
#[component]
pub fn Offline() -> impl IntoView {
    let session = SessionContext::get();
    let shell = Shell::get();
    let is_offline = RwSignal::new(!network::is_online());
    let listeners = network::listen(move |online| {
        is_offline.set(!online);
        if online {
            shell.say("You are online again");
            session.check();
        } else {
            shell.say("You are offline");
        }
    });
    // Kept as long as the component, which is as long as the app.
    StoredValue::new_local(listeners);

    let is_unreachable = Memo::new(move |_| matches!(session.who(), Who::Unreachable { .. }));
    Effect::new(move |_| {
        if is_unreachable.get() {
            if !is_offline.get_untracked()
                && let Who::Unreachable { failure, .. } = session.who_untracked()
            {
                shell.say_failure(&failure);
            }
            leptos::task::spawn_local(async move {
                let last = PAUSES[PAUSES.len() - 1];
                for pause in PAUSES.into_iter().chain(std::iter::repeat(last)) {
                    TimeoutFuture::new(pause).await;
                    if !is_unreachable.get_untracked() {
                        break;
                    }
                    session.read().await;
                }
            });
        }
    });
    // No answer at all, while the browser thinks that there is a network.
    let is_silent = Memo::new(move |_| match session.who() {
        Who::Unreachable { failure, last } => failure == Failure::Offline && !last.is_empty(),
        _ => false,
    });
    let path = use_location().pathname;
    let lists = Lists::get();
    let read_at = move || {
        let at = read_at(session, lists, &path.read());
        match at {
            Some(at) => format!(" What you see was read at {}.", browser::clock(at)),
            None if session.is_someone() => " What is already here stays usable.".to_owned(),
            None => String::new(),
        }
    };
    view! {
        <Show when=move || is_offline.get() || is_silent.get()>
            <aside class="banner" data-tone="warn" aria-label="Offline">
                <strong>
                    {move || {
                        if is_offline.get() { "You are offline." } else { "You seem to be offline." }
                    }}
                </strong>
                {read_at}
                <Show when=move || !is_offline.get()>
                    " "
                    <TryNow />
                </Show>
            </aside>
        </Show>
    }
}

#[component]
fn TryNow() -> impl IntoView {
    let Retry { run, busy } = Retry::of_session();
    view! { <BusyButton class="link" words=["Try now", "Trying"] busy on_press=run /> }
}

/// When what a path shows was read from Snyk, in milliseconds, if all of it was; tracked.
fn read_at(session: SessionContext, lists: Lists, path: &str) -> Option<f64> {
    let connection = session.current(path)?;
    let projects = |org: &str| {
        let list = lists.projects_if_read(&connection.id, org)?;
        list.look().status.with(|status| status.whole_at)
    };
    let org = paths::org_of(path);
    match (paths::section(path)?, org, paths::project_of(path)) {
        (Section::Connection, ..) => session.read_at(),
        // The oldest is what the whole is as fresh as.
        (Section::Overview, ..) => connection
            .orgs
            .iter()
            .map(|org| projects(&org.id))
            .reduce(|one, other| Some(one?.min(other?)))?,
        (Section::Projects, Some(org), Some(project)) => {
            let list = lists.issues_if_read(&connection.id, org, project)?;
            list.look().status.with(|status| status.whole_at)
        }
        (Section::Projects, Some(org), None) => projects(org),
        (Section::Projects, None, _) => projects(&connection.orgs.first()?.id),
    }
}
