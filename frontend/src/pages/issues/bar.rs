//! The filters, the number of matching issues, and the progress of the load.

use leptos::prelude::*;
use shared::snyk::issue::{IssueKind, IssueStatus};

use super::state::IssuesState;
use crate::{
    announcer::Announcer,
    components::{
        chips::{Choice, ChoiceChip, SeverityToggles, ToggleChip, choices},
        data_page::{Refresh, Updated},
        show::Show,
    },
    data::{
        issues::{
            row::{Row, kind_words, status_words},
            summary,
        },
        lists::Status,
        number_format::len,
        selection::{tally, toggle},
        severity::Level,
    },
    reactive::{derive, effect, memo},
};

/// The chips, and the summary beside them.
#[component]
pub fn FilterBar(
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    let filters = state.filters;
    let levels = derive(move || filters.read().levels.clone());
    let counts = memo(move |_| {
        state
            .held
            .with(|held| filters.read().of_each_level(&held.rows))
    });
    view! {
        <div class="filter-bar">
            <div class="filter-chips">
                <SeverityToggles
                    levels=&Level::ALL
                    on=levels
                    count=Callback::new(move |level: Level| {
                        counts.read().get(level as usize).copied()
                    })
                    on_toggle=move |level: Level| state.choose(|filters| filters.toggle_level(level))
                />
                <StatusChip state />
                <KindChip state />
                <ToggleChip
                    words="Include ignored"
                    on=derive(move || filters.read().ignored != Some(false))
                    on_toggle=move |()| {
                        state
                            .choose(|filters| {
                                let now_too = filters.ignored == Some(false);
                                filters.ignored = if now_too { None } else { Some(false) };
                            });
                    }
                />
                <ToggleChip
                    words="Fixable only"
                    on=derive(move || filters.read().fixable)
                    on_toggle=move |()| state.choose(|filters| filters.fixable = !filters.fixable)
                />
            </div>
            <Summary state />
        </div>
    }
}

/// Returns the choices: the words in `always`, those that occur among the issues, and those that
/// are selected, each with its count.
fn occurring(
    state: IssuesState,
    always: &[&str],
    chosen: &[String],
    word: fn(&Row) -> &str,
    called: fn(&str) -> String,
) -> Vec<Choice> {
    state.held.with(|held| {
        let words = held.rows.iter().map(|row| word(row));
        choices(tally(always, words), chosen, called)
    })
}

#[component]
fn StatusChip(
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    fn words(status: &str) -> String {
        status_words(&IssueStatus::from(status)).to_owned()
    }
    let choices = memo(move |_| {
        let always = [IssueStatus::Open, IssueStatus::Resolved];
        let always: Vec<_> = always.iter().map(IssueStatus::as_str).collect();
        occurring(
            state,
            &always,
            &state.filters.read().statuses,
            |row| row.status.as_str(),
            words,
        )
    });
    view! {
        <ChoiceChip
            id="status-filter"
            label="Status"
            choices
            on_toggle=move |word: String| state.choose(|filters| toggle(&mut filters.statuses, word))
        />
    }
}

#[component]
fn KindChip(
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    fn words(kind: &str) -> String {
        kind_words(&IssueKind::from(kind)).to_owned()
    }
    let choices = memo(move |_| {
        let chosen = &state.filters.read().kinds;
        occurring(state, &[], chosen, |row| row.kind.as_str(), words)
    });
    view! {
        <ChoiceChip
            id="kind-filter"
            label="Type"
            choices
            on_toggle=move |word: String| state.choose(|filters| toggle(&mut filters.kinds, word))
        />
    }
}

/// The number of issues that are shown of how many, and whether these are all.
#[component]
fn Summary(
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    let announcer = Announcer::get();
    let words = memo(move |_| {
        let shown = len(state.rows.count());
        let is_reading = state.status.with(Status::is_reading);
        summary::summary(shown, state.read.get(), state.coverage.get(), is_reading)
    });
    let is_reading = memo(move |_| state.status.with(Status::is_reading));
    // Announced at the start and at the end, but not for each page: Snyk gives no total from which
    // quarters could be computed.
    effect(move |before: Option<bool>| {
        let now = is_reading.get();
        if now {
            announcer.say("Loading issues");
        } else if before == Some(true) {
            announcer.say(words.get_untracked().unwrap_or_default());
        }
        now
    });
    let can_clear = memo(move |_| state.filters.read().are_chosen());
    let news = state.rows.button("new issue", "link", None);
    let whole_at = memo(move |_| state.status.with(|status| status.whole_at));
    let at = memo(move |_| whole_at.get().filter(|_| !is_reading.get()));
    view! {
        <p class="filter-summary">
            <span>{move || words.get()} <Updated at before=" " /></span> {news}
            <Refresh
                class="link"
                when=derive(move || state.works.get() && whole_at.get().is_some())
                busy=is_reading
                again=move |()| state.read_again()
            />
            <Show when=move || can_clear.get()>
                <button
                    type="button"
                    class="link"
                    on:click=move |_| state.choose(|filters| *filters = filters.cleared())
                >
                    "Clear filters"
                </button>
            </Show>
        </p>
    }
}
