//! The accounts of connections in SQLite, and the merging of connections with the same subject.

use jiff::Timestamp;
use shared::api::connection::{Context, Org};
use sqlx::{FromRow, Sqlite, SqliteConnection, Transaction};

use super::SqliteStore;
use crate::{
    connection::{Consent, Subject},
    store::{Account, Change, Changed, NewLogin, SealedTokens, StoreError},
};

/// The columns of a connection that decide whether another login replaces it.
#[derive(FromRow)]
pub(super) struct ExistingConnection {
    pub(super) id: String,
    subject: String,
    status: String,
    context: Option<String>,
    orgs: String,
    pub(super) generation: i64,
    connected_at: i64,
    lease_ends_at: Option<i64>,
}

/// The query of an [`ExistingConnection`], followed by `$rest`.
macro_rules! select_existing {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.subject, c.status, c.context, c.orgs, c.generation, c.connected_at, \
                 c.lease_ends_at FROM connections c ",
            $rest
        )
    };
}

/// The connection that a finished login is stored in.
pub(super) struct Target {
    pub(super) id: String,
    pub(super) generation: i64,
    pub(super) subject: Subject,
    /// The organizations to store.
    pub(super) orgs: String,
    /// Connections to remove from the session: the login replaces them by this one.
    pub(super) leaves: Vec<String>,
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

    fn orgs(&self) -> Result<Vec<Org>, StoreError> {
        serde_json::from_str(&self.orgs).map_err(|_| inconsistent_orgs(&self.id))
    }

    /// Returns the organizations after a read: a complete list, or the earlier one with additions.
    fn orgs_after(&self, account: &Account<'_>) -> Result<String, StoreError> {
        if account.is_whole {
            return as_text(&self.id, account.orgs);
        }
        let mut orgs = self.orgs()?;
        for org in account.orgs {
            match orgs.iter_mut().find(|known| known.id == org.id) {
                Some(known) => known.clone_from(org),
                None => orgs.push(org.clone()),
            }
        }
        as_text(&self.id, &orgs)
    }

    /// Returns whether its pair is being replaced. An expired lease is not held.
    fn is_leased(&self, now: Timestamp) -> bool {
        self.lease_ends_at
            .is_some_and(|ends_at| ends_at >= now.as_millisecond())
    }

    fn has_known_subject(&self) -> bool {
        Subject::from_stored(self.subject.clone()).is_known()
    }

    /// Returns whether a login is known to be another person's, or of another kind of account.
    fn is_another_account(&self, account: &Account<'_>) -> bool {
        match (self.context.as_deref(), account.context) {
            (Some("user"), Some(Context::User)) => {
                self.has_known_subject()
                    && account
                        .subject
                        .is_some_and(|subject| subject.as_str() != self.subject)
            }
            (Some(before), Some(now)) => before != context_word(now),
            _ => false,
        }
    }

    /// Returns whether a login would give the sessions that share the connection no new
    /// organization.
    fn grants_no_new_org(&self, account: &Account<'_>) -> Result<bool, StoreError> {
        let known = self.orgs()?;
        Ok(account.context.is_some()
            && account.is_whole
            && account.orgs.iter().all(|org| is_among(org, &known)))
    }
}

/// Returns the stored form of a context.
pub(super) fn context_word(context: Context) -> &'static str {
    match context {
        Context::Tenant => "tenant",
        Context::User => "user",
    }
}

fn inconsistent_orgs(id: &str) -> StoreError {
    StoreError::Inconsistent {
        table: "connections",
        column: "orgs",
        row: id.to_owned(),
    }
}

fn as_text(id: &str, orgs: &[Org]) -> Result<String, StoreError> {
    serde_json::to_string(orgs).map_err(|_| inconsistent_orgs(id))
}

