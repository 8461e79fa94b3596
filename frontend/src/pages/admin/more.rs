//! How much of a list is shown.

use leptos::prelude::*;

use super::list::List;
use crate::{
    admin::words,
    components::{busy_button::BusyButton, show::Show},
    data::number_format::len,
};

/// How many rows are shown, and the button that loads more.
#[component]
pub fn More<T: Clone + PartialEq + Send + Sync + 'static>(
    /// The rows.
    list: List<T>,
    /// The name of one row.
    item: &'static str,
) -> impl IntoView {
    let (rows, whole, full, more) = (list.len(), list.is_whole(), list.is_full(), list.has_more());
    let is_loading = list.is_loading();
    let shown = move || {
        let rows = Some(rows.get()).filter(|rows| *rows > 0)?;
        Some(words::shown(len(rows), whole.get(), full.get(), item))
    };
    let press = Callback::new(move |()| list.more());
    view! {
        <div class="more">
            <p class="second small">{shown}</p>
            <Show when=move || more.get()>
                <BusyButton class="button" words=["Show more", "Loading"] busy=is_loading on_press=press />
            </Show>
        </div>
    }
}
