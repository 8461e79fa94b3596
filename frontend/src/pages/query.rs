//! What a person chose of a list, written into the page's address.

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

/// Writes a query into the address, and `true` replaces the entry of the history.
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
