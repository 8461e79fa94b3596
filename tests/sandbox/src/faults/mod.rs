//! Faults that a test requests: what fails, when, and how often.

pub(crate) mod apply;
pub(crate) mod bodies;
mod defaults;
mod endpoint;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use self::endpoint::Endpoint;
use crate::form::Form;

/// One rule: requests that match `on` get `fault`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    on: On,
    /// Number of matching requests to let pass first.
    #[serde(default)]
    skip: u64,
    /// Number of requests that then get the fault; unlimited if omitted.
    #[serde(default)]
    times: Option<u64>,
    fault: Fault,
}

/// The requests to which a rule applies.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct On {
    endpoint: Endpoint,
    /// The method, such as `POST`.
    #[serde(default)]
    method: Option<String>,
    /// Prefix of the path; `*` matches one segment, as in `/rest/orgs/*/issues`.
    #[serde(default)]
    path: Option<String>,
    /// Members that the request's form must have with these values, for instance one specific
    /// token.
    #[serde(default)]
    form: BTreeMap<String, String>,
}

impl On {
    fn matches(&self, endpoint: Endpoint, method: &str, path: &str, form: Option<&Form>) -> bool {
        let begin = self.path.as_deref();
        self.endpoint.covers(endpoint)
            && self.method.as_deref().is_none_or(|own| own == method)
            && begin.is_none_or(|begin| begins(path, begin))
            && self
                .form
                .iter()
                .all(|(name, value)| form.and_then(|form| form.get(name)) == Some(value.as_str()))
    }
}

/// Before or after the request is processed (and a token is consumed).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum When {
    #[default]
    Before,
    After,
}

/// The kind of fault. `consume` defines whether the request is still processed, although its
/// response is lost.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fault {
    /// Delays the response.
    Delay {
        ms: u64,
        #[serde(default)]
        when: When,
    },
    /// Answers with another status. A body that is a string is sent as it is, any other as JSON;
    /// without a body, the endpoint's usual error document is sent. `code` replaces the usual code
    /// of that status in REST's error catalogue.
    Status {
        status: u16,
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        body: Option<Value>,
        #[serde(default)]
        content_type: Option<String>,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        #[serde(default)]
        consume: bool,
    },
    /// Closes the connection without a response.
    Drop {
        #[serde(default)]
        when: When,
    },
    /// Redirects to another URL.
    Redirect {
        #[serde(default = "defaults::found")]
        status: u16,
        location: String,
        #[serde(default)]
        consume: bool,
    },
    /// Answers with an HTML page, as gateways do.
    Html {
        #[serde(default = "defaults::bad_gateway")]
        status: u16,
        #[serde(default)]
        consume: bool,
    },
    /// Cuts the real response in half.
    Malformed,
    /// Announces the full length of the real response, and closes the connection in the middle of
    /// it.
    Truncated,
    /// Sends half of the real response, waits, and sends the rest.
    Stall {
        #[serde(default = "defaults::half_a_minute")]
        ms: u64,
    },
    /// Pads the real response with white space to this length. It stays valid JSON.
    Large {
        #[serde(default = "defaults::hundred_megabytes")]
        bytes: u64,
    },
    /// Makes a page that was requested with a cursor link to itself: following `next` never ends.
    CursorLoop,
    /// Sends a response that never ends.
    Endless {
        #[serde(default)]
        consume: bool,
    },
    /// Sends the real response slowly.
    Slow { bytes_per_second: u64 },
    /// Sends a few megabytes that decompress to four gigabytes.
    GzipBomb {
        #[serde(default)]
        consume: bool,
    },
    /// Replaces the JSON body.
    Body {
        json: Value,
        #[serde(default = "defaults::ok")]
        status: u16,
        #[serde(default = "defaults::yes")]
        consume: bool,
    },
    /// Sends this text, in which `{{name}}` is replaced by that member of the real JSON response:
    /// output that no JSON library would write, with real tokens.
    Template {
        text: String,
        #[serde(default = "defaults::ok")]
        status: u16,
        /// No content type is sent if this is empty.
        #[serde(default = "defaults::json_type")]
        content_type: String,
        /// Encodes each character as one byte, which results in invalid UTF-8.
        #[serde(default)]
        latin1: bool,
        /// Announces a larger length than is sent, and then closes the connection.
        #[serde(default)]
        breaks_off: bool,
    },
    /// Replaces members of the real JSON response; `null` removes one (RFC 7396).
    #[serde(alias = "invalid_json_field")]
    Patch { json: Value },
    /// Replaces one value of the real JSON response with a text, JSON or not; without a text,
    /// removes the member. `at` is a JSON pointer; a response without that value stays unchanged.
    Splice {
        at: String,
        #[serde(default)]
        text: Option<String>,
    },
}

impl Fault {
    /// Returns whether the request is processed in spite of the fault.
    pub(crate) fn consumes(&self) -> bool {
        match self {
            Self::Delay { .. }
            | Self::Malformed
            | Self::Truncated
            | Self::Stall { .. }
            | Self::Large { .. }
            | Self::CursorLoop
            | Self::Slow { .. }
            | Self::Template { .. }
            | Self::Patch { .. }
            | Self::Splice { .. } => true,
            Self::Drop { when } => *when == When::After,
            Self::Status { consume, .. }
            | Self::Redirect { consume, .. }
            | Self::Html { consume, .. }
            | Self::Endless { consume }
            | Self::GzipBomb { consume }
            | Self::Body { consume, .. } => *consume,
        }
    }

