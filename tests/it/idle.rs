//! Keep-alive: how long connections stay open, and that none is closed without notice. Load
//! balancers keep their connections for a minute and longer, and do not repeat a `POST` that met a
//! close.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use tests::Bed;

fn connect(bed: &Bed) -> TcpStream {
    let address = bed.app.url.strip_prefix("http://").unwrap();
    let stream = TcpStream::connect(address.replace("localhost", "127.0.0.1")).unwrap();
    stream.set_nodelay(true).unwrap();
    let limit = Some(Duration::from_mins(1));
    stream.set_read_timeout(limit).unwrap();
    stream
}

/// Reads one response, head and body; returns an empty string if the connection has ended.
fn read_answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut byte = [0];
    while !answer.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => answer.push(byte[0]),
            _ => return String::new(),
        }
    }
    let head = String::from_utf8(answer).unwrap().to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    format!("{head}{}", String::from_utf8_lossy(&body))
}

/// Returns whether the connection ends within a while without further data; a reset counts as the
/// end too.
fn ends(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    let read = stream.read_to_end(&mut rest);
    let is_over = read.map_or_else(|error| error.kind() == ErrorKind::ConnectionReset, |_| true);
    is_over && rest.is_empty()
}

fn get(path: &str, host: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").into()
}

/// Returns a login start with an invalid body: only whether it is answered matters.
fn post(host: &str) -> Vec<u8> {
    format!(
        "POST /api/login HTTP/1.1\r\nhost: {host}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
    )
    .into()
}

#[tokio::test]
async fn rel_7_a_connection_is_kept_idle_for_longer_than_a_head_may_take() {
    let bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let mut used = connect(&bed);
    used.write_all(&get("/healthz", host)).unwrap();
    assert!(read_answer(&mut used).contains(" 200 "));
    // Some clients connect before they have a request, and some send an empty line after a body.
    let mut unused = connect(&bed);
    let mut after_an_empty_line = connect(&bed);
    after_an_empty_line.write_all(&post(host)).unwrap();
    assert!(read_answer(&mut after_an_empty_line).contains(" 400 "));
    after_an_empty_line.write_all(b"\r\n").unwrap();
    std::thread::sleep(Duration::from_secs(13));
    for stream in [&mut used, &mut unused, &mut after_an_empty_line] {
        stream.write_all(&post(host)).unwrap();
        let answer = read_answer(stream);
        assert!(answer.contains(" 400 "), "{answer:?}");
        assert!(!answer.contains("connection: close"), "{answer}");
    }
}

#[tokio::test]
async fn rel_7_how_long_is_a_setting() {
    let bed = Bed::with(&[], &[("KEEP_ALIVE_TIMEOUT", "2s")]).await;
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let mut used = connect(&bed);
    let mut unused = connect(&bed);
    for _ in 0..3 {
        used.write_all(&get("/healthz", host)).unwrap();
        assert!(read_answer(&mut used).contains(" 200 "));
        std::thread::sleep(Duration::from_secs(1));
    }
    let begun = Instant::now();
    assert!(ends(&mut unused) && ends(&mut used));
    assert!(begun.elapsed() < Duration::from_secs(30));
    let (code, output) = bed.app.run_to_end(&[("KEEP_ALIVE_TIMEOUT", "75")]);
    assert_eq!(code, Some(1));
    assert!(output.contains("KEEP_ALIVE_TIMEOUT"), "{output}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sec_67_a_head_has_ten_seconds_from_its_first_byte_and_its_sender_is_told() {
    let bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let mut first = connect(&bed);
    first.write_all(b"GET /healthz HTTP/1.1\r\nx: ").unwrap();
    let mut kept = connect(&bed);
    kept.write_all(&get("/healthz", host)).unwrap();
    assert!(read_answer(&mut kept).contains(" 200 "));
    kept.write_all(b"GET /healthz HT").unwrap();
    let mut empty_lines = connect(&bed);
    let begun = Instant::now();
    let mut left = vec![("first", first), ("kept", kept)];
    while !left.is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(50), "{left:?}");
        std::thread::sleep(Duration::from_millis(500));
        // These begin no head, and are closed by the idle timeout.
        empty_lines.write_all(b"\r\n").unwrap();
        left.retain_mut(|(who, stream)| {
            let _ = stream.write_all(b"x");
            stream.set_nonblocking(true).unwrap();
            let waits = stream
                .peek(&mut [0])
                .is_err_and(|error| error.kind() == ErrorKind::WouldBlock);
            stream.set_nonblocking(false).unwrap();
            if waits {
                return true;
            }
            assert!(begun.elapsed() > Duration::from_secs(8), "{who}: too soon");
            let answer = read_answer(stream);
            assert!(answer.starts_with("http/1.1 408"), "{who}: {answer:?}");
            assert!(answer.contains("connection: close"), "{who}: {answer}");
            assert!(
                answer.contains("x-content-type-options: nosniff"),
                "{who}: {answer}"
            );
            assert!(answer.contains("took too long"), "{who}: {answer}");
            false
        });
    }
}

/// A body that is not read to its end costs the connection; the response then announces the close.
#[tokio::test]
async fn rel_7_who_is_refused_before_the_body_is_read_is_told_that_the_connection_ends() {
    let bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap();
    let head = |path: &str, more: &str, length: usize| {
        format!("POST {path} HTTP/1.1\r\nhost: {host}\r\n{more}content-length: {length}\r\n\r\n")
    };
    let json = "content-type: application/json\r\n";
    let own = "sec-fetch-site: same-origin\r\n";
    let id = "01JD9Z7K3M8QW4000000000000";
    for ask in [
        head("/api/login", json, 9_000),
        head("/api/login", own, 9_000),
        head("/api/nothing", &format!("{own}{json}"), 9_000),
        head(
            &format!("/api/connections/{id}/refresh"),
            &format!("{own}{json}"),
            9_000,
        ),
        head("/", &format!("{own}{json}"), 9_000),
        head("/api/login", &format!("{own}{json}"), 100_000),
    ] {
        let mut stream = connect(&bed);
        stream.write_all(ask.as_bytes()).unwrap();
        stream.write_all(b"{").unwrap();
        let answer = read_answer(&mut stream);
        assert!(answer.starts_with("http/1.1 4"), "{ask}: {answer:?}");
        assert!(answer.contains("connection: close"), "{ask}: {answer}");
        let _ = stream.shutdown(std::net::Shutdown::Write);
        assert!(ends(&mut stream), "{ask}");
    }
}

/// Sends requests during a shutdown: each connection that is closed was announced as closing in its
/// last response.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rel_7_a_stop_ends_no_kept_connection_without_a_word() {
    let mut bed = Bed::start().await;
    let host = bed.app.url.strip_prefix("http://").unwrap().to_owned();
    let clients: Vec<_> = (0..4)
        .map(|number| {
            let mut stream = connect(&bed);
            let ask = get("/healthz", &host);
            std::thread::spawn(move || {
                loop {
                    // Some connections idle for longer than readiness fails before the shutdown.
                    std::thread::sleep(Duration::from_millis(100 + 400 * number));
                    let answer = match stream.write_all(&ask) {
                        Ok(()) => read_answer(&mut stream),
                        Err(_) => String::new(),
                    };
                    if answer.is_empty() {
                        return Err(number);
                    }
                    if answer.contains("connection: close") {
                        return if ends(&mut stream) {
                            Ok(())
                        } else {
                            Err(number)
                        };
                    }
                }
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    bed.app.terminate();
    for client in clients {
        assert_eq!(client.join().unwrap(), Ok(()));
    }
    assert_eq!(bed.app.stop(), Some(0));
}
