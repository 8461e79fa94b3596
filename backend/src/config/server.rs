//! Where this server listens, and where browsers reach it and its page.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use domain::net::TrustedProxies;
use env_file::addresses::{self, DEFAULT_LISTEN};
use url::Url;

use super::{
    origin::{Origin, check_origin, is_loopback},
    problems::Problems,
    reader::Reader,
    redirect_uri::RedirectUri,
};

/// The addresses of this server.
#[derive(Debug)]
pub struct Server {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The address at which the metrics are, if they are wanted.
    pub metrics_listen: Option<SocketAddr>,
    /// The origin at which browsers reach the backend.
    pub public_url: Origin,
    /// The origin of the single-page app.
    pub frontend_origin: Origin,
    /// The variable that `public_url` came from; `None` if it is the default.
    pub public_url_variable: Option<&'static str>,
    /// The variable that `frontend_origin` came from; `None` if it is the default.
    pub frontend_origin_variable: Option<&'static str>,
    /// Where the built single-page app is that this server serves.
    pub frontend: Frontend,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: TrustedProxies,
}

/// Where the built single-page app is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frontend {
    /// In a folder.
    Folder(PathBuf),
    /// Inside the binary, which was built with the feature `embedded-page`.
    Embedded,
    /// On another server: this one serves no page.
    Elsewhere,
}

impl Frontend {
    /// Derives it from the value of `FRONTEND_DIR`. Only the default depends on the build, and
    /// never on the folder in which the server is started.
    fn of(frontend_dir: Option<String>, is_embedded: bool) -> Self {
        match frontend_dir {
            Some(folder) if folder.is_empty() => Self::Elsewhere,
            Some(folder) => Self::Folder(folder.into()),
            None if is_embedded => Self::Embedded,
            None => Self::Folder("dist".into()),
        }
    }

    /// Returns the folder, if the page is in one.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Folder(folder) => Some(folder),
            Self::Embedded | Self::Elsewhere => None,
        }
    }
}

impl Server {
    /// Reads the section, or adds problems. Warns if the page is not where people return to.
    pub fn read(reader: &mut Reader<'_>, redirect_uri: Option<&RedirectUri>) -> Option<Self> {
        let listen = reader.parse_with("LISTEN", DEFAULT_LISTEN, |text| parse_listen(text, 3000));
        let metrics_listen = reader.parse_with("METRICS_LISTEN", "", |text| match text {
            "" => Ok(None),
            text => parse_listen(text, 9464).map(Some),
        });
        if listen.is_some() && metrics_listen == listen.map(Some) {
            let why =
                "is the address of LISTEN: the metrics are not for everybody, choose another port";
            reader.problems.add("METRICS_LISTEN", why);
        }
        let origins = origins(reader);
        // Without a valid redirect URI, PUBLIC_URL may have another default than is meant.
        if let (Some(redirect_uri), Some(listen), Some((public_url, frontend_origin))) =
            (redirect_uri, listen, &origins)
        {
            let p = &mut reader.problems;
            warn_if_redirect_uri_differs(p, redirect_uri.origin(), frontend_origin);
            warn_if_port_differs(p, listen, public_url.root());
        }
        let trusted_proxies = reader.parse_with("TRUSTED_PROXIES", "", TrustedProxies::parse);
        let frontend = Frontend::of(
            reader.get_even_empty("FRONTEND_DIR"),
            cfg!(feature = "embedded-page"),
        );
        let (public_url, frontend_origin) = origins?;
        let public_url_variable = addresses::public_url_variable(reader.variables());
        let frontend_origin_variable = match reader.get("FRONTEND_ORIGIN") {
            Some(_) => Some("FRONTEND_ORIGIN"),
            None => public_url_variable,
        };
        Some(Self {
            listen: listen?,
            metrics_listen: metrics_listen?,
            public_url,
            frontend_origin,
            public_url_variable,
            frontend_origin_variable,
            frontend,
            trusted_proxies: trusted_proxies?,
        })
    }
}

/// Reads the origin of the page alone, or adds problems.
pub fn frontend_origin(reader: &mut Reader<'_>) -> Option<Origin> {
    origins(reader).map(|(_, frontend_origin)| frontend_origin)
}

