//! The sections of the page of a connection.

use leptos::prelude::*;
use shared::{
    api::connection::{Connection, Status},
    route::{self, Route},
    scope::meaning,
};

use crate::{
    api::Failure,
    components::{
        connect_button::{ConnectButton, Reconnect, ReturnTo},
        countdown::{Countdown, seconds, ticking},
        dash::dash,
        icon::Icon,
        loading_orgs::LoadingOrganizations,
        scope_list::row,
        show::Show,
    },
    connection_label,
    data::number_format::number,
    page_heading::PageHeading,
    platform,
    reactive::{Signal, derive, dynamic, effect, memo},
    refresh_polls, refresh_scale,
    router::Page,
    session::SessionContext,
    times,
};

/// Name, status, time of connecting, and the acting account.
#[component]
pub fn Summary(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let title = derive(move || connection_label::name(&connection.read()));
    let status = dynamic(move || match connection.read().status {
        Status::Active => view! {
            <p class="status" data-tone="ok">
                {Icon::Check.view()}
                "Active"
            </p>
        },
        Status::ReconnectNeeded => view! {
            <p class="status" data-tone="warn">
                {Icon::Triangle.view()}
                "Needs reconnecting"
            </p>
        },
    });
    let since = dynamic(move || {
        let connection = connection.read();
        let at = platform::millis(&connection.connected_at);
        let words = times::ago(seconds(at, platform::now()));
        let exact = platform::exact(at);
        view! {
            "Connected "
            <time datetime=connection.connected_at.clone() title=exact>
                {words}
            </time>
            {connection_label::acting(&connection)}
            "."
        }
    });
    view! {
        <div>
            <div class="name-row">
                <PageHeading title />
                {status}
            </div>
            <p class="second">
                {since} " Connection " <code>{move || connection.read().id.clone()}</code>
                ". "
                <a href=move || Route::login_of(&connection.read().id)>"What happened when you connected"</a>
            </p>
        </div>
    }
}

/// The lifetimes of both tokens, and the generation.
#[component]
pub fn Access(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let session = SessionContext::get();
    let now = ticking();
    let began = derive(move || connection.read().refreshed_at.clone());
    let access = derive(move || Some(connection.read().access_token_expires_at.clone()));
    let refresh = derive(move || connection.read().refresh_token_expires_at.clone());
    let count = derive(move || connection.read().generation);
    let works = derive(move || connection.read().status == Status::Active);
    ask_when_renewed(connection, works, now);
    let last = dynamic(move || {
        let at = platform::millis(&began.read());
        format!("Last: {} ago", times::line(seconds(at, now.get())))
    });
    view! {
        <section class="section" aria-labelledby="access">
            <div class="section-head">
                <h2 id="access">"Access to Snyk"</h2>
                <Show when=move || works.get()>
                    <p class="second">"Renewed automatically"</p>
                </Show>
            </div>
            <Show when=move || !works.get()>
                <p>{move || tokens_are_gone(&session.name())}</p>
            </Show>
            <div class="gauges">
                <Show when=move || works.get()>
                    <Countdown label="Access token expires in" began ends=access renews=works now />
                    <Countdown label="Refresh token expires in" began ends=refresh now />
                </Show>
                <div class="gauge">
                    <p class="gauge-label">"Generation"</p>
                    <p class="figure">{move || number(count.get())}</p>
                    <div class="generations" aria-hidden="true">
                        <div style:--v=move || refresh_scale::ticks(count.get()).0.to_string()></div>
                    </div>
                    <p class="ticks">
                        <span>{move || refresh_scale::words(refresh_scale::ticks(count.get()).1)}</span>
                        <span>{last}</span>
                    </p>
                </div>
            </div>
        </section>
    }
}

fn tokens_are_gone(app: &str) -> String {
    format!("Snyk no longer accepts this connection’s tokens, and {app} has deleted them.")
}

