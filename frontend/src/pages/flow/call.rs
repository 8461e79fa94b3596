//! A call to Snyk that was made on the page: what this browser sent, what the server added, what
//! Snyk answered and what the server kept.

use leptos::prelude::*;
use shared::snyk::{VERSION, read::Read};

use crate::{
    api::{Answer, snyk},
    components::sealed::Sealed,
    data::number_format::number,
    flow::signed_in::seconds,
};

/// A call and its answer.
#[derive(Clone, Debug)]
pub struct Called {
    /// The path at our server.
    path: String,
    /// The path at Snyk.
    to: String,
    status: u16,
    media_type: String,
    bytes: u64,
    provider_request_id: Option<String>,
    /// Milliseconds.
    took: f64,
}

impl Called {
    /// Describes a call through a connection that took so many milliseconds.
    #[must_use]
    pub fn new<T>(connection: &str, asked: &Read<T>, answer: &Answer, took: f64) -> Self {
        Self {
            path: snyk::path_of(connection, &asked.path_and_query()),
            to: asked.path_and_query(),
            status: answer.status,
            media_type: answer.media_type.clone().unwrap_or_default(),
            bytes: answer.body.len() as u64,
            provider_request_id: answer.provider_request_id.clone(),
            took,
        }
    }

    /// Returns the answer in words.
    #[must_use]
    pub fn summary(&self) -> String {
        format!("Snyk answered {} after {}", self.status, seconds(self.took))
    }
}

/// The call in four parts.
#[component]
pub fn Call(
    /// The call.
    called: Called,
) -> impl IntoView {
    let summary = called.summary();
    let Called {
        path,
        to,
        status,
        media_type,
        bytes,
        provider_request_id,
        ..
    } = called;
    let id = provider_request_id.map(|id| plain("snyk-request-id", id));
    view! {
        <p class="small">{summary}</p>
        <h4>"This browser sent"</h4>
        <dl>
            {plain("GET", path)} {sealed("cookie", "HttpOnly: the browser adds it, this page cannot read it")}
        </dl>
        <h4>"The server added"</h4>
        <dl>
            {plain("GET", to)} {sealed("authorization", "Bearer, with the access token")}
            {plain("version", VERSION.to_owned())}
        </dl>
        <h4>"Snyk answered"</h4>
        <dl>
            {plain("status", status.to_string())} {plain("content-type", media_type)}
            {plain("body", format!("{} bytes", number(bytes)))} {id}
        </dl>
        <h4>"The server kept"</h4>
        <p class="second small">
            "Cookies of Snyk, and every other header that is not on the list of "
            <code>"backend/src/proxy/headers.rs"</code>
            ". It asks only what is on the list of "
            <code>"backend/domain/src/allow_list.rs"</code>
            "."
        </p>
    }
}

fn plain(name: &'static str, value: String) -> AnyView {
    row(name, view! { <code>{value}</code> }.into_any())
}

fn sealed(name: &'static str, words: &'static str) -> AnyView {
    row(name, view! { <Sealed words /> }.into_any())
}

fn row(name: &'static str, value: AnyView) -> AnyView {
    view! {
        <div>
            <dt>
                <code>{name}</code>
            </dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}