/// Reads the origins of the backend and of the page, which are the same by default.
fn origins(reader: &mut Reader<'_>) -> Option<(Origin, Origin)> {
    let default = addresses::public_url(reader.variables());
    let public_url = reader.url("PUBLIC_URL", &default);
    check_origin(&mut reader.problems, "PUBLIC_URL", public_url.as_ref());
    let frontend_origin = match reader.get("FRONTEND_ORIGIN") {
        Some(_) => reader.url("FRONTEND_ORIGIN", ""),
        None => public_url.clone(),
    };
    let p = &mut reader.problems;
    check_origin(p, "FRONTEND_ORIGIN", frontend_origin.as_ref());
    let origins = (Origin::of(&public_url?), Origin::of(&frontend_origin?));
    reader
        .are_valid(&["PUBLIC_URL", "FRONTEND_ORIGIN"])
        .then_some(origins)
}

/// Parses an address to listen on. The error suggests a valid one, with the usual port if there is none
/// in the text.
fn parse_listen(text: &str, usual_port: u16) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
    let bare = bare.trim_end_matches('/');
    let suggestion = match bare.rsplit_once(':') {
        _ if bare.parse::<IpAddr>().is_ok() => bare
            .parse()
            .ok()
            .map(|ip: IpAddr| SocketAddr::new(ip, usual_port)),
        Some(("" | "*", port)) => port.parse().ok().map(|port| ([0, 0, 0, 0], port).into()),
        Some(("localhost", port)) => port.parse().ok().map(|port| ([127, 0, 0, 1], port).into()),
        Some(_) => bare.parse().ok(),
        None => bare.parse().ok().map(|port| ([127, 0, 0, 1], port).into()),
    };
    let example = suggestion.unwrap_or(SocketAddr::from(([127, 0, 0, 1], usual_port)));
    Err(format!(
        "is not an IP address with a port: write for instance {example}"
    ))
}

fn warn_if_redirect_uri_differs(p: &mut Problems, redirect: &Origin, page: &Origin) {
    if redirect != page {
        p.warn(format!(
            "REDIRECT_URI sends people to {redirect}, and the page is at {page}: no sign-in can be \
             finished there, unless something in between leads from one to the other"
        ));
    }
}

/// Warns if the ports differ. A plain HTTP public URL on this computer most likely refers to this
/// server itself.
fn warn_if_port_differs(p: &mut Problems, listen: SocketAddr, public_url: &Url) {
    let public = public_url.port_or_known_default().unwrap_or_default();
    let is_direct = public_url.scheme() == "http"
        && is_loopback(public_url)
        && listen.ip().is_loopback()
        && listen.port() != 0;
    if is_direct && public != listen.port() {
        p.warn(format!(
            "PUBLIC_URL is on port {public}, and LISTEN on port {}: browsers find nothing there, \
             unless something in between leads from one to the other",
            listen.port()
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_where_frontend_dir_says_and_in_the_binary_only_by_default() {
        let of =
            |value: Option<&str>, is_embedded| Frontend::of(value.map(str::to_owned), is_embedded);
        assert_eq!(of(None, false), Frontend::Folder("dist".into()));
        assert_eq!(of(None, true), Frontend::Embedded);
        for is_embedded in [false, true] {
            assert_eq!(of(Some(""), is_embedded), Frontend::Elsewhere);
            assert_eq!(of(Some("x"), is_embedded), Frontend::Folder("x".into()));
        }
    }

    #[test]
    fn an_invalid_listen_address_is_reported_with_a_suggestion() {
        for (text, example) in [
            ("3000", "127.0.0.1:3000"),
            (":4000", "0.0.0.0:4000"),
            ("*:4000", "0.0.0.0:4000"),
            ("localhost:4000", "127.0.0.1:4000"),
            ("0.0.0.0", "0.0.0.0:3000"),
            ("::1", "[::1]:3000"),
            ("http://127.0.0.1:4000/", "127.0.0.1:4000"),
            ("127.0.0.1:99999", "127.0.0.1:3000"),
            ("app.example.com:443", "127.0.0.1:3000"),
        ] {
            let why = parse_listen(text, 3000).unwrap_err();
            assert!(why.ends_with(&format!(" {example}")), "{text}: {why}");
        }
        assert!(parse_listen("[::]:3000", 1).is_ok());
    }
}