/// Loads the session again when the server may have renewed the access token, because the page
/// shows the state of its last request.
fn ask_when_renewed(connection: Signal<Connection>, works: Signal<bool>, now: ReadSignal<f64>) {
    let session = SessionContext::get();
    let moments = memo(move |_| {
        let connection = connection.read();
        let ends = platform::millis(&connection.access_token_expires_at);
        let lifetime = ends - platform::millis(&connection.refreshed_at);
        refresh_polls::moments(lifetime / 1_000.0, (ends - now.get()) / 1_000.0)
    });
    effect(move |before: Option<u32>| {
        let moments = moments.get();
        if works.get_untracked() && before.is_some_and(|before| moments > before) {
            session.refresh_if_stale();
        }
        moments
    });
}

/// The organizations that the connection is authorized for.
#[component]
pub fn Organizations(
    /// The connection.
    connection: Signal<Connection>,
) -> impl IntoView {
    let rows = dynamic(move || {
        connection
            .read()
            .orgs
            .iter()
            .map(|org| {
                let slug = if org.slug.is_empty() {
                    dash().into_any()
                } else {
                    view! {
                        <code>
                            <bdi>{org.slug.clone()}</bdi>
                        </code>
                    }
                    .into_any()
                };
                view! {
                    <tr>
                        <th scope="row">
                            <bdi>{org.name.clone()}</bdi>
                        </th>
                        <td class="slug">{slug}</td>
                    </tr>
                }
            })
            .collect_view()
    });
    view! {
        <section class="section" aria-labelledby="organizations">
            <div class="section-head">
                <h2 id="organizations">"Organizations"</h2>
                <p class="second">{move || connection.read().orgs.len()}</p>
            </div>
            <LoadingOrganizations connection />
            <table aria-labelledby="organizations">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col" class="slug">
                            "Slug"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
}

/// The scopes, granted and missing.
#[component]
pub fn MayDo(
    /// The connection.
    connection: Signal<Connection>,
    /// Receives a failure to start a login.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let page = Page::get();
    let asked = memo(move |_| page.parameter(route::ASKED));
    let counts = dynamic(move || {
        let connection = connection.read();
        let granted = connection.scopes.len();
        match connection.missing_scopes.len() {
            0 => format!("{granted} granted"),
            missing => format!("{granted} granted, {missing} missing"),
        }
    });
    let granted = dynamic(move || {
        connection
            .read()
            .scopes
            .iter()
            .map(|scope| row(Icon::Check, meaning(scope), scope))
            .collect_view()
    });
    let missing = dynamic(move || {
        let connection = connection.read();
        connection
            .missing_scopes
            .iter()
            .map(|scope| {
                let in_vain = asked.read().as_deref() == Some(scope);
                missing_row(scope, &connection.id, in_vain, failure)
            })
            .collect_view()
    });
    view! {
        <section class="section" aria-labelledby="scopes">
            <div class="section-head">
                <h2 id="scopes">"Permissions"</h2>
                <p class="second">{counts}</p>
            </div>
            <ul class="scopes">{granted} {missing}</ul>
        </section>
    }
}

/// Returns the row of a scope that was not granted. `in_vain` is `true` if the person has just
/// requested it again.
fn missing_row(
    scope: &str,
    id: &str,
    in_vain: bool,
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView + use<> {
    let session = SessionContext::get();
    let words = connection_label::lower_first(meaning(scope));
    let return_to = ReturnTo::Path(Route::asked_again(id, scope));
    let scope = scope.to_owned();
    let in_vain = in_vain.then(|| {
        view! {
            <p class="second">
                "Snyk didn’t grant it this time either. The app may be registered without it; contact whoever runs "
                <bdi>{move || session.name()}</bdi> "."
            </p>
        }
    });
    view! {
        <li data-state="missing">
            {Icon::Triangle.view()} <div>
                <span>
                    <strong>"Not granted:"</strong>
                    " "
                    {words}
                </span>
                <code>{scope}</code>
                {in_vain}
            </div>
            <ConnectButton
                words="Ask again"
                class="button quiet"
                return_to
                reconnect=Reconnect::Id(id.to_owned())
                failure
            />
        </li>
    }
}
