//! People who read and refresh without a pause, while an operator changes something.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use serde_json::json;
use tokio::task::JoinHandle;

use crate::client::Client;

/// The load, until it is ended.
#[derive(Debug)]
pub struct Load {
    is_over: Arc<AtomicBool>,
    requests: Arc<AtomicU32>,
    people: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts a task for each browser, with the id of its connection.
    #[must_use]
    pub fn start(people: &[(Client, String)]) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let requests = Arc::new(AtomicU32::new(0));
        let people = people.iter().cloned().map(|(mut browser, id)| {
            let (is_over, requests) = (Arc::clone(&is_over), Arc::clone(&requests));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    let path = format!("/api/connections/{id}/snyk/rest/self");
                    let answer = browser.get(&path).await;
                    assert_eq!(answer.status, 200, "{}", answer.text);
                    let path = format!("/api/connections/{id}/refresh");
                    let answer = browser.post(&path, &json!({})).await;
                    assert_eq!(answer.status, 200, "{}", answer.text);
                    requests.fetch_add(2, Ordering::Relaxed);
                }
            })
        });
        let people = people.collect();
        Self {
            is_over,
            requests,
            people,
        }
    }

    /// Ends the load, and returns the number of its requests, all of which succeeded.
    pub async fn end(self) -> u32 {
        self.is_over.store(true, Ordering::Relaxed);
        for person in self.people {
            person.await.expect("no request fails");
        }
        self.requests.load(Ordering::Relaxed)
    }
}
