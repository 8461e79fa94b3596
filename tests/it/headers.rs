//! Authorization of requests, and the headers of every response.

use std::time::Duration;

use reqwest::Method;
use tests::Bed;

#[tokio::test]
async fn sec_33_only_our_own_pages_change_anything() {
    let bed = Bed::start().await;
    let (browser, connection) = bed.connected().await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("x-nothing", "x"),
    ] {
        for method in [Method::GET, Method::DELETE] {
            let request = browser.bare(method.clone(), &path).header(name, value);
            let answer = browser.clone().send(request).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (403, "forbidden"),
                "{name} {value}"
            );
        }
    }
    let own = browser
        .bare(Method::GET, &path)
        .header("origin", &bed.app.url);
    assert_eq!(browser.clone().send(own).await.status, 200);
    let typed = browser
        .bare(Method::GET, &path)
        .header("sec-fetch-site", "none");
    assert_eq!(browser.clone().send(typed).await.status, 200);
    let stranger = bed.browser().bare(Method::GET, "/api/session");
    assert_eq!(bed.browser().send(stranger).await.status, 200);
}

#[tokio::test]
async fn sec_33_who_says_twice_where_it_comes_from_is_refused() {
    let bed = Bed::start().await;
    let own = bed.app.url.as_str();
    for (name, values) in [
        ("origin", [own, "http://evil.example"]),
        ("origin", [own, own]),
        ("sec-fetch-site", ["same-origin", "cross-site"]),
    ] {
        let mut request = bed.browser().bare(Method::GET, "/api/session");
        for value in values {
            request = request.header(name, value);
        }
        let answer = bed.browser().send(request).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"));
    }
}

#[tokio::test]
async fn sec_34_another_encoding_than_utf_8_is_refused() {
    let bed = Bed::start().await;
    for (kind, status) in [
        ("application/json; charset=utf-16", 415),
        ("application/json; charset=utf-8", 400),
    ] {
        let request = bed.browser().bare(Method::POST, "/api/login");
        let request = request.header("sec-fetch-site", "same-origin");
        let request = request.header("content-type", kind).body("{}");
        assert_eq!(bed.browser().send(request).await.status, status, "{kind}");
    }
}

#[tokio::test]
async fn sec_37_a_foreign_host_name_is_refused() {
    let bed = Bed::start().await;
    for host in ["evil.example", "localhost.evil.example:80", "localhost:1"] {
        let request = bed
            .browser()
            .bare(Method::GET, "/api/session")
            .header("host", host);
        let answer = bed.browser().send(request).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "forbidden"),
            "{host}"
        );
    }
    let probe = bed
        .browser()
        .bare(Method::GET, "/healthz")
        .header("host", "10.0.0.1");
    assert_eq!(bed.browser().send(probe).await.status, 200);
}

#[tokio::test]
async fn sec_61_62_every_answer_carries_its_headers() {
    let bed = Bed::start().await;
    for path in [
        "/",
        "/callback",
        "/api/session",
        "/api/session/x.css",
        "/api/nothing",
        "/x.css",
    ] {
        let answer = bed.browser().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(
            answer.header("cross-origin-opener-policy"),
            "same-origin",
            "{path}"
        );
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "same-origin",
            "{path}"
        );
        let csp = answer.header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"));
        assert!(
            !csp.contains("unsafe-inline") && !csp.contains("'unsafe-eval'"),
            "{csp}"
        );
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
        if path.starts_with("/api") || path == "/callback" {
            assert_eq!(
                answer.header("cache-control"),
                "no-store, no-transform",
                "{path}"
            );
        }
        // An intermediary that minifies or injects would break integrity and policy.
        assert!(
            answer.header("cache-control").contains("no-transform"),
            "{path}"
        );
        if path.starts_with("/api/session/") || path == "/api/nothing" {
            assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
        }
    }
}

#[tokio::test]
async fn sec_61_no_name_of_this_computer_is_pinned_to_https() {
    let hsts = async |public_url: &str, path: &str, host: &str| {
        let bed = Bed::with(&[], &[("PUBLIC_URL", public_url)]).await;
        let request = bed.browser().bare(Method::GET, path).header("host", host);
        bed.browser()
            .send(request)
            .await
            .header("strict-transport-security")
            .to_owned()
    };
    let app = "https://app.example";
    for (path, host) in [
        ("/", "app.example"),
        ("/api/session", "app.example:443"),
        ("/api/session", "evil.example"),
        ("/healthz", "app.example"),
    ] {
        assert!(
            hsts(app, path, host).await.contains("max-age="),
            "{path} {host}"
        );
    }
    for (path, host) in [
        ("/healthz", "localhost:8443"),
        ("/api/session", "LOCALHOST"),
        ("/", "x.localhost:1"),
        ("/healthz", "10.0.0.1:3000"),
    ] {
        assert_eq!(hsts(app, path, host).await, "", "{path} {host}");
    }
    for (public_url, host) in [
        ("https://localhost:8443", "localhost:8443"),
        ("https://LocalHost", "localhost"),
        ("https://app.localhost:8443", "app.localhost:8443"),
        ("https://127.0.0.1:8443", "127.0.0.1:8443"),
        ("https://[::1]:8443", "[::1]:8443"),
    ] {
        assert_eq!(
            hsts(public_url, "/api/session", host).await,
            "",
            "{public_url}"
        );
    }
}

