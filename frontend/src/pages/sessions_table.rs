//! The table of browsers.

use leptos::prelude::*;
use shared::api::sessions::Browser;

use super::sessions_list::button_id;
use crate::{
    components::{
        countdown::seconds,
        icon::Icon,
        keyed::For,
        show::Show,
        timestamp::{minutes, short},
    },
    platform,
    reactive::{Signal, derive, dynamic},
    times,
};

/// The heads of the columns before the button.
const HEADS: [&str; 4] = ["Browser", "Last used", "Signed in", "Expires if unused"];
/// Number of placeholders while the browsers are being loaded.
const PLACEHOLDERS: usize = 3;

/// The table. Its roles are named, because it is no longer shown as a table on a small screen.
#[component]
pub fn BrowserTable(
    /// The browsers.
    #[prop(into)]
    all: Signal<Vec<Browser>>,
    /// Whether they are being loaded for the first time.
    #[prop(into)]
    is_awaited: Signal<bool>,
    /// The ids of those that are being ended.
    #[prop(into)]
    ending: Signal<Vec<String>>,
    /// Ends one.
    on_end: Callback<Browser>,
) -> impl IntoView {
    let now = minutes();
    let heads = HEADS.map(|head| view! { <th scope="col" role="columnheader">{head}</th> });
    view! {
        <table
            class="browsers"
            role="table"
            aria-label="Browsers"
            aria-busy=move || is_awaited.get().then_some("true")
        >
            <thead role="rowgroup">
                <tr role="row">
                    {heads.into_iter().collect_view()} <th scope="col" role="columnheader">
                        <span class="hidden">"Action"</span>
                    </th>
                </tr>
            </thead>
            <tbody role="rowgroup">
                <For
                    each=move || all.get()
                    // A row whose times have changed is another one.
                    key=|one: &Browser| format!("{} {} {}", one.id, one.last_used_at, one.expires_at)
                    children=move |one| {
                        let cell = action(&one, ending, on_end);
                        row(&one, now, cell)
                    }
                />
                <Show when=move || is_awaited.get()>{(0..PLACEHOLDERS).map(|_| skeleton()).collect_view()}</Show>
            </tbody>
        </table>
    }
}

fn row(browser: &Browser, now: ReadSignal<f64>, action: AnyView) -> AnyView {
    let at = |time: &str| platform::millis(time);
    let used = if browser.current {
        "now".into_any()
    } else {
        short(Some(at(&browser.last_used_at)), now).into_any()
    };
    let expires_at = at(&browser.expires_at);
    let expires =
        dynamic(move || format!("in {}", times::lifetime(seconds(now.get(), expires_at))));
    let signed_in = short(Some(at(&browser.signed_in_at)), now);
    let [_, used_head, signed_in_head, expires_head] = HEADS;
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                <bdi>{browser.browser.clone()}</bdi>
            </th>
            <td role="cell" data-head=used_head>
                {used}
            </td>
            <td role="cell" data-head=signed_in_head>
                {signed_in}
            </td>
            <td role="cell" data-head=expires_head>
                <time class="stamp" datetime=browser.expires_at.clone() title=platform::exact(expires_at)>
                    {expires}
                </time>
            </td>
            <td role="cell">{action}</td>
        </tr>
    }
    .into_any()
}

/// Returns the button that ends a browser, or the mark of this one.
fn action(browser: &Browser, ending: Signal<Vec<String>>, on_end: Callback<Browser>) -> AnyView {
    if browser.current {
        return view! {
            <p class="status" data-tone="ok">
                {Icon::Check.view()}
                "This browser"
            </p>
        }
        .into_any();
    }
    let id = button_id(browser);
    let busy = {
        let id = browser.id.clone();
        derive(move || ending.with(|ending| ending.contains(&id)))
    };
    // Readers hear which one it ends.
    let of = format!(" {}", browser.browser);
    let browser = browser.clone();
    view! {
        <button
            type="button"
            class="button"
            id=id
            aria-disabled=move || busy.get().then_some("true")
            on:click=move |_| {
                if !busy.get_untracked() {
                    on_end.run(browser.clone());
                }
            }
        >
            <span>{move || if busy.get() { "Ending" } else { "End" }} <span class="hidden">{of}</span></span>
        </button>
    }
    .into_any()
}

/// Returns a placeholder in the place of a row.
fn skeleton() -> AnyView {
    let cells = HEADS.map(|_| view! { <td role="cell"><span class="bone"></span></td> });
    view! {
        <tr class="skeleton" role="row" aria-hidden="true">
            {cells.into_iter().collect_view()} <td role="cell"></td>
        </tr>
    }
    .into_any()
}
