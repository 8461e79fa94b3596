//! Reads the account during a login, while the person waits.

use std::time::Duration;

use domain::{connection::Identity, vault::secret::AccessToken};
use tokio::time::{Instant, sleep, timeout_at};

use super::{AccountReader, backoff};
use crate::{
    backoff::exponential,
    provider::{AccountError, OrgList, ProviderClient},
};

/// Total time limit of the read at login; whatever is missing then is read in the background.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(8);
/// Maximum number of consecutive attempts per request within that time.
const MAX_ATTEMPTS: u32 = 3;
/// Delay after the first failure, doubled with each further one, if the answer has no `Retry-After`.
const INITIAL_DELAY: Duration = Duration::from_secs(1);

/// Reads the account of a new token, as far as it arrives within the time limit. A failure does not
/// invalidate the token pair: it has been issued, and the rest is read later.
pub(super) async fn read(provider: &dyn ProviderClient, token: &AccessToken) -> AccountReader {
    let deadline = Instant::now() + LOGIN_TIMEOUT;
    let AccountReader {
        mut identity,
        mut list,
        ..
    } = AccountReader::default();
    let who = read_with_retries(deadline, provider, token, Missing::Identity(&mut identity));
    let orgs = read_with_retries(deadline, provider, token, Missing::Orgs(&mut list));
    let (who, orgs) = tokio::join!(who, orgs);
    AccountReader {
        identity,
        list,
        retry_after: who.max(orgs),
    }
}

/// The part of the account that is still to be read.
enum Missing<'a> {
    Identity(&'a mut Option<Identity>),
    Orgs(&'a mut OrgList),
}

impl Missing<'_> {
    /// Sends one request. Returns whether this part is complete.
    async fn request(
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

/// Repeats [`Missing::request`] until the part is complete, fails permanently, or the time limit is
/// reached. Returns the delay before the next attempt.
async fn read_with_retries(
    deadline: Instant,
    provider: &dyn ProviderClient,
    token: &AccessToken,
    mut missing: Missing<'_>,
) -> Option<Duration> {
    let mut failures = 0;
    loop {
        let error = match timeout_at(deadline, missing.request(provider, token)).await {
            Ok(Ok(true)) | Err(_) => return None,
            Ok(Ok(false)) => {
                failures = 0;
                continue;
            }
            Ok(Err(error)) => error,
        };
        failures += 1;
        let retry_after = backoff::retry_after(&error);
        let delay =
            retry_after.unwrap_or_else(|| exponential(INITIAL_DELAY, failures, LOGIN_TIMEOUT));
        let delay = backoff::with_jitter(delay);
        let should_retry = backoff::is_transient(&error) && failures < MAX_ATTEMPTS;
        if !should_retry || Instant::now() + delay >= deadline {
            tracing::warn!(%error, asked = ?retry_after, "A login could not read all that it reaches");
            return Some(retry_after.unwrap_or(backoff::INITIAL_DELAY));
        }
        sleep(delay).await;
    }
}
