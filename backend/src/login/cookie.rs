//! One sealed cookie per attempt, named by a truncated HMAC of its state, so that tabs do not
//! interfere with each other. There are at most five; the oldest is removed first (SEC-13).

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    attempt::{Attempt, KEPT_FOR, Presented},
    ids::AttemptId,
    vault::{AssociatedData, CannotSeal, Purpose, Vault},
};
use http::{HeaderMap, HeaderValue};

use crate::session::cookie::{Cookies, presented};

/// Maximum number of concurrent attempts of one browser.
const MAX_ATTEMPTS: usize = 5;
/// Maximum size of all attempt cookies in bytes: with the session cookie they stay below 2 KB.
const MAX_COOKIE_BYTES: usize = 1_900;

/// Maximum number of other attempts' cookies that are examined. A browser has five of them; each
/// further one costs a decryption and possibly a header.
const MAX_EXAMINED: usize = 16;
/// Number of the attempt id's hex digits in a cookie's name.
const NAME_DIGITS: usize = 16;

/// Returns the `Set-Cookie` headers of a new attempt: its own, and those that remove older cookies
/// to make room.
pub fn bind(
    vault: &Vault,
    cookies: Cookies,
    headers: &HeaderMap,
    attempt: &Attempt,
) -> Result<Vec<HeaderValue>, CannotSeal> {
    let name = names(vault, cookies, attempt.state.secret())
        .next()
        .map_or_else(String::new, |(name, _)| name);
    let sealed = vault.seal(
        Purpose::AttemptCookie,
        associated_data(&name),
        &attempt.to_bytes(),
    )?;
    let value = URL_SAFE_NO_PAD.encode(sealed);
    let mut room = MAX_COOKIE_BYTES.saturating_sub(name.len() + value.len());
    let mut headers_out = vec![cookies.set(&name, value, KEPT_FOR)];

    let prefix = cookies.attempt_prefix();
    let mut others = Vec::<(Option<Attempt>, &str, usize)>::new();
    for (other, value) in presented(headers)
        .filter(|(other, _)| is_name(other.strip_prefix(prefix)) && *other != name)
        .take(MAX_EXAMINED)
    {
        let attempt = open(vault, other, value);
        let size = other.len() + value.len();
        match others.iter_mut().find(|(_, known, _)| *known == other) {
            // A duplicate, such as one set by another program on this host: the one that opens is
            // ours.
            Some(known) if known.0.is_none() && attempt.is_some() => {
                *known = (attempt, other, size);
            }
            Some(_) => {}
            None => others.push((attempt, other, size)),
        }
    }
    // The newest first. A cookie that does not open was never ours or is no longer useful.
    others.sort_by_key(|(attempt, ..)| std::cmp::Reverse(attempt.as_ref().map(|a| a.began_at)));
    for (at, (attempt, other, size)) in others.into_iter().enumerate() {
        if attempt.is_some() && at + 1 < MAX_ATTEMPTS && size <= room {
            room -= size;
        } else {
            room = 0;
            headers_out.push(cookies.remove(other));
        }
    }
    Ok(headers_out)
}

/// Returns the attempt of this state, if this browser presents its cookie.
#[must_use]
pub fn find(
    vault: &Vault,
    cookies: Cookies,
    headers: &HeaderMap,
    state: &str,
) -> Option<Presented> {
    names(vault, cookies, state).find_map(|(name, attempt_id)| {
        // Another program on this host may have set a cookie of this name under another path.
        let attempt = presented(headers)
            .filter(|(presented, _)| *presented == name)
            .take(MAX_EXAMINED)
            .find_map(|(_, value)| open(vault, &name, value))?;
        Some(Presented {
            attempt,
            cookie: name,
            attempt_id,
        })
    })
}

/// Returns how many attempt cookies a browser presents, whether they open or not.
#[must_use]
pub fn count(cookies: Cookies, headers: &HeaderMap) -> usize {
    let prefix = cookies.attempt_prefix();
    presented(headers)
        .filter(|(name, _)| is_name(name.strip_prefix(prefix)))
        .count()
}

/// Returns whether a name's suffix has the form that [`names`] writes.
fn is_name(suffix: Option<&str>) -> bool {
    let is_hex = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    suffix.is_some_and(|suffix| suffix.len() == NAME_DIGITS && suffix.bytes().all(is_hex))
}

/// Returns the ids of the browser's other attempts: those whose cookies it presents besides
/// `name`. Nobody else has these cookies, so this browser made any login that such an attempt
/// finished.
#[must_use]
pub fn sibling_attempts(
    vault: &Vault,
    cookies: Cookies,
    headers: &HeaderMap,
    name: &str,
) -> Vec<AttemptId> {
    let prefix = cookies.attempt_prefix();
    presented(headers)
        .filter(|(other, _)| is_name(other.strip_prefix(prefix)) && *other != name)
        .take(MAX_EXAMINED)
        .filter_map(|(other, value)| {
            let attempt = open(vault, other, value)?;
            names(vault, cookies, attempt.state.secret())
                .find_map(|(name, id)| (name == other).then_some(id))
        })
        .take(MAX_ATTEMPTS)
        .collect()
}

fn open(vault: &Vault, name: &str, value: &str) -> Option<Attempt> {
    let sealed = URL_SAFE_NO_PAD.decode(value).ok()?;
    let bytes = vault
        .open(Purpose::AttemptCookie, associated_data(name), &sealed)
        .ok()?;
    Attempt::from_bytes(&bytes)
}

fn associated_data(name: &str) -> AssociatedData<'_> {
    AssociatedData {
        table: "cookies",
        column: "login",
        row: name,
    }
}

