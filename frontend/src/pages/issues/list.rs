//! The table of issues, and the texts in place of an empty one.

use leptos::prelude::*;

use super::{broken::Broken, remediation_icon::remediation_icon, state::IssuesState};
use crate::{
    components::{
        empty_state::EmptyState,
        list_and_panel::ListAndPanel,
        read_notice::UnreadableNotice,
        severity,
        table::{DrawRow, Head, Key, Sorted, WindowedTable, row_range::RowRange},
        timestamp::{Timestamp, minutes},
    },
    data::{
        issues::{
            order::By,
            row::{Row, first_of},
            summary::{self, Suggestion},
        },
        lists::{Stage, Status},
        number_format::number,
        sorting::SortBy as _,
    },
    reactive::{Signal, derive, dynamic, memo},
};

/// Number of placeholder rows while the first page is being loaded.
const WAITING: usize = 12;

/// The table, or the reason why it is empty.
#[component]
pub fn IssueList(
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    #[derive(Clone, Copy, PartialEq)]
    enum Stand {
        Rows,
        Nothing,
        Failed,
    }
    let stand = memo(move |_| {
        let is_empty = state.rows.count() == 0;
        let read = state.read.get();
        state.status.with(|status| match status.stage {
            _ if !is_empty => Stand::Rows,
            Stage::Failed(_) if read == 0 => Stand::Failed,
            // While the list is being loaded, issues that the default filters hide are no reason to
            // say that there are none.
            _ if status.is_growing() && (read == 0 || !state.filters.read().are_chosen()) => {
                Stand::Rows
            }
            _ => Stand::Nothing,
        })
    });
    let unreadable = memo(move |_| state.status.with(|status| status.unreadable));
    view! {
        <div class="issue-list">
            // Above the table, because nobody would find it below some hundred rows.
            <Broken state />
            <UnreadableNotice how_many=unreadable item="issue" />
            {move || match stand.get() {
                Stand::Rows => view! { <Table state /> }.into_any(),
                Stand::Nothing => view! { <NothingShown state /> }.into_any(),
                Stand::Failed => ().into_any(),
            }}
        </div>
    }
}

#[component]
fn NothingShown(
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    let now = minutes();
    let nothing = memo(move |_| {
        let filters = state.filters.read();
        state
            .held
            .with(|held| summary::nothing(&filters, &held.rows, state.coverage.get()))
    });
    let counted = dynamic(move || {
        if state.filters.read().are_chosen() {
            return None;
        }
        let at = state.status.with(|status| status.whole_at)?;
        Some(view! {
            <p class="second">"Updated " <Timestamp at now /> "."</p>
        })
    });
    let way_out = dynamic(move || {
        let Suggestion { words, filters } = nothing.get().way_out?;
        Some(view! {
            <button
                type="button"
                class="button"
                on:click=move |_| state.choose(|chosen| *chosen = filters.clone())
            >
                {words}
            </button>
        })
    });
    view! {
        <EmptyState
            title=derive(move || nothing.get().title)
            text=derive(move || nothing.get().text)
        >
            {counted}
            {way_out}
        </EmptyState>
    }
}

