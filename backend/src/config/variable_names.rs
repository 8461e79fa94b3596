//! The names of the variables: which are read, and which others were meant to be one of them.

use super::{edit_distance::nearest, problems::Problems, raw::Raw};

/// Every variable that is read.
const KNOWN: [&str; 25] = [
    "APP_NAME",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "CLIENT_SECRET_FILE",
    "DATABASE_URL",
    "DATABASE_URL_FILE",
    "ENCRYPTION_SECRET",
    "ENCRYPTION_SECRET_FILE",
    "ENCRYPTION_SECRET_PREVIOUS",
    "FRONTEND_DIR",
    "FRONTEND_ORIGIN",
    "KEEP_ALIVE_TIMEOUT",
    "LISTEN",
    "LOG",
    "LOG_FORMAT",
    "PUBLIC_URL",
    "RATE_LIMITS",
    "REDIRECT_URI",
    "SCOPES",
    "SESSION_IDLE",
    "SESSION_LIFETIME",
    "SNYK_API_URL",
    "SNYK_APP_URL",
    "SNYK_REGION",
    "TRUSTED_PROXIES",
];
/// Variables that operators know and that this build does nothing with yet.
const WITHOUT_EFFECT: [&str; 1] = ["METRICS_LISTEN"];
/// Variables of TLS, which reads them in the environment by itself.
const OF_THE_ENVIRONMENT: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
/// Variables by which other programs find a proxy.
const OF_PROXIES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "HTTP_PROXY",
    "http_proxy",
];
/// Names for the environment of other programs that are near to one of ours.
const SHORTEST_OF_ENVIRONMENT: usize = 8;

/// Warns of variables that are set and do nothing, or not what they seem to.
pub(super) fn check(raw: &Raw, p: &mut Problems) {
    let variables = &raw.variables;
    for name in KNOWN {
        if variables.is_overridden(name) {
            p.warn(format!(
                "{name} is set in the environment to another value than in .env: the environment’s \
                 counts"
            ));
        }
        if is_quoted(raw, name) {
            let why = "has quotation marks around it, as docker's --env-file leaves them: take \
                       them away";
            // A secret may have any character, and these have always been part of it.
            if name.contains("SECRET") {
                p.warn(format!("{name} {why}, unless they are part of it"));
            } else if !p.is_about(name) {
                p.add(name, why);
            }
        }
    }
    for name in WITHOUT_EFFECT {
        if raw.get(name).is_some() {
            p.warn(format!(
                "{name} is set, and this build does nothing with it"
            ));
        }
    }
    for name in OF_THE_ENVIRONMENT {
        if variables.is_of_file_alone(name) {
            p.warn(format!(
                "{name} is set in .env, where it does nothing: set it in the environment"
            ));
        }
    }
    // One warning, whichever of them are set: they come in pairs.
    let proxies = OF_PROXIES
        .into_iter()
        .filter(|name| raw.get(name).is_some());
    let proxies: Vec<_> = proxies.collect();
    if !proxies.is_empty() {
        p.warn(format!(
            "{} set, and not used: this server reaches Snyk directly, without a proxy",
            in_words(&proxies)
        ));
    }
    mistyped(raw, p);
}

fn in_words(names: &[&str]) -> String {
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", names.join(", "))
}

fn is_quoted(raw: &Raw, name: &str) -> bool {
    let value = raw.get(name).unwrap_or_default();
    ['"', '\'', '`']
        .iter()
        .any(|quote| value.len() > 1 && value.starts_with(*quote) && value.ends_with(*quote))
}

/// Warns of names that were meant to be one of ours. In the environment, which is full of names of
/// others, only long ones are looked at.
fn mistyped(raw: &Raw, p: &mut Problems) {
    let of_file = raw.variables.names_in_file();
    let of_environment = raw
        .variables
        .names_in_environment()
        .filter(|name| name.len() >= SHORTEST_OF_ENVIRONMENT);
    let mut names: Vec<_> = of_file.chain(of_environment).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        if KNOWN.contains(&name) || WITHOUT_EFFECT.contains(&name) || raw.get(name).is_none() {
            continue;
        }
        let upper = name.to_ascii_uppercase().replace(['-', '.'], "_");
        // Two slips in a short name make another word of it.
        let most = if name.len() < SHORTEST_OF_ENVIRONMENT {
            1
        } else {
            2
        };
        if let Some(known) = nearest(&upper, KNOWN, most) {
            p.warn(format!(
                "{name} is set, and not read: did you mean {known}?"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(pairs: &[(&str, &str)]) -> String {
        let mut problems = Problems::default();
        check(&Raw::from_pairs(pairs), &mut problems);
        problems.into_warnings().join("\n")
    }

    #[test]
    fn names_that_are_nearly_ours_are_told_and_those_of_others_are_not() {
        for (name, known) in [
            ("client_id", "CLIENT_ID"),
            ("Client-Secret", "CLIENT_SECRET"),
            ("SNYK_REGIONS", "SNYK_REGION"),
            ("REDIRECT_URL", "REDIRECT_URI"),
            ("ENCRYPTION_SECERT", "ENCRYPTION_SECRET"),
            ("TRUSTED_PROXY", ""),
            ("SNYK_TOKEN", ""),
            ("SNYK_API", ""),
            ("LOGNAME", ""),
            ("LANG", ""),
            ("HOSTNAME", ""),
            ("DATABASE_NAME", ""),
            ("CLIENT_ID", ""),
        ] {
            let told = told(&[(name, "canary")]);
            let expected = if known.is_empty() {
                String::new()
            } else {
                format!("{name} is set, and not read: did you mean {known}?")
            };
            assert_eq!(told, expected);
        }
        assert_eq!(told(&[("client_id", "")]), "", "an empty one does nothing");
    }

    #[test]
    fn the_sample_names_every_variable_that_is_read() {
        let sample = include_str!("../../../.env.sample");
        let named = sample.lines().filter_map(|line| {
            let line = line.strip_prefix('#').unwrap_or(line);
            let (name, _) = line.split_once('=')?;
            (!name.contains(' ')).then_some(name)
        });
        let mut named: Vec<_> = named.collect();
        named.sort_unstable();
        assert_eq!(named, KNOWN);
    }

    #[test]
    fn proxies_are_told_once_and_without_their_address() {
        let one = told(&[("HTTPS_PROXY", "http://user:canary@proxy")]);
        assert!(one.starts_with("HTTPS_PROXY is set, and not used"), "{one}");
        let all = told(&OF_PROXIES.map(|name| (name, "http://user:canary@proxy")));
        assert_eq!(all.lines().count(), 1, "{all}");
        assert!(!all.contains("canary"), "{all}");
        assert_eq!(told(&[("HTTPS_PROXY", ""), ("NO_PROXY", "*")]), "");
    }
}
