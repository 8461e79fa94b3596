//! Connections, leases and token pairs in SQLite.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    connection::{Connection, Consent, Grant},
    ids::{ConnectionId, RevocationId, SessionId},
};
use jiff::Timestamp;
use sqlx::{Sqlite, Transaction};

use super::{SqliteStore, account::candidates};
use crate::store::{
    Account, Change, Changed, ConnectionStore, Ended, NewLogin, Revocation, SealedTokens,
    StoreError,
    rows::ConnectionRow,
    rules::{self, SIBLING_WINDOW, context_word},
};

impl SqliteStore {
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Seals a token pair for its row.
    pub(super) fn seal(
        &self,
        id: &ConnectionId,
        grant: &Grant,
    ) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
        let SealedTokens { access, refresh } = self.sealer.seal_pair(id, &grant.tokens)?;
        Ok((access, refresh))
    }
}

/// Returns the ids of the sessions that a login replaces: those whose cookies the browser
/// presented, and those that its sibling attempts created.
async fn replaced_sessions(
    tx: &mut Transaction<'_, Sqlite>,
    login: &NewLogin<'_>,
) -> Result<Vec<String>, StoreError> {
    let mut replaced = Vec::new();
    for earlier in login.earlier_sessions {
        let found: Option<(String,)> =
            sqlx::query_as("SELECT id FROM sessions WHERE token_hash = $1")
                .bind(earlier.as_bytes())
                .fetch_optional(&mut **tx)
                .await?;
        replaced.extend(found.map(|(id,)| id));
    }
    let since = login
        .now
        .saturating_sub(SIBLING_WINDOW)
        .unwrap_or(login.now);
    for claim in login.sibling_attempts {
        let found: Option<(String,)> = sqlx::query_as(
            "SELECT s.id FROM claims c JOIN sessions s ON s.id = c.session_id \
             WHERE c.attempt = $1 AND c.session_at >= $2",
        )
        .bind(claim.as_str())
        .bind(since.as_millisecond())
        .fetch_optional(&mut **tx)
        .await?;
        replaced.extend(found.map(|(id,)| id));
    }
    Ok(replaced)
}

