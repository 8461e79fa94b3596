//! A browser that follows the redirects of a sign-in, with the cookies of both sides.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use http::header;
use reqwest::Response;
use url::Url;

use crate::{http_client::http_client, servers::Session};

/// More redirects than a sign-in has.
const MAX_REDIRECTS: usize = 12;

/// Cookies by site, and by name.
type Cookies = BTreeMap<String, BTreeMap<String, String>>;

/// Reads a page at `public`, signs in on the way, and returns the session.
pub(super) async fn sign_in(public: &str) -> Result<Session> {
    let client = http_client();
    let start = Url::parse(public)?.join("/rest/self")?;
    let own = site(&start);
    let mut cookies = Cookies::new();
    let mut url = start;
    for _ in 0..MAX_REDIRECTS {
        let answer = client
            .get(url.clone())
            .header(header::COOKIE, line(&cookies, &site(&url)))
            // Only then it redirects instead of answering with 401.
            .header(header::ACCEPT, "text/html")
            .send()
            .await?;
        keep(&mut cookies, &site(&url), &answer);
        match answer.headers().get(header::LOCATION) {
            Some(location) => url = url.join(location.to_str()?)?,
            None if answer.status().is_success() && site(&url) == own => {
                return Ok(Session {
                    cookie: Some(line(&cookies, &own)),
                    ..Session::default()
                });
            }
            None => bail!("{} answered with {}", url.path(), answer.status()),
        }
    }
    bail!(
        "more redirects than a sign-in has, the last to {}",
        url.path()
    )
}

fn site(url: &Url) -> String {
    format!(
        "{}:{}",
        url.host_str().unwrap_or_default(),
        url.port().unwrap_or_default()
    )
}

fn line(cookies: &Cookies, site: &str) -> String {
    let pairs = cookies.get(site).into_iter().flatten();
    let pairs: Vec<String> = pairs
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("; ")
}

fn keep(cookies: &mut Cookies, site: &str, answer: &Response) {
    let jar = cookies.entry(site.to_owned()).or_default();
    for set in answer.headers().get_all(header::SET_COOKIE) {
        let Some((name, value)) = set.to_str().ok().and_then(pair) else {
            continue;
        };
        if value.is_empty() {
            jar.remove(name);
        } else {
            jar.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// Returns the name and the value of a `Set-Cookie` header.
fn pair(set: &str) -> Option<(&str, &str)> {
    set.split(';').next()?.trim().split_once('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_back_to_its_own_site_only() {
        let mut cookies = Cookies::new();
        for (site, set) in [
            ("a:1", "x=1; Path=/"),
            ("a:1", "y=2"),
            ("b:1", "x=3=4; Secure"),
        ] {
            let (name, value) = pair(set).unwrap();
            let jar = cookies.entry(site.to_owned()).or_default();
            jar.insert(name.to_owned(), value.to_owned());
        }
        assert_eq!(line(&cookies, "a:1"), "x=1; y=2");
        assert_eq!(line(&cookies, "b:1"), "x=3=4");
        assert_eq!(line(&cookies, "c:1"), "");
    }
}
