//! The metrics of the process, in Prometheus' text format. Every name, label and bucket is here.
//!
//! # Design
//!
//! The metrics are global, as the log is: what counts an event depends on this module, and nothing is
//! handed down for it. A label has one of a few words that this program contains, never an id or a text
//! from outside, so that the number of series is bounded (SEC-65). The series of a proxied request exist
//! from the start, and counting costs no look-up by name.

mod gauges;
mod labels;
mod registry;

use std::{fmt, sync::LazyLock, time::Duration};

use http::StatusCode;
use prometheus_client::{
    encoding::prometheus_text,
    metrics::{
        counter::Counter,
        family::{Family, MetricConstructor},
        gauge::Gauge,
        histogram::Histogram,
        info::Info,
    },
    registry::Registry,
};
use shared::problem::Code;

pub use self::{
    gauges::DatabaseGauges,
    labels::{Cache, Circuit, Endpoint, Route},
};
use self::{
    labels::{CLASSES, CLASSES_OR_NONE, class_index},
    registry::{InSeconds, Labels, Named},
};

/// The content type of [`render`].
pub use prometheus_text::CONTENT_TYPE;

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

/// All metrics, and what encodes them.
struct Metrics {
    registry: Registry,
    /// By [`Route`] and [`CLASSES`].
    requests: [[Counter; CLASSES.len()]; Route::WORDS.len()],
    /// By [`Route`].
    request_duration: [Histogram; Route::WORDS.len()],
    problems: Family<Labels<2>, Counter>,
    /// By [`Endpoint`] and [`CLASSES_OR_NONE`].
    provider_requests: [[Counter; CLASSES_OR_NONE.len()]; Endpoint::WORDS.len()],
    /// By [`Endpoint`].
    provider_request_duration: [Histogram; Endpoint::WORDS.len()],
    /// By [`Circuit`], as the next two.
    circuit_open: [Gauge; Circuit::WORDS.len()],
    circuit_openings: [Counter; Circuit::WORDS.len()],
    circuit_refusals: [Counter; Circuit::WORDS.len()],
    database: DatabaseGauges,
    refreshes: Family<Labels<1>, Counter>,
    refresh_duration: Histogram,
    lease_acquisitions: Family<Labels<1>, Counter>,
    leases_lost: Counter,
    /// By [`Cache`], and whether it was a hit.
    cache_reads: [[Counter; 2]; Cache::WORDS.len()],
}

impl Metrics {
    fn new() -> Self {
        let mut all = Named(Registry::with_prefix("snyk_app"));
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        all.0.register("build", "The running version", build);
        Self {
            requests: all.counters(
                "http_requests",
                "Answered requests, by the part that answered and the class of the status",
                ("route", Route::WORDS),
                ("status", CLASSES),
            ),
            request_duration: all.durations(
                "http_request_duration_seconds",
                "Time until the head of an answer, by the part that answered",
                ("route", Route::WORDS),
            ),
            problems: all.add(
                "problems",
                "Answers that are problems, by the part that answered and the code",
                Family::default(),
            ),
            provider_requests: all.counters(
                "provider_requests",
                "Requests to Snyk, by interface and the class of the status; none: no answer came",
                ("endpoint", Endpoint::WORDS),
                ("status", CLASSES_OR_NONE),
            ),
            provider_request_duration: all.durations(
                "provider_request_duration_seconds",
                "Time until the head of Snyk's answer, or until the failure",
                ("endpoint", Endpoint::WORDS),
            ),
            circuit_open: all.each(
                "circuit_open",
                "Whether requests to Snyk are withheld because it does not answer, by circuit",
                ("endpoint", Circuit::WORDS),
            ),
            circuit_openings: all.each(
                "circuit_openings",
                "Times that a circuit opened, with those after a probe that failed",
                ("endpoint", Circuit::WORDS),
            ),
            circuit_refusals: all.each(
                "circuit_refusals",
                "Requests to Snyk that were withheld, by circuit",
                ("endpoint", Circuit::WORDS),
            ),
            database: DatabaseGauges::new(&mut all),
            refreshes: all.add(
                "refreshes",
                "Finished refreshes, by outcome",
                Family::default(),
            ),
            refresh_duration: all.add(
                "refresh_duration_seconds",
                "Time of a refresh, with its waits and retries",
                InSeconds.new_metric(),
            ),
            lease_acquisitions: all.add(
                "lease_acquisitions",
                "Attempts to acquire the lease of a refresh, by result; held: another node refreshes",
                Family::default(),
            ),
            leases_lost: all.add(
                "leases_lost",
                "Leases that ran out while their owner worked",
                Counter::default(),
            ),
            cache_reads: all.counters(
                "cache_reads",
                "Reads of the store's cache, by cache and result",
                ("cache", Cache::WORDS),
                ("result", ["miss", "hit"]),
            ),
            registry: all.0,
        }
    }
}

/// Returns all metrics as text.
///
/// # Errors
///
/// If a metric cannot be written, which is a fault of this program.
pub fn render() -> Result<String, fmt::Error> {
    let mut text = String::new();
    prometheus_text::encode(&mut text, &METRICS.registry)?;
    Ok(text)
}

