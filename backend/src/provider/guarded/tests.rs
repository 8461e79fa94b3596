//! What counts as a failure, and which calls pass an open circuit.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use domain::connection::Tokens;
use futures_util::FutureExt as _;
use http::HeaderMap;

use super::*;
use crate::provider::{Listed, answer::ApiAnswer};

/// A provider that answers each call as it is told, and counts them.
#[derive(Debug)]
struct Told {
    reply: Mutex<Reply>,
    calls: Mutex<u32>,
}

#[derive(Clone, Copy, Debug)]
enum Reply {
    Answer(u16),
    NotSent,
    Lost,
    Never,
}

impl Told {
    async fn status(&self) -> Result<u16, ProviderError> {
        *self.calls.lock().unwrap() += 1;
        let reply = *self.reply.lock().unwrap();
        match reply {
            Reply::Answer(status) => Ok(status),
            Reply::NotSent => Err(ProviderError::NotSent("refused".into())),
            Reply::Lost => Err(ProviderError::AnswerLost(None)),
            Reply::Never => std::future::pending().await,
        }
    }

    async fn done(&self) -> Result<(), ProviderError> {
        match self.status().await? {
            200 => Ok(()),
            status => Err(ProviderError::Later {
                status,
                after: None,
            }),
        }
    }
}

fn grant() -> Grant {
    Grant {
        tokens: Tokens {
            access: AccessToken::new("a".to_owned()),
            refresh: RefreshToken::new("r".to_owned()),
        },
        access_expires_at: jiff::Timestamp::UNIX_EPOCH,
        refresh_expires_at: None,
        scopes: None,
    }
}

#[async_trait]
impl ProviderClient for Told {
    async fn exchange(&self, _: String, _: &CodeVerifier) -> Result<Grant, ProviderError> {
        self.done().await.map(|()| grant())
    }

    async fn refresh(&self, _: &RefreshToken) -> Result<Grant, ProviderError> {
        self.done().await.map(|()| grant())
    }

    async fn revoke(&self, _: &RefreshToken) -> Result<(), ProviderError> {
        self.done().await
    }

    async fn identity(&self, _: &AccessToken) -> Result<Identity, AccountError> {
        self.done().await?;
        Ok(Identity::default())
    }

    async fn next_orgs(&self, _: &AccessToken, list: &mut OrgList) -> Result<(), AccountError> {
        if *list.next() == NextPage::GroupName {
            let _ = self.done().await;
            list.take_group_names(None);
        } else {
            self.done().await?;
        }
        Ok(())
    }

    async fn get(&self, _: &str, _: Encoding, _: &AccessToken) -> Result<ApiAnswer, ProviderError> {
        let status = self.status().await?;
        ApiAnswer::without_body(StatusCode::from_u16(status).unwrap(), HeaderMap::new())
    }
}

fn told(reply: Reply) -> Guarded<Told> {
    Guarded::new(Told {
        reply: Mutex::new(reply),
        calls: Mutex::default(),
    })
}

impl Guarded<Told> {
    fn reply(&self, reply: Reply) {
        *self.inner.reply.lock().unwrap() = reply;
    }

    fn calls(&self) -> u32 {
        *self.inner.calls.lock().unwrap()
    }

    async fn read(&self) -> Result<ApiAnswer, ProviderError> {
        let token = AccessToken::new("a".to_owned());
        self.get("/rest/self", Encoding::Identity, &token).await
    }
}

const ENOUGH: u32 = 100;

fn is_refused<T>(result: &Result<T, ProviderError>) -> bool {
    matches!(result, Err(ProviderError::CircuitOpen { .. }))
}

