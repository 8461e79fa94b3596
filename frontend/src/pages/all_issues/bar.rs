//! Search and filters.

use leptos::prelude::*;
use shared::snyk::issue::{IssueKind, IssueStatus};

use super::state::AllIssuesState;
use crate::{
    components::{
        chips::{Choice, ChoiceChip, SeverityToggles, ToggleChip, choices},
        search::SearchField,
        show::Show,
    },
    data::{
        all_issues::{filters::View, since::Since, summary},
        issues::row::{kind_words, status_words},
        selection::{tally, toggle},
        severity::Level,
    },
    reactive::{derive, memo},
};

/// The kinds that Snyk has, in the order of the menu.
const KINDS: [IssueKind; 6] = [
    IssueKind::PackageVulnerability,
    IssueKind::Code,
    IssueKind::Config,
    IssueKind::License,
    IssueKind::Cloud,
    IssueKind::Custom,
];

/// Search, filters, and the sentence that repeats them.
#[component]
pub fn FilterBar(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let filters = state.filters;
    let levels = derive(move || filters.read().issue.levels.clone());
    // The issues of a severity that was not requested are not here, so their number is unknown.
    let count = Callback::new(move |level: Level| {
        let is_here = filters.with(|filters| {
            let levels = &filters.issue.levels;
            levels.is_empty() || levels.contains(&level)
        });
        let counts = state.matching.read().of_each_level;
        counts
            .get(level as usize)
            .copied()
            .filter(|count| is_here || *count > 0)
    });
    let has_environments = memo(move |_| {
        let is_on = filters.read().environments;
        is_on || state.matching.read().in_environments > 0
    });
    view! {
        <div class="filters" role="search">
            <SearchField
                label="Search issues"
                hint="Title, package or ID"
                value=derive(move || filters.read().search.clone())
                on_search=move |text| state.search(text)
                on_leave=move |()| state.focus_first()
            />
            <div class="filter-chips">
                <SeverityToggles
                    levels=&Level::ALL
                    on=levels
                    count
                    on_toggle=move |level: Level| {
                        state.choose(|filters| filters.issue.toggle_level(level));
                    }
                />
                <OrgChip state />
                <StatusChip state />
                <KindChip state />
                <SinceChips state />
                <ToggleChip
                    words="Include ignored"
                    on=derive(move || filters.read().issue.ignored != Some(false))
                    on_toggle=move |()| {
                        state
                            .choose(|filters| {
                                let now_too = filters.issue.ignored == Some(false);
                                filters.issue.ignored = if now_too { None } else { Some(false) };
                            });
                    }
                />
                <ToggleChip
                    words="Fixable only"
                    on=derive(move || filters.read().issue.fixable)
                    on_toggle=move |()| {
                        state.choose(|filters| filters.issue.fixable = !filters.issue.fixable);
                    }
                />
                <Show when=move || has_environments.get()>
                    <ToggleChip
                        words="Include environments"
                        on=derive(move || filters.read().environments)
                        on_toggle=move |()| {
                            state.choose(|filters| filters.environments = !filters.environments);
                        }
                    />
                </Show>
            </div>
        </div>
        <Sentence state />
    }
}

/// The filters in words, and the button that clears them.
#[component]
fn Sentence(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let are_chosen = memo(move |_| state.filters.read().are_chosen());
    let words = derive(move || summary::words(&state.filters.read(), |id| state.org_name(id)));
    let news = Callback::new(move |()| state.rows.button("new issue", "link", None));
    view! {
        <p class="filter-summary">
            <Show when=move || are_chosen.get()>
                <bdi>{move || words.get()}</bdi>
                <button
                    type="button"
                    class="link"
                    on:click=move |_| state.choose(|filters| *filters = filters.cleared())
                >
                    "Clear filters"
                </button>
            </Show>
            <Show when=move || state.filters.read().view == View::Issues>{news.run(())}</Show>
        </p>
    }
}

/// The organizations, if there are several.
#[component]
fn OrgChip(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let options = memo(move |_| {
        let chosen = &state.filters.read().orgs;
        let connection = state.connection.read();
        let each = connection.orgs.iter().map(|org| Choice {
            value: org.id.clone(),
            called: org.name.clone(),
            count: None,
            chosen: chosen.contains(&org.id),
        });
        each.collect::<Vec<_>>()
    });
    let is_needed = memo(move |_| options.read().len() > 1);
    view! {
        <Show when=move || is_needed.get()>
            <ChoiceChip
                id="org-filter"
                label="Organization"
                choices=options
                on_toggle=move |org: String| state.choose(|filters| toggle(&mut filters.orgs, org))
            />
        </Show>
    }
}

/// Returns the choices: all words that Snyk has, and chosen ones that it does not. Issues of another
/// word may not be here, so they are not counted.
fn uncounted(all: &[&str], chosen: &[String], called: fn(&str) -> String) -> Vec<Choice> {
    let mut choices = choices(tally(all, std::iter::empty()), chosen, called);
    for choice in &mut choices {
        choice.count = None;
    }
    choices
}

#[component]
fn StatusChip(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let options = memo(move |_| {
        let all = [IssueStatus::Open, IssueStatus::Resolved];
        let all = all.each_ref().map(IssueStatus::as_str);
        let called = |word: &str| status_words(&IssueStatus::from(word)).to_owned();
        uncounted(&all, &state.filters.read().issue.statuses, called)
    });
    view! {
        <ChoiceChip
            id="status-filter"
            label="Status"
            choices=options
            on_toggle=move |word: String| {
                state.choose(|filters| toggle(&mut filters.issue.statuses, word));
            }
        />
    }
}

#[component]
fn KindChip(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let options = memo(move |_| {
        let all = KINDS.each_ref().map(IssueKind::as_str);
        let called = |word: &str| kind_words(&IssueKind::from(word)).to_owned();
        uncounted(&all, &state.filters.read().issue.kinds, called)
    });
    view! {
        <ChoiceChip
            id="kind-filter"
            label="Type"
            choices=options
            on_toggle=move |word: String| {
                state.choose(|filters| toggle(&mut filters.issue.kinds, word));
            }
        />
    }
}

/// When Snyk first saw the issues, and when they last changed.
#[component]
fn SinceChips(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let options = |since: Since| {
        let each = Since::ALL.map(|one| Choice {
            value: one.word().to_owned(),
            called: one.label().to_owned(),
            count: None,
            chosen: one == since && one != Since::Ever,
        });
        each.to_vec()
    };
    let created = memo(move |_| options(state.filters.read().created));
    let updated = memo(move |_| options(state.filters.read().updated));
    view! {
        <ChoiceChip
            id="created-filter"
            label="First seen"
            choices=created
            is_single=true
            on_toggle=move |word: String| {
                state.choose(|filters| filters.created = Since::parse(&word));
            }
        />
        <ChoiceChip
            id="updated-filter"
            label="Updated"
            choices=updated
            is_single=true
            on_toggle=move |word: String| {
                state.choose(|filters| filters.updated = Since::parse(&word));
            }
        />
    }
}
