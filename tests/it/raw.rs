//! Requests that no client library sends: raw bytes on a socket.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use tests::{Bed, raw_answer};

/// Sends bytes, and reads until the app closes the connection.
fn exchange(bed: &Bed, bytes: &[u8]) -> String {
    let mut stream = connect(bed);
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    // A reset after the response counts as the end too.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    raw_answer::check(&String::from_utf8_lossy(bytes), &answer);
    answer
}

fn connect(bed: &Bed) -> TcpStream {
    let address = bed.app.url.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address.replace("localhost", "127.0.0.1")).unwrap();
    let limit = Some(Duration::from_mins(1));
    stream.set_read_timeout(limit).unwrap();
    stream
}

/// Every spelling of a path that a client library would normalize before sending.
#[tokio::test]
async fn sec_52_53_no_spelling_of_a_path_reaches_snyk() {
    let bed = Bed::start().await;
    let (browser, connection) = bed.connected().await;
    let id = connection["id"].as_str().unwrap();
    let org = connection["orgs"][0]["id"].as_str().unwrap();
    let cookie = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("; ");
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let ask = |target: &str| {
        exchange(
            &bed,
            format!(
                "GET {target} HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\n\
                 cookie: {cookie}\r\nconnection: close\r\n\r\n"
            )
            .as_bytes(),
        )
    };
    let base = format!("/api/connections/{id}/snyk");
    let good = ask(&format!("{base}/rest/orgs/{org}"));
    assert!(good.starts_with("HTTP/1.1 200"), "{good}");

    let before = bed.sandbox.seen("/").await;
    let mut targets = Vec::new();
    for dots in [
        "..",
        ".",
        "%2e%2e",
        "%2E.",
        ".%2e",
        "%252e%252e",
        "%c0%ae%c0%ae",
        "..;",
        "..%00",
    ] {
        targets.extend([
            format!("{base}/rest/{dots}/rest/self"),
            format!("{base}/rest/orgs/{dots}/self"),
            format!("{base}/rest/orgs/{org}/{dots}/{dots}/self"),
            format!("{base}/rest/orgs/{dots}"),
            format!("{base}/{dots}/oauth2/token"),
        ]);
    }
    for slash in [
        "%2f",
        "%2F",
        "%5c",
        "\\",
        "//",
        "%252f",
        "%ef%bc%8f",
        "/;/",
        "/%20/",
    ] {
        targets.push(format!("{base}/rest{slash}self"));
        targets.push(format!("{base}/rest/orgs{slash}{org}"));
    }
    for path in [
        "/oauth2/token",
        "//evil.example/rest/self",
        "/@evil.example/rest/self",
        "/http://evil.example/rest/self",
        "/rest/self%23x",
        "/rest/self%3fx=1",
        "/rest/%73elf",
        "/rest/self/",
        "/REST/self",
        "/rest/self%0d%0ax-evil:1",
        "/v1/orgs",
    ] {
        targets.push(format!("{base}{path}"));
    }
    // The absolute form contains a host of its own.
    targets.push(format!("http://evil.example{base}/rest/self"));
    for target in &targets {
        let answer = ask(target);
        let status = answer.split(' ').nth(1).unwrap_or_default();
        assert!(
            matches!(status, "400" | "403" | "404"),
            "{target}: {answer}"
        );
    }
    assert_eq!(bed.sandbox.seen("/").await, before, "nothing was sent");
}

/// Closes silent connections and slow senders of heads and of bodies; others are answered
/// meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_67_who_sends_nothing_or_by_the_drop_is_let_go() {
    let bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap().to_owned();
    let body_head = format!(
        "POST /api/login HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/json\r\ncontent-length: 60000\r\n\r\n"
    );
    let begun = Instant::now();
    let mut streams = Vec::new();
    for beginning in ["", "GET /healthz HT", "PRI * HTTP/2.0\r\n", &body_head] {
        for _ in 0..100 {
            let mut stream = connect(&bed);
            stream.write_all(beginning.as_bytes()).unwrap();
            streams.push(stream);
        }
    }
    let dribbling = std::thread::spawn(move || {
        let mut left = streams;
        while !left.is_empty() {
            left.retain_mut(|stream| {
                stream.set_nonblocking(true).unwrap();
                let mut answer = [0; 1_024];
                let is_over = match stream.read(&mut answer) {
                    Ok(0) => true,
                    Ok(_) => false,
                    Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
                };
                // One character of a header's name, or one byte of the body.
                !is_over && stream.write_all(b"x").is_ok()
            });
            assert!(
                begun.elapsed() < Duration::from_mins(1),
                "{} are held",
                left.len()
            );
            std::thread::sleep(Duration::from_millis(500));
        }
    });
    let mut browser = bed.browser();
    while !dribbling.is_finished() {
        assert_eq!(browser.get("/healthz").await.status, 200);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    dribbling.join().unwrap();
}

#[tokio::test]
async fn sec_34_a_body_that_is_not_json_is_refused_whatever_the_route_takes() {
    let bed = Bed::start().await;
    let (browser, connection) = bed.connected().await;
    let path = format!("/api/connections/{}", connection["id"].as_str().unwrap());
    for path in [path.as_str(), "/api/session"] {
        let request = browser
            .request(reqwest::Method::DELETE, path)
            .header("content-type", "text/plain")
            .body("{}");
        assert_eq!(browser.clone().send(request).await.status, 415, "{path}");
    }
    assert_eq!(browser.clone().connections().await.len(), 1);
}

#[tokio::test]
async fn sec_66_a_body_that_is_not_framed_as_http_is_a_bad_request() {
    let bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let extension = format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "a".repeat(100_000));
    for body in [
        "zz\r\n",
        &extension,
        "2\n{}\r\n0\r\n\r\n",
        "2\r\n{}x\r\n0\r\n\r\n",
    ] {
        let answer = exchange(
            &bed,
            format!(
                "POST /api/login HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\n\
                 content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{body}"
            )
            .as_bytes(),
        );
        let body = &body[..body.len().min(20)];
        assert!(answer.starts_with("HTTP/1.1 400"), "{body}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "closed after it");
    }
}
