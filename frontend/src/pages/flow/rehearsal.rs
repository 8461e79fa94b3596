//! The rehearsal: the values of a login, made for show by the code that makes those of a real one.

use leptos::prelude::*;
use shared::{api::session::App, route::Route};

use super::{
    lifetimes::RehearsedLifetimes, made::Made, pkce::Pkce, playing::Playing, sequence::Sequence,
};
use crate::{
    announcer::Announcer,
    api::Failure,
    components::{
        connect_button::{ConnectButton, ReturnTo},
        layout::Waiting,
        notice::{Notice, outcome_page},
        retry::Retry,
        show::Show,
    },
    flow::{rehearsed, step::STEPS},
    page_heading::PageHeading,
    reactive::{Signal, dynamic, memo},
    session::{SessionContext, SessionState},
};

/// The content of the page.
#[derive(Clone, PartialEq)]
enum Stand {
    Waiting,
    Here(Box<App>),
    Failed(Failure),
}

/// The page, once the app's settings are known.
#[component]
pub fn RehearsalPage() -> impl IntoView {
    let session = SessionContext::get();
    let stand = memo(move |_| match (session.app(), session.who()) {
        (Some(app), _) => Stand::Here(Box::new(app)),
        (None, SessionState::Unreachable { failure, .. }) => Stand::Failed(failure),
        (None, _) => Stand::Waiting,
    });
    dynamic(move || match stand.get() {
        Stand::Waiting => view! { <Waiting /> }.into_any(),
        Stand::Here(app) => match Made::new(&app) {
            Some(made) => view! { <Rehearsed app=*app made /> }.into_any(),
            None => outcome_page(&Failure::Unreadable, None),
        },
        Stand::Failed(failure) => outcome_page(&failure, Some(Retry::of_session())),
    })
}

/// The page of a rehearsal.
#[component]
fn Rehearsed(
    /// The app.
    app: App,
    /// The first values.
    made: Made,
) -> impl IntoView {
    let announcer = Announcer::get();
    let made = RwSignal::new(made);
    let values = memo(move |_| made.get());
    let playing = Playing::start();
    let failure = RwSignal::new(None::<Failure>);
    let scopes = app.scopes.clone();
    let steps = memo(move |_| values.with(|made| rehearsed::steps(&made.values, &scopes)));
    let start_over = move |_| {
        if let Some(new) = Made::new(&app) {
            made.set(new);
            playing.start_over();
            announcer.say("New values were made");
        }
    };
    let next = move |_| {
        let next = playing.next();
        if let Some(step) = STEPS.get(next - 1) {
            announcer.say(format!("Step {next}: {}", step.words));
        }
    };
    view! {
        <div class="page flow">
            <div class="title-row">
                <div>
                    <PageHeading title=Signal::stored("What happens when you connect".to_owned()) />
                    <p class="second">
                        "A rehearsal with this app’s real settings; nothing is sent. " <span class="sealed">"Hatched"</span>
                        " marks a value that this page does not keep."
                    </p>
                </div>
                <div class="actions">
                    <button type="button" class="button" on:click=start_over>
                        "Start over"
                    </button>
                    <Show
                        when=move || playing.runs()
                        fallback=move || {
                            view! {
                                <Show when=move || !playing.is_over()>
                                    <button type="button" class="button" on:click=next>
                                        "Next step"
                                    </button>
                                </Show>
                            }
                        }
                    >
                        <button type="button" class="button" on:click=move |_| playing.pause()>
                            "Pause"
                        </button>
                    </Show>
                    <Show when=move || !playing.is_over()>
                        <button type="button" class="button" on:click=move |_| playing.show_all()>
                            "Show all"
                        </button>
                    </Show>
                    <ConnectButton return_to=ReturnTo::Path(Route::Flow.to_string()) failure />
                </div>
            </div>
            <Notice failure />
            <Pkce made=values />
            <Sequence steps reached=playing.reached() current=playing.current() />
            <RehearsedLifetimes made=values />
        </div>
    }
}