/// Chooses the connection of a finished login: the one with the same subject, else the one that it
/// reconnects, else a new one. `replaced` are the sessions that it replaces.
///
/// A shared connection is replaced only if that gives the other sessions no access that they did
/// not obtain themselves (SEC-29). Otherwise they keep it, and this session gets a new one instead.
pub(super) async fn target(
    tx: &mut Transaction<'_, Sqlite>,
    login: &NewLogin<'_>,
    replaced: &[String],
) -> Result<Target, StoreError> {
    let account = &login.account;
    let same = match account.subject {
        Some(subject) => ExistingConnection::of_subject(tx, subject).await?,
        None => None,
    };
    let reconnected = match login.reconnects {
        Some(id) => authorized_for_any(tx, id, replaced).await?,
        None => None,
    }
    .filter(|existing| !existing.is_another_account(account));
    let is_replaced = match (&same, &reconnected) {
        (None, Some(existing)) => {
            !is_shared(tx, &existing.id, replaced).await? || existing.grants_no_new_org(account)?
        }
        _ => false,
    };
    // An active connection is left only for an account that is known to be of the same kind.
    let mut leaves: Vec<String> = reconnected
        .iter()
        .filter(|existing| account.context.is_some() || existing.status != "active")
        .map(|existing| existing.id.clone())
        .collect();
    leaves.extend(superseded(tx, account, replaced).await?);
    let associated_data = if is_replaced { reconnected } else { same };
    let id = associated_data
        .as_ref()
        .map_or(login.connection_id, |existing| &existing.id)
        .to_owned();
    Ok(Target {
        generation: associated_data
            .as_ref()
            .map_or(0, |existing| existing.generation + 1),
        subject: account
            .subject
            .cloned()
            .unwrap_or_else(|| Subject::unknown(&id)),
        orgs: match &associated_data {
            Some(existing) => existing.orgs_after(account)?,
            None => as_text(&id, account.orgs)?,
        },
        leaves: leaves.into_iter().filter(|left| *left != id).collect(),
        id,
    })
}

/// Returns lost connections of these sessions whose organizations a bot's login covers completely.
async fn superseded(
    tx: &mut SqliteConnection,
    account: &Account<'_>,
    sessions: &[String],
) -> Result<Vec<String>, StoreError> {
    let mut superseded = Vec::new();
    if account.context != Some(Context::Tenant) || !account.is_whole {
        return Ok(superseded);
    }
    for session in sessions {
        let dead: Vec<ExistingConnection> = sqlx::query_as(select_existing!(
            "JOIN session_connections s ON s.connection_id = c.id WHERE s.session_id = $1 \
                 AND c.status = 'reconnect_needed' AND c.context = 'tenant'"
        ))
        .bind(session)
        .fetch_all(&mut *tx)
        .await?;
        for existing in dead {
            let known = existing.orgs()?;
            if !known.is_empty() && known.iter().all(|org| is_among(org, account.orgs)) {
                superseded.push(existing.id);
            }
        }
    }
    Ok(superseded)
}

fn is_among(org: &Org, orgs: &[Org]) -> bool {
    orgs.iter().any(|one| one.id == org.id)
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
        let changed = |id: &str| Change::Connection(id.to_owned());
        let mut due_at = account.due_at;
        let mut tries = account.tries;
        let mut subject = None;
        if let Some(read) = account.subject
            && read.as_str() != existing.subject
        {
            match ExistingConnection::of_subject(&mut tx, read).await? {
                None => subject = Some(read.clone()),
                Some(same) if existing.has_known_subject() => {
                    // It has come to have the subject of another one without a person's consent:
                    // both stay, since each works, and this one no longer counts as its earlier
                    // subject.
                    tracing::info!(
                        connection = id,
                        same = same.id,
                        "Two connections reach the same by now"
                    );
                    subject = Some(Subject::unknown(id));
                }
                // Its pair is being replaced at the moment: read the account again later.
                Some(_) if existing.is_leased(now) => {
                    due_at = now;
                    tries = tries.max(1);
                }
                Some(same) => {
                    self.merge(&mut tx, &existing, &same, account, now).await?;
                    tx.commit().await?;
                    tracing::info!(connection = id, into = same.id, "Two connections are one");
                    return Ok(Changed {
                        value: true,
                        changes: vec![changed(id), changed(&same.id)],
                    });
                }
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
            let pair = self.sealer.move_pair(&from.id, &into.id, &pair)?;
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