/// Inserts the session of a login, authorized for its connection and for those of the sessions that
/// it replaces, except for `leaves`; and ends the replaced ones.
async fn insert_session(
    tx: &mut Transaction<'_, Sqlite>,
    login: &NewLogin<'_>,
    replaced: &[String],
    connection: &ConnectionId,
    leaves: &[String],
) -> Result<(), StoreError> {
    let now = login.now.as_millisecond();
    let session = login.session;
    sqlx::query(
        "INSERT INTO sessions (token_hash, id, browser, signed_in_at, last_used_at, expires_at) \
         VALUES ($1, $2, $3, $4, $4, $5)",
    )
    .bind(session.token_hash.as_bytes())
    .bind(session.id.as_str())
    .bind(&session.browser)
    .bind(now)
    .bind(session.expires_at.as_millisecond())
    .execute(&mut **tx)
    .await?;
    for earlier in replaced {
        sqlx::query(
            "INSERT INTO session_connections (session_id, connection_id) \
             SELECT $1, connection_id FROM session_connections WHERE session_id = $2 \
             ON CONFLICT DO NOTHING",
        )
        .bind(session.id.as_str())
        .bind(earlier)
        .execute(&mut **tx)
        .await?;
        sqlx::query("DELETE FROM sessions WHERE id = $1")
            .bind(earlier)
            .execute(&mut **tx)
            .await?;
    }
    sqlx::query("UPDATE claims SET session_id = $1, session_at = $2 WHERE attempt = $3")
        .bind(session.id.as_str())
        .bind(now)
        .bind(login.attempt_id.as_str())
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "INSERT INTO session_connections (session_id, connection_id) VALUES ($1, $2) \
         ON CONFLICT DO NOTHING",
    )
    .bind(session.id.as_str())
    .bind(connection.as_str())
    .execute(&mut **tx)
    .await?;
    for left in leaves {
        sqlx::query("DELETE FROM session_connections WHERE session_id = $1 AND connection_id = $2")
            .bind(session.id.as_str())
            .bind(left)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

#[async_trait]
impl ConnectionStore for SqliteStore {
    async fn connection(&self, id: &ConnectionId) -> Result<Option<Connection>, StoreError> {
        sqlx::query_as::<_, ConnectionRow>("SELECT * FROM connections WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.readers)
            .await?
            .map(|row| row.into_connection(&self.sealer))
            .transpose()
    }

    async fn connections_of(
        &self,
        session: &SessionId,
    ) -> Result<Vec<Connection<SealedTokens>>, StoreError> {
        sqlx::query_as::<_, ConnectionRow>(
            "SELECT c.* FROM connections c \
             JOIN session_connections s ON s.connection_id = c.id \
             WHERE s.session_id = $1 ORDER BY c.connected_at DESC, c.id",
        )
        .bind(session.as_str())
        .fetch_all(&self.readers)
        .await?
        .into_iter()
        .map(|row| row.into_sealed(&self.sealer))
        .collect()
    }

    async fn authorized(
        &self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<Option<Arc<Connection>>, StoreError> {
        sqlx::query_as::<_, ConnectionRow>(
            "SELECT c.* FROM connections c \
             JOIN session_connections s ON s.connection_id = c.id \
             WHERE s.session_id = $1 AND c.id = $2",
        )
        .bind(session.as_str())
        .bind(id.as_str())
        .fetch_optional(&self.readers)
        .await?
        .map(|row| row.into_connection(&self.sealer).map(Arc::new))
        .transpose()
    }

    async fn finish_login(
        &self,
        login: NewLogin<'_>,
    ) -> Result<Changed<Option<Connection>>, StoreError> {
        let mut tx = self.begin().await?;
        let replaced = replaced_sessions(&mut tx, &login).await?;
        if !login.earlier_sessions.is_empty() && replaced.is_empty() {
            return Ok(Changed::nothing(None));
        }
        let candidates = candidates(&mut tx, &login, &replaced).await?;
        let target = rules::target(&login.account, login.connection_id, candidates)?;
        let id = ConnectionId::from_stored(target.id);
        let (access, refresh) = self.seal(&id, login.grant)?;
        let now = login.now.as_millisecond();
        let account = login.account;
        let row: ConnectionRow = sqlx::query_as(
            "INSERT INTO connections (id, subject, status, context, orgs, scopes, connected_at, \
                 refreshed_at, generation, access_expires_at, refresh_expires_at, access_token, \
                 refresh_token, orgs_complete, orgs_read_at, orgs_due_at, orgs_tries) \
             VALUES ($1, $2, 'active', $3, $4, $5, $6, $6, $7, $8, $9, $10, $11, $12, $6, $13, $14) \
             ON CONFLICT (id) DO UPDATE SET subject = $2, status = 'active', context = $3, \
                 orgs = $4, scopes = $5, connected_at = $6, refreshed_at = $6, generation = $7, \
                 access_expires_at = $8, refresh_expires_at = $9, access_token = $10, \
                 refresh_token = $11, orgs_complete = $12, orgs_read_at = $6, orgs_due_at = $13, \
                 orgs_tries = $14, lease = NULL, lease_ends_at = NULL, unreached_since = NULL \
             RETURNING *",
        )
        .bind(id.as_str())
        .bind(target.subject.as_str())
        .bind(account.context.map(context_word))
        .bind(target.orgs)
        .bind(login.scopes.to_string())
        .bind(now)
        .bind(target.generation)
        .bind(login.grant.access_expires_at.as_millisecond())
        .bind(
            login
                .grant
                .refresh_expires_at
                .map(Timestamp::as_millisecond),
        )
        .bind(access)
        .bind(refresh)
        .bind(account.is_whole)
        .bind(account.due_at.as_millisecond())
        .bind(account.tries)
        .fetch_one(&mut *tx)
        .await?;

        insert_session(&mut tx, &login, &replaced, &id, &target.leaves).await?;
        let connection = row.into_connection(&self.sealer)?;
        tx.commit().await?;
        let changes = replaced
            .into_iter()
            .map(|id| Change::Session(SessionId::from_stored(id)))
            .chain([Change::Connection(id)])
            .collect();
        Ok(Changed {
            value: Some(connection),
            changes,
        })
    }

    async fn store_account(
        &self,
        consent: &Consent,
        account: Account<'_>,
        now: Timestamp,
    ) -> Result<Changed<bool>, StoreError> {
        self.put_account(consent, &account, now).await
    }

    async fn due_accounts(&self, now: Timestamp, limit: u32) -> Result<Vec<Consent>, StoreError> {
        self.due(now, limit).await
    }

    async fn disconnect(
        &self,
        id: &ConnectionId,
        revocation_id: &RevocationId,
        now: Timestamp,
    ) -> Result<Ended, StoreError> {
        let mut tx = self.begin().await?;
        // An expired lease is not held.
        let row: Option<(Option<Vec<u8>>, Option<i64>, bool)> = sqlx::query_as(concat!(
            "SELECT refresh_token, refresh_expires_at, \
                     lease IS NOT NULL AND lease_ends_at >= ",
            now!(),
            " FROM connections WHERE id = $1"
        ))
        .bind(id.as_str())
        .fetch_optional(&mut *tx)
        .await?;
        let (sealed, refresh_ends_at, is_leased) = row.unwrap_or_default();
        // A token that cannot be opened cannot be revoked; it is erased all the same.
        let token = match sealed.map(|sealed| self.sealer.open_refresh(id, &sealed)) {
            None => Ok(None),
            Some(Ok(token)) => Ok(Some(token)),
            Some(Err(error)) => Err(error),
        };
        if let Err(error) = &token {
            tracing::error!(connection = id.as_str(), %error, "A token was erased that Snyk cannot be told of");
        }
        let more_may_live = is_leased || token.is_err();
        let revocation = token.ok().flatten().map(|token| Revocation {
            id: revocation_id.clone(),
            token,
            tries: 0,
        });
        if let Some(revocation) = &revocation {
            let ends_at = refresh_ends_at.and_then(|at| Timestamp::from_millisecond(at).ok());
            self.insert_revocation(&mut tx, revocation, ends_at, now)
                .await?;
        }
        sqlx::query(
            "UPDATE connections SET status = 'disconnected', access_token = NULL, \
                 refresh_token = NULL, lease = NULL, lease_ends_at = NULL WHERE id = $1",
        )
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?;
        sqlx::query("DELETE FROM session_connections WHERE connection_id = $1")
            .bind(id.as_str())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Ended {
            revocation,
            more_may_live,
        })
    }
}
