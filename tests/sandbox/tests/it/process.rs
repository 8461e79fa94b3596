//! The program itself: output, listen address, shutdown.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::process::Command;

use crate::bed::Sandbox;

#[tokio::test]
async fn only_loopback_is_served() {
    let output = Command::new(env!("CARGO_BIN_EXE_snyk-sandbox"))
        .args(["--listen", "0.0.0.0:0"])
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("loopback only"));
}

#[cfg(unix)]
#[tokio::test]
async fn it_stops_at_once_even_in_the_middle_of_a_request() {
    let mut sandbox = Sandbox::start(&[]).await;
    sandbox
        .fault(json!({"on": {"endpoint": "rest"}, "fault": {"kind": "delay", "ms": 60_000}}))
        .await;
    let mut stream = TcpStream::connect(&sandbox.address).await.unwrap();
    stream
        .write_all(b"GET /rest/self HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    while sandbox.get("/_sandbox/requests").await.json() == json!([]) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let pid = sandbox.process.id().unwrap().to_string();
    let kill = Command::new("kill")
        .args(["-TERM", &pid])
        .stdin(Stdio::null())
        .status();
    assert!(kill.await.unwrap().success());
    let status = tokio::time::timeout(Duration::from_secs(2), sandbox.process.wait()).await;
    assert!(status.unwrap().unwrap().success());
}
