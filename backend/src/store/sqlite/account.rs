//! The accounts of connections in SQLite, and the merging of connections with the same subject.

use domain::{
    connection::{Consent, Subject},
    ids::ConnectionId,
};
use jiff::Timestamp;
use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::SqliteStore;
use crate::store::{
    Account, Change, Changed, NewLogin, SealedTokens, StoreError,
    rules::{Candidates, ExistingConnection, SubjectChange, context_word},
};

/// The query of an [`ExistingConnection`], followed by `$rest`.
macro_rules! select_existing {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.subject, c.status, c.context, c.orgs, c.generation, c.connected_at, \
                 c.lease IS NOT NULL AND c.lease_ends_at >= ",
            now!(),
            " AS is_leased FROM connections c ",
            $rest
        )
    };
}

impl ExistingConnection {
    async fn of_id(tx: &mut SqliteConnection, id: &str) -> Result<Option<Self>, StoreError> {
        Ok(sqlx::query_as(select_existing!("WHERE c.id = $1"))
            .bind(id)
            .fetch_optional(tx)
            .await?)
    }

    async fn of_subject(
        tx: &mut SqliteConnection,
        subject: &Subject,
    ) -> Result<Option<Self>, StoreError> {
        Ok(sqlx::query_as(select_existing!("WHERE c.subject = $1"))
            .bind(subject.as_str())
            .fetch_optional(tx)
            .await?)
    }
}

/// Reads the connections that a finished login may be stored in. `replaced` are the sessions that
/// it replaces.
pub(super) async fn candidates(
    tx: &mut Transaction<'_, Sqlite>,
    login: &NewLogin<'_>,
    replaced: &[String],
) -> Result<Candidates, StoreError> {
    let same = match login.account.subject {
        Some(subject) => ExistingConnection::of_subject(tx, subject).await?,
        None => None,
    };
    let reconnected = match login.reconnects {
        Some(id) => authorized_for_any(tx, id.as_str(), replaced).await?,
        None => None,
    };
    let is_shared = match &reconnected {
        Some(existing) => is_shared(tx, &existing.id, replaced).await?,
        None => false,
    };
    Ok(Candidates {
        same,
        reconnected,
        is_shared,
        lost_bots: lost_bots(tx, replaced).await?,
    })
}

/// Returns the bots' connections of these sessions that need a reconnect.
async fn lost_bots(
    tx: &mut SqliteConnection,
    sessions: &[String],
) -> Result<Vec<ExistingConnection>, StoreError> {
    let mut lost = Vec::new();
    for session in sessions {
        let found: Vec<ExistingConnection> = sqlx::query_as(select_existing!(
            "JOIN session_connections s ON s.connection_id = c.id WHERE s.session_id = $1 \
                 AND c.status = 'reconnect_needed' AND c.context = 'tenant'"
        ))
        .bind(session)
        .fetch_all(&mut *tx)
        .await?;
        lost.extend(found);
    }
    Ok(lost)
}

