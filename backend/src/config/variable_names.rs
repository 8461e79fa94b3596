//! The names of the variables: those that are read, and warnings for others that are likely
//! misspelled.

use std::collections::BTreeSet;

use super::{edit_distance::nearest, problems::Problems, raw::Raw};

/// All variables that are read.
pub(super) const KNOWN_VARIABLES: [&str; 33] = [
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
    "METRICS_LISTEN",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_SERVICE_NAME",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
    "PUBLIC_URL",
    "RATE_LIMITS",
    "REDIRECT_URI",
    "REFRESH_UNUSED_CONNECTIONS",
    "SCOPES",
    "SESSION_IDLE",
    "SESSION_LIFETIME",
    "SNYK_API_URL",
    "SNYK_APP_URL",
    "SNYK_REGION",
    "TRUSTED_PROXIES",
];
/// Variables that the TLS library reads directly from the environment.
const ENVIRONMENT_ONLY_VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
/// Variables that configure a proxy for other programs.
const PROXY_VARIABLES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "ALL_PROXY",
    "all_proxy",
    "HTTP_PROXY",
    "http_proxy",
];
/// Minimum length of a name in the environment to be checked for typos. Shorter names of other
/// programs resemble ours.
const MIN_ENVIRONMENT_NAME_LENGTH: usize = 8;

/// Warns of variables that are set and have no effect, or another one than expected. Checks the
/// values only of the variables that were read, since no other value can affect the command.
pub(super) fn check(raw: &Raw, names_read: &BTreeSet<String>, p: &mut Problems) {
    let variables = &raw.variables;
    for name in KNOWN_VARIABLES {
        if !names_read.contains(name) {
            continue;
        }
        if variables.is_overridden(name) {
            p.warn(format!(
                "{name} is set in the environment to another value than in .env: the environment’s \
                 counts"
            ));
        }
        if is_quoted(raw, name) {
            let why = "has quotation marks around it, as docker's --env-file leaves them: take \
                       them away";
            // A secret may contain any character, and quotation marks have always been part of it.
            if name.contains("SECRET") {
                p.warn(format!("{name} {why}, unless they are part of it"));
            } else if !p.has_problem(name) {
                p.add(name, why);
            }
        }
    }
    for name in ENVIRONMENT_ONLY_VARIABLES {
        if variables.is_of_file_alone(name) {
            p.warn(format!(
                "{name} is set in .env, where it does nothing: set it in the environment"
            ));
        }
    }
    // A single warning for all of them, since they come in pairs.
    let proxies = PROXY_VARIABLES
        .into_iter()
        .filter(|name| raw.get(name).is_some());
    let proxies: Vec<_> = proxies.collect();
    if !proxies.is_empty() {
        p.warn(format!(
            "{} set, and not used: this server reaches Snyk directly, without a proxy",
            join_with_verb(&proxies)
        ));
    }
    warn_of_misspelled_names(raw, p);
}

fn join_with_verb(names: &[&str]) -> String {
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", names.join(", "))
}

fn is_quoted(raw: &Raw, name: &str) -> bool {
    let value = raw.get(name).unwrap_or_default();
    ['"', '\'', '`']
        .iter()
        .any(|quote| value.len() > 1 && value.starts_with(*quote) && value.ends_with(*quote))
}

/// Warns of names that resemble one of ours. The environment is full of names of other programs, so
/// only long names in it are checked.
fn warn_of_misspelled_names(raw: &Raw, p: &mut Problems) {
    let in_file = raw.variables.names_in_file();
    let in_environment = raw
        .variables
        .names_in_environment()
        .filter(|name| name.len() >= MIN_ENVIRONMENT_NAME_LENGTH);
    let mut names: Vec<_> = in_file.chain(in_environment).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        if KNOWN_VARIABLES.contains(&name) || raw.get(name).is_none() {
            continue;
        }
        let upper = name.to_ascii_uppercase().replace(['-', '.'], "_");
        // Two edits turn a short name into another word.
        let max_distance = if name.len() < MIN_ENVIRONMENT_NAME_LENGTH {
            1
        } else {
            2
        };
        if let Some(known) = nearest(&upper, KNOWN_VARIABLES, max_distance) {
            p.warn(format!(
                "{name} is set, and not read: did you mean {known}?"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warnings_for(pairs: &[(&str, &str)]) -> String {
        let mut problems = Problems::default();
        check(&Raw::from_pairs(pairs), &BTreeSet::new(), &mut problems);
        problems.into_warnings().join("\n")
    }

    #[test]
    fn misspelled_names_are_reported_and_those_of_others_are_not() {
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
            let warnings = warnings_for(&[(name, "canary")]);
            let expected = if known.is_empty() {
                String::new()
            } else {
                format!("{name} is set, and not read: did you mean {known}?")
            };
            assert_eq!(warnings, expected);
        }
        assert_eq!(
            warnings_for(&[("client_id", "")]),
            "",
            "an empty one does nothing"
        );
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
        assert_eq!(named, KNOWN_VARIABLES);
    }

    #[test]
    fn proxies_are_reported_once_and_without_their_address() {
        let one = warnings_for(&[("HTTPS_PROXY", "http://user:canary@proxy")]);
        assert!(one.starts_with("HTTPS_PROXY is set, and not used"), "{one}");
        let all = warnings_for(&PROXY_VARIABLES.map(|name| (name, "http://user:canary@proxy")));
        assert_eq!(all.lines().count(), 1, "{all}");
        assert!(!all.contains("canary"), "{all}");
        assert_eq!(warnings_for(&[("HTTPS_PROXY", ""), ("NO_PROXY", "*")]), "");
    }
}
