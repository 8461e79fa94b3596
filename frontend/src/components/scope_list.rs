//! Lists of scopes in words.

use leptos::prelude::*;
use shared::scope::{Scopes, meaning, only_reads};

use super::icon::Icon;

/// Returns the list of requested scopes.
#[must_use]
pub fn asked(scopes: &Scopes) -> impl IntoView + use<> {
    let rows = scopes
        .iter()
        .map(|scope| {
            let icon = if only_reads(scope) {
                Icon::Eye
            } else {
                Icon::Pencil
            };
            row(icon, meaning(scope), scope)
        })
        .collect_view();
    view! { <ul class="scopes">{rows}</ul> }
}

/// Returns the sentence under the requested scopes, which says whether they can change anything.
#[must_use]
pub fn consequence(scopes: &Scopes) -> String {
    let changes: Vec<_> = scopes
        .iter()
        .filter(|scope| !only_reads(scope))
        .map(|scope| crate::connection_label::lower_first(meaning(scope)))
        .collect();
    if changes.is_empty() {
        "It can’t change anything at Snyk. You can disconnect at any time.".to_owned()
    } else {
        format!("It can also change things: {}.", changes.join(", "))
    }
}

/// Returns the row of a scope that was requested or granted.
#[must_use]
pub fn row(icon: Icon, words: &str, scope: &str) -> impl IntoView + use<> {
    let (words, scope) = (words.to_owned(), scope.to_owned());
    view! {
        <li>
            {icon.view()} <div>
                <span>{words}</span>
                <code>{scope}</code>
            </div>
        </li>
    }
}
