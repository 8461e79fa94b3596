//! Determines the client address of a request: the address of the connection, or the one that a
//! trusted proxy reports.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{Arc, Once},
};

use axum::{
    extract::{ConnectInfo, FromRef, FromRequestParts},
    http::request::Parts,
};
use domain::net::{ClientNetwork, FORWARDED_FOR, TrustedProxies};
use http::{Extensions, HeaderMap};

/// Logged only once, since any client can send that header.
static UNTRUSTED_PROXY_WARNING: Once = Once::new();

/// Extractor for the network of the client.
#[derive(Clone, Copy, Debug)]
pub struct Client(pub ClientNetwork);

impl<S: Sync> FromRequestParts<S> for Client
where
    Arc<TrustedProxies>: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let trusted = Arc::<TrustedProxies>::from_ref(state);
        Ok(Self(client(&parts.extensions, &parts.headers, &trusted)))
    }
}

/// Returns the network of the client of a request.
pub(crate) fn client(
    extensions: &Extensions,
    headers: &HeaderMap,
    trusted: &TrustedProxies,
) -> ClientNetwork {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    // The server always sets it. Callers that use the router without the server count as one
    // client.
    let peer = peer.map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.0.ip());
    if headers.contains_key(FORWARDED_FOR) && !trusted.trusts(peer) {
        UNTRUSTED_PROXY_WARNING.call_once(|| {
            tracing::warn!(
                %peer,
                "X-Forwarded-For came from an address that is not in TRUSTED_PROXIES: if it is \
                 your proxy, all who come through it share one limit"
            );
        });
    }
    trusted.client(peer, headers).into()
}
