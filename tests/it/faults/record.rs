//! The sandbox's record of token requests: what each server presented or revoked for which connection,
//! and what it was granted.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use serde_json::Value;
use tests::sandbox::Sandbox;

use super::history::{Moment, Span};

/// A token request.
#[derive(Clone, Debug)]
pub(super) struct Presentation {
    /// The server that sent it.
    pub(super) node: usize,
    pub(super) arrived: Moment,
    /// When it was answered, whether or not the answer arrived.
    pub(super) answered: Moment,
    /// The code or the refresh token.
    presented: String,
    is_revocation: bool,
    /// The refresh token of the new pair.
    granted: Option<String>,
}

impl Presentation {
    /// Returns whether the provider gave a pair for it.
    pub(super) const fn is_granted(&self) -> bool {
        self.granted.is_some()
    }

    /// Returns the time from the arrival of this one to that of a later one.
    pub(super) const fn until(&self, later: &Self) -> Span {
        Span {
            from: self.arrived,
            to: later.arrived,
        }
    }

    /// Makes one for a test of what follows from it.
    #[cfg(test)]
    pub(super) fn at(node: usize, arrived: Moment) -> Self {
        Self {
            node,
            arrived,
            answered: arrived + 100,
            presented: String::new(),
            is_revocation: false,
            granted: None,
        }
    }
}

impl fmt::Display for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            node,
            arrived,
            answered,
            ..
        } = self;
        let took = answered - arrived;
        write!(f, "by server {node} at {arrived} (answered in {took} ms)")
    }
}

/// The record, as far as it was read.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// By their numbers, in the order of arrival.
    presentations: BTreeMap<u64, Presentation>,
    /// All requests up to this one are answered.
    answered_to: u64,
}

/// The token requests of one connection.
#[derive(Debug, Default)]
pub(super) struct Chain {
    /// How many new pairs were granted for refresh tokens.
    pub(super) refreshes: u64,
    /// How many tokens were revoked.
    pub(super) revocations: u64,
    /// Each presentation of a refresh token after the first one of that token, with the one before it.
    pub(super) repeated: Vec<[Presentation; 2]>,
}

impl Record {
    /// Reads what is new. The sandbox keeps a limited number of requests, so that this has to be done from
    /// time to time.
    pub(super) async fn read_on(&mut self, sandbox: &Sandbox, secrets: &[String]) {
        let mut is_gapless = true;
        for request in sandbox.oauth_requests(self.answered_to).await {
            let number = request["n"].as_u64().unwrap();
            match parse(&request, secrets) {
                None => is_gapless = false,
                Some(presentation) => {
                    self.presentations.insert(number, presentation);
                    if is_gapless {
                        self.answered_to = number;
                    }
                }
            }
        }
    }

    /// Sorts the requests by connection, each known by the code that it began with.
    pub(super) fn chains<'a>(&self, codes: impl Iterator<Item = &'a str>) -> Vec<Chain> {
        let mut connection_of: HashMap<&str, usize> = codes.zip(0..).collect();
        let mut chains: Vec<Chain> = (0..connection_of.len()).map(|_| Chain::default()).collect();
        let mut latest: HashMap<&str, &Presentation> = HashMap::new();
        for presentation in self.presentations.values() {
            let presented = presentation.presented.as_str();
            // A token is granted before it is presented.
            let connection = *connection_of.get(presented).unwrap();
            let chain = &mut chains[connection];
            if presentation.is_revocation {
                chain.revocations += 1;
                continue;
            }
            if let Some(granted) = &presentation.granted {
                chain.refreshes += 1;
                connection_of.insert(granted, connection);
            }
            if let Some(earlier) = latest.insert(presented, presentation) {
                let repeated = [earlier.clone(), presentation.clone()];
                chain.repeated.push(repeated);
            }
        }
        for chain in &mut chains {
            // The first pair was granted for the code.
            chain.refreshes -= 1;
        }
        chains
    }

    /// Returns the number of requests.
    pub(super) fn len(&self) -> usize {
        self.presentations.len()
    }
}

/// Returns a token request, if it is answered.
fn parse(request: &Value, secrets: &[String]) -> Option<Presentation> {
    let took = request["took_ms"].as_i64()?;
    let form = &request["form"];
    let secret = form["client_secret"].as_str().unwrap();
    let token = ["refresh_token", "code", "token"]
        .iter()
        .find_map(|name| form[name].as_str());
    let arrived = request["at_ms"].as_i64().unwrap();
    Some(Presentation {
        node: secrets.iter().position(|known| known == secret).unwrap(),
        arrived,
        answered: arrived + took,
        presented: token.unwrap().to_owned(),
        is_revocation: request["endpoint"] == "revoke",
        granted: request["granted"].as_str().map(ToOwned::to_owned),
    })
}
