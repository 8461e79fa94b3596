//! Connections: what is read, and how one ends.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    connection::{Connection, Consent},
    ids::{AttemptId, ConnectionId, RevocationId, SessionId},
};
use jiff::Timestamp;

use super::{Repository, retry};
use crate::store::{
    Account, Change, Changed, ConnectionStore, Ended, LastRefresh, NewLogin, Revocation,
    SealedTokens, StoreError,
    database::{ConnectionChanges as _, Database, Transaction as _},
};

#[async_trait]
impl<D: Database> ConnectionStore for Repository<D> {
    async fn connection(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        let found = self.database.connection(id).await?;
        Ok(found.map(|connection| self.sealer.open(connection)))
    }

    async fn connections_of(
        &self,
        session: &SessionId,
    ) -> Result<Vec<Connection<SealedTokens>>, StoreError> {
        let found = self.database.connections_of(session).await?;
        Ok(found
            .into_iter()
            .map(|connection| self.sealer.check(connection))
            .collect())
    }

    async fn authorized(
        &self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<Option<Arc<Connection>>, StoreError> {
        let found = self.database.authorized(session, id).await?;
        Ok(found.map(|connection| Arc::new(self.sealer.open(connection))))
    }

    async fn finish_login(
        &self,
        login: NewLogin<'_>,
    ) -> Result<Changed<Option<Connection>>, StoreError> {
        retry(|| self.try_finish_login(&login)).await
    }

    async fn is_login_stored(&self, attempt: &AttemptId) -> Result<bool, StoreError> {
        retry(|| self.try_is_login_stored(attempt)).await
    }

    async fn store_account(
        &self,
        consent: &Consent,
        account: Account<'_>,
        now: Timestamp,
    ) -> Result<Changed<bool>, StoreError> {
        retry(|| self.try_store_account(consent, account, now)).await
    }

    async fn due_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Consent>, StoreError> {
        self.database.due_accounts(now, limit).await
    }

    async fn by_last_refresh(
        &self,
        after: Option<&LastRefresh>,
        limit: u32,
    ) -> Result<Vec<LastRefresh>, StoreError> {
        self.database.by_last_refresh(after, limit).await
    }

    async fn disconnect(
        &self,
        id: &ConnectionId,
        revocation_id: &RevocationId,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        retry(|| self.try_disconnect(id, revocation_id, now)).await
    }
}

impl<D: Database> Repository<D> {
    async fn try_disconnect(
        &self,
        id: &ConnectionId,
        revocation_id: &RevocationId,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        let mut tx = self.database.begin().await?;
        let mut ended = Ended {
            revocation: None,
            more_may_live: false,
        };
        if let Some(record) = tx.refresh_token(id).await? {
            ended.more_may_live = record.is_leased;
            if let Some(sealed) = &record.token {
                match self.sealer.open_ended(id, sealed) {
                    Some(token) => {
                        let revocation = Revocation {
                            id: revocation_id.clone(),
                            token,
                            tries: 0,
                        };
                        self.insert_revocation(&mut tx, id, &revocation, record.expires_at, now)
                            .await?;
                        ended.revocation = Some(revocation);
                    }
                    None => ended.more_may_live = true,
                }
            }
        }
        tx.erase_tokens(id).await?;
        tx.remove_authorizations(id).await?;
        tx.commit(&[Change::Connection(id.clone())]).await?;
        Ok(ended)
    }
}
