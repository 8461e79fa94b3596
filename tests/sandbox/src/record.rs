//! Records all requests in the order of arrival.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;

/// Maximum number of recorded requests; the oldest are dropped first.
const MAX_ENTRIES: usize = 300_000;

/// A request and its response.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    /// Sequence number, starting at 1.
    pub(crate) n: u64,
    /// Time of arrival, in milliseconds since 1970.
    pub(crate) at_ms: i64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: BTreeMap<String, String>,
    /// A form body by names; repeated values are joined by commas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) form: Option<BTreeMap<String, String>>,
    /// Any other body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
    pub(crate) endpoint: &'static str,
    /// `null` before the response, and if the connection was dropped instead.
    pub(crate) status: Option<u16>,
    /// Duration until the response, in milliseconds; `null` before it.
    pub(crate) took_ms: Option<u64>,
    /// The applied faults, joined by `+`.
    pub(crate) fault: Option<String>,
    /// The refresh token that the request was granted, whether or not the response arrived.
    pub(crate) granted: Option<String>,
}

/// Marks the response to a token request with the refresh token in it.
#[derive(Debug, Clone)]
pub(crate) struct Granted(pub(crate) String);

/// The end of a request.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: Option<u16>,
    pub(crate) took_ms: u64,
    pub(crate) granted: Option<String>,
}

/// The recorded requests.
#[derive(Debug, Default)]
pub(crate) struct Record {
    entries: VecDeque<Entry>,
    last: u64,
}

impl Record {
    /// Adds a request and returns its number.
    pub(crate) fn add(&mut self, mut entry: Entry) -> u64 {
        self.last += 1;
        entry.n = self.last;
        if self.entries.len() == MAX_ENTRIES {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
        self.last
    }

    /// Records the response to a request, if the request is still kept.
    pub(crate) fn finish(&mut self, number: u64, outcome: Outcome) {
        let Some(first) = self.entries.front().map(|entry| entry.n) else {
            return;
        };
        let entry = number
            .checked_sub(first)
            .and_then(|at| usize::try_from(at).ok())
            .and_then(|at| self.entries.get_mut(at));
        if let Some(entry) = entry {
            entry.status = outcome.status;
            entry.took_ms = Some(outcome.took_ms);
            entry.granted = outcome.granted;
        }
    }

    /// Returns the requests after that number whose path begins with `path`.
    pub(crate) fn since(&self, number: u64, path: &str) -> Vec<Entry> {
        self.entries
            .iter()
            .filter(|entry| entry.n > number && entry.path.starts_with(path))
            .cloned()
            .collect()
    }

    /// Removes the requests. Numbering continues.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}
