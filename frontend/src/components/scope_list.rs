//! Lists of scopes in words.

use super::icon::Icon;
use leptos::prelude::*;

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
