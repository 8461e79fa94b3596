//! A connection: its clocks, organizations and scopes, refresh and the ways to end it.

use leptos::{html::Dialog, prelude::*};
use leptos_router::hooks::use_params_map;
use login::browser::tabs::Change;
use shared::{
    api::connection::{Connection, Status},
    problem::Code,
};

use super::{
    connection_parts::{Access, MayDo, Organizations, Summary},
    disconnected::Disconnected,
    not_found::NotFoundPage,
};
use crate::{
    api::{self, Failure, connections::Revocation},
    components::{
        confirm::{self, Confirm},
        icon::Icon,
        layout::Waiting,
        notice::{Notice, OutcomePage},
        reconnect::ReconnectNotices,
        this_browser::use_sign_out,
    },
    naming, outcome, paths,
    session::{SessionContext, Who},
    shell::Shell,
};

/// What the page shows. The connection itself is not in it, so that a refresh does not draw the
/// whole page again.
#[derive(Clone, PartialEq)]
enum Stand {
    Waiting,
    Here(String),
    SignedOut,
    Missing,
    Failed(Failure),
    Ended(Revocation),
}

/// The page of a connection.
#[component]
pub fn ConnectionPage() -> impl IntoView {
    let session = SessionContext::get();
    let params = use_params_map();
    let id = Memo::new(move |_| params.read().get("id").unwrap_or_default());
    let ended = RwSignal::new(None::<(String, Revocation)>);
    let stand = Memo::new(move |_| {
        let id = id.get();
        if let Some((which, revocation)) = ended.get()
            && which == id
        {
            return Stand::Ended(revocation);
        }
        match session.who() {
            Who::Checking => Stand::Waiting,
            Who::SignedOut => Stand::SignedOut,
            Who::Unreachable(failure) => Stand::Failed(failure),
            Who::SignedIn(_) if session.connection(&id).is_some() => Stand::Here(id),
            Who::SignedIn(_) => Stand::Missing,
        }
    });
    move || match stand.get() {
        Stand::Waiting => view! { <Waiting /> }.into_any(),
        Stand::Here(id) => view! { <Details id ended /> }.into_any(),
        Stand::SignedOut => {
            let failure = Failure::Problem(Box::new(outcome::local(Code::NotSignedIn)));
            let return_to = id.with_untracked(|id| paths::connection(id));
            view! { <OutcomePage failure return_to /> }.into_any()
        }
        Stand::Missing => view! { <NotFoundPage /> }.into_any(),
        Stand::Failed(failure) => view! { <OutcomePage failure /> }.into_any(),
        Stand::Ended(revocation) => view! { <Disconnected revocation /> }.into_any(),
    }
}

/// A connection that is there.
#[component]
fn Details(
    /// Its id.
    id: String,
    /// Set when it has ended.
    ended: RwSignal<Option<(String, Revocation)>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let Some(first) = untrack(|| session.connection(&id)) else {
        return view! { <NotFoundPage /> }.into_any();
    };
    // Keeps what was there last while the page is being left.
    let connection = {
        let id = id.clone();
        Memo::new(move |last: Option<&Connection>| {
            session
                .connection(&id)
                .or_else(|| last.cloned())
                .unwrap_or_else(|| first.clone())
        })
    };
    let connection: Signal<Connection> = connection.into();
    let id = StoredValue::new(id);
    let failure = RwSignal::new(None::<Failure>);
    let works = Memo::new(move |_| connection.read().status == Status::Active);
    view! {
        <div class="page">
            <ReconnectNotices of=id.get_value() failure />
            <div class="title-row">
                <Summary connection />
                <Show when=move || works.get()>
                    <RefreshButton id=id.get_value() failure />
                </Show>
            </div>
            <Notice failure />
            <Access connection />
            <div class="columns">
                <Organizations connection />
                <MayDo connection failure />
            </div>
            <EndIt id=id.get_value() connection ended failure />
        </div>
    }
    .into_any()
}

/// Replaces the token pair now.
#[component]
fn RefreshButton(
    /// The connection's id.
    id: String,
    /// Where a failure is put.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let shell = Shell::get();
    let busy = RwSignal::new(false);
    let press = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        shell.say("Refreshing");
        let id = id.clone();
        leptos::task::spawn_local(async move {
            match api::connections::refresh(&id).await {
                Ok(connection) => {
                    shell.toast(format!(
                        "New token pair, generation {}",
                        connection.generation
                    ));
                    session.replace(connection);
                }
                Err(why) => after_failure(session, shell, failure, why).await,
            }
            busy.try_set(false);
        });
    };
    view! {
        <button
            type="button"
            class="button refresh"
            aria-disabled=move || busy.get().then_some("true")
            on:click=press
        >
            {Icon::Again.view()}
            <span>{move || if busy.get() { "Refreshing" } else { "Refresh now" }}</span>
        </button>
    }
}

/// What a failure changes: a connection that needs a person, or a session that is gone, is shown as
/// such; anything else is a notice.
async fn after_failure(
    session: SessionContext,
    shell: Shell,
    failure: RwSignal<Option<Failure>>,
    why: Failure,
) {
    shell.say(why.to_string());
    if let Failure::Problem(problem) = &why
        && matches!(
            problem.code,
            Code::ReconnectNeeded | Code::NotSignedIn | Code::NotFound
        )
    {
        session.read().await;
        return;
    }
    failure.try_set(Some(why));
}

/// Sign out, and disconnect.
#[component]
fn EndIt(
    /// The connection's id.
    id: String,
    /// The connection.
    connection: Signal<Connection>,
    /// Set when it has ended.
    ended: RwSignal<Option<(String, Revocation)>>,
    /// Where a failure is put.
    failure: RwSignal<Option<Failure>>,
) -> impl IntoView {
    let session = SessionContext::get();
    let shell = Shell::get();
    let dialog = NodeRef::<Dialog>::new();
    let busy = RwSignal::new(false);
    let name = Signal::derive(move || naming::name(&connection.read()));
    let (sign_out, _) = use_sign_out(move |why| {
        failure.try_set(Some(why));
    });
    let disconnect = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let id = id.clone();
        leptos::task::spawn_local(async move {
            match api::connections::disconnect(&id).await {
                Ok(revocation) => {
                    ended.try_set(Some((id, revocation)));
                    // The others ask the server: for some it was their only connection.
                    session.tell(Change::SignedOut);
                    session.read().await;
                }
                Err(why) => after_failure(session, shell, failure, why).await,
            }
            busy.try_set(false);
        });
    });
    view! {
        <section class="section" aria-labelledby="end">
            <h2 id="end">"End it"</h2>
            <div class="columns">
                <div class="ending">
                    <div>
                        <h3>"Sign out of this browser"</h3>
                        <p class="second">"The connection stays for your other browsers."</p>
                    </div>
                    <button type="button" class="button" on:click=move |_| sign_out.run(())>
                        "Sign out"
                    </button>
                </div>
                <div class="ending">
                    <div>
                        <h3>"Disconnect " <bdi>{move || name.get()}</bdi></h3>
                        <p class="second">
                            "Tokens are revoked at Snyk and erased here, for every browser."
                        </p>
                    </div>
                    <button type="button" class="button danger" on:click=move |_| confirm::open(dialog)>
                        "Disconnect…"
                    </button>
                </div>
            </div>
            <Confirm
                dialog
                question=Signal::derive(move || format!("Disconnect {}?", name.get()))
                consequence="Its tokens are revoked at Snyk and erased here, for all browsers that use it. You can connect again later."
                keep="Keep it"
                go="Disconnect"
                on_go=disconnect
            />
        </section>
    }
}