#[tokio::test]
async fn sec_37_a_refused_name_or_origin_is_in_the_log_with_what_to_do() {
    let bed = Bed::with(&[], &[("LOG", "info")]).await;
    for host in ["app.internal:8080", "other.internal", "other.internal"] {
        let request = bed.browser().bare(Method::GET, "/").header("host", host);
        assert_eq!(bed.browser().send(request).await.status, 403, "{host}");
    }
    let origin = bed.browser().bare(Method::GET, "/api/session");
    let origin = origin.header("origin", "https://elsewhere.example");
    assert_eq!(bed.browser().send(origin).await.status, 403);
    let output = bed.app.output();
    for message in [
        "app.internal:8080",
        "proxy_set_header Host $http_host",
        "PUBLIC_URL is http://localhost:",
        "https://elsewhere.example",
        "FRONTEND_ORIGIN",
    ] {
        assert!(output.contains(message), "no {message}: {output}");
    }
    assert_eq!(
        output.matches("proxy_set_header").count(),
        1,
        "once a minute: {output}"
    );
}

#[tokio::test]
async fn sec_15_a_foreign_issuer_is_in_the_log_and_cannot_forge_a_line() {
    let bed = Bed::with(&[], &[("LOG", "info")]).await;
    let mut browser = bed.browser();
    let attempt = browser.start_login(None).await;
    let callback = bed.sandbox.consent(&attempt, "group", "allow").await;
    let foreign = format!("https://app.eu.snyk.io\r\nforged {}", "x".repeat(500));
    let answer = browser.finish(&callback.with("iss", &foreign)).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (400, "state_mismatch")
    );
    let output = bed.app.output();
    let line = output
        .lines()
        .find(|line| line.contains("https://app.eu.snyk.io"));
    let line = line.unwrap_or_else(|| panic!("not told: {output}"));
    assert!(
        line.contains("forged") && line.contains("SNYK_REGION"),
        "{line}"
    );
    assert!(line.contains(&bed.sandbox.url), "{line}");
    assert!(!output.contains(&"x".repeat(200)), "cut: {line}");
    assert_eq!(bed.sandbox.count("token_code").await, 0);
}

#[tokio::test]
async fn sec_68_too_much_is_refused_before_it_is_read() {
    let bed = Bed::start().await;
    let browser = bed.browser();
    let long = format!("/api/session?{}", "a".repeat(9_000));
    let answer = browser.clone().get(&long).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (414, "payload_too_large")
    );
    for media_type in ["application/json", "text/plain"] {
        let large = browser
            .request(Method::POST, "/api/login")
            .header("content-type", media_type)
            .body("x".repeat(65 * 1024));
        let answer = browser.clone().send(large).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (413, "payload_too_large"),
            "{media_type}"
        );
    }
    let head = browser
        .request(Method::GET, "/api/session")
        .header("x-long", "a".repeat(20_000));
    assert_eq!(browser.clone().send(head).await.status, 431);
}

#[tokio::test]
async fn sec_69_the_31st_login_start_of_a_minute_waits() {
    let bed = Bed::with(&[], &[("RATE_LIMITS", "on")]).await;
    let mut browser = bed.browser();
    for _ in 0..30 {
        browser.start_login(None).await;
    }
    let attempt = browser.make_attempt();
    let body = serde_json::json!({ "state": attempt.state, "code_verifier": attempt.verifier });
    let answer = browser.post("/api/login", &body).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (429, "rate_limited")
    );
    assert!(answer.header("retry-after").parse::<u64>().unwrap() >= 1);
}

#[tokio::test]
async fn rel_7_a_stop_under_load_loses_no_request() {
    let mut bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let id = connection["id"].as_str().unwrap();
    let path = format!("/api/connections/{id}/snyk/rest/self");
    // Requests in flight when the shutdown begins: slow reads, and a refresh.
    bed.sandbox
        .fault(serde_json::json!({ "on": { "endpoint": "any" },
            "fault": { "kind": "delay", "ms": 1_500, "when": "before" } }))
        .await;
    let reads: Vec<_> = (0..20)
        .map(|_| browser.spawn(browser.request(Method::GET, &path)))
        .collect();
    let refresh = browser
        .request(Method::POST, &format!("/api/connections/{id}/refresh"))
        .json(&serde_json::json!({}));
    let refresh = browser.spawn(refresh);
    tokio::time::sleep(Duration::from_millis(300)).await;
    bed.app.terminate();
    // Readiness fails first, and requests that arrive meanwhile are answered.
    let probe = loop {
        let probe = browser.get("/readyz").await.status;
        if probe != 200 {
            break probe;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(probe, 503);
    assert_eq!(browser.get("/api/session").await.status, 200);
    for read in reads {
        assert_eq!(read.await.unwrap().unwrap().status, 200);
    }
    assert_eq!(refresh.await.unwrap().unwrap().status, 200);
    assert_eq!(bed.app.stop(), Some(0));
    assert!(bed.app.output().contains("Stopped"));
}