#[component]
fn Table(
    /// The state of the page.
    state: IssuesState,
) -> impl IntoView {
    let seen = RwSignal::new(0..0);
    let order = state.rows.order();
    let complete = memo(move |_| state.status.with(Status::is_complete));
    let busy = memo(move |_| state.status.with(Status::is_growing));
    let count = memo(move |_| state.rows.count());
    let waiting = memo(move |_| {
        if busy.get() && count.get() == 0 {
            WAITING
        } else {
            0
        }
    });
    let sorted = derive(move || {
        let order = state.filters.read().order;
        Some(Sorted {
            by: order.by.key(),
            ascending: order.ascending,
        })
    });
    let on_sort = move |by: &'static str| {
        if let Some(by) = By::parse(by) {
            state.choose(|filters| filters.order = filters.order.pressed(by));
        }
    };
    let panel = state.panel;
    let on_key = move |(key, pressed): (Key, String)| {
        panel.on_key(key, &pressed, || Some(state.rows.row(key)?.id.to_string()))
    };
    let draw = DrawRow::new(move |(key, tabindex)| {
        // The row stays when its issue is loaded again, and is redrawn only if the issue has
        // changed.
        let row = state.rows.steady_row(key);
        (move || {
            row().map(|row| {
                let place = row.place.as_deref().map(place);
                cells(panel, &row, place.into_any(), tabindex)
            })
        })
        .into_any()
    });
    view! {
        <WindowedTable
            name="Issues"
            class="issue-table"
            heads=heads()
            order
            busy
            complete
            waiting
            draw
            sorted
            on_sort
            selected=panel.selected
            focus=panel.focus
            on_key
            seen
            held=state.rows.held()
        />
        <RowRange seen count keys="Arrow keys move, Enter opens" />
    }
}

/// Returns the column headers.
pub(in crate::pages) fn heads() -> Vec<Head> {
    let head = |label, class, by: Option<By>| Head {
        sorts: by.map(By::key),
        label,
        level: None,
        class,
    };
    vec![
        head("Severity", "shape-column", Some(By::Severity)),
        head("Issue", "issue-column", Some(By::Title)),
        head("CVE, CWE", "ids-column", None),
        head("Fix", "fix-column", Some(By::Fix)),
        head("Score", "figure-column score-column", Some(By::Score)),
    ]
}

/// Returns the place of an issue, below its title.
pub(in crate::pages) fn place(place: &str) -> impl IntoView + use<> {
    view! { <bdi class="issue-place" title=place.to_owned()>{place.to_owned()}</bdi> }
}

/// Returns the cells of an issue. `below` stands below the title.
pub(in crate::pages) fn cells(
    panel: ListAndPanel,
    row: &Row,
    below: AnyView,
    tabindex: Signal<&'static str>,
) -> impl IntoView + use<> {
    let shape = match row.level {
        Some(level) => view! {
            {severity::shape(level)}
            <span class="hidden">{level.label()}</span>
        }
        .into_any(),
        None => view! { <bdi>{row.severity_words().to_owned()}</bdi> }.into_any(),
    };
    let id = row.id.clone();
    let ids = [first_of(&row.cves), first_of(&row.cwes)];
    let ids = if ids.iter().all(Option::is_none) {
        view! { <span class="second">"None"</span> }.into_any()
    } else {
        ids.into_iter()
            .flatten()
            .map(|id| view! { <bdi>{id}</bdi> })
            .collect_view()
            .into_any()
    };
    view! {
        <td role="cell" class="shape-column">
            {shape}
        </td>
        <td role="cell" class="issue-column">
            <a
                class="issue-title"
                href=move || panel.href(Some(&id))
                data-noscroll="true"
                prop:replace=move || panel.replaces()
                on:click=move |_| panel.note_scroll()
                tabindex=move || tabindex.get()
                title=row.title.to_string()
            >
                <bdi>{row.title.to_string()}</bdi>
            </a>
            {below}
        </td>
        <td role="cell" class="ids-column">
            {ids}
        </td>
        <td role="cell" class="fix-column" data-way=row.way.is_known().then_some("known")>
            {remediation_icon(row.way)}
            <span>{row.way.word()}</span>
        </td>
        <td role="cell" class="figure-column score-column">
            {score(row.score)}
        </td>
    }
}

fn score(score: Option<u64>) -> AnyView {
    match score {
        Some(score) => view! {
            <span class="score-bar" aria-hidden="true">
                <span style:--v=format!("calc({score} / 1000)")></span>
            </span>
            <span class="score">{number(score)}</span>
        }
        .into_any(),
        None => view! {
            <span class="second">
                <span aria-hidden="true">"–"</span>
                <span class="hidden">"No score"</span>
            </span>
        }
        .into_any(),
    }
}
