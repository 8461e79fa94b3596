//! The listening addresses. If browsers use `localhost`, the server also listens on the other
//! loopback address of the same port. Browsers may connect to either, and another program on the
//! second one would receive the callback of a login.

use std::{fmt, io, net::SocketAddr};

use tokio::net::{TcpListener, TcpStream};

/// The listening sockets.
#[derive(Debug)]
pub struct Listeners {
    first: TcpListener,
    second: Option<TcpListener>,
}

/// The error returned when an address cannot be bound. Its message says what to do.
#[derive(Debug, thiserror::Error)]
pub struct CannotListen {
    address: SocketAddr,
    /// The configured address, if `address` is the additional one.
    beside: Option<SocketAddr>,
    #[source]
    cause: io::Error,
}

impl fmt::Display for CannotListen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            address,
            beside,
            cause,
        } = self;
        let port = address.port();
        match beside {
            Some(listen) => write!(
                f,
                "cannot listen on {address} beside {listen} ({cause}): another program listens \
                 there, and browsers that are told http://localhost:{port} would ask it in our \
                 place and hand it what a sign-in brings back; stop it, or set LISTEN, PUBLIC_URL \
                 and REDIRECT_URI to another port"
            ),
            None if cause.kind() == io::ErrorKind::PermissionDenied => write!(
                f,
                "cannot listen on {address} ({cause}): ports below 1024 are the system's; set \
                 LISTEN to another one"
            ),
            None if cause.kind() == io::ErrorKind::AddrNotAvailable => write!(
                f,
                "cannot listen on {address} ({cause}): it is no address of this computer; set \
                 LISTEN to one, or to 0.0.0.0:{port} for all"
            ),
            None => write!(
                f,
                "cannot listen on {address} ({cause}): stop what uses that port, or set LISTEN"
            ),
        }
    }
}

impl Listeners {
    /// Binds an address, and the additional loopback address if there is one.
    pub async fn bind(
        listen: SocketAddr,
        beside: Option<SocketAddr>,
    ) -> Result<Self, CannotListen> {
        let first = TcpListener::bind(listen).await;
        let first = first.map_err(|cause| CannotListen {
            address: listen,
            beside: None,
            cause,
        })?;
        let mut second = None;
        if let Some(address) = beside {
            match TcpListener::bind(address).await {
                Ok(listener) => second = Some(listener),
                Err(cause) if cause.kind() == io::ErrorKind::AddrInUse => {
                    return Err(CannotListen {
                        address,
                        beside: Some(listen),
                        cause,
                    });
                }
                // Some systems lack one of IPv4 and IPv6. Browsers then cannot connect to it
                // either.
                Err(error) => tracing::debug!(%address, %error, "Not listened on as well"),
            }
        }
        Ok(Self { first, second })
    }

    /// Returns the local address of the first listener, as assigned by the operating system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.first.local_addr()
    }

    /// Accepts the next connection on any listener.
    pub(super) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.second {
            None => self.first.accept().await,
            Some(second) => tokio::select! {
                accepted = self.first.accept() => accepted,
                accepted = second.accept() => accepted,
            },
        }
    }

    /// Returns the individual listeners.
    pub(super) fn into_each(self) -> impl Iterator<Item = TcpListener> {
        std::iter::once(self.first).chain(self.second)
    }
}
