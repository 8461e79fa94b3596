//! Generates load on one server for a while and measures it.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

const CONNECTIONS: usize = 32;
const ROUND_DURATION: Duration = Duration::from_secs(2);

/// A server under load, and the request to send.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
    pub(crate) process: u32,
    pub(crate) path: String,
    pub(crate) cookie: Option<String>,
}

/// The measurements of one round.
pub(crate) struct Round {
    pub(crate) per_second: f64,
    pub(crate) median_ms: f64,
    /// The 99th percentile of the latency.
    pub(crate) slow_ms: f64,
    /// CPU time of the server for each request, user and system.
    pub(crate) cpu_us: f64,
}

/// Waits until something listens.
pub(crate) async fn ready(address: SocketAddr) -> Result<()> {
    for _ in 0..400 {
        if TcpStream::connect(address).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    anyhow::bail!("nothing listens at {address}")
}

/// Sends requests over persistent connections, one after the other on each.
pub(crate) async fn round(target: &Target) -> Result<Round> {
    let cpu_before = cpu(target.process)?;
    let began = Instant::now();
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|_| tokio::spawn(worker(target.clone(), began + ROUND_DURATION)))
        .collect();
    let mut times = Vec::new();
    for worker in workers {
        times.extend(worker.await??);
    }
    let took = began.elapsed();
    let cpu = cpu(target.process)?.saturating_sub(cpu_before);
    times.sort_unstable();
    let count = times.len();
    ensure!(count > 100, "{}: only {count} answers", target.name);
    let ms = |index: usize| times[index].as_secs_f64() * 1_000.0;
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let requests = count as f64;
    Ok(Round {
        per_second: requests / took.as_secs_f64(),
        median_ms: ms(count / 2),
        slow_ms: ms(count * 99 / 100),
        cpu_us: cpu.as_secs_f64() * 1e6 / requests,
    })
}

async fn worker(target: Target, deadline: Instant) -> Result<Vec<Duration>> {
    let stream = TcpStream::connect(target.address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let mut times = Vec::new();
    while Instant::now() < deadline {
        let mut request = Request::get(&target.path)
            .header(header::HOST, format!("localhost:{}", target.address.port()))
            .header("sec-fetch-site", "same-origin");
        if let Some(cookie) = &target.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let sent = Instant::now();
        sender.ready().await?;
        let answer = sender
            .send_request(request.body(Empty::<Bytes>::new())?)
            .await?;
        ensure!(
            answer.status() == 200,
            "{}: {}",
            target.name,
            answer.status()
        );
        let mut body = answer.into_body();
        while let Some(frame) = body.frame().await {
            frame?;
        }
        times.push(sent.elapsed());
    }
    Ok(times)
}

/// Returns a process's CPU time so far, which Linux counts in hundredths of a second.
fn cpu(process: u32) -> Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(") ").context("a process line")?;
    let fields: Vec<&str> = fields.split(' ').collect();
    let ticks =
        |index: usize| -> Result<u64> { Ok(fields.get(index).context("its times")?.parse()?) };
    Ok(Duration::from_millis((ticks(11)? + ticks(12)?) * 10))
}
