//! The account of a token, as far as it has been read.

use std::time::Duration;

use domain::{
    connection::{Identity, Subject},
    vault::secret::AccessToken,
};
use jiff::Timestamp;

use super::backoff;
use crate::{
    provider::{AccountError, OrgList, ProviderClient},
    store::Account,
};

/// How long another process waits for one that reads an account, after that one was to go on. If it
/// takes longer between two requests, the account is read twice, which does no harm.
const MAX_SILENCE: Duration = Duration::from_secs(20);

/// The account of a token, as far as it has been read.
#[derive(Debug, Default)]
pub struct AccountReader {
    pub(super) identity: Option<Identity>,
    pub(super) list: OrgList,
    /// Delay that Snyk requests before the next request.
    pub(super) retry_after: Option<Duration>,
}

impl AccountReader {
    /// Returns whether identity and organizations have been read completely.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.identity.is_some() && self.list.is_whole()
    }

    /// Discards a first identity without a context, so that it is read again: for a token that new,
    /// the refusal may not be final. A second one is accepted.
    pub(super) fn retry_unknown_identity(&mut self) {
        let has_context = |identity: &Identity| identity.context.is_some();
        if self
            .identity
            .as_ref()
            .is_some_and(|identity| !has_context(identity))
        {
            self.identity = None;
            self.retry_after = self.retry_after.or(Some(backoff::INITIAL_DELAY));
        }
    }

    /// Sends the next request: organizations first, since they matter most.
    pub(super) async fn read_next(
        &mut self,
        provider: &dyn ProviderClient,
        token: &AccessToken,
    ) -> Result<(), AccountError> {
        if !self.list.is_whole() {
            return provider.next_orgs(token, &mut self.list).await;
        }
        self.identity = Some(provider.identity(token).await?);
        Ok(())
    }

    /// Returns the subject of the connection, if the account identifies one.
    #[must_use]
    pub fn subject(&self, provider: &str, client_id: &str) -> Option<Subject> {
        let all = self.list.is_whole().then(|| self.list.orgs());
        Subject::identified(provider, client_id, self.identity.as_ref()?, all)
    }

    /// Returns the account for the store; `tries` counts consecutive incomplete reads, including
    /// this one. If this process goes on to read it, no other one does meanwhile.
    #[must_use]
    pub fn account<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        tries: u32,
        goes_on: bool,
        now: Timestamp,
    ) -> Account<'a> {
        let delay = if self.is_whole() {
            backoff::next_sync_delay()
        } else {
            let delay = backoff::delay(tries, self.retry_after);
            if goes_on {
                // This process adds jitter of its own to the delay.
                delay + delay / 4 + MAX_SILENCE
            } else {
                delay
            }
        };
        let delay = domain::session::to_signed_duration(delay);
        Account {
            subject,
            context: self.identity.as_ref().and_then(|identity| identity.context),
            orgs: self.list.orgs(),
            is_whole: self.list.is_whole(),
            due_at: now.saturating_add(delay).unwrap_or(now),
            tries: if self.is_whole() { 0 } else { tries },
        }
    }
}
