//! The door: the script that has started the app, and that makes all logins. It hands itself over,
//! so that the app imports nothing and both use one implementation.

use std::cell::RefCell;

use js_sys::Promise;
use shared::{api::connection::Connected, route::Route};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlElement;

use crate::{
    announcer::Announcer,
    answer::{Answer, Failure},
    connection_label,
    platform::tabs::Change,
    router::Router,
    session::SessionContext,
    wire,
};

#[wasm_bindgen]
extern "C" {
    /// The door's script.
    pub type Door;

    #[wasm_bindgen(method, js_name = connect)]
    fn start_login(this: &Door, return_to: Option<String>, reconnect: Option<String>) -> Promise;
    #[wasm_bindgen(method, js_name = takeSession)]
    fn take_session(this: &Door) -> Option<Promise>;
    /// Removes the door from the document.
    #[wasm_bindgen(method)]
    pub fn leave(this: &Door);
    /// The API's origin; empty if it is the page's own.
    #[wasm_bindgen(method, getter)]
    pub fn api(this: &Door) -> String;
    #[wasm_bindgen(method, js_name = showWelcome)]
    fn show_welcome(this: &Door, place: &HtmlElement);
    #[wasm_bindgen(method, getter)]
    fn link(this: &Door) -> Option<String>;
    #[wasm_bindgen(method, setter)]
    fn set_link(this: &Door, link: Option<String>);
    #[wasm_bindgen(method, js_name = loadAhead)]
    fn load_later_ahead(this: &Door);

    /// An answer that the door has received.
    type DoorAnswer;
    #[wasm_bindgen(method, getter)]
    fn status(this: &DoorAnswer) -> u16;
    #[wasm_bindgen(method, getter)]
    fn body(this: &DoorAnswer) -> String;
    #[wasm_bindgen(method, getter)]
    fn date(this: &DoorAnswer) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = mediaType)]
    fn media_type(this: &DoorAnswer) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = requestId)]
    fn request_id(this: &DoorAnswer) -> Option<String>;

    /// An error of the door.
    type DoorError;
    #[wasm_bindgen(method, getter)]
    fn code(this: &DoorError) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = answer)]
    fn answer_of(this: &DoorError) -> Option<DoorAnswer>;
    #[wasm_bindgen(method, getter)]
    fn here(this: &DoorError) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn right(this: &DoorError) -> Option<String>;
}

thread_local! {
    /// The connection of the login that this document has finished.
    static FINISHED: RefCell<Option<String>> = const { RefCell::new(None) };
    static DOOR: RefCell<Option<Door>> = const { RefCell::new(None) };
}

/// Sets the door that has started the app.
pub fn set(door: Door) {
    DOOR.replace(Some(door));
}

/// Starts a login and leaves for the provider. The login returns to the path `return_to`, and
/// replaces the connection `reconnect`.
pub async fn connect(return_to: Option<String>, reconnect: Option<String>) -> Result<(), Failure> {
    let left = with(|door| door.start_login(return_to, reconnect)).ok_or(Failure::Unreadable)?;
    JsFuture::from(left).await.map(drop).map_err(failure)
}

/// Takes the door's answer about the session, once, as far as the app has not got it.
pub async fn take_session() -> Option<Result<Answer, Failure>> {
    let answer = with(Door::take_session)??;
    let answer = JsFuture::from(answer).await;
    Some(
        answer
            .map(|answer| answer_of(&answer.unchecked_into()))
            .map_err(failure),
    )
}

/// Takes the secret of an administrator's link, once, if the page was opened by one. The door has
/// removed it from the address before it requested anything.
#[must_use]
pub fn take_admin_link() -> Option<String> {
    let link = with(Door::link)??;
    with(|door| door.set_link(None));
    Some(link.trim_start_matches('#').to_owned())
}

/// Shows the welcome of the door in a place of the app.
pub fn show_welcome(place: &HtmlElement) {
    with(|door| door.show_welcome(place));
}

/// Puts the pages that are loaded later into the browser's cache, when nothing else is going on.
pub fn load_ahead() {
    with(Door::load_later_ahead);
}

/// Confirms a login that the door has finished, and tells the other tabs.
pub fn welcome_back(connected: &str) {
    SessionContext::get().tell(Change::SignedIn);
    // As after every other page that has ended.
    Announcer::get().expect_page();
    if let Some(Connected {
        connection,
        return_to,
    }) = wire::read(connected)
    {
        let name = connection_label::name(&connection);
        Announcer::get().toast(format!("Connected to {name}"));
        if Route::parse(&return_to) == Some(Route::Flow) {
            Router::get().replace(&Route::login_of(&connection.id));
        }
        FINISHED.replace(Some(connection.id));
    }
}

/// Returns the id of the connection whose login this document has finished, if it has.
#[must_use]
pub fn finished() -> Option<String> {
    FINISHED.with_borrow(Clone::clone)
}

fn with<T>(call: impl FnOnce(&Door) -> T) -> Option<T> {
    DOOR.with_borrow(|door| door.as_ref().map(call))
}

fn answer_of(answer: &DoorAnswer) -> Answer {
    Answer {
        status: answer.status(),
        body: answer.body(),
        date: answer.date(),
        revocation: None,
        media_type: answer.media_type(),
        retry_after: None,
        request_id: answer.request_id(),
        provider_request_id: None,
    }
}

/// Reads an error of the door. What an answer means is decided here as for every other answer.
fn failure(error: JsValue) -> Failure {
    let error: DoorError = error.unchecked_into();
    if let Some(answer) = error.answer_of() {
        return answer_of(&answer).failure();
    }
    let origins = [error.here(), error.right()].map(Option::unwrap_or_default);
    Failure::from_code(&error.code().unwrap_or_default(), 0, origins)
}
