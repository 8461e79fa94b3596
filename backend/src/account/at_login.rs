//! The reading that a person waits for.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::{AccountReader, backoff};
use crate::{
    provider::{AccountError, Identity, OrgList, ProviderClient},
    vault::secret::AccessToken,
};

/// How long a person who connects waits for what can be read later as well.
const LOGIN_WAIT: Duration = Duration::from_secs(8);
/// How often one thing is asked for in that time.
const MAX_ATTEMPTS: u32 = 3;
/// The pause after a first failure that does not say how long.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Reads what a new token reaches, as far as that comes in time. Nothing that fails here costs the
/// pair: it was given out, and the rest is read later.
pub(super) async fn read(provider: &dyn ProviderClient, token: &AccessToken) -> AccountReader {
    let until = Instant::now() + LOGIN_WAIT;
    let AccountReader {
        mut identity,
        mut list,
        ..
    } = AccountReader::default();
    let who = read_with_retries(until, provider, token, Missing::Identity(&mut identity));
    let orgs = read_with_retries(until, provider, token, Missing::Orgs(&mut list));
    let (who, orgs) = tokio::join!(who, orgs);
    AccountReader {
        identity,
        list,
        asked: who.max(orgs),
    }
}

/// What is to be read.
enum Missing<'a> {
    Identity(&'a mut Option<Identity>),
    Orgs(&'a mut OrgList),
}

impl Missing<'_> {
    /// Asks once; whether nothing is missing any more.
    async fn ask(
        &mut self,
        provider: &dyn ProviderClient,
        token: &AccessToken,
    ) -> Result<bool, AccountError> {
        match self {
            Self::Identity(identity) => **identity = Some(provider.identity(token).await?),
            Self::Orgs(list) => {
                provider.next_orgs(token, list).await?;
                return Ok(list.is_whole());
            }
        }
        Ok(true)
    }
}

/// Goes on until there is nothing more to read, or it fails for good, or the time is over. Returns how
/// long to wait before it is asked again.
async fn read_with_retries(
    until: Instant,
    provider: &dyn ProviderClient,
    token: &AccessToken,
    mut missing: Missing<'_>,
) -> Option<Duration> {
    let mut failures = 0;
    loop {
        let error = match timeout_at(until, missing.ask(provider, token)).await {
            Ok(Ok(true)) | Err(_) => return None,
            Ok(Ok(false)) => {
                failures = 0;
                continue;
            }
            Ok(Err(error)) => error,
        };
        failures += 1;
        let asked = backoff::asked_by(&error);
        let pause = asked.unwrap_or_else(|| FIRST_PAUSE * 2_u32.pow(failures));
        let pause = backoff::with_jitter(pause);
        let is_worth_it = backoff::is_transient(&error) && failures < MAX_ATTEMPTS;
        if !is_worth_it || Instant::now() + pause >= until {
            tracing::warn!(%error, ?asked, "A login could not read all that it reaches");
            return Some(asked.unwrap_or(backoff::FIRST));
        }
        sleep(pause).await;
    }
}
