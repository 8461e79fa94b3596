//! What the server uses, and what only Snyk or a command can change.

use leptos::prelude::*;
use shared::api::admin::{EncryptionState, SecretState, SettingKey, Settings};

use super::{failed::FailedNotice, state::Administration};
use crate::{
    admin::settings::{self, Value},
    announcer::Announcer,
    api::{self, Failure},
    components::{
        copyable::Copyable, countdown::seconds, icon::Icon, layout::Waiting, notice::panel,
        sealed::Sealed, show::Show,
    },
    messages::Tone,
    platform,
    reactive::{dynamic, memo},
    times,
};

/// The commands that read or change what Snyk has registered.
const COMMANDS: [(&str, &str); 3] = [
    ("Show it, compared with this server", "snyk-app app show"),
    (
        "Change name, redirect addresses, token lifetime",
        "snyk-app app update",
    ),
    (
        "Make a second client secret, then drop the old",
        "snyk-app app rotate-secret",
    ),
];

/// The part of the page.
#[component]
pub fn AppSettings(
    /// The state of the page.
    admin: Administration,
) -> impl IntoView {
    let announcer = Announcer::get();
    let settings = RwSignal::new(None::<Settings>);
    let failed = RwSignal::new(None::<Failure>);
    let is_loading = RwSignal::new(false);
    let load = move || {
        is_loading.set(true);
        leptos::task::spawn_local(async move {
            let answer = api::admin::settings().await;
            if is_loading.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => {
                    failed.set(None);
                    settings.set(Some(answer));
                }
                Err(failure) if admin.is_end(&failure) => {}
                Err(failure) => {
                    announcer.say_failure(&failure);
                    failed.set(Some(failure));
                }
            }
        });
    };
    load();
    let again = Callback::new(move |()| load());
    let is_awaited = memo(move |_| settings.with(Option::is_none) && failed.with(Option::is_none));
    let content = dynamic(move || {
        let settings = settings.get()?;
        Some(view! {
            {never_granted(&settings)}
            {table(&settings)}
            <div class="columns">
                <Registered /> {encryption(&settings.encryption)}
            </div>
        })
    });
    view! {
        <FailedNotice failed=failed.into() trying=is_loading.into() on_again=again />
        <Show when=move || is_awaited.get()>
            <Waiting words="Loading" />
        </Show>
        {content}
    }
}

/// Returns the notice about scopes that no install was granted.
fn never_granted(all: &Settings) -> Option<AnyView> {
    let scopes = &all.scopes_never_granted;
    let title = settings::never_granted(scopes)?;
    let [before, after] = settings::why_never_granted(scopes, all.active);
    let named = scopes
        .iter()
        .enumerate()
        .map(|(at, scope)| {
            let comma = (at > 0).then_some(", ");
            view! {
                {comma}
                <code>{scope.to_owned()}</code>
            }
        })
        .collect_view();
    let text = view! { <p>{before} {named} {after} <code>"SCOPES"</code> "."</p> };
    let notice = panel(
        Tone::Warn,
        Icon::Triangle,
        title.into(),
        text.into_any(),
        None,
    );
    Some(notice)
}

/// Returns the table of settings.
fn table(all: &Settings) -> AnyView {
    let mut rows = Vec::new();
    for setting in &all.settings {
        let value = shown(settings::value(setting));
        rows.push(row(
            settings::label(setting.key),
            value,
            setting.variable.as_deref(),
        ));
        if setting.key == SettingKey::ClientId {
            rows.push(secret(&all.client_secret));
        }
    }
    let read_at = platform::exact(platform::millis(&all.read_at));
    view! {
        <section class="section" aria-labelledby="used">
            <div class="section-head">
                <h2 id="used">"What this server uses"</h2>
                <p class="second">{format!("Read at start, {read_at}")}</p>
            </div>
            <table class="settings" role="table" aria-labelledby="used">
                <thead role="rowgroup">
                    <tr role="row">
                        {["Setting", "Value", "From"]
                            .map(|head| view! { <th scope="col" role="columnheader">{head}</th> })}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(label: &'static str, value: AnyView, variable: Option<&str>) -> AnyView {
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                {label}
            </th>
            <td role="cell">{value}</td>
            <td role="cell">{shown(settings::source(variable))}</td>
        </tr>
    }
    .into_any()
}

fn shown(value: Value) -> AnyView {
    match value {
        Value::Words(words) => view! { <bdi>{words}</bdi> }.into_any(),
        Value::Code(code) => view! { <code>{code}</code> }.into_any(),
    }
}

/// Returns the row of the client secret, which is not here.
fn secret(secret: &SecretState) -> AnyView {
    let read_at = platform::exact(platform::millis(&secret.read_at));
    let accepted = match &secret.accepted_at {
        Some(at) => {
            let ago = times::ago(seconds(platform::millis(at), platform::now()));
            format!("last accepted by Snyk {ago}")
        }
        None => "not used at Snyk since the start".to_owned(),
    };
    let words = format!("on the server only; read {read_at}, {accepted}");
    let value = view! { <Sealed words /> };
    row(
        "Client secret",
        value.into_any(),
        secret.variable.as_deref(),
    )
}

/// What Snyk has registered, which this server cannot read.
#[component]
fn Registered() -> impl IntoView {
    let commands = COMMANDS.map(|(words, command)| {
        view! {
            <li>
                <span>{words}</span>
                <span>
                    <Copyable name="command" value=command.to_owned() />
                </span>
            </li>
        }
    });
    view! {
        <section class="section" aria-labelledby="registered">
            <h2 id="registered">"What Snyk has registered"</h2>
            <p>
                "Only a person’s own Snyk token may read or change it, and this server holds none. Run these where the server runs; each asks for the token."
            </p>
            <ul class="commands">{commands}</ul>
        </section>
    }
}

/// Returns what is known of the keys.
fn encryption(state: &EncryptionState) -> AnyView {
    view! {
        <section class="section" aria-labelledby="encryption">
            <h2 id="encryption">"Encryption at rest"</h2>
            <dl class="install-facts">
                <div>
                    <dt>"Key in use"</dt>
                    <dd>
                        <code>{state.key.clone()}</code>
                        {format!(", {}", settings::key_use(state))}
                    </dd>
                </div>
                <div>
                    <dt>"Previous keys"</dt>
                    <dd>{settings::previous_keys(state)}</dd>
                </div>
                <div>
                    <dt>"Change it"</dt>
                    <dd>
                        <Copyable name="command" value="snyk-app rotate-encryption".to_owned() />
                    </dd>
                </div>
            </dl>
        </section>
    }
    .into_any()
}
