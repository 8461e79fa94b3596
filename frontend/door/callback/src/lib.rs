//! The Wasm of the way back: the callback, and the words of every refusal and of scopes.
//!
//! The script `frontend/door/callback/callback.js` calls these functions and draws what they say.

use js_sys::{Array, JsString};
use login::{
    browser::{address_bar, hand_over::hand_over},
    failure::Failure,
    finish,
    messages::{self, Action, Sign},
};
use shared::{
    problem::{Code, Problem},
    return_path::ReturnPath,
    scope::{Scopes, meaning, only_reads},
};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// Removes Snyk's answer from the address bar, and returns it if the page is the callback. An
/// address that is not canonical becomes so.
#[wasm_bindgen(js_name = takeCallback)]
#[must_use]
pub fn take_callback() -> Option<String> {
    address_bar::take_callback(shared::route::CALLBACK)
}

/// Returns the body of `POST /api/connections` from an answer that was taken.
///
/// # Errors
///
/// Throws the code of the problem if the answer is not to a login of this app.
#[wasm_bindgen(js_name = connectionBody)]
pub fn connection_body(answer: &str) -> Result<JsString, JsValue> {
    let body = finish::body(answer).map_err(|code| JsValue::from_str(code.as_str()))?;
    Ok(hand_over(body))
}

/// Returns a path of this app to go on at: the given one, or the start page if it is not usable.
#[wasm_bindgen(js_name = returnPath)]
#[must_use]
pub fn return_path(path: &str) -> String {
    let path = ReturnPath::parse(path).unwrap_or_else(ReturnPath::home);
    path.as_str().to_owned()
}

/// Describes the scopes that a login requests: for each, whether it only reads, as `read`, its
/// words and its name; then one sentence about all.
#[wasm_bindgen(js_name = describeScopes)]
#[must_use]
pub fn describe_scopes(scopes: &str) -> Array {
    let scopes = Scopes::parse(scopes);
    let array = Array::new();
    let tell = |text: &str| array.push(&JsString::from(text));
    for scope in scopes.iter() {
        tell(if only_reads(scope) { "read" } else { "change" });
        tell(meaning(scope));
        tell(scope);
    }
    tell(&login::asked::consequence(&scopes));
    array
}

#[wasm_bindgen]
extern "C" {
    /// An error of the door's script.
    pub type DoorError;

    /// The kind of the failure: `offline`, `timed_out`, `intercepted`, `unreadable`, `cookies_blocked`,
    /// `wrong_origin`, or the code of a problem.
    #[wasm_bindgen(method, getter)]
    fn code(this: &DoorError) -> String;
    /// Whether it is a problem document of our server, or one that was found here.
    #[wasm_bindgen(method, getter, js_name = isProblem)]
    fn is_problem(this: &DoorError) -> bool;
    #[wasm_bindgen(method, getter)]
    fn status(this: &DoorError) -> u16;
    #[wasm_bindgen(method, getter)]
    fn kind(this: &DoorError) -> String;
    #[wasm_bindgen(method, getter)]
    fn title(this: &DoorError) -> String;
    #[wasm_bindgen(method, getter)]
    fn detail(this: &DoorError) -> String;
    #[wasm_bindgen(method, getter, js_name = requestId)]
    fn request_id(this: &DoorError) -> String;
    /// The origin at which the app works, if the page is open at another one.
    #[wasm_bindgen(method, getter)]
    fn right(this: &DoorError) -> String;
    #[wasm_bindgen(method, getter)]
    fn here(this: &DoorError) -> String;
}

impl DoorError {
    fn failure(&self) -> Failure {
        let code = self.code();
        if self.is_problem() {
            return Failure::Problem(Box::new(Problem {
                kind: self.kind(),
                title: self.title(),
                status: self.status(),
                detail: self.detail(),
                code: Code::from_word(&code),
                request_id: self.request_id(),
                snyk_request_id: None,
            }));
        }
        Failure::from_code(&code, self.status(), [self.here(), self.right()])
    }
}

/// Describes a failure of the app `app` in words: the tone, the sign, the title, the text, one
/// sentence for the people who run the app, and then pairs of an action and its words, the main one
/// first. `of_login` is true for the end of a login, and false for a notice on the welcome; `at` is
/// the time.
#[wasm_bindgen(js_name = describeFailure)]
#[must_use]
pub fn describe_failure(error: &DoorError, app: &str, at: &str, of_login: bool) -> Array {
    let failure = error.failure();
    let outcome = if of_login {
        messages::of_login(&failure, app)
    } else {
        messages::beside(&failure, app, None)
    };
    let array = Array::new();
    let tell = |text: &str| array.push(&JsString::from(text));
    tell(outcome.tone.as_str());
    tell(match outcome.sign {
        Sign::Minus => "minus",
        Sign::Stop => "stop",
        Sign::Sliders => "sliders",
        Sign::Clock => "clock",
        Sign::Triangle => "triangle",
    });
    tell(&outcome.title);
    tell(&outcome.text);
    tell(&outcome.message(app, at));
    for act in &outcome.acts {
        let (action, words) = action(act);
        tell(action);
        tell(words);
    }
    array
}

fn action(act: &Action) -> (&'static str, &str) {
    match act {
        Action::Connect(words) => ("connect", words),
        Action::Home(words) => ("home", words),
        Action::Enter | Action::Overview => ("home", "Start page"),
        Action::Open(origin) => ("open", origin),
        Action::Again(words) => ("again", words),
        Action::Back => ("back", "Back"),
        Action::Reload => ("reload", "Reload"),
        Action::Copy(words) => ("copy", words),
        Action::SnykStatus => ("status", "Snyk’s status page"),
    }
}
