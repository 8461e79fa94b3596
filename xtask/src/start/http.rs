//! A minimal HTTP client that asks a local server whether it is ready.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

const TIMEOUT: Duration = Duration::from_secs(2);

/// Returns whether an address accepts connections.
pub(super) fn accepts(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, TIMEOUT).is_ok()
}

/// Returns whether the app is ready at the address that a browser uses for this host. Of the
/// addresses of `localhost`, browsers try the IPv6 one first and use the first that accepts.
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

/// Returns whether the app reports at this address that it is ready.
pub(super) fn is_ready(address: SocketAddr) -> bool {
    status(address, "/readyz") == Some(200)
}

/// Returns the status of the response to a `GET`, or `None` without a response.
fn status(address: SocketAddr, path: &str) -> Option<u16> {
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).ok()?;
    stream.set_read_timeout(Some(TIMEOUT)).ok()?;
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
