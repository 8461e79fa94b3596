//! Writes the filters of a list into the address of the page.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

/// Returns a callback that writes a query into the address. `true` replaces the entry of the
/// history.
pub(super) fn write() -> Callback<(String, bool)> {
    let (navigate, pathname) = (use_navigate(), use_location().pathname);
    Callback::new(move |(query, replace): (String, bool)| {
        let path = pathname.get_untracked();
        let to = if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        };
        let options = NavigateOptions {
            replace,
            scroll: false,
            ..NavigateOptions::default()
        };
        navigate(&to, options);
    })
}
