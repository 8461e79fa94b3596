//! Checks a binary that is about to be released by running it where nothing else is installed.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{process, spa, ui};

/// Time to start in; a busy machine is slower, so more is a warning.
const START_TARGET: Duration = Duration::from_millis(100);
const START_TIMEOUT: Duration = Duration::from_secs(20);
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// The program header that names a dynamic loader.
const PT_INTERP: u32 = 3;

/// Checks that the binary is static, names its commit, and serves the page from an empty folder.
pub(crate) fn check(binary: &Path, page: &Path, commit: &str) -> Result<()> {
    let bytes = fs::read(binary).with_context(|| format!("cannot read {}", binary.display()))?;
    ensure!(
        is_static(&bytes).context("the binary is no ELF file of 64 bits")?,
        "the binary needs a dynamic loader"
    );
    let started = Instant::now();
    let version = process::output(bare(binary).arg("--version"))?;
    report("--version", started.elapsed());
    ensure!(
        version.contains(commit) && version.contains("inside the binary"),
        "the binary does not name its commit {commit} and its page: {version}"
    );
    let folder = std::env::temp_dir().join(format!("snyk-app-dist-{}", std::process::id()));
    fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let served = serve_in(&folder, binary, page);
    let _ = fs::remove_dir_all(&folder);
    served
}

/// Returns a command without environment.
fn bare(binary: &Path) -> Command {
    let mut command = process::command(binary);
    command.env_clear().env("HOME", "/nonexistent");
    command
}

fn serve_in(folder: &Path, binary: &Path, page: &Path) -> Result<()> {
    let address = free_address()?;
    let origin = format!("http://localhost:{}", address.port());
    let log = fs::File::create(folder.join("log")).context("cannot write a log")?;
    let mut command = bare(binary);
    command.current_dir(folder).envs([
        ("CLIENT_ID", "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90"),
        ("CLIENT_SECRET", "not-a-secret"),
        ("SCOPES", "org.read"),
        ("ENCRYPTION_SECRET", "not-a-secret-0123456789abcdef012"),
        ("REDIRECT_URI", &format!("{origin}/callback")),
        ("LISTEN", &address.to_string()),
        // Without certificates nothing but this computer can be reached.
        ("SNYK_API_URL", "http://127.0.0.1:9"),
        ("SNYK_APP_URL", "http://127.0.0.1:9"),
    ]);
    command.stdout(Stdio::null()).stderr(log);
    let started = Instant::now();
    let mut child = process::spawn(&mut command)?;
    let outcome = wait_until_ready(address, started).and_then(|()| compare(address, page));
    process::end([&mut child], STOP_TIMEOUT);
    outcome.with_context(|| {
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        format!("the binary said:\n{log}")
    })
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port is free")?;
    listener.local_addr().context("no port is free")
}

fn wait_until_ready(address: SocketAddr, started: Instant) -> Result<()> {
    while started.elapsed() < START_TIMEOUT {
        if get(address, "/readyz").is_ok_and(|(status, _)| status == 200) {
            report("serve, until it is ready", started.elapsed());
            return Ok(());
        }
        thread::sleep(Duration::from_millis(2));
    }
    bail!("it is not ready after {START_TIMEOUT:?}");
}

fn report(what: &str, took: Duration) {
    let text = format!("{what}: {} ms", took.as_millis());
    if took > START_TARGET {
        ui::warning(&format!(
            "{text}, more than {} ms",
            START_TARGET.as_millis()
        ));
    } else {
        ui::note(&text);
    }
}

/// Compares what is served with the files of the page.
fn compare(address: SocketAddr, page: &Path) -> Result<()> {
    let document = page.join("index.html");
    let mut expected: Vec<(String, PathBuf)> = ["/", "/callback", "/connections/x/overview"]
        .map(|path| (path.to_owned(), document.clone()))
        .into();
    for file in spa::files(page)? {
        let name = file.strip_prefix(page)?.to_string_lossy();
        let is_compressed = name.ends_with(".br") || name.ends_with(".gz");
        if !is_compressed && file != document {
            expected.push((format!("/{name}"), file.clone()));
        }
    }
    for (path, file) in &expected {
        let (status, body) = get(address, path)?;
        ensure!(status == 200, "{path} is answered with {status}");
        let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        ensure!(body == content, "{path} is not {}", file.display());
    }
    ui::note(&format!(
        "{} addresses are answered from memory",
        expected.len()
    ));
    Ok(())
}

/// Sends a `GET` and returns status and body.
fn get(address: SocketAddr, path: &str) -> Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect_timeout(&address, STOP_TIMEOUT)?;
    stream.set_read_timeout(Some(STOP_TIMEOUT))?;
    let host = format!("localhost:{}", address.port());
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    parse(&response).context("no HTTP/1.1 response")
}

fn parse(response: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = response.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = str::from_utf8(&response[..end]).ok()?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some((status, response[end + 4..].to_vec()))
}

/// Returns whether an ELF file of 64 bits, little-endian, names no dynamic loader.
fn is_static(elf: &[u8]) -> Option<bool> {
    let number = |start: usize, length: usize| {
        let bytes = elf.get(start..start + length)?;
        let mut number = [0; 8];
        number[..length].copy_from_slice(bytes);
        usize::try_from(u64::from_le_bytes(number)).ok()
    };
    if elf.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let (table, entry_size, entries) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    for index in 0..entries {
        if number(table + index * entry_size, 4)? == PT_INTERP as usize {
            return Some(false);
        }
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_needs_a_loader_is_not_static() {
        let shell = fs::read("/proc/self/exe").unwrap();
        assert_eq!(
            is_static(&shell),
            Some(false),
            "a test is linked dynamically"
        );
        let mut without = shell.clone();
        // No program headers at all.
        without[56..58].fill(0);
        assert_eq!(is_static(&without), Some(true));
        assert_eq!(is_static(b"#!/bin/sh"), None);
        assert_eq!(is_static(&shell[..60]), None, "cut off");
    }

    #[test]
    fn a_response_is_split_into_status_and_body() {
        let response = b"HTTP/1.1 404 Not Found\r\nA: b\r\n\r\nbody\r\n\r\nmore";
        let expected = (404, b"body\r\n\r\nmore".to_vec());
        assert_eq!(parse(response), Some(expected));
        assert_eq!(parse(b"SSH-2.0-Open\r\n\r\n"), None);
        assert_eq!(parse(b"HTTP/1.1 200 OK\r\n"), None);
    }
}
