//! An issue in full: in the panel beside the list, or on a page of its own.

use std::sync::Arc;

use leptos::{ev::KeyboardEvent, prelude::*};

use super::{
    advice::{advice, description},
    place::Place,
};
use crate::{
    announcer::Announcer,
    components::{
        icon::Icon,
        list_and_panel::{ListAndPanel, TITLE},
        severity,
        timestamp::{Timestamp, minutes},
    },
    data::{
        issues::{
            remediation::reached_words,
            row::{Named, Row, kind_words},
        },
        number_format::number,
    },
    page_heading::PageHeading,
    platform::{self, events::while_mounted},
    reactive::{Signal, derive, dynamic, effect, memo},
};

/// The issue that is shown in full, whatever list it is in.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    /// The way between the list and the issue.
    pub panel: ListAndPanel,
    /// The issue, if it is loaded.
    pub row: Signal<Option<Arc<Row>>>,
    /// Heading and explanation in place of an issue that is not loaded.
    pub absent: Signal<(&'static str, String)>,
    /// Where the issue was found.
    pub place: Signal<Place>,
    /// The name of the list, to which the page of an issue links.
    pub list: Signal<String>,
    /// Id and title of the issues before and after it.
    pub neighbours: Signal<[Option<(String, String)>; 2]>,
    /// Draws what stands between the title and the rest.
    pub below_title: Callback<(), AnyView>,
    /// Draws the notice about a list that could not be loaded.
    pub broken: Callback<(), AnyView>,
}

/// The panel beside the list.
#[component]
pub fn Panel(
    /// The issue.
    opened: Opened,
) -> impl IntoView {
    let announcer = Announcer::get();
    let Opened {
        panel,
        row,
        absent,
        place,
        below_title,
        ..
    } = opened;
    let title = memo(move |_| row.with(|row| row.as_ref().map(|row| row.title.to_string())));
    // The issue in the panel is announced; the focus stays in the list.
    effect(move |before: Option<Option<u64>>| {
        let selected = panel.selected.get();
        if before.is_some_and(|before| before != selected)
            && let Some(title) = title.get_untracked()
        {
            announcer.say(format!("Showing {title}"));
        }
        selected
    });
    let close = move || {
        panel.show(None);
        panel.focus_last();
    };
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            panel.focus_last();
        }
    };
    let content = dynamic(move || {
        if let Some(row) = row.get() {
            let title = row.title.to_string();
            view! {
                <div class="panel-head">
                    {badge(&row)} <button
                        type="button"
                        class="button quiet square"
                        aria-label="Close"
                        on:click=move |_| close()
                    >
                        {Icon::Cross.view()}
                    </button>
                </div>
                <h2 id=TITLE tabindex="-1">
                    <bdi>{title}</bdi>
                </h2>
                {below_title.run(())}
                <Body place row />
            }
            .into_any()
        } else {
            if !panel.is_open.get() {
                return view! { <p class="second">"Select an issue to see details"</p> }.into_any();
            }
            let (title, text) = absent.get();
            view! {
                <p>
                    <strong>{title}</strong>
                </p>
                <p class="second">{text}</p>
            }
            .into_any()
        }
    });
    view! {
        <aside class="panel" aria-label="Issue" on:keydown=while_mounted(on_key) data-state=move || panel.selected.get().map(|_| "shown")>
            {content}
        </aside>
    }
}

/// The issue on a page of its own, in a narrow viewport.
#[component]
pub fn DetailPage(
    /// The issue.
    opened: Opened,
) -> impl IntoView {
    let Opened {
        panel,
        row,
        absent,
        place,
        list,
        neighbours,
        below_title,
        broken,
    } = opened;
    let back = move || panel.href(None);
    let title = derive(move || match row.get() {
        Some(row) => row.title.to_string(),
        None => absent.get().0.to_owned(),
    });
    let content = dynamic(move || match row.get() {
        Some(row) => view! {
            {below_title.run(())}
            <Body place row />
        }
        .into_any(),
        None => view! {
            <p class="second">{move || absent.get().1}</p>
            {broken.run(())}
        }
        .into_any(),
    });
    let step = move |issue: Option<(String, String)>, words: &'static str| {
        issue.map(|(id, title)| {
            view! {
                <a
                    class="button"
                    href=move || panel.href(Some(&id))
                    data-noscroll="true"
                    prop:replace=true
                    title=title
                    on:click=|_| {
                        request_animation_frame(|| {
                            platform::media::scroll_to(0.0);
                            platform::focus("heading");
                        });
                    }
                >
                    {words}
                </a>
            }
        })
    };
    let steps = dynamic(move || {
        let [before, after] = neighbours.get();
        view! {
            {step(before, "Previous issue")}
            {step(after, "Next issue")}
        }
    });
    view! {
        <div class="issue-page">
            <nav class="crumbs" aria-label="Breadcrumb">
                {Icon::Back.view()}
                <a href=move || back() data-noscroll="true">
                    <bdi>{move || list.get()}</bdi>
                </a>
            </nav>
            {move || row.get().map(|row| badge(&row))}
            <PageHeading title of="issue" />
            {content}
            <nav class="actions" aria-label="Other issues">
                {steps}
            </nav>
        </div>
    }
}

