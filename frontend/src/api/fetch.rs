//! Requests to our server. No other module sends any.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use gloo_events::EventListener;
use gloo_net::http::{Method, RequestBuilder, Response};
use gloo_timers::callback::Timeout;
use shared::api::connection::REVOCATION;
use web_sys::{AbortController, RequestCache, RequestRedirect};

use super::api_base;
use crate::answer::{Answer, Failure};

/// The time-out of a request, by the server's work. Each is longer than the server's own limits, so
/// that the server's message comes first if there is one. The body has the same time again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// The server answers by itself: the session, the start of a login, its pages.
    Server,
    /// The server reads from Snyk.
    Read,
    /// The server changes something at Snyk: its token requests take up to 45 s, and the requests
    /// after them as long.
    Change,
}

impl Within {
    fn millis(self) -> u32 {
        match self {
            Self::Server => 30_000,
            Self::Read => 60_000,
            Self::Change => 110_000,
        }
    }
}

/// Age in milliseconds from which a read is sent again when the network comes back, because it was
/// sent over a network that is gone.
const STALE: u32 = 3_000;

/// The reason why a request was aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aborted {
    TimedOut,
    NetworkBack,
}

/// Aborts a request after a time-out, and when it is dropped, because then nobody waits for the
/// answer.
struct Abort {
    controller: Option<AbortController>,
    why: Rc<Cell<Option<Aborted>>>,
    timer: RefCell<Option<Timeout>>,
}

impl Abort {
    fn new() -> Self {
        Self {
            controller: AbortController::new().ok(),
            why: Rc::default(),
            timer: RefCell::default(),
        }
    }

    /// Returns a function that aborts the request for a reason.
    fn aborts(&self, why: Aborted) -> impl Fn() + 'static + use<> {
        let (controller, reason) = (self.controller.clone(), Rc::clone(&self.why));
        move || {
            reason.set(Some(why));
            if let Some(controller) = &controller {
                controller.abort();
            }
        }
    }

    /// Restarts the timer.
    fn within(&self, millis: u32) {
        let timer = Timeout::new(millis, self.aborts(Aborted::TimedOut));
        self.timer.replace(Some(timer));
    }
}

impl Drop for Abort {
    fn drop(&mut self) {
        if let Some(controller) = &self.controller {
            // This has no effect after the answer has been read.
            controller.abort();
        }
    }
}

/// Sends a request to our server, with a JSON body if there is one, and reads the whole answer.
///
/// Redirects are not followed: our API has none, so one comes from an intermediary.
pub(super) async fn send(
    method: &str,
    path: &str,
    body: Option<&str>,
    within: Within,
) -> Result<Answer, Failure> {
    let method = match method {
        "POST" => Method::POST,
        "DELETE" => Method::DELETE,
        _ => Method::GET,
    };
    loop {
        let abort = Abort::new();
        // Only a request that changes nothing is sent again.
        let _back = (method == Method::GET)
            .then(|| listen_for_network(abort.aborts(Aborted::NetworkBack)))
            .flatten();
        let answer = attempt(method.clone(), path, body, within, &abort).await;
        match (answer, abort.why.get()) {
            (Err(_), Some(Aborted::NetworkBack)) => {}
            (Err(_), Some(Aborted::TimedOut)) => return Err(Failure::TimedOut),
            (answer, _) => return answer,
        }
    }
}

/// Calls a function when the network comes back, if the request is then older than [`STALE`].
fn listen_for_network(on_back: impl Fn() + 'static) -> Option<EventListener> {
    let window = web_sys::window()?;
    let is_stale = Rc::new(Cell::new(false));
    let stale = Rc::clone(&is_stale);
    let timer = Timeout::new(STALE, move || stale.set(true));
    Some(EventListener::new(&window, "online", move |_| {
        // The timer lives as long as the listener.
        let _ = &timer;
        if is_stale.get() {
            on_back();
        }
    }))
}

async fn attempt(
    method: Method,
    path: &str,
    body: Option<&str>,
    within: Within,
    abort: &Abort,
) -> Result<Answer, Failure> {
    let signal = abort.controller.as_ref().map(AbortController::signal);
    let (address, credentials) = api_base::resolve(path);
    let builder = RequestBuilder::new(&address)
        .method(method)
        .abort_signal(signal.as_ref())
        .credentials(credentials)
        .cache(RequestCache::NoStore)
        .redirect(RequestRedirect::Manual)
        .header("accept", "application/json, application/problem+json");
    let request = match body {
        Some(body) => builder
            .header("content-type", "application/json")
            .body(body),
        None => builder.build(),
    }
    .map_err(|_| Failure::Unreadable)?;
    abort.within(within.millis());
    let Ok(response) = request.send().await else {
        return Err(api_base::no_answer(path, signal.as_ref()).await);
    };
    abort.within(within.millis());
    whole(response).await
}

async fn whole(response: Response) -> Result<Answer, Failure> {
    let headers = response.headers();
    Ok(Answer {
        status: response.status(),
        date: headers.get("date"),
        revocation: headers.get(REVOCATION),
        media_type: headers.get("content-type"),
        retry_after: headers.get("retry-after"),
        request_id: headers.get("x-request-id"),
        provider_request_id: headers.get("snyk-request-id"),
        // The answer began and broke off, so there is a network.
        body: response.text().await.map_err(|_| Failure::Unreadable)?,
    })
}
