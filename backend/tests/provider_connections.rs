//! The connections of the provider client, against a server that speaks plain TCP: when one is
//! reused, what a failure on one means, and for how long an answer may take.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use domain::vault::secret::{AccessToken, RefreshToken};
use snyk_app::{
    clock::SystemClock,
    config::{base_url::BaseUrl, provider::Provider, secret_file::ClientSecret},
    provider::{
        ApiAnswer, Encoding, ProviderClient as _, ProviderError,
        snyk::{Credentials, Snyk},
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{Instant, advance, pause, resume, sleep, timeout},
};

/// Longer than the read timeout of the client.
const LONG: Duration = Duration::from_secs(31);

fn client(address: std::net::SocketAddr) -> Snyk {
    let url = format!("http://{address}");
    let region = Provider {
        region: "sandbox".to_owned(),
        sandbox: true,
        app_url: BaseUrl::of(url.parse().unwrap()),
        api_url: BaseUrl::of(url.parse().unwrap()),
        api_url_variable: None,
    };
    let credentials = Credentials {
        client_id: "id".to_owned(),
        client_secret: ClientSecret::of_value("secret".into()),
        redirect_uri: "http://localhost/callback".to_owned(),
    };
    Snyk::new(&region, &credentials, Arc::new(SystemClock)).unwrap()
}

/// Reads one request with its body. Returns `false` at the end of the connection.
async fn read_request(stream: &mut TcpStream) -> bool {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    loop {
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return false,
            Ok(n) => request.extend_from_slice(&part[..n]),
        }
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|l| l.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return true;
            }
        }
    }
}

async fn answer(stream: &mut TcpStream) {
    let body = r#"{"access_token":"a","refresh_token":"r","expires_in":3600}"#;
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all((head + body).as_bytes()).await.unwrap();
}

/// What the server does at a request on a connection.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Answers, and keeps the connection open.
    Answer,
    /// Answers, and closes the connection without announcing it.
    AnswerAndClose,
    /// Closes the connection without an answer.
    Close,
    /// Sends a part of the status line and closes the connection.
    Begin,
}

/// Counts of a server.
#[derive(Clone, Default)]
struct Seen {
    connections: Arc<AtomicU32>,
    requests: Arc<AtomicU32>,
}

impl Seen {
    fn counts(&self) -> (u32, u32) {
        let count = |counter: &AtomicU32| counter.load(Ordering::SeqCst);
        (count(&self.connections), count(&self.requests))
    }
}

/// Starts a token endpoint that follows `steps`, one for each request over all connections. The last
/// one repeats.
async fn token_endpoint(steps: &'static [Step]) -> (Snyk, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap());
    let seen = Seen::default();
    let counted = seen.clone();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            counted.connections.fetch_add(1, Ordering::SeqCst);
            let counted = counted.clone();
            tokio::spawn(async move {
                while read_request(&mut stream).await {
                    let request = counted.requests.fetch_add(1, Ordering::SeqCst) as usize;
                    match steps[request.min(steps.len() - 1)] {
                        Step::Answer => answer(&mut stream).await,
                        Step::AnswerAndClose => return answer(&mut stream).await,
                        Step::Close => return,
                        Step::Begin => return stream.write_all(b"HTTP/1.1").await.unwrap(),
                    }
                }
            });
        }
    });
    (client, seen)
}

fn token() -> RefreshToken {
    RefreshToken::new("r".to_owned())
}

#[tokio::test]
async fn a_connection_is_reused_for_a_short_time() {
    let (client, seen) = token_endpoint(&[Step::Answer]).await;
    for _ in 0..5 {
        client.refresh(&token()).await.unwrap();
    }
    assert_eq!(seen.counts(), (1, 5));
    sleep(Duration::from_millis(2_100)).await;
    client.refresh(&token()).await.unwrap();
    assert_eq!(seen.counts(), (2, 6));
}

/// The server has closed a connection that waits for reuse: nothing was sent on it, so the request
/// goes over another one, and no answer counts as lost.
#[tokio::test]
async fn a_dead_connection_loses_no_answer() {
    let (client, seen) = token_endpoint(&[Step::AnswerAndClose]).await;
    for n in 1..=20 {
        client.refresh(&token()).await.unwrap();
        assert_eq!(seen.counts(), (n, n));
        sleep(Duration::from_millis(10)).await;
    }
}

/// A request that reached the server over a reused connection may have consumed its token: it is
/// not sent again by the client, whatever part of the answer is missing.
#[tokio::test]
async fn sec_44_a_request_that_left_on_a_reused_connection_is_lost_and_sent_once() {
    for steps in [
        &[Step::Answer, Step::Close][..],
        &[Step::Answer, Step::Begin],
    ] {
        let steps: &'static [Step] = steps.to_vec().leak();
        let (client, seen) = token_endpoint(steps).await;
        client.refresh(&token()).await.unwrap();
        let lost = client.refresh(&token()).await;
        assert!(
            matches!(lost, Err(ProviderError::AnswerLost(Some(_)))),
            "{lost:?}"
        );
        assert_eq!(seen.counts(), (1, 2));
    }
}

