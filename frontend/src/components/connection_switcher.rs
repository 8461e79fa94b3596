//! The menu in the bar that shows the current connection and switches to another one.

use leptos::prelude::*;
use shared::api::connection::{Connection, Status};

use super::{connect_button::ConnectButton, icon::Icon};
use crate::{
    announcer::Announcer,
    components::show::Show,
    connection_label,
    platform::menu,
    reactive::{effect, memo},
    router::Router,
    section::Section,
    session::SessionContext,
};

const MENU: &str = "connections";

/// A button with the name of the current connection, and the list that it opens. Nothing is shown
/// unless somebody is signed in.
#[component]
pub fn ConnectionSwitcher() -> impl IntoView {
    let session = SessionContext::get();
    let announcer = Announcer::get();
    let page = Router::get().route();
    let current = memo(move |_| page.with(|page| session.current(page.as_ref())));
    let all = memo(move |_| session.connections());
    let is_here = memo(move |_| current.with(Option::is_some));
    let name = move || current.with(|one| one.as_ref().map(connection_label::name));
    let whose = move || current.with(|one| one.as_ref().map(connection_label::whose));
    let stopped = memo(move |_| current.with(|one| one.as_ref().is_some_and(is_stopped)));
    let links = move || {
        let section = page.with(|page| page.as_ref().and_then(Section::of));
        let section = section.unwrap_or(Section::Overview);
        let current = current.with(|one| one.as_ref().map(|one| one.id.clone()));
        all.get()
            .iter()
            .map(|one| link(one, section, current.as_ref() == Some(&one.id)))
            .collect_view()
    };
    // The bar has no space for a notice: it is shown above the page.
    let failure = RwSignal::new(None);
    effect(move |_| {
        if let Some(why) = failure.get() {
            menu::close(MENU);
            announcer.fail(why);
        }
    });
    view! {
        <Show when=move || is_here.get()>
            <div class="switcher">
                <button
                    type="button"
                    class="button switcher-button"
                    popovertarget=MENU
                    aria-describedby=move || stopped.get().then_some("switcher-note")
                    on:keydown=|event| menu::on_key(&event, MENU)
                >
                    {move || stopped.get().then(|| Icon::Triangle.view())}
                    <span class="switcher-words">
                        <span class="switcher-whose">{move || whose()} " "</span>
                        <bdi>{move || name()}</bdi>
                    </span>
                    {Icon::Choose.view()}
                </button>
                // A description may be hidden from everybody; it is read with the button.
                <span id="switcher-note" hidden>
                    "Reconnect needed"
                </span>
                <div
                    id=MENU
                    class="menu"
                    popover="auto"
                    aria-label="Connections"
                    on:keydown=|event| menu::on_key(&event, MENU)
                    on:click=|_| menu::close(MENU)
                >
                    <ul>{move || links()}</ul>
                    <div class="menu-foot" on:click=|event| event.stop_propagation()>
                        <ConnectButton words="Connect another organization" class="menu-connect" failure />
                    </div>
                </div>
            </div>
        </Show>
    }
}

fn is_stopped(connection: &Connection) -> bool {
    connection.status == Status::ReconnectNeeded
}

/// Returns a connection in the list: its name, its state, and a link to the same part of the app.
fn link(connection: &Connection, section: Section, is_current: bool) -> impl IntoView + use<> {
    let href = section.first(&connection.id).to_string();
    let stopped = is_stopped(connection);
    let note = if stopped {
        "Reconnect needed".to_owned()
    } else {
        let (whose, reach) = (
            connection_label::whose(connection),
            connection_label::reach(connection),
        );
        format!("{whose}, {}", connection_label::lower_first(&reach))
    };
    view! {
        <li>
            <a href=href class="switcher-link" aria-current=is_current.then_some("true") autofocus=is_current>
                <span class="switcher-mark">{is_current.then(|| Icon::Check.view())}</span>
                <span class="switcher-words">
                    <bdi>{connection_label::name(connection)}</bdi>
                    <span class="second small">
                        <bdi>{note}</bdi>
                    </span>
                </span>
                {stopped.then(|| view! { <span class="switcher-stopped">{Icon::Triangle.view()}</span> })}
            </a>
        </li>
    }
}
