//! Connections and authorizations in a transaction.

use async_trait::async_trait;
use domain::{
    connection::{Connection, Label, State, Subject},
    ids::{ConnectionId, SessionId},
};
use jiff::Timestamp;

use super::{SqliteTransaction, existing};
use crate::store::{
    Account, Revocation, SealedToken, SealedTokens, StoreError,
    database::{AccountRead, ConnectionChanges, ExistingConnection, RefreshTokenRecord},
    rows::{ConnectionRow, context_text, orgs_text, refresh_token, status_text},
    sqlite::revocations,
};

/// Deletes connections that have been marked for long. One whose pair is being refreshed is deleted
/// by a later sweep; an expired lease is not held.
const DELETE_ORPHANED: &str = concat!(
    "DELETE FROM connections WHERE id IN \
         (SELECT id FROM connections c WHERE unreached_since < $1 \
              AND (lease IS NULL OR lease_ends_at < ",
    now!(),
    ") AND NOT EXISTS \
                  (SELECT 1 FROM session_connections s WHERE s.connection_id = c.id) \
          LIMIT $2) \
     RETURNING id, refresh_token, refresh_expires_at"
);

#[async_trait]
impl ConnectionChanges for SqliteTransaction {
    async fn connection(
        &mut self,
        id: &ConnectionId,
    ) -> Result<Option<Connection<SealedTokens>>, StoreError> {
        let row: Option<ConnectionRow> = sqlx::query_as("SELECT * FROM connections WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *self.0)
            .await?;
        Ok(row.map(TryInto::try_into).transpose()?)
    }

    async fn existing(
        &mut self,
        id: &ConnectionId,
    ) -> Result<Option<ExistingConnection>, StoreError> {
        existing::of_id(&mut self.0, id).await
    }

    async fn existing_of(
        &mut self,
        subject: &Subject,
    ) -> Result<Option<ExistingConnection>, StoreError> {
        existing::of_subject(&mut self.0, subject).await
    }

    async fn existing_authorized(
        &mut self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<Option<ExistingConnection>, StoreError> {
        existing::authorized(&mut self.0, session, id).await
    }

    async fn lost_bots(
        &mut self,
        session: &SessionId,
    ) -> Result<Vec<ExistingConnection>, StoreError> {
        existing::lost_bots(&mut self.0, session).await
    }

    async fn sessions_of(&mut self, id: &ConnectionId) -> Result<Vec<SessionId>, StoreError> {
        let sessions: Vec<(String,)> =
            sqlx::query_as("SELECT session_id FROM session_connections WHERE connection_id = $1")
                .bind(id.as_str())
                .fetch_all(&mut *self.0)
                .await?;
        Ok(sessions
            .into_iter()
            .map(|(id,)| SessionId::from_stored(id))
            .collect())
    }

    async fn put_connection(
        &mut self,
        connection: &Connection<SealedTokens>,
        account: AccountRead,
    ) -> Result<Connection<SealedTokens>, StoreError> {
        let tokens = match &connection.state {
            State::Active(tokens) => Some(tokens),
            State::ReconnectNeeded | State::Disconnected => None,
        };
        let generation = connection.generation.cast_signed();
        let refresh_expires_at = connection.refresh_expires_at;
        let label = Label::of(connection.context, &connection.orgs);
        let row: ConnectionRow = sqlx::query_as(
            "INSERT INTO connections (id, subject, status, context, orgs, scopes, connected_at, \
                 refreshed_at, generation, access_expires_at, refresh_expires_at, access_token, \
                 refresh_token, orgs_complete, orgs_read_at, orgs_due_at, orgs_tries, name, name_key, \
                 is_group, org_count, search_text) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
                 $19, $20, $21, $22) \
             ON CONFLICT (id) DO UPDATE SET subject = $2, status = $3, context = $4, orgs = $5, \
                 scopes = $6, connected_at = $7, refreshed_at = $8, generation = $9, \
                 access_expires_at = $10, refresh_expires_at = $11, access_token = $12, \
                 refresh_token = $13, orgs_complete = $14, orgs_read_at = $15, orgs_due_at = $16, \
                 orgs_tries = $17, name = $18, name_key = $19, is_group = $20, org_count = $21, \
                 search_text = $22, lease = NULL, lease_ends_at = NULL, unreached_since = NULL, \
                 refresh_failed_at = NULL \
             RETURNING *",
        )
        .bind(connection.id.as_str())
        .bind(connection.subject.as_str())
        .bind(status_text(&connection.state))
        .bind(connection.context.map(context_text))
        .bind(orgs_text(&connection.id, &connection.orgs)?)
        .bind(connection.scopes.to_string())
        .bind(connection.connected_at.as_millisecond())
        .bind(connection.refreshed_at.as_millisecond())
        .bind(generation)
        .bind(connection.access_expires_at.as_millisecond())
        .bind(refresh_expires_at.map(Timestamp::as_millisecond))
        .bind(tokens.map(|tokens| tokens.access.as_bytes()))
        .bind(tokens.map(|tokens| tokens.refresh.as_bytes()))
        .bind(connection.orgs_complete)
        .bind(account.at.as_millisecond())
        .bind(account.due_at.as_millisecond())
        .bind(connection.orgs_tries)
        .bind(&label.name)
        .bind(&label.name_key)
        .bind(label.is_group)
        .bind(label.org_count)
        .bind(&label.search_text)
        .fetch_one(&mut *self.0)
        .await?;
        Ok(row.try_into()?)
    }

    async fn update_account(
        &mut self,
        id: &ConnectionId,
        account: &Account<'_>,
        label: &Label,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE connections SET subject = COALESCE($1, subject), \
                 context = COALESCE($2, context), orgs = $3, \
                 orgs_complete = MAX(orgs_complete, $4), \
                 orgs_read_at = CASE WHEN $4 THEN $5 ELSE orgs_read_at END, \
                 orgs_due_at = $6, orgs_tries = $7, name = $9, name_key = $10, is_group = $11, \
                 org_count = $12, search_text = $13 WHERE id = $8",
        )
        .bind(account.subject.map(Subject::as_str))
        .bind(account.context.map(context_text))
        .bind(orgs_text(id, account.orgs)?)
        .bind(account.is_whole)
        .bind(now.as_millisecond())
        .bind(account.due_at.as_millisecond())
        .bind(account.tries)
        .bind(id.as_str())
        .bind(&label.name)
        .bind(&label.name_key)
        .bind(label.is_group)
        .bind(label.org_count)
        .bind(&label.search_text)
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn refresh_token(
        &mut self,
        id: &ConnectionId,
    ) -> Result<Option<RefreshTokenRecord>, StoreError> {
        let row: Option<(Option<Vec<u8>>, Option<i64>, bool)> = sqlx::query_as(concat!(
            "SELECT refresh_token, refresh_expires_at, \
                     lease IS NOT NULL AND lease_ends_at >= ",
            now!(),
            " FROM connections WHERE id = $1"
        ))
        .bind(id.as_str())
        .fetch_optional(&mut *self.0)
        .await?;
        Ok(row.map(|(token, expires_at, is_leased)| refresh_token(token, expires_at, is_leased)))
    }

    async fn erase_tokens(&mut self, id: &ConnectionId) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE connections SET status = 'disconnected', access_token = NULL, \
                 refresh_token = NULL, lease = NULL, lease_ends_at = NULL WHERE id = $1",
        )
        .bind(id.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn delete_connection(&mut self, id: &ConnectionId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM connections WHERE id = $1")
            .bind(id.as_str())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn delete_orphaned(
        &mut self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<(ConnectionId, RefreshTokenRecord)>, StoreError> {
        let rows: Vec<(String, Option<Vec<u8>>, Option<i64>)> = sqlx::query_as(DELETE_ORPHANED)
            .bind(since.as_millisecond())
            .bind(limit)
            .fetch_all(&mut *self.0)
            .await?;
        let deleted = rows.into_iter().map(|(id, token, expires_at)| {
            let record = refresh_token(token, expires_at, false);
            (ConnectionId::from_stored(id), record)
        });
        Ok(deleted.collect())
    }

    async fn authorize(
        &mut self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO session_connections (session_id, connection_id) VALUES ($1, $2) \
             ON CONFLICT DO NOTHING",
        )
        .bind(session.as_str())
        .bind(id.as_str())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn authorize_sessions_of(
        &mut self,
        from: &ConnectionId,
        into: &ConnectionId,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO session_connections (session_id, connection_id) \
             SELECT session_id, $1 FROM session_connections WHERE connection_id = $2 \
             ON CONFLICT DO NOTHING",
        )
        .bind(into.as_str())
        .bind(from.as_str())
        .execute(&mut *self.0)
        .await?;
        sqlx::query("UPDATE connections SET unreached_since = NULL WHERE id = $1")
            .bind(into.as_str())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn remove_authorization(
        &mut self,
        session: &SessionId,
        id: &ConnectionId,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session_connections WHERE session_id = $1 AND connection_id = $2")
            .bind(session.as_str())
            .bind(id.as_str())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn remove_authorizations(&mut self, id: &ConnectionId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM session_connections WHERE connection_id = $1")
            .bind(id.as_str())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    async fn insert_revocation(
        &mut self,
        of: &ConnectionId,
        revocation: &Revocation<SealedToken>,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        revocations::insert(&mut self.0, Some(of), revocation, expires_at, now).await
    }
}
