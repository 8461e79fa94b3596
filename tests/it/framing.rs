//! HTTP request framing: ambiguous requests are rejected, and unambiguous ones are answered.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use tests::{Bed, raw_answer};

/// Sends pieces one after the other, and reads until the app closes the connection.
fn exchange(bed: &Bed, pieces: &[&str]) -> String {
    let address = bed.app.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address.replace("localhost", "127.0.0.1")).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    for piece in pieces {
        // After an early rejection the app may have closed the connection.
        let _ = stream.write_all(piece.as_bytes());
        std::thread::sleep(Duration::from_millis(2));
    }
    let mut answer = Vec::new();
    // A reset after the response counts as the end too.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    raw_answer::check(&pieces.concat(), &answer);
    answer
}

#[tokio::test]
async fn sec_66_what_can_be_read_in_two_ways_is_refused_and_the_connection_ends() {
    let bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let post = format!(
        "POST /api/login HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/json\r\n"
    );
    let get = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\n");
    let smuggled = format!("{get}\r\n");
    for head in [
        format!("{post}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{post}transfer-encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        format!("{post}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        format!("{post}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("{post}content-length: 2\r\ncontent-length: 3\r\n\r\n{{}}x"),
        smuggled.replace("\r\n", "\n"),
        format!("{get}x: y\nz: a\r\n\r\n"),
        format!("{get}x: a\r\n b\r\n\r\n"),
        format!("{get}x : a\r\n\r\n"),
        format!("{get}connection: upgrade\r\nupgrade: websocket\r\n\r\n"),
        format!("{get}connection: upgrade\r\nupgrade: h2c, websocket\r\n\r\n"),
        format!("{get}connection: upgrade\r\nupgrade: TLS/1.0\r\n\r\n"),
        format!("TRACE /api/session HTTP/1.1\r\nhost: {host}\r\n\r\n"),
        format!("CONNECT {host} HTTP/1.1\r\nhost: {host}\r\n\r\n"),
        // SEC-53: hyper would drop the fragment of the request target.
        format!("GET /healthz#x HTTP/1.1\r\nhost: {host}\r\n\r\n"),
        "\u{16}\u{3}\u{1}\u{2}".to_owned(),
    ] {
        let answer = exchange(&bed, &[&head, &smuggled]);
        assert!(answer.starts_with("HTTP/1.1 400"), "{head}: {answer}");
        assert!(!answer.contains("HTTP/1.1 200"), "{head}: {answer}");
        // SEC-61: for every component that responds.
        for line in [
            "connection: close",
            "content-type: application/problem+json",
            "cache-control: no-store",
            "x-content-type-options: nosniff",
            "x-request-id: ",
        ] {
            assert!(answer.contains(line), "{head}: no {line}: {answer}");
        }
        assert!(answer.contains("\"code\":\"bad_request\""), "{answer}");
    }
    let long = format!("{get}x: {}\r\n\r\n", "a".repeat(20_000));
    let answer = exchange(&bed, &[&long]);
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    assert!(
        answer.contains("\"code\":\"payload_too_large\""),
        "{answer}"
    );
    // Also for a head that is not the connection's first.
    let answer = exchange(
        &bed,
        &[&format!(
            "{smuggled}GET /healthz HTTP/1.1\nhost: {host}\n\n"
        )],
    );
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 400").count(), 1, "{answer}");
}

/// The headers that curl and Java's client send by default to a server without TLS.
#[tokio::test]
async fn sec_66_an_offer_of_http_2_is_ignored_and_the_request_answered() {
    let bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let curl = format!(
        "host: {host}\r\nuser-agent: curl/8.14.1\r\naccept: */*\r\nconnection: Upgrade, \
         HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
    );
    let java = format!(
        "connection: Upgrade, HTTP2-Settings\r\ncontent-length: 0\r\nhost: {host}\r\n\
         http2-settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\nupgrade: h2c\r\n\
         user-agent: Java-http-client/25\r\n"
    );
    let last = format!("GET /healthz HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    for client in [&curl, &java] {
        for path in ["/healthz", "/readyz", "/", "/api/session"] {
            let ask = format!("GET {path} HTTP/1.1\r\n{client}\r\n");
            let answer = exchange(&bed, &[&ask, &last]);
            assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{ask}: {answer}");
            assert!(!answer.contains("HTTP/1.1 101"), "{answer}");
        }
    }
    let body = "{}";
    let post = format!(
        "POST /api/login HTTP/1.1\r\n{curl}sec-fetch-site: same-origin\r\n\
         content-type: application/json\r\ncontent-length: 2\r\n\r\n{body}"
    );
    let answer = exchange(&bed, &[&post, &last]);
    assert!(
        answer.contains("not the JSON that this route takes"),
        "{answer}"
    );
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 1, "{answer}");
}

/// Too many cookies must not result in JSON on a person's screen; the person can clear the cookies.
#[tokio::test]
async fn sec_68_a_head_that_is_too_large_is_told_to_a_browser_as_a_page() {
    let bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let accept = "accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";
    for size in [17_000, 200_000] {
        let cookie = format!("cookie: a={}\r\n", "a".repeat(size));
        for (head, is_page) in [
            (
                format!("GET / HTTP/1.1\r\nhost: {host}\r\n{accept}{cookie}\r\n"),
                true,
            ),
            (
                format!("GET /callback?code=x HTTP/1.1\r\nhost: {host}\r\n{cookie}{accept}\r\n"),
                true,
            ),
            (
                format!("GET / HTTP/1.1\r\nhost: {host}\r\naccept: */*\r\n{cookie}\r\n"),
                false,
            ),
            (
                format!("GET /api/session HTTP/1.1\r\nhost: {host}\r\n{accept}{cookie}\r\n"),
                false,
            ),
            (
                format!("POST / HTTP/1.1\r\nhost: {host}\r\n{accept}{cookie}\r\n"),
                false,
            ),
        ] {
            let answer = exchange(&bed, &[&head]);
            let head = &head[..60];
            assert!(answer.starts_with("HTTP/1.1 431"), "{head}: {answer}");
            assert!(answer.contains("this site’s cookies"), "{head}: {answer}");
            assert!(answer.contains("connection: close"), "{head}: {answer}");
            let kind = if is_page {
                "content-type: text/html"
            } else {
                "content-type: application/problem+json"
            };
            assert!(answer.contains(kind), "{head}: {answer}");
            assert!(!answer.contains("unsafe"), "{head}: {answer}");
        }
    }
    // A request target that is too long is rejected at a later stage.
    let long = "a".repeat(9_000);
    let head =
        format!("GET /?{long} HTTP/1.1\r\nhost: {host}\r\n{accept}connection: close\r\n\r\n");
    let answer = exchange(&bed, &[&head]);
    assert!(answer.starts_with("HTTP/1.1 414"), "{answer}");
    assert!(answer.contains("content-type: text/html"), "{answer}");
    assert!(answer.contains("The address is too long"), "{answer}");
}

#[tokio::test]
async fn sec_66_what_follows_a_body_is_the_next_request_however_the_bytes_come() {
    let bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let common = format!("host: {host}\r\nsec-fetch-site: same-origin\r\n");
    // A body that would be rejected if it were read as a head.
    let body = "{\n\"a\":\"#\"\n}\n\n";
    let post = format!(
        "POST /api/login HTTP/1.1\r\n{common}content-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let get = format!("GET /healthz HTTP/1.1\r\n{common}\r\n");
    let last = format!("GET /api/session HTTP/1.1\r\n{common}connection: close\r\n\r\n");
    let all = format!("{get}\r\n{post}{get}{post}{post}{last}");
    let statuses = |answer: &str| -> Vec<String> {
        answer
            .split("HTTP/1.1 ")
            .skip(1)
            .map(|rest| rest[..3].to_owned())
            .collect()
    };
    for size in [1, 7, 64, all.len()] {
        let pieces: Vec<&str> = (0..all.len())
            .step_by(size)
            .map(|at| &all[at..(at + size).min(all.len())])
            .collect();
        let answer = exchange(&bed, &pieces);
        assert_eq!(
            statuses(&answer),
            ["200", "400", "200", "400", "400", "200"],
            "{size}: {answer}"
        );
    }
    // A chunked body is accepted, and the connection closes after it.
    let chunked = format!(
        "POST /api/login HTTP/1.1\r\n{common}content-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n3\r\n{{\n}}\r\n0\r\n\r\n{get}"
    );
    let answer = exchange(&bed, &[&chunked]);
    assert_eq!(statuses(&answer), ["400"], "{answer}");
    assert!(
        answer.contains("not the JSON that this route takes"),
        "{answer}"
    );
}

/// Opens a new connection for each request during a shutdown: every accepted connection is
/// answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_7_a_stop_resets_nobody_who_came_in_time() {
    let mut bed = Bed::start().await;
    let address = bed.app.url.strip_prefix("http://").unwrap();
    let address = address.replace("localhost", "127.0.0.1");
    // A client that has connected and stays silent until the listener is closed.
    let mut silent = TcpStream::connect(&address).unwrap();
    let limit = Some(Duration::from_secs(20));
    silent.set_read_timeout(limit).unwrap();
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let address = address.clone();
            std::thread::spawn(move || {
                let (mut served, mut reset) = (0, 0);
                while let Ok(mut stream) = TcpStream::connect(&address) {
                    let ask = b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
                    let mut answer = String::new();
                    let sent = stream.write_all(ask);
                    if sent
                        .and_then(|()| stream.read_to_string(&mut answer))
                        .is_ok()
                    {
                        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                        served += 1;
                    } else {
                        reset += 1;
                    }
                }
                (served, reset)
            })
        })
        .collect();
    bed.app.terminate();
    let mut reset = 0;
    for client in clients {
        let (served, of_this_one) = client.join().unwrap();
        assert!(served > 0);
        reset += of_this_one;
    }
    // Between the last `accept` and the close of the listener, the operating system may complete
    // one more connection.
    assert!(reset <= 1, "{reset} were reset");
    silent
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    silent.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(bed.app.stop(), Some(0));
}
