//! An app's access to the sandbox for its tests, from consent to the last page of a list.

use std::collections::BTreeMap;

use serde_json::Value;
use tests::{
    client::{Answer, Attempt, http},
    registration::{CLIENT_ID, CLIENT_SECRET, SCOPES},
    sandbox::Sandbox,
};

use super::{ISSUES, PROJECTS, TARGETS};

/// An app's access to the sandbox.
pub(crate) struct Access {
    http: reqwest::Client,
    base: String,
    pub(crate) token: String,
    /// The values of the names in path templates.
    pub(crate) ids: BTreeMap<&'static str, String>,
}

impl Access {
    /// Gets access through consent and code exchange.
    pub(crate) async fn of(sandbox: &Sandbox, port: u16, choice: &str) -> Self {
        let redirect_uri = format!("http://localhost:{port}/callback");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("response_type", "code"),
                ("client_id", CLIENT_ID),
                ("redirect_uri", &redirect_uri),
                ("scope", SCOPES),
                ("state", "a state of one's own"),
                // The pair of RFC 7636, appendix B.
                (
                    "code_challenge",
                    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                ),
                ("code_challenge_method", "S256"),
            ])
            .finish();
        let attempt = Attempt {
            state: String::new(),
            verifier: String::new(),
            authorize_query: query,
        };
        let callback = sandbox.consent(&attempt, choice, "allow").await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", callback.get("code")),
            ("redirect_uri", &redirect_uri),
            ("client_id", CLIENT_ID),
            ("client_secret", CLIENT_SECRET),
            (
                "code_verifier",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            ),
        ];
        let http = http();
        let request = http
            .post(format!("{}/oauth2/token", sandbox.url))
            .form(&fields);
        let tokens: Value = request.send().await.unwrap().json().await.unwrap();
        Self {
            http,
            base: sandbox.url.clone(),
            token: tokens["access_token"].as_str().unwrap().to_owned(),
            ids: BTreeMap::new(),
        }
    }

    /// Selects an organization by slug, and one resource of each kind in it.
    pub(crate) async fn enter(&mut self, slug: &str) {
        let orgs = self.get("/orgs", &format!("slug={slug}")).await.json();
        self.keep("org_id", &orgs["data"][0]["id"]);
        for (list, name) in [
            (PROJECTS, "project_id"),
            (ISSUES, "issue_id"),
            (TARGETS, "target_id"),
        ] {
            let page = self.get(list, "").await.json();
            self.keep(name, &page["data"][1]["id"]);
        }
    }

    fn keep(&mut self, name: &'static str, id: &Value) {
        self.ids.insert(name, id.as_str().unwrap().to_owned());
    }

    /// Requests a path with the selected ids in it.
    pub(crate) async fn get(&self, path: &str, query: &str) -> Answer {
        let mut concrete = path.to_owned();
        for (name, id) in &self.ids {
            concrete = concrete.replace(&format!("{{{name}}}"), id);
        }
        let url = format!("{}/rest{concrete}?version=2024-10-15&{query}", self.base);
        let request = self.http.get(url).bearer_auth(&self.token);
        let answer = request.send().await.unwrap();
        Answer {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.text().await.unwrap(),
        }
    }

    /// Returns every page of a list.
    pub(crate) async fn pages(&self, path: &str, query: &str) -> Vec<Answer> {
        let mut pages = vec![self.get(path, query).await];
        loop {
            let last = pages.last().unwrap().json();
            let next = &last["links"]["next"];
            let Some(next) = next.as_str().or_else(|| next["href"].as_str()) else {
                return pages;
            };
            let next = url::Url::parse(&format!("http://x{next}")).unwrap();
            let (_, cursor) = next
                .query_pairs()
                .find(|(name, _)| name == "starting_after")
                .unwrap();
            let cursor_query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("starting_after", &cursor)
                .finish();
            pages.push(self.get(path, &format!("{query}&{cursor_query}")).await);
        }
    }
}