/// Counts an answered request, and the problem that is its answer.
pub fn request_answered(
    route: Route,
    status: StatusCode,
    problem: Option<Code>,
    elapsed: Duration,
) {
    let at = route as usize;
    METRICS.requests[at][class_index(status)].inc();
    METRICS.request_duration[at].observe(elapsed.as_secs_f64());
    if let Some(code) = problem {
        let labels = [("route", Route::WORDS[at]), ("code", code.as_str())];
        METRICS.problems.get_or_create(&labels).inc();
    }
}

/// Counts a request to the provider; without a status, no answer came.
pub fn provider_answered(endpoint: Endpoint, status: Option<StatusCode>, elapsed: Duration) {
    let at = endpoint as usize;
    let class = status.map_or(CLASSES.len(), class_index);
    METRICS.provider_requests[at][class].inc();
    METRICS.provider_request_duration[at].observe(elapsed.as_secs_f64());
}

/// Counts the opening of a circuit.
pub fn circuit_opened(circuit: Circuit) {
    METRICS.circuit_open[circuit as usize].set(1);
    METRICS.circuit_openings[circuit as usize].inc();
}

/// Notes that a circuit closed.
pub fn circuit_closed(circuit: Circuit) {
    METRICS.circuit_open[circuit as usize].set(0);
}

/// Counts a request that was withheld because a circuit is open.
pub fn circuit_refused(circuit: Circuit) {
    METRICS.circuit_refusals[circuit as usize].inc();
}

/// Returns the gauges of the database.
#[must_use]
pub fn database() -> &'static DatabaseGauges {
    &METRICS.database
}

/// Counts a finished refresh.
pub fn refresh_finished(outcome: &'static str, elapsed: Duration) {
    let labels = [("outcome", outcome)];
    METRICS.refreshes.get_or_create(&labels).inc();
    METRICS.refresh_duration.observe(elapsed.as_secs_f64());
}

/// Counts an attempt to acquire the lease of a refresh.
pub fn lease_asked_for(result: &'static str) {
    let labels = [("result", result)];
    METRICS.lease_acquisitions.get_or_create(&labels).inc();
}

/// Counts a lease that ran out while its owner worked.
pub fn lease_lost() {
    METRICS.leases_lost.inc();
}

/// Counts a read of a cache.
pub fn cache_read(cache: Cache, is_hit: bool) {
    METRICS.cache_reads[cache as usize][usize::from(is_hit)].inc();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the names of metrics in a text.
    fn names_in(text: &str) -> Vec<&str> {
        let is_of_name = |byte: char| byte.is_ascii_lowercase() || byte == '_';
        let starts = text.match_indices("snyk_app_").map(|(at, _)| &text[at..]);
        starts
            .map(|rest| rest.split(|byte| !is_of_name(byte)).next().unwrap())
            .collect()
    }

    #[test]
    fn every_series_has_the_prefix_and_says_what_it_counts() {
        request_answered(Route::Proxy, StatusCode::OK, None, Duration::from_millis(3));
        let used = Some(Code::LoginUsed);
        request_answered(Route::Exchange, StatusCode::CONFLICT, used, Duration::ZERO);
        provider_answered(Endpoint::Token, None, Duration::from_secs(30));
        refresh_finished("refreshed", Duration::from_secs(1));
        lease_asked_for("free");
        lease_lost();
        database().checked(true);
        database().pool_measured(5, 4);
        database().sessions_counted(3);
        database().connections_counted(2, 1);
        database().revocations_counted(0);
        circuit_opened(Circuit::Token);
        circuit_refused(Circuit::Token);
        cache_read(Cache::Sessions, true);
        let text = render().unwrap();
        for line in [
            r#"snyk_app_http_requests_total{route="proxy",status="2xx"} "#,
            r#"snyk_app_http_request_duration_seconds_bucket{route="proxy",le="0.005"} "#,
            r#"snyk_app_provider_requests_total{endpoint="token",status="none"} 1"#,
            r#"snyk_app_problems_total{route="exchange",code="login_used"} 1"#,
            r#"snyk_app_refreshes_total{outcome="refreshed"} "#,
            "snyk_app_refresh_duration_seconds_count 1",
            r#"snyk_app_lease_acquisitions_total{result="free"} "#,
            "snyk_app_leases_lost_total ",
            "snyk_app_database_up 1",
            r#"snyk_app_database_connections{state="idle"} 4"#,
            "snyk_app_sessions 3",
            r#"snyk_app_connections{state="reconnect_needed"} 1"#,
            "snyk_app_pending_revocations 0",
            r#"snyk_app_circuit_open{endpoint="api"} "#,
            r#"snyk_app_circuit_openings_total{endpoint="token"} "#,
            r#"snyk_app_circuit_refusals_total{endpoint="token"} "#,
            r#"snyk_app_cache_reads_total{cache="sessions",result="hit"} "#,
            "snyk_app_build_info{version=",
        ] {
            assert!(text.contains(line), "{line}:\n{text}");
        }
        let dashboard = include_str!("../../../deploy/grafana-dashboard.json");
        for name in names_in(dashboard) {
            assert!(
                text.contains(&format!("\n{name}")),
                "{name} in the dashboard"
            );
        }
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(line.starts_with("snyk_app_"), "{line}");
        }
    }
}
