//! Checks the way to Snyk: name, connection, TLS, and its clock against this computer's.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::Empty;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::finding::Finding;
use crate::{
    clock::{Clock as _, SystemClock},
    config::provider::Provider,
    http_client::{ApiClient, CannotMake, USER_AGENT},
    retry_after::parse_date,
};

const DNS: &str = "DNS";
const TCP: &str = "connection";
const CERTIFICATES: &str = "certificates";
const SNYK: &str = "Snyk";
const CLOCK: &str = "clock";

/// Timeout of each step.
const TIMEOUT: Duration = Duration::from_secs(8);
/// A path that answers without a token: the list of versions of Snyk's API.
const PATH: &str = "/rest/openapi";
/// Difference of the clocks that is a warning. The date has whole seconds, and the answer was on its
/// way.
const NOTABLE_SKEW: SignedDuration = SignedDuration::from_secs(30);
/// Difference of the clocks that fails.
const LARGE_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Checks the API that the configuration names. A step that fails ends the check.
pub(super) async fn check(provider: &Provider) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(failed) = steps(provider, &mut findings).await.err() {
        findings.push(failed);
    }
    findings
}

async fn steps(provider: &Provider, findings: &mut Vec<Finding>) -> Result<(), Finding> {
    let url = provider.api_url.url();
    let is_https = provider.needs_certificates();
    let client = client(is_https)?;
    if is_https {
        findings.push(Finding::ok(
            CERTIFICATES,
            "Certificates of authorities were found.",
        ));
    }
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    let addresses = resolve(host, port).await?;
    findings.push(Finding::ok(
        DNS,
        format!(
            "{host} has {} address{}.",
            addresses.len(),
            if addresses.len() == 1 { "" } else { "es" }
        ),
    ));
    let address = connect(host, &addresses).await?;
    findings.push(Finding::ok(TCP, format!("{address} accepts connections.")));
    let (status, date, now) = ask(&client, provider).await?;
    findings.push(answer(provider, status));
    findings.push(date.map_or_else(no_date, |date| clock(now, date)));
    Ok(())
}

fn client(is_https: bool) -> Result<ApiClient, Finding> {
    ApiClient::new(is_https).map_err(|error| match &error {
        CannotMake::NoCertificates(_) => Finding::fail(CERTIFICATES, error.to_string()),
        CannotMake::Other(_) => Finding::fail(SNYK, error.to_string()),
    })
}

async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, Finding> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let why = match timeout(TIMEOUT, lookup_host((bare, port))).await {
        Ok(Ok(found)) => {
            let addresses: Vec<_> = found.collect();
            if !addresses.is_empty() {
                return Ok(addresses);
            }
            "no address".to_owned()
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", TIMEOUT.as_secs()),
    };
    Err(
        Finding::fail(DNS, format!("The name {host} cannot be resolved: {why}.")).fix(
            "check the network and its DNS servers, and SNYK_REGION or SNYK_API_URL; if this network \
             has a proxy only, the server cannot reach Snyk, since it uses none",
        ),
    )
}

async fn connect(host: &str, addresses: &[SocketAddr]) -> Result<SocketAddr, Finding> {
    let connect = TcpStream::connect(addresses);
    let why = match timeout(TIMEOUT, connect).await {
        Ok(Ok(stream)) => match stream.peer_addr() {
            Ok(address) => return Ok(address),
            Err(error) => error.to_string(),
        },
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} s", TIMEOUT.as_secs()),
    };
    Err(
        Finding::fail(TCP, format!("{host} accepts no connection: {why}."))
            .fix("allow this computer to connect to it in firewalls; the server uses no proxy"),
    )
}

/// Asks for the head of an answer. Returns its status, its date, and when it arrived.
async fn ask(
    client: &ApiClient,
    provider: &Provider,
) -> Result<(StatusCode, Option<Timestamp>, Timestamp), Finding> {
    let url = provider.api_url.join(PATH);
    let request = || {
        let mut request = Request::new(Empty::<Bytes>::new());
        if let Ok(uri) = url.as_str().parse() {
            *request.uri_mut() = uri;
        }
        let agent = header::HeaderValue::from_static(USER_AGENT);
        request.headers_mut().insert(header::USER_AGENT, agent);
        request
    };
    let why = match timeout(TIMEOUT, client.send(request)).await {
        Ok(Ok(response)) => {
            let date = response.headers().get(header::DATE);
            let date = date.and_then(|date| parse_date(date.to_str().ok()?));
            return Ok((response.status(), date, SystemClock.now()));
        }
        Ok(Err(error)) => {
            let causes =
                std::iter::successors(std::error::Error::source(&error), |cause| cause.source());
            causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
        }
        Err(_) => format!("no answer within {} s", TIMEOUT.as_secs()),
    };
    Err(no_answer(provider.api_url.as_str(), &why))
}