    /// Returns the name in the record of requests.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Delay { .. } => "delay",
            Self::Status { .. } => "status",
            Self::Drop { .. } => "drop",
            Self::Redirect { .. } => "redirect",
            Self::Html { .. } => "html",
            Self::Malformed => "malformed",
            Self::Truncated => "truncated",
            Self::Stall { .. } => "stall",
            Self::Large { .. } => "large",
            Self::CursorLoop => "cursor_loop",
            Self::Endless { .. } => "endless",
            Self::Slow { .. } => "slow",
            Self::GzipBomb { .. } => "gzip_bomb",
            Self::Body { .. } => "body",
            Self::Template { .. } => "template",
            Self::Patch { .. } => "patch",
            Self::Splice { .. } => "splice",
        }
    }
}

/// The active rules.
#[derive(Debug, Default)]
pub(crate) struct Rules(Vec<Rule>);

impl Rules {
    /// Appends rules.
    pub(crate) fn add(&mut self, rules: Vec<Rule>) {
        self.0.extend(rules);
    }

    /// Removes all rules.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the rules with their remaining counts.
    pub(crate) fn all(&self) -> &[Rule] {
        &self.0
    }

    /// Returns the faults for this request, in the order of the rules. Every matching rule counts
    /// the request.
    pub(crate) fn strike(
        &mut self,
        endpoint: Endpoint,
        method: &str,
        path: &str,
        form: Option<&Form>,
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        for rule in &mut self.0 {
            if !rule.on.matches(endpoint, method, path, form) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            match &mut rule.times {
                Some(0) => {}
                Some(left) => {
                    *left -= 1;
                    faults.push(rule.fault.clone());
                }
                None => faults.push(rule.fault.clone()),
            }
        }
        faults
    }
}

/// Returns whether a path begins with a pattern.
fn begins(path: &str, pattern: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return path.starts_with(pattern);
    };
    path.strip_prefix(before).is_some_and(|rest| {
        let segment = rest.find('/').unwrap_or(rest.len());
        segment > 0 && begins(&rest[segment..], after)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule(value: Value) -> Rule {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn skip_and_times_count_matching_requests_only() {
        let mut rules = Rules::default();
        rules.add(vec![rule(json!({
            "on": {"endpoint": "token"}, "skip": 1, "times": 1,
            "fault": {"kind": "status", "status": 503}
        }))]);
        assert!(
            rules
                .strike(Endpoint::TokenCode, "POST", "/oauth2/token", None)
                .is_empty()
        );
        assert!(
            rules
                .strike(Endpoint::Rest, "GET", "/rest/self", None)
                .is_empty()
        );
        assert_eq!(
            rules
                .strike(Endpoint::TokenRefresh, "POST", "/oauth2/token", None)
                .len(),
            1
        );
        assert!(
            rules
                .strike(Endpoint::TokenRefresh, "POST", "/oauth2/token", None)
                .is_empty()
        );
    }

    #[test]
    fn a_path_narrows() {
        let mut rules = Rules::default();
        rules.add(vec![rule(json!({
            "on": {"endpoint": "any", "path": "/rest/self"},
            "fault": {"kind": "drop", "when": "after"}
        }))]);
        assert_eq!(
            rules
                .strike(Endpoint::Rest, "GET", "/rest/self", None)
                .len(),
            1
        );
        assert!(
            rules
                .strike(Endpoint::Rest, "GET", "/rest/orgs", None)
                .is_empty()
        );
    }

    #[test]
    fn a_form_narrows() {
        let mut rules = Rules::default();
        rules.add(vec![rule(json!({
            "on": {"endpoint": "revoke", "form": {"token": "a b"}},
            "fault": {"kind": "status", "status": 500}
        }))]);
        let mut strikes = |form: Option<&str>| {
            let form = form.map(Form::parse);
            !rules
                .strike(Endpoint::Revoke, "POST", "/oauth2/revoke", form.as_ref())
                .is_empty()
        };
        assert!(strikes(Some("token=a+b&client_id=c")));
        assert!(!strikes(Some("token=other")));
        assert!(!strikes(None));
    }

    #[test]
    fn a_star_is_one_segment() {
        assert!(begins("/rest/orgs/1/issues", "/rest/orgs/*/issues"));
        assert!(begins("/rest/orgs/1/issues/2", "/rest/orgs/*/issues/*"));
        assert!(!begins("/rest/orgs/1/issues", "/rest/orgs/*/issues/*"));
        assert!(!begins("/rest/orgs/1/projects", "/rest/orgs/*/issues"));
        assert!(!begins(
            "/rest/orgs/1/projects/issues",
            "/rest/orgs/*/issues"
        ));
        assert!(!begins("/rest/orgs", "/rest/orgs/*"));
        assert!(begins("/rest/orgs/1", "/rest/orgs/*"));
    }

    #[test]
    fn misspelt_members_are_refused() {
        for wrong in [
            json!({"on": {"endpoint": "rest"}, "time": 1, "fault": {"kind": "malformed"}}),
            json!({"on": {"endpoint": "rset"}, "fault": {"kind": "malformed"}}),
            json!({"on": {"endpoint": "rest"}, "fault": {"kind": "delay", "ms": 1, "wen": "after"}}),
        ] {
            assert!(serde_json::from_value::<Rule>(wrong).is_err());
        }
    }
}
