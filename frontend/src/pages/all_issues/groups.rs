//! The table of problems or packages: how many issues and projects each has, and what an upgrade
//! ends.

use leptos::prelude::*;

use super::{list::WAITING, state::AllIssuesState};
use crate::{
    components::{
        severity,
        table::{DrawRow, Head, Sorted, WindowedTable, row_range::RowRange},
    },
    data::{
        all_issues::groups::{By, Group, Grouping},
        number_format::{count, number},
        sorting::SortBy as _,
    },
    pages::issues::remediation_icon::remediation_icon,
    reactive::{Signal, derive, memo},
};

/// The table, and the range of visible rows.
#[component]
pub fn GroupTable(
    /// The state of the page.
    state: AllIssuesState,
    /// What a row stands for.
    grouping: Grouping,
) -> impl IntoView {
    let rows = state.groups(grouping);
    let seen = RwSignal::new(0..0);
    let focus = RwSignal::new(None);
    state.follow_search(rows.order(), focus);
    let busy = memo(move |_| state.readings.is_growing());
    let count = memo(move |_| rows.count());
    let waiting = memo(move |_| {
        if busy.get() && count.get() == 0 {
            WAITING
        } else {
            0
        }
    });
    let sorted = derive(move || {
        let order = state.filters.read().groups;
        Some(Sorted {
            by: order.by.key(),
            ascending: order.ascending,
        })
    });
    let on_sort = move |by: &'static str| {
        if let Some(by) = By::parse(by) {
            state.choose(|filters| filters.groups = filters.groups.pressed(by));
        }
    };
    let draw = DrawRow::new(move |(key, tabindex)| {
        let group = rows.steady_row(key);
        (move || group().map(|group| cells(state, grouping, &group, tabindex))).into_any()
    });
    let (name, label, new) = match grouping {
        Grouping::Problem => ("Problems", "Problem", "new problem"),
        Grouping::Package => ("Packages", "Package", "new package"),
    };
    let news = rows.button(new, "link", None);
    view! {
        {news}
        <WindowedTable
            name=name
            class="issue-table group-table"
            heads=heads(label)
            order=rows.order()
            busy
            complete=derive(move || !busy.get())
            waiting
            draw
            sorted
            on_sort
            focus
            seen
            held=rows.held()
        />
        <RowRange seen count keys="Arrow keys move, Enter opens, / searches" />
    }
}

fn heads(label: &'static str) -> Vec<Head> {
    let head = |label, class, by: By| Head {
        sorts: Some(by.key()),
        label,
        level: None,
        class,
    };
    vec![
        head("Severity", "shape-column", By::Severity),
        head(label, "issue-column", By::Name),
        head("Fix", "fix-column", By::Ended),
        head("Issues", "figure-column", By::Issues),
        head("Projects", "figure-column", By::Projects),
    ]
}

fn cells(
    state: AllIssuesState,
    grouping: Grouping,
    group: &Group,
    tabindex: Signal<&'static str>,
) -> impl IntoView + use<> {
    let shape = group.worst.map(|level| {
        view! {
            {severity::shape(level)}
            <span class="hidden">{level.label()}</span>
        }
    });
    let id = group.id.to_string();
    let href = move || {
        let filters = state.filters.read().of_group(grouping, &id);
        state.href(&filters)
    };
    let (name, below) = match grouping {
        Grouping::Problem if group.has_id => (group.title.to_string(), Some(group.id.to_string())),
        Grouping::Package if group.id.is_empty() => ("Not in a package".to_owned(), None),
        _ => (group.id.to_string(), None),
    };
    let title = name.clone();
    let below = below.map(|id| view! { <bdi class="issue-place">{id}</bdi> });
    let fix = if group.ended > 0 {
        let ended = if group.ended == group.issues {
            "all".to_owned()
        } else {
            number(group.ended)
        };
        let projects = count(group.ended_in, "project");
        format!("Upgrade ends {ended}, in {projects}")
    } else {
        group.way.word().to_owned()
    };
    view! {
        <td role="cell" class="shape-column">
            {shape}
        </td>
        <td role="cell" class="issue-column">
            <a class="issue-title" href=move || href() tabindex=move || tabindex.get() title=title>
                <bdi>{name}</bdi>
            </a>
            {below}
        </td>
        <td role="cell" class="fix-column" data-way=group.way.is_known().then_some("known")>
            {remediation_icon(group.way)}
            <span>{fix}</span>
        </td>
        <td role="cell" class="figure-column group-issues">
            {number(group.issues)} <span class="group-word">{unit(group.issues, "issue")}</span>
        </td>
        <td role="cell" class="figure-column group-projects">
            {number(group.projects)}
            <span class="group-word">{unit(group.projects, "project")}</span>
        </td>
    }
}

/// Returns the unit of a figure, which a narrow table shows in place of the column's header.
fn unit(figure: u64, one: &str) -> String {
    let plural = if figure == 1 { "" } else { "s" };
    format!(" {one}{plural}")
}