fn no_answer(url: &str, why: &str) -> Finding {
    let finding = Finding::fail(SNYK, format!("{url} does not answer: {why}."));
    if why.contains("invalid peer certificate") {
        finding.fix(
            "check this computer's clock; if a gateway opens TLS on the way, set SSL_CERT_FILE in \
             the environment to a file with its root certificate",
        )
    } else {
        finding.fix("check what is between this computer and Snyk")
    }
}

fn answer(provider: &Provider, status: StatusCode) -> Finding {
    let url = provider.api_url.as_str();
    if provider.sandbox {
        return Finding::ok(SNYK, format!("The sandbox at {url} answers."));
    }
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED || status.is_redirection() {
        return Finding::warn(
            SNYK,
            format!("{url} answers {status}, as Snyk's API does not."),
        )
        .fix("check whether something in between answers in its place");
    }
    if status.is_server_error() {
        return Finding::warn(SNYK, format!("{url} answers {status}."))
            .fix("try again; https://status.snyk.io tells whether Snyk has an incident");
    }
    Finding::ok(SNYK, format!("{url} answers."))
}

fn no_date() -> Finding {
    Finding::warn(
        CLOCK,
        "Snyk's answer has no date to compare this computer's clock with.",
    )
}

fn clock(now: Timestamp, snyk: Timestamp) -> Finding {
    let skew = now.duration_since(snyk);
    let seconds = skew.as_secs();
    let where_to = if seconds < 0 { "behind" } else { "ahead of" };
    let text = format!(
        "This computer's clock is {} s {where_to} Snyk's.",
        seconds.abs()
    );
    let finding = if skew.abs() > LARGE_SKEW {
        Finding::fail(CLOCK, text)
    } else if skew.abs() > NOTABLE_SKEW {
        Finding::warn(CLOCK, text)
    } else {
        return Finding::ok(CLOCK, "This computer's clock agrees with Snyk's.");
    };
    finding.fix("synchronize it, for instance with `timedatectl set-ntp true`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Status;

    #[test]
    fn a_clock_is_compared_in_both_directions() {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        for (skew, status, words) in [
            (0, Status::Ok, "agrees"),
            (-30, Status::Ok, "agrees"),
            (31, Status::Warn, "31 s ahead of"),
            (-31, Status::Warn, "31 s behind"),
            (301, Status::Fail, "301 s ahead of"),
            (-4_000, Status::Fail, "4000 s behind"),
        ] {
            let snyk = now - SignedDuration::from_secs(skew);
            let found = clock(now, snyk);
            assert_eq!(found.status, status, "{skew}");
            assert!(found.text.contains(words), "{}", found.text);
        }
    }

    #[tokio::test]
    async fn a_name_that_does_not_exist_and_a_closed_port_are_told_apart() {
        let unknown = resolve("no-such-host.invalid", 443).await.unwrap_err();
        assert_eq!((unknown.check, unknown.status), (DNS, Status::Fail));
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = closed.local_addr().unwrap();
        assert!(connect("here", &[address]).await.is_ok());
        drop(closed);
        let refused = connect("here", &[address]).await.unwrap_err();
        assert_eq!((refused.check, refused.status), (TCP, Status::Fail));
        assert_eq!(
            resolve("[::1]", 1).await.unwrap(),
            ["[::1]:1".parse().unwrap()]
        );
    }

    #[test]
    fn a_certificate_that_is_not_trusted_has_advice_of_its_own() {
        let fix = |why| no_answer("https://api.snyk.io", why).fix.unwrap();
        assert!(fix("invalid peer certificate: UnknownIssuer").contains("SSL_CERT_FILE"));
        assert!(!fix("connection closed").contains("SSL_CERT_FILE"));
    }
}
