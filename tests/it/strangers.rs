//! What one client can take from all others: connections, readiness probes, the log.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, TcpStream},
    time::Duration,
};

use tests::Bed;

/// Sends a request from another loopback address.
async fn status_from(bed: &Bed, last: u8, path: &str) -> u16 {
    #[expect(
        clippy::disallowed_methods,
        reason = "a client with an address of its own"
    )]
    let client = reqwest::Client::builder()
        .local_address(IpAddr::from(Ipv4Addr::new(127, 0, 0, last)))
        .timeout(Duration::from_secs(20))
        .no_proxy()
        .build()
        .unwrap();
    let url = bed.app.url.replace("localhost", "127.0.0.1");
    let answer = client.get(format!("{url}{path}")).send().await.unwrap();
    answer.status().as_u16()
}

fn connect(bed: &Bed) -> TcpStream {
    let address = bed.app.url.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address.replace("localhost", "127.0.0.1")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

/// Sends one small request and returns whether it was answered.
fn asks(stream: &mut TcpStream) -> bool {
    let sent = stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut answer = [0; 4_096];
    sent.is_ok() && stream.read(&mut answer).is_ok_and(|read| read > 0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_67_six_hundred_connections_of_one_client_keep_nobody_out() {
    let bed = Bed::with(&[], &[("RATE_LIMITS", "on")]).await;
    // A test process can open few files itself. `http/connection_limit.rs` tests the limit of one
    // client.
    let mut held: Vec<TcpStream> = (0..600).map(|_| connect(&bed)).collect();
    assert!(held.iter_mut().all(asks), "one is not served");
    for (last, who) in [(1, "the same"), (2, "another")] {
        assert_eq!(status_from(&bed, last, "/healthz").await, 200, "{who}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_69_probes_have_no_part_in_the_limit_and_refusals_do_not_fill_the_log() {
    let bed = Bed::with(&[], &[("RATE_LIMITS", "on"), ("LOG", "info")]).await;
    // Rejected for their origin, and after the 6,000th by the rate limit.
    let ask = b"GET /api/session HTTP/1.1\r\nhost: localhost\r\norigin: http://evil\r\n\r\n";
    let mut limited = String::new();
    for _ in 0..8_000 / 50 {
        let mut stream = connect(&bed);
        stream.write_all(&ask.repeat(50)).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        // A reset after the response counts as the end too.
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        if let Some(at) = answer.find("HTTP/1.1 429") {
            limited = answer[at..].to_owned();
        }
    }
    assert!(limited.contains("retry-after"), "none was refused");
    assert!(limited.contains("connection: close"), "{limited}");
    assert!(!limited[1..].contains("HTTP/1.1"), "closed after it");
    for path in ["/healthz", "/readyz"] {
        assert_eq!(status_from(&bed, 1, path).await, 200, "{path}");
    }
    let output = bed.app.output();
    assert!(output.contains("127.0.0.1"), "the first is told: {output}");
    assert!(
        output.lines().count() < 50,
        "{} lines",
        output.lines().count()
    );
}

#[tokio::test]
async fn sec_69_who_stands_behind_a_proxy_that_is_not_trusted_is_told_once() {
    let bed = Bed::with(&[], &[("LOG", "info")]).await;
    for _ in 0..3 {
        let request = bed.browser().request(reqwest::Method::GET, "/api/session");
        let request = request.header("x-forwarded-for", "203.0.113.9");
        assert_eq!(bed.browser().send(request).await.status, 200);
    }
    let output = bed.app.output();
    assert_eq!(output.matches("TRUSTED_PROXIES").count(), 1, "{output}");
}
