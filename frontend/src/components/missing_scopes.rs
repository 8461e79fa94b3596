//! What a page says where Snyk granted less than was asked for: something may be missing there.

use leptos::prelude::*;
use shared::{
    api::connection::{Connection, Status},
    scope::{meaning, only_reads},
};

use super::{
    connect_button::{ConnectButton, ReturnTo},
    glyph::glyph,
    icon::Icon,
};
use crate::{api::Failure, connection_label::lower_first, paths, session::SessionContext};

/// The notice; nothing while all that the pages read with was granted. A connection that has
/// stopped working says that first.
#[component]
pub fn MissingScopes(
    /// The connection.
    connection: Signal<Connection>,
    /// Where a failure to ask again is put.
    failure: RwSignal<Option<Failure>>,
    /// Whether the page says already that something could not be read for want of one.
    #[prop(optional, into)]
    is_told: Signal<bool>,
) -> impl IntoView {
    let session = SessionContext::get();
    let missing = Memo::new(move |_| {
        let connection = connection.read();
        let words: Vec<_> = connection
            .missing_scopes
            .iter()
            .filter(|scope| only_reads(scope) && connection.status == Status::Active)
            .map(|scope| lower_first(meaning(scope)))
            .collect();
        words
    });
    let notice = move || {
        let missing = missing.get();
        if missing.is_empty() || is_told.get() {
            return None;
        }
        let href = connection.with_untracked(|connection| paths::connection(&connection.id));
        let title = move || format!("Snyk allowed less than {} asked for", session.name());
        let text = format!(
            "Some data may be missing here. Not allowed: {}.",
            missing.join("; ")
        );
        Some(view! {
            <section class="notice" data-tone="warn" aria-labelledby="missing-scopes">
                {glyph("warn", Icon::Triangle)} <div class="notice-text">
                    <h2 id="missing-scopes">
                        <bdi>{title}</bdi>
                    </h2>
                    <p>{text} " " <a href=href>"See the permissions"</a></p>
                </div> <div class="notice-actions">
                    <ConnectButton words="Ask again" class="button" return_to=ReturnTo::Here failure />
                </div>
            </section>
        })
    };
    view! { {notice} }
}