fn badge(row: &Row) -> AnyView {
    match row.level {
        Some(level) => severity::badge(level).into_any(),
        None => view! { <bdi>{row.severity_words().to_owned()}</bdi> }.into_any(),
    }
}

/// The content below the title. There is no row for a value that Snyk does not give.
#[component]
fn Body(
    /// Where the issue was found.
    place: Signal<Place>,
    /// The issue.
    row: Arc<Row>,
) -> impl IntoView {
    let now = minutes();
    let found = row.place.as_deref().map(|place| {
        view! {
            "in "
            <bdi>{place.to_owned()}</bdi>
        }
    });
    let seen = row.created.is_finite().then(|| {
        let words = if row.place.is_some() {
            ", first seen "
        } else {
            "First seen "
        };
        view! {
            {words}
            <Timestamp at=row.created now />
        }
    });
    let (status, is_open) = (row.status_words(), row.resolved.is_none());
    let resolved = row.resolved.clone().map(|(kind, at)| {
        view! {
            <bdi>{kind.to_string()}</bdi>
            {at.map(|at| view! { ", " <Timestamp at now /> })}
        }
    });
    let updated = row
        .updated
        .is_finite()
        .then(|| view! { <Timestamp at=row.updated now /> });
    view! {
        <p class="second">{found} {seen}</p>
        {row.score.map(score)}
        {advice(place, &row)}
        {description(&row)}
        <dl class="facts">
            {cvss(&row)}
            {names("CVE", &row.cves)}
            {names("CWE", &row.cwes)}
            {names("Snyk ID", &row.snyk_ids)}
            {names("Other IDs", &row.others)}
            {fact("Type", kind_words(&row.kind).to_owned())}
            {row.reached.as_ref().map(|reached| fact("Reachable", reached_words(reached)))}
            {fact("Status", status)}
            {(!is_open).then(|| fact("Resolved", resolved))}
            {updated.map(|updated| fact("Updated", updated))}
            {row.key.as_ref().map(|key| fact("Key", view! { <code>{key.to_string()}</code> }))}
        </dl>
    }
}

fn score(score: u64) -> impl IntoView {
    view! {
        <div class="score-gauge">
            <p>"Snyk risk score"</p>
            <p class="figure">{number(score)}</p>
            <div class="strip" aria-hidden="true">
                <div class="strip-fill" style:--v=format!("calc({score} / 1000)")></div>
            </div>
            <p class="ticks" aria-hidden="true">
                <span>"0"</span>
                <span>"500"</span>
                <span>"1,000"</span>
            </p>
        </div>
    }
}

/// Returns the CVSS ratings, each with its vector.
fn cvss(row: &Row) -> Option<impl IntoView + use<>> {
    if row.cvss.is_empty() {
        return None;
    }
    let ratings = row
        .cvss
        .iter()
        .map(|rating| {
            let vector = rating
                .vector
                .as_deref()
                .map(|vector| view! { <code>{vector.to_owned()}</code> });
            view! {
                <bdi>{rating.words.to_string()}</bdi>
                {vector}
            }
        })
        .collect_view();
    Some(fact("CVSS", ratings))
}

fn fact(name: &'static str, value: impl IntoView + 'static) -> impl IntoView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
}

/// Returns the ids of a catalogue, as links where their address is known.
fn names(name: &'static str, ids: &[Named]) -> Option<impl IntoView + use<>> {
    if ids.is_empty() {
        return None;
    }
    let ids = ids
        .iter()
        .map(|named| {
            let id = named.id.to_string();
            match &named.address {
                Some(address) => {
                    let host = crate::snyk_links::host(address).to_owned();
                    view! {
                        <a class="outward" href=address.to_string() rel="noopener noreferrer external">
                            <bdi>{id}</bdi>
                            {Icon::Out.view()}
                            <span class="hidden">{format!(", opens at {host}")}</span>
                        </a>
                    }
                    .into_any()
                }
                None => view! { <bdi>{id}</bdi> }.into_any(),
            }
        })
        .collect_view();
    Some(fact(name, ids))
}