#[tokio::test]
async fn rel_5_only_the_lack_of_an_answer_opens_the_circuit() {
    let answers = [200, 301, 400, 401, 403, 404, 408, 410, 429, 500, 501, 505].map(Reply::Answer);
    for reply in answers {
        let guarded = told(reply);
        for _ in 0..ENOUGH {
            assert!(!is_refused(&guarded.read().await), "{reply:?}");
            let token = RefreshToken::new("r".to_owned());
            assert!(!is_refused(&guarded.refresh(&token).await), "{reply:?}");
        }
        assert_eq!(guarded.calls(), 2 * ENOUGH, "{reply:?}");
    }
    for reply in [
        Reply::Answer(502),
        Reply::Answer(503),
        Reply::Answer(504),
        Reply::NotSent,
        Reply::Lost,
    ] {
        let guarded = told(reply);
        for _ in 0..ENOUGH {
            let _ = guarded.read().await;
        }
        assert_eq!(guarded.calls(), 20, "{reply:?}");
        let began = Instant::now();
        let Err(ProviderError::CircuitOpen { after }) = guarded.read().await else {
            panic!("{reply:?}: it is sent");
        };
        assert!(after <= Duration::from_secs(5), "{after:?}");
        assert!(began.elapsed() < Duration::from_secs(1));
    }
}

#[tokio::test]
async fn rel_5_the_token_endpoint_has_a_circuit_of_its_own_which_an_exchange_passes() {
    let guarded = told(Reply::Lost);
    let token = RefreshToken::new("r".to_owned());
    for _ in 0..ENOUGH {
        let _ = guarded.refresh(&token).await;
    }
    assert!(is_refused(&guarded.revoke(&token).await));
    assert_eq!(guarded.calls(), 20);
    guarded.reply(Reply::Answer(200));
    assert!(guarded.read().await.is_ok(), "the API answers");
    assert!(is_refused(&guarded.refresh(&token).await));
    let verifier = CodeVerifier::from_random([7; 32]);
    guarded.exchange("c".to_owned(), &verifier).await.unwrap();
    // Snyk has answered.
    guarded.refresh(&token).await.unwrap();
    guarded.revoke(&token).await.unwrap();
}

#[tokio::test]
async fn rel_5_the_reads_of_an_account_count_and_are_refused_too() {
    let guarded = told(Reply::NotSent);
    let token = AccessToken::new("a".to_owned());
    let mut list = OrgList::default();
    for _ in 0..ENOUGH {
        let _ = guarded.identity(&token).await;
        let _ = guarded.next_orgs(&token, &mut list).await;
    }
    assert_eq!(guarded.calls(), 20);
    let refused = guarded.next_orgs(&token, &mut list).await;
    assert!(matches!(
        refused,
        Err(AccountError::Provider(ProviderError::CircuitOpen { .. }))
    ));
}

#[tokio::test]
async fn rel_5_a_read_that_may_be_missing_is_no_answer() {
    let guarded = told(Reply::NotSent);
    let token = AccessToken::new("a".to_owned());
    for _ in 0..10 {
        let _ = guarded.read().await;
    }
    for _ in 0..ENOUGH {
        let mut list = OrgList::default();
        let of_group = ["x", "y"].map(|id| Listed {
            org: shared::api::connection::Org {
                id: id.to_owned(),
                name: id.to_owned(),
                slug: String::new(),
                group: None,
            },
            group_id: Some("g".to_owned()),
        });
        list.take(of_group.into(), None).unwrap();
        assert_eq!(*list.next(), NextPage::GroupName);
        guarded.next_orgs(&token, &mut list).await.unwrap();
        // A complete list sends nothing.
        guarded.next_orgs(&token, &mut list).await.unwrap();
    }
    for _ in 0..10 {
        let _ = guarded.read().await;
    }
    assert!(is_refused(&guarded.read().await));
}

#[tokio::test]
async fn rel_5_a_browser_that_hangs_up_counts_neither_way() {
    let guarded = told(Reply::Never);
    for _ in 0..ENOUGH {
        assert!(guarded.read().now_or_never().is_none());
    }
    assert_eq!(guarded.calls(), ENOUGH);
    guarded.reply(Reply::Answer(200));
    assert!(guarded.read().await.is_ok());
}
