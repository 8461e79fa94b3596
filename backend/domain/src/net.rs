//! Networks of clients, and the proxies that may report a client's address.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use http::HeaderMap;
use ipnet::IpNet;

/// The header by which proxies report the address of their peer.
pub const FORWARDED_FOR: &str = "x-forwarded-for";

/// The key of rate limits: an IPv4 address, or an IPv6 network of 64 bits, which is
/// what one customer gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientNetwork(IpAddr);

impl From<IpAddr> for ClientNetwork {
    fn from(ip: IpAddr) -> Self {
        Self(match ip.to_canonical() {
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            ip @ IpAddr::V4(_) => ip,
        })
    }
}

impl fmt::Display for ClientNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(ip) => write!(f, "{ip}"),
            IpAddr::V6(ip) => write!(f, "{ip}/64"),
        }
    }
}

/// The proxies whose `X-Forwarded-For` is trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Parses addresses and networks separated by commas. The error is for the operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(|entry| {
                let network = entry.parse::<IpNet>().ok();
                network
                    .or_else(|| Some(IpNet::from(entry.parse::<IpAddr>().ok()?)))
                    .ok_or_else(|| {
                        "is not a list of addresses and networks, such as 10.0.0.0/8".to_owned()
                    })
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns whether this address belongs to a trusted proxy.
    #[must_use]
    pub fn trusts(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.0.iter().any(|network| network.contains(&ip))
    }

    /// Returns the nearest address that belongs to no trusted proxy. Each proxy appends the address
    /// of its peer, so the list is read from its end. Entries before an untrusted address come from
    /// that client, which may write anything.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer;
        let lines: Vec<&[u8]> = headers
            .get_all(FORWARDED_FOR)
            .iter()
            .map(http::HeaderValue::as_bytes)
            .collect();
        // Bytes, since a client may write anything before its own address.
        let mut entries = lines
            .iter()
            .rev()
            .flat_map(|line| line.rsplit(|byte| *byte == b','));
        while self.trusts(client) {
            match entries.next().and_then(parse_address) {
                Some(ip) => client = ip,
                None => break,
            }
        }
        client
    }
}

/// Parses an address as proxies write it, with or without a port.
fn parse_address(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    entry
        .parse()
        .ok()
        .or_else(|| Some(entry.parse::<SocketAddr>().ok()?.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn sec_69_an_ipv6_network_counts_as_one() {
        let network = |text: &str| ClientNetwork::from(ip(text));
        assert_eq!(
            network("2001:db8:1:2:3::4"),
            network("2001:db8:1:2:ffff::1")
        );
        assert_ne!(network("2001:db8:1:2::"), network("2001:db8:1:3::"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }

    #[test]
    fn sec_69_only_a_trusted_proxy_says_for_whom_it_asks() {
        let trusted = TrustedProxies::parse("10.0.0.0/8, 192.0.2.1,2001:db8::/32").unwrap();
        for (peer, lines, client) in [
            // A peer that is not on the list is not trusted.
            ("198.51.100.7", &["203.0.113.9"][..], "198.51.100.7"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            // Entries that the client wrote stand before its address.
            ("10.0.0.1", &["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
            (
                "10.0.0.1",
                &["1.2.3.4", "203.0.113.9, 192.0.2.1"],
                "203.0.113.9",
            ),
            ("10.0.0.1", &["\u{e9}, 203.0.113.9"], "203.0.113.9"),
            ("2001:db8::1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["[2001:db9::7]:1"], "2001:db9::7"),
            // An invalid entry ends the search at the last valid address.
            ("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.3,10.0.0.2"], "10.0.0.3"),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(
                    "x-forwarded-for",
                    http::HeaderValue::from_bytes(line.as_bytes()).unwrap(),
                );
            }
            assert_eq!(
                trusted.client(ip(peer), &headers),
                ip(client),
                "{peer} {lines:?}"
            );
            assert_eq!(
                TrustedProxies::default().client(ip(peer), &headers),
                ip(peer)
            );
        }
        for wrong in ["10.0.0.0/99", "proxy.example", "10.0.0.1;10.0.0.2", "*"] {
            assert!(TrustedProxies::parse(wrong).is_err(), "{wrong}");
        }
    }
}
