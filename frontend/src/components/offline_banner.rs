//! The banner that says that the computer is offline, and the polls of a server that did not
//! answer.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use shared::route::Route;

use super::{busy_button::BusyButton, retry::Retry};
use crate::{
    announcer::Announcer,
    api::Failure,
    components::show::Show,
    data::lists::Lists,
    platform::{self, network},
    poll_schedule::PollSchedule,
    reactive::{effect, memo},
    router::Router,
    section::Section,
    session::{SessionContext, SessionState},
};

/// The banner. It is shown while the browser is offline, and while no server answers a person who
/// was signed in. If nobody was, the page itself says so.
#[component]
pub fn OfflineBanner() -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let is_offline = RwSignal::new(!network::is_online());
    let polls = Polls::of(session);
    let listeners = network::listen(move |online| {
        is_offline.set(!online);
        if online {
            announcer.say("You are online again");
            polls.came_online();
        } else {
            announcer.say("You are offline");
        }
    });
    // The listeners live as long as the component, which lives as long as the app.
    StoredValue::new_local(listeners);

    let is_unreachable = memo(move |_| matches!(session.who(), SessionState::Unreachable { .. }));
    effect(move |_| {
        if is_unreachable.get() {
            if !is_offline.get_untracked()
                && let SessionState::Unreachable { failure, .. } = session.who_untracked()
            {
                announcer.say_failure(&failure);
            }
            polls.was_unanswered();
        }
    });
    // There is no answer at all, while the browser reports a network.
    let is_silent = memo(move |_| match session.who() {
        SessionState::Unreachable { failure, last } => {
            failure == Failure::Offline && !last.is_empty()
        }
        _ => false,
    });
    let page = Router::get().route();
    let lists = Lists::get();
    let read_at = move || {
        let at = page.with(|page| read_at(session, lists, page.as_ref()?));
        match at {
            Some(at) => format!(" Last updated at {}.", platform::clock(at)),
            None if session.is_someone() => " You can keep using what has loaded.".to_owned(),
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
                {move || read_at()}
                <Show when=move || !is_offline.get()>
                    " "
                    <TryNow />
                </Show>
            </aside>
        </Show>
    }
}

/// Polls the session while no server answers, and when the network is back. There is only one
/// timer, however many events occur.
#[derive(Clone, Copy)]
struct Polls {
    session: SessionContext,
    schedule: StoredValue<PollSchedule>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Whether an answer is awaited.
    is_asking: StoredValue<bool>,
    /// Whether the network has come back since the last poll.
    is_wanted: StoredValue<bool>,
}

impl Polls {
    fn of(session: SessionContext) -> Self {
        Self {
            session,
            schedule: StoredValue::new(PollSchedule::default()),
            timer: StoredValue::new(None),
            is_asking: StoredValue::new(false),
            is_wanted: StoredValue::new(false),
        }
    }

    fn came_online(self) {
        self.schedule
            .update_value(|schedule| schedule.came_online(platform::elapsed()));
        self.is_wanted.set_value(true);
        self.plan();
    }

    fn was_unanswered(self) {
        self.schedule
            .update_value(|schedule| schedule.was_unanswered(platform::elapsed()));
        self.plan();
    }

    fn plan(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        let is_unreachable = matches!(
            self.session.who_untracked(),
            SessionState::Unreachable { .. }
        );
        if self.is_asking.get_value() || !(is_unreachable || self.is_wanted.get_value()) {
            return;
        }
        let wait = self
            .schedule
            .with_value(|schedule| schedule.wait(platform::elapsed()));
        if wait <= 0.0 {
            self.ask();
        } else {
            let wait = Duration::from_secs_f64(wait.ceil() / 1_000.0);
            self.timer
                .set_value(set_timeout_with_handle(move || self.plan(), wait).ok());
        }
    }

    fn ask(self) {
        self.schedule
            .update_value(|schedule| schedule.try_now(platform::elapsed()));
        self.is_wanted.set_value(false);
        self.is_asking.set_value(true);
        leptos::task::spawn_local(async move {
            self.session.read().await;
            self.is_asking.set_value(false);
            self.plan();
        });
    }
}

#[component]
fn TryNow() -> impl IntoView {
    let Retry { run, busy, .. } = Retry::of_session();
    view! { <BusyButton class="link" words=["Try now", "Trying"] busy on_press=run /> }
}

/// Returns the time at which the content of a page was read from Snyk, in milliseconds, if all of
/// it was; tracked.
fn read_at(session: SessionContext, lists: Lists, page: &Route) -> Option<f64> {
    let connection = session.current(Some(page))?;
    let projects = |org: &str| lists.projects_if_read(&connection.id, org)?.whole_at();
    match (Section::of(page)?, page.org(), page.project()) {
        (Section::Connection, ..) => session.read_at(),
        // The overview is as old as its oldest list.
        (Section::Overview, ..) => connection
            .orgs
            .iter()
            .map(|org| projects(&org.id))
            .reduce(|one, other| Some(one?.min(other?)))?,
        (Section::Issues, ..) => lists.all_issues_whole_at(&connection.id),
        (Section::Projects, Some(org), Some(project)) => lists
            .issues_if_read(&connection.id, org, project)?
            .whole_at(),
        (Section::Projects, Some(org), None) => projects(org),
        (Section::Projects, None, _) => projects(&connection.orgs.first()?.id),
    }
}