/// A server that closes its connections at any moment around the request: what counts as not sent
/// is nothing that the server has read, and nothing is sent twice.
#[tokio::test]
async fn sec_44_what_counts_as_not_sent_was_never_read() {
    for round in 0..140 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = client(listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let mut read = 0;
            for connection in 0..4 {
                let Ok(accepted) = timeout(Duration::from_millis(20), listener.accept()).await
                else {
                    break;
                };
                let (mut stream, _) = accepted.unwrap();
                // The first connection of every other round serves one request.
                if connection == 0 && round % 2 == 0 && read_request(&mut stream).await {
                    answer(&mut stream).await;
                }
                for _ in 0..round % 7 {
                    tokio::task::yield_now().await;
                }
                let mut part = [0; 1024];
                if matches!(stream.try_read(&mut part), Ok(n) if n > 0) {
                    read += 1;
                }
            }
            read
        });
        if round % 2 == 0 {
            client.refresh(&token()).await.unwrap();
        }
        let error = client.refresh(&token()).await.unwrap_err();
        let read = server.await.unwrap();
        match error {
            ProviderError::NotSent(_) => assert_eq!(read, 0, "{round}"),
            ProviderError::AnswerLost(_) => assert!(read <= 1, "{round}: {read}"),
            other => panic!("{round}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_got_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap());
    drop(listener);
    let error = client.refresh(&token()).await;
    assert!(matches!(error, Err(ProviderError::NotSent(_))), "{error:?}");
}

const CHUNK: usize = 64 * 1024;
const CHUNKS: usize = 64;

/// An API that sends `chunks` of the announced chunks, then a byte at every `interval`.
async fn api(chunks: usize, interval: Duration) -> ApiAnswer {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(read_request(&mut stream).await);
        let length = CHUNK * CHUNKS;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..chunks {
            stream.write_all(&vec![b'x'; CHUNK]).await.unwrap();
        }
        loop {
            sleep(interval).await;
            if stream.write_all(b"x").await.is_err() {
                return;
            }
        }
    });
    let token = AccessToken::new("a".to_owned());
    client
        .get("/rest/self", Encoding::Identity, &token)
        .await
        .unwrap()
}

/// The status of an answer whose encoding nobody asked for is not lost: it may ask for a refresh or
/// for a wait. Such an answer with a list is refused.
#[tokio::test]
async fn an_unasked_encoding_hides_no_status() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = client(listener.local_addr().unwrap());
    let token = AccessToken::new("a".to_owned());
    for status in [200, 401, 403, 404, 429, 503] {
        let asking = client.get("/rest/self", Encoding::Identity, &token);
        let answering = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(read_request(&mut stream).await);
            let head = format!(
                "HTTP/1.1 {status} .\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\n\
                 content-length: 3\r\nretry-after: 7\r\nconnection: close\r\n\r\nabc"
            );
            stream.write_all(head.as_bytes()).await.unwrap();
        };
        let (answer, ()) = futures_util::future::join(asking, answering).await;
        if status == 200 {
            let is_refused = matches!(answer, Err(ProviderError::Unusable(_)));
            assert!(is_refused, "{answer:?}");
            continue;
        }
        let answer = answer.unwrap();
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.headers["retry-after"], "7");
        assert!(!answer.headers.contains_key("content-encoding"));
        assert!(answer.whole().await.unwrap().body.is_empty());
    }
}

/// A browser that reads slowly delays the read from Snyk. Only the time that this server waits for
/// Snyk counts.
#[tokio::test]
async fn an_answer_is_not_cut_off_because_its_reader_is_slow() {
    let mut body = api(CHUNKS, Duration::MAX).await.body;
    let mut read = 0;
    while let Some(chunk) = body.chunk().await.unwrap() {
        read += chunk.len();
        // Leaves a read of the socket pending at some of the stalls.
        let _ = timeout(
            Duration::from_millis(1),
            futures_util::future::pending::<()>(),
        )
        .await;
        if read < 20 * CHUNK {
            pause();
            advance(LONG).await;
            resume();
        }
    }
    assert_eq!(read, CHUNK * CHUNKS);
}

/// An answer that stalls, or of which a byte arrives now and then, ends: within half a minute where
/// nothing has been passed on yet, and in any case after half an hour.
#[tokio::test]
async fn sec_59_an_answer_ends_however_slowly_it_comes() {
    for (chunks, interval, seconds) in [
        (2, 1_000_000, 30),
        (2, 1, 30),
        (5, 1_000_000, 30),
        (5, 20, 1_800),
    ] {
        let mut body = api(chunks, Duration::from_secs(interval)).await.body;
        let mut read = 0;
        while read < chunks * CHUNK {
            read += body.chunk().await.unwrap().unwrap().len();
        }
        pause();
        let began = Instant::now();
        let error = loop {
            match body.chunk().await {
                Ok(chunk) => assert!(chunk.is_some()),
                Err(error) => break error,
            }
        };
        let took = began.elapsed().as_secs();
        resume();
        assert!(
            matches!(error, ProviderError::AnswerLost(Some(_))),
            "{error:?}"
        );
        assert!(took.abs_diff(seconds) <= 2, "{chunks} {interval}: {took} s");
    }
}
