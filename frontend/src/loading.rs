//! Polls the server while organizations of a connection are still being loaded.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use shared::api::connection::{Connection, Status};

use crate::reactive::{effect, memo};
use crate::{refresh_polls, session::SessionContext};

/// Polls the server with growing delays, for as long as a connection is not complete.
pub fn follow() {
    let session = SessionContext::get();
    let is_loading = memo(move |_| session.connections().iter().any(is_to_come));
    let is_asking = StoredValue::new(false);
    effect(move |_| {
        if !is_loading.get() || is_asking.get_value() {
            return;
        }
        is_asking.set_value(true);
        leptos::task::spawn_local(async move {
            let mut pause = refresh_polls::FIRST_TO_COME;
            while is_loading.get_untracked() {
                TimeoutFuture::new(pause).await;
                let before = session.connections_untracked();
                session.read().await;
                let has_come = session.connections_untracked() != before;
                pause = refresh_polls::until_more_comes(pause, has_come);
            }
            is_asking.set_value(false);
        });
    });
}

/// Returns whether the server loads more organizations of a connection by itself.
fn is_to_come(connection: &Connection) -> bool {
    connection.status == Status::Active && !connection.orgs_complete
}
