//! The list for others: its address, and files.

use leptos::prelude::*;

use super::state::AllIssuesState;
use crate::{
    announcer::Announcer,
    components::icon::Icon,
    data::{
        all_issues::export::{Exported, csv, sarif},
        coverage::Coverage,
        number_format::count,
    },
    platform::{self, download, menu},
    reactive::{Signal, dynamic, memo},
};

/// The id of the menu in the document.
const MENU: &str = "export";

/// A format of a file.
#[derive(Clone, Copy)]
enum Format {
    Csv,
    Sarif,
}

impl Format {
    const ALL: [Self; 2] = [Self::Csv, Self::Sarif];

    /// Returns the label, the ending of a file's name, and the media type.
    const fn words(self) -> [&'static str; 3] {
        match self {
            Self::Csv => ["CSV, for spreadsheets", "csv", "text/csv;charset=utf-8"],
            Self::Sarif => ["SARIF, for other tools", "sarif", "application/sarif+json"],
        }
    }
}

/// The menu of files. It says whether a file has all issues that match, or a part of them.
#[component]
pub fn Save(
    /// The state of the page.
    state: AllIssuesState,
) -> impl IntoView {
    let announcer = Announcer::get();
    let is_whole = memo(move |_| {
        let is_whole = state.readings.coverage() == Coverage::Whole;
        is_whole && !state.readings.is_growing()
    });
    let extent = memo(move |_| {
        let issues = count(state.matching.read().size.issues, "issue");
        if is_whole.get() {
            format!("All {issues} of this list")
        } else {
            format!("Only the {issues} loaded so far")
        }
    });
    let formats = Format::ALL.map(|format| {
        let save = move |_| {
            menu::close(MENU);
            if write(state, format, is_whole.get_untracked()) {
                let issues = count(state.matching.read_untracked().size.issues, "issue");
                let part = if is_whole.get_untracked() {
                    ""
                } else {
                    ", not all of this list"
                };
                announcer.toast(format!("Saved {issues}{part}"));
            } else {
                announcer.toast("This browser did not save the file");
            }
        };
        view! {
            <li>
                <button type="button" class="switcher-link" on:click=save>
                    <span class="switcher-mark"></span>
                    {format.words()[0]}
                </button>
            </li>
        }
    });
    let has_some = memo(move |_| !state.matching.read().issues.is_empty());
    view! {
        <div class="chip-place" hidden=move || !has_some.get()>
            <button
                type="button"
                class="button"
                popovertarget=MENU
                on:keydown=|event| menu::on_key(&event, MENU)
            >
                <span>"Export"</span>
                {Icon::Down.view()}
            </button>
            <div
                id=MENU
                class="menu"
                popover="auto"
                aria-label="Export"
                on:keydown=|event| menu::on_key(&event, MENU)
            >
                <p class="menu-note">{move || extent.get()}</p>
                <ul>{formats}</ul>
            </div>
        </div>
    }
}

/// Saves the matching issues as a file. Returns `false` if the browser refuses.
fn write(state: AllIssuesState, format: Format, is_whole: bool) -> bool {
    let [_, ending, media_type] = format.words();
    let text = untrack(|| {
        let matching = state.matching.get();
        let projects = state.projects.names();
        let names: Vec<_> = matching
            .issues
            .iter()
            .map(|found| {
                let project = found.project.clone().and_then(|id| {
                    let key = (found.org.to_string(), id);
                    projects.get(&key).cloned()
                });
                (state.org_name(&found.org), project.unwrap_or_default())
            })
            .collect();
        let issues = matching.issues.iter().zip(&names);
        let issues = issues.map(|(found, (org, project))| Exported {
            found,
            org,
            project,
        });
        match format {
            Format::Csv => csv::file(issues, platform::machine),
            Format::Sarif => {
                let issues: Vec<_> = issues.collect();
                sarif::file(&issues, is_whole, platform::machine)
            }
        }
    });
    let today = platform::machine(platform::now());
    let day = today.get(..10).unwrap_or_default();
    let part = if is_whole { "" } else { "-part" };
    download::save(&format!("issues-{day}{part}.{ending}"), media_type, &text)
}

/// The button that copies the address of the page, with its filters.
#[component]
pub fn CopyLink() -> impl IntoView {
    let announcer = Announcer::get();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        leptos::task::spawn_local(async move {
            let Some(address) = platform::address() else {
                return;
            };
            if platform::copy(&address).await {
                announcer.say("Copied");
                copied.set(true);
                gloo_timers::future::TimeoutFuture::new(2_000).await;
                copied.try_set(false);
            } else {
                announcer
                    .toast("This browser does not allow copying. Copy the address from its bar");
            }
        });
    };
    let words: Signal<&'static str> =
        memo(move |_| if copied.get() { "Copied" } else { "Copy link" });
    let icon = dynamic(move || {
        if copied.get() {
            Icon::Check.view()
        } else {
            Icon::Copy.view()
        }
    });
    view! {
        <button type="button" class="button" on:click=copy>
            {icon}
            <span>{move || words.get()}</span>
        </button>
    }
}