/// Returns the connection, if one of these sessions is authorized for it.
async fn authorized_for_any(
    tx: &mut SqliteConnection,
    id: &str,
    sessions: &[String],
) -> Result<Option<ExistingConnection>, StoreError> {
    for session in sessions {
        let found = sqlx::query_as(select_existing!(
            "JOIN session_connections s ON s.connection_id = c.id \
             WHERE c.id = $1 AND s.session_id = $2 AND c.status <> 'disconnected'"
        ))
        .bind(id)
        .bind(session)
        .fetch_optional(&mut *tx)
        .await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Returns whether other sessions are authorized for a connection.
async fn is_shared(
    tx: &mut SqliteConnection,
    id: &str,
    sessions: &[String],
) -> Result<bool, StoreError> {
    let authorized_sessions: Vec<(String,)> =
        sqlx::query_as("SELECT session_id FROM session_connections WHERE connection_id = $1")
            .bind(id)
            .fetch_all(tx)
            .await?;
    Ok(authorized_sessions
        .iter()
        .any(|(session,)| !sessions.contains(session)))
}

impl SqliteStore {
    pub(super) async fn put_account(
        &self,
        consent: &Consent,
        account: &Account<'_>,
        now: Timestamp,
    ) -> Result<Changed<bool>, StoreError> {
        let id = consent.connection.as_str();
        let mut tx = self.begin().await?;
        let existing = ExistingConnection::of_id(&mut tx, id)
            .await?
            .filter(|existing| {
                existing.status == "active" && existing.connected_at == consent.at.as_millisecond()
            });
        let Some(existing) = existing else {
            return Ok(Changed::nothing(false));
        };
        let changed = |id: &str| Change::Connection(ConnectionId::presented(id));
        let mut due_at = account.due_at;
        let mut tries = account.tries;
        let same = match account.subject {
            Some(read) => ExistingConnection::of_subject(&mut tx, read).await?,
            None => None,
        };
        let mut subject = None;
        match existing.subject_after(account, same) {
            SubjectChange::None => {}
            SubjectChange::To(read) => subject = Some(read),
            SubjectChange::Later => {
                due_at = now;
                tries = tries.max(1);
            }
            SubjectChange::Merge(same) => {
                self.merge(&mut tx, &existing, &same, account, now).await?;
                tx.commit().await?;
                tracing::info!(connection = id, into = same.id, "Two connections are one");
                return Ok(Changed {
                    value: true,
                    changes: vec![changed(id), changed(&same.id)],
                });
            }
        }
        sqlx::query(
            "UPDATE connections SET subject = COALESCE($1, subject), \
                 context = COALESCE($2, context), orgs = $3, \
                 orgs_complete = MAX(orgs_complete, $4), \
                 orgs_read_at = CASE WHEN $4 THEN $5 ELSE orgs_read_at END, \
                 orgs_due_at = $6, orgs_tries = $7 WHERE id = $8",
        )
        .bind(subject.as_ref().map(Subject::as_str))
        .bind(account.context.map(context_word))
        .bind(existing.orgs_after(account)?)
        .bind(account.is_whole)
        .bind(now.as_millisecond())
        .bind(due_at.as_millisecond())
        .bind(tries)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Changed {
            value: true,
            changes: vec![changed(id)],
        })
    }

    /// Merges two connections of the same subject, like a login that knows the subject at once. The
    /// pair of the later consent is kept. The earlier one is not revoked, since Snyk may end more
    /// than that pair.
    async fn merge(
        &self,
        tx: &mut Transaction<'_, Sqlite>,
        from: &ExistingConnection,
        into: &ExistingConnection,
        account: &Account<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if into.status != "active" || into.connected_at <= from.connected_at {
            let (access, refresh): (Vec<u8>, Vec<u8>) =
                sqlx::query_as("SELECT access_token, refresh_token FROM connections WHERE id = $1")
                    .bind(&from.id)
                    .fetch_one(&mut **tx)
                    .await?;
            let pair = SealedTokens { access, refresh };
            let pair = self.sealer.move_pair(
                &ConnectionId::presented(&from.id),
                &ConnectionId::presented(&into.id),
                &pair,
            )?;
            sqlx::query(
                "UPDATE connections SET status = 'active', context = $1, orgs = $2, \
                     orgs_complete = $3, orgs_read_at = $4, orgs_due_at = $5, orgs_tries = $6, \
                     access_token = $7, refresh_token = $8, generation = generation + 1, \
                     lease = NULL, lease_ends_at = NULL, unreached_since = NULL, \
                     (scopes, connected_at, refreshed_at, access_expires_at, refresh_expires_at) = \
                         (SELECT scopes, connected_at, refreshed_at, access_expires_at, \
                              refresh_expires_at FROM connections WHERE id = $9) \
                 WHERE id = $10",
            )
            .bind(account.context.map(context_word))
            .bind(into.orgs_after(account)?)
            .bind(account.is_whole)
            .bind(now.as_millisecond())
            .bind(account.due_at.as_millisecond())
            .bind(account.tries)
            .bind(pair.access)
            .bind(pair.refresh)
            .bind(&from.id)
            .bind(&into.id)
            .execute(&mut **tx)
            .await?;
        }
        sqlx::query(
            "INSERT INTO session_connections (session_id, connection_id) \
             SELECT session_id, $1 FROM session_connections WHERE connection_id = $2 \
             ON CONFLICT DO NOTHING",
        )
        .bind(&into.id)
        .bind(&from.id)
        .execute(&mut **tx)
        .await?;
        sqlx::query("UPDATE connections SET unreached_since = NULL WHERE id = $1")
            .bind(&into.id)
            .execute(&mut **tx)
            .await?;
        sqlx::query("DELETE FROM connections WHERE id = $1")
            .bind(&from.id)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    pub(super) async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<Consent>, StoreError> {
        let due: Vec<(String, i64)> = sqlx::query_as(
            "SELECT id, connected_at FROM connections WHERE orgs_due_at <= $1 AND status = 'active' \
                 AND unreached_since IS NULL \
                 AND (orgs_complete = 0 OR orgs_tries > 0 OR refreshed_at > orgs_read_at) \
             ORDER BY orgs_due_at LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        due.into_iter()
            .map(|(connection, at)| {
                let at = Timestamp::from_millisecond(at).map_err(|_| StoreError::Inconsistent {
                    table: "connections",
                    column: "connected_at",
                    row: connection.clone(),
                })?;
                let connection = ConnectionId::from_stored(connection);
                Ok(Consent { connection, at })
            })
            .collect()
    }

    /// Converts subjects that were stored in full to their current form.
    pub(super) async fn migrate_subjects(&self) -> Result<(), sqlx::Error> {
        let stored: Vec<(String, String)> = sqlx::query_as("SELECT id, subject FROM connections")
            .fetch_all(&self.writer)
            .await?;
        for (id, subject) in stored {
            if let Some(subject) = Subject::migrated(&subject) {
                sqlx::query("UPDATE connections SET subject = $1 WHERE id = $2")
                    .bind(subject.as_str())
                    .bind(id)
                    .execute(&self.writer)
                    .await?;
            }
        }
        Ok(())
    }
}