/// Returns the cookie name and attempt id of a state under each key, the current key first.
fn names<'v>(
    vault: &'v Vault,
    cookies: Cookies,
    state: &'v str,
) -> impl Iterator<Item = (String, AttemptId)> + 'v {
    vault.attempt_names(state).map(move |mac| {
        let id = mac.iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        (
            format!("{}{}", cookies.attempt_prefix(), &id[..NAME_DIGITS]),
            AttemptId::from_stored(id),
        )
    })
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};
    use shared::{login_state::LoginState, pkce::CodeVerifier, return_path::ReturnPath};

    use super::*;
    use domain::attempt::Binding;

    fn attempt(number: u8, return_to: &str) -> Attempt {
        let start = Timestamp::from_second(1_800_000_000).unwrap();
        Attempt {
            began_at: start + SignedDuration::from_secs(number.into()),
            binding: Binding::new("p", "c", "r"),
            state: LoginState::from_random([number; 32]),
            verifier: CodeVerifier::from_random([number; 32]),
            return_to: ReturnPath::parse(return_to).unwrap(),
            reconnects: None,
        }
    }

    /// Applies `Set-Cookie` headers to a jar, as a browser does.
    fn apply(jar: &mut Vec<(String, String)>, set: Vec<HeaderValue>) {
        for header in set {
            let header = header.to_str().unwrap().to_owned();
            let (name, rest) = header.split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap();
            jar.retain(|(known, _)| known != name);
            if !attributes.contains("Max-Age=0") {
                jar.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn headers(jar: &[(String, String)]) -> HeaderMap {
        let pairs: Vec<String> = jar
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut headers = HeaderMap::new();
        headers.insert(http::header::COOKIE, pairs.join("; ").parse().unwrap());
        headers
    }

    #[test]
    fn sec_13_fifty_starts_leave_the_newest_five_below_2_kb() {
        let vault = Vault::new(&"secret".into(), &[]);
        let cookies = Cookies::new(true);
        for (return_to, at_least) in [("/", 5), (format!("/{}", "a".repeat(500)).as_str(), 1)] {
            let mut jar = Vec::new();
            for number in 0..50 {
                let set =
                    bind(&vault, cookies, &headers(&jar), &attempt(number, return_to)).unwrap();
                apply(&mut jar, set);
            }
            let size: usize = jar
                .iter()
                .map(|(name, value)| name.len() + value.len() + 3)
                .sum();
            assert!(size < 2_048 - 70, "{size}");
            assert!(jar.len() >= at_least && jar.len() <= 5, "{}", jar.len());
            for number in 45..50 {
                let state = attempt(number, "/").state;
                let found = find(&vault, cookies, &headers(&jar), state.secret());
                assert_eq!(
                    found.is_some(),
                    usize::from(50 - number) <= jar.len(),
                    "{number}"
                );
            }
        }
    }

    #[test]
    fn sec_13_a_thousand_invented_cookies_cost_sixteen_answers_at_most() {
        let vault = Vault::new(&"secret".into(), &[]);
        let cookies = Cookies::new(true);
        let prefix = cookies.attempt_prefix();
        let jar = |name: fn(u32) -> String| -> Vec<(String, String)> {
            (0..1_000)
                .map(|n| (format!("{prefix}{}", name(n)), "x".to_owned()))
                .collect()
        };
        for (jar, set) in [
            (jar(|n| format!("{n:016x}")), 17),
            (jar(|n| format!("{n:015x}")), 1),
            (jar(|n| format!("{n:016X}Z")), 1),
        ] {
            let out = bind(&vault, cookies, &headers(&jar), &attempt(1, "/")).unwrap();
            assert_eq!(out.len(), set);
        }
    }

    #[test]
    fn sec_13_an_attempt_is_found_among_cookies_of_its_own_name() {
        let vault = Vault::new(&"secret".into(), &[]);
        let cookies = Cookies::new(false);
        let mut jar = Vec::new();
        let first = attempt(1, "/");
        apply(
            &mut jar,
            bind(&vault, cookies, &HeaderMap::new(), &first).unwrap(),
        );
        let (name, value) = jar[0].clone();
        let invented = || vec![(name.clone(), "x".to_owned()); 10];
        let mut twice = invented();
        twice.push((name.clone(), value.clone()));
        twice.extend(invented());
        let found = find(&vault, cookies, &headers(&twice), first.state.secret());
        assert!(found.is_some());
        // A second attempt does not remove the first one's cookie because of a forged one.
        let set = bind(&vault, cookies, &headers(&twice), &attempt(2, "/")).unwrap();
        assert_eq!(set.len(), 1, "{set:?}");
    }

    #[test]
    fn sec_10_a_cookie_under_another_name_or_key_is_not_taken() {
        let vault = Vault::new(&"secret".into(), &[]);
        let cookies = Cookies::new(true);
        let mut jar = Vec::new();
        apply(
            &mut jar,
            bind(&vault, cookies, &HeaderMap::new(), &attempt(1, "/")).unwrap(),
        );
        let state = attempt(1, "/").state;
        assert!(find(&vault, cookies, &headers(&jar), state.secret()).is_some());
        assert!(
            find(
                &vault,
                cookies,
                &headers(&jar),
                attempt(2, "/").state.secret()
            )
            .is_none()
        );
        let other = Vault::new(&"another".into(), &[]);
        assert!(find(&other, cookies, &headers(&jar), state.secret()).is_none());
        let rotated = Vault::new(&"another".into(), &["secret".into()]);
        assert!(find(&rotated, cookies, &headers(&jar), state.secret()).is_some());
        let (name, _) = names(&vault, cookies, attempt(2, "/").state.secret())
            .next()
            .unwrap();
        jar[0].0 = name;
        assert!(
            find(
                &vault,
                cookies,
                &headers(&jar),
                attempt(2, "/").state.secret()
            )
            .is_none()
        );
    }
}
