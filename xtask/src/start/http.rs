//! Just enough HTTP to ask a server on this computer whether it is ready.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(2);

/// Whether something listens there.
pub(super) fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, PATIENCE).is_ok()
}

/// Whether the app is ready where a browser finds it that is told this host: of the addresses of
/// `localhost`, browsers ask the IPv6 one first, and stay with the first that accepts.
pub(super) fn answers(host: &str, port: u16) -> bool {
    let addresses = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(ip) => vec![ip],
        Err(_) => vec![Ipv6Addr::LOCALHOST.into(), Ipv4Addr::LOCALHOST.into()],
    };
    let mut addresses = addresses.into_iter().map(|ip| SocketAddr::new(ip, port));
    addresses
        .find(|address| accepts(*address))
        .is_some_and(is_ready)
}

/// Whether the app says there that it is ready.
pub(super) fn is_ready(address: SocketAddr) -> bool {
    status(address, "/readyz") == Some(200)
}

/// The status of the answer to a `GET`; `None` without an answer.
fn status(address: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut start = [0; 12];
    stream.read_exact(&mut start).ok()?;
    status_of(&start)
}

fn status_of(start: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(start).ok()?;
    line.strip_prefix("HTTP/1.1 ")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_read_off_the_first_line() {
        assert_eq!(status_of(b"HTTP/1.1 200"), Some(200));
        assert_eq!(status_of(b"HTTP/1.1 503"), Some(503));
        assert_eq!(status_of(b"SSH-2.0-Open"), None);
    }
}
