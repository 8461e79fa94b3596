//! The middleware around every request: records it, applies the requested faults, records the
//! response.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::clock;
use crate::faults::apply::{Dropped, apply, dropped};
use crate::faults::{Endpoint, Fault, When};
use crate::form::Form;
use crate::pages;
use crate::record::{Entry, Granted, Outcome};
use crate::settings::Rotation;
use crate::state::Sandbox;

/// Marks a refresh whose token another request is already presenting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Concurrent;

/// Delay of the option "answer late" on the consent page. By then a page should say that the
/// operation takes long.
const LATE_DELAY: Duration = Duration::from_secs(12);

const MAX_BODY: usize = 1 << 20;

pub(crate) async fn watch(
    State(sandbox): State<Sandbox>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path.starts_with("/_sandbox/") || pages::is_asset(path) {
        return next.run(request).await;
    }
    // A separate task: a client that disconnects must not cancel the server's work.
    let task = tokio::spawn(observed(sandbox, request, next));
    task.await
        .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn observed(sandbox: Sandbox, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let form = is_form(&parts.headers).then(|| Form::parse(&String::from_utf8_lossy(&body)));
    let field = |name| form.as_ref().and_then(|form| form.get(name));
    let path = parts.uri.path().to_owned();
    let endpoint = Endpoint::of(&path, field("grant_type"));
    let method = parts.method.as_str();
    let faults = sandbox
        .rules()
        .strike(endpoint, method, &path, form.as_ref());
    let is_token = path == "/oauth2/token";
    if is_token {
        sandbox.stats().token_begins();
    }

    let number = sandbox
        .record()
        .add(entry(&parts, form.as_ref(), &body, endpoint, &faults));
    let refresh_token = field("refresh_token").filter(|_| endpoint == Endpoint::TokenRefresh);
    let late = endpoint == Endpoint::TokenCode
        && field("code").is_some_and(|code| sandbox.grants().is_late(code));

    let mut request = Request::from_parts(parts, Body::from(body));
    let holds = refresh_token.is_some_and(|token| hold(&sandbox, token, &mut request));
    if late {
        tokio::time::sleep(LATE_DELAY).await;
    }
    delay(&faults, When::Before).await;
    let works = faults.iter().all(Fault::consumes);
    let mut response = if works {
        next.run(request).await
    } else {
        dropped()
    };
    let granted = response.extensions_mut().remove::<Granted>();
    if let Some(token) = refresh_token.filter(|_| holds) {
        sandbox.grants().end(token);
    }
    if !faults
        .iter()
        .any(|fault| matches!(fault, Fault::Drop { when: When::Before }))
    {
        for fault in &faults {
            response = apply(fault, endpoint, &path, response).await;
        }
    }
    delay(&faults, When::After).await;
    if is_token {
        sandbox.stats().token_ends();
    }

    let is_dropped = response.extensions().get::<Dropped>().is_some();
    let status = (!is_dropped).then(|| response.status().as_u16());
    let outcome = Outcome {
        status,
        took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        granted: granted.map(|Granted(token)| token),
    };
    sandbox.record().finish(number, outcome);
    response
}

/// Reserves a refresh token until it is processed. Under strict rotation a concurrent second
/// presentation is marked and will be rejected.
fn hold(sandbox: &Sandbox, token: &str, request: &mut Request) -> bool {
    if sandbox.grants().begin(token) {
        return true;
    }
    if sandbox.settings().rotation == Rotation::Strict {
        sandbox.stats().concurrent += 1;
        request.extensions_mut().insert(Concurrent);
    }
    false
}

async fn delay(faults: &[Fault], now: When) {
    for fault in faults {
        if let Fault::Delay { ms, when } = fault
            && *when == now
        {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| {
        value
            .as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

fn entry(
    parts: &Parts,
    form: Option<&Form>,
    body: &[u8],
    endpoint: Endpoint,
    faults: &[Fault],
) -> Entry {
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), String::from_utf8_lossy(value.as_bytes())));
    let names: Vec<&str> = faults.iter().map(Fault::name).collect();
    Entry {
        n: 0,
        at_ms: clock::now().as_millisecond(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: joined(headers),
        form: form.map(|form| joined(form.iter())),
        body: (form.is_none() && !body.is_empty())
            .then(|| String::from_utf8_lossy(body).into_owned()),
        endpoint: endpoint.name(),
        status: None,
        took_ms: None,
        fault: (!names.is_empty()).then(|| names.join("+")),
        granted: None,
    }
}

/// Collects pairs into a map; repeated values are joined.
fn joined<V: AsRef<str>>(
    pairs: impl Iterator<Item = (impl AsRef<str>, V)>,
) -> BTreeMap<String, String> {
    let mut map = BTreeMap::<String, String>::new();
    for (name, value) in pairs {
        map.entry(name.as_ref().to_owned())
            .and_modify(|known| {
                known.push_str(", ");
                known.push_str(value.as_ref());
            })
            .or_insert_with(|| value.as_ref().to_owned());
    }
    map
}
