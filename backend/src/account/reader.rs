//! What was read so far of what a token reaches.

use std::time::Duration;

use jiff::Timestamp;

use super::backoff;
use crate::{
    connection::Subject,
    provider::{AccountError, Identity, OrgList, ProviderClient},
    store::Account,
    vault::secret::AccessToken,
};

/// What was read so far of what a token reaches.
#[derive(Debug, Default)]
pub struct AccountReader {
    pub(super) identity: Option<Identity>,
    pub(super) list: OrgList,
    /// How long Snyk asked to wait before it is asked again.
    pub(super) asked: Option<Duration>,
}

impl AccountReader {
    /// Whether there is nothing more to read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.identity.is_some() && self.list.is_whole()
    }

    /// Does not leave it at a first refusal to tell as whom the token acts: for a token as new as that
    /// it may not be the last word. A second one is.
    pub(super) fn ask_again_who(&mut self) {
        let is_told = |identity: &Identity| identity.context.is_some();
        if self
            .identity
            .as_ref()
            .is_some_and(|identity| !is_told(identity))
        {
            self.identity = None;
            self.asked = self.asked.or(Some(backoff::FIRST));
        }
    }

    /// Asks for what is missing, once: organizations first, since they are what counts.
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

    /// What a connection is known to be by it.
    #[must_use]
    pub fn subject(&self, provider: &str, client_id: &str) -> Option<Subject> {
        let all = self.list.is_whole().then(|| self.list.orgs());
        Subject::identified(provider, client_id, self.identity.as_ref()?, all)
    }

    /// As the store takes it; `tries` is how often in a row it was not whole, this time included.
    #[must_use]
    pub fn account<'a>(
        &'a self,
        subject: Option<&'a Subject>,
        tries: u32,
        now: Timestamp,
    ) -> Account<'a> {
        let pause = if self.is_whole() {
            backoff::until_read_again()
        } else {
            backoff::after(tries, self.asked)
        };
        let pause = crate::session::to_signed_duration(pause);
        Account {
            subject,
            context: self.identity.as_ref().and_then(|identity| identity.context),
            orgs: self.list.orgs(),
            is_whole: self.list.is_whole(),
            due_at: now.saturating_add(pause).unwrap_or(now),
            tries: if self.is_whole() { 0 } else { tries },
        }
    }
}
