//! What connections reach at Snyk, in SQLite, and which of them are the same thing.

use jiff::Timestamp;
use shared::api::connection::{Context, Org};
use sqlx::{FromRow, Sqlite, SqliteConnection, Transaction};

use super::SqliteStore;
use crate::{
    connection::{Consent, Subject},
    store::{
        Account, NewLogin, StoreError,
        rows::{open, place},
    },
    vault::Purpose,
};

/// What of a connection's row decides whether another login takes its place.
#[derive(FromRow)]
pub(super) struct ExistingConnection {
    pub(super) id: String,
    subject: String,
    status: String,
    context: Option<String>,
    orgs: String,
    pub(super) generation: i64,
    connected_at: i64,
    is_leased: bool,
}

/// The query of [`ExistingConnection`], with what follows on it.
macro_rules! select_standing {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.subject, c.status, c.context, c.orgs, c.generation, c.connected_at, \
                 c.lease IS NOT NULL AS is_leased FROM connections c ",
            $rest
        )
    };
}

/// Where a finished login goes.
pub(super) struct Target {
    pub(super) id: String,
    pub(super) generation: i64,
    pub(super) subject: Subject,
    /// The organizations to store.
    pub(super) orgs: String,
    /// Connections that this session reaches no more: the login has taken their place elsewhere.
    pub(super) leaves: Vec<String>,
}

impl ExistingConnection {
    async fn of_id(tx: &mut SqliteConnection, id: &str) -> Result<Option<Self>, StoreError> {
        Ok(sqlx::query_as(select_standing!("WHERE c.id = $1"))
            .bind(id)
            .fetch_optional(tx)
            .await?)
    }

    async fn of_subject(
        tx: &mut SqliteConnection,
        subject: &Subject,
    ) -> Result<Option<Self>, StoreError> {
        Ok(sqlx::query_as(select_standing!("WHERE c.subject = $1"))
            .bind(subject.as_str())
            .fetch_optional(tx)
            .await?)
    }

    fn orgs(&self) -> Result<Vec<Org>, StoreError> {
        serde_json::from_str(&self.orgs).map_err(|_| odd_orgs(&self.id))
    }

    /// The organizations after a reading: all of them, or what it adds to those of before.
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

    fn is_of_known_subject(&self) -> bool {
        Subject::from_stored(self.subject.clone()).is_known()
    }

    /// Whether Snyk says that a login is another person's, or of another kind of context.
    fn is_of_another(&self, account: &Account<'_>) -> bool {
        match (self.context.as_deref(), account.context) {
            (Some("user"), Some(Context::User)) => {
                self.is_of_known_subject()
                    && account
                        .subject
                        .is_some_and(|subject| subject.as_str() != self.subject)
            }
            (Some(before), Some(now)) => before != context_word(now),
            _ => false,
        }
    }

    /// Whether those who share the connection reach nothing new by a login.
    fn grants_nothing_new(&self, account: &Account<'_>) -> Result<bool, StoreError> {
        let known = self.orgs()?;
        Ok(account.context.is_some()
            && account.is_whole
            && account.orgs.iter().all(|org| is_among(org, &known)))
    }
}

/// How a context is stored.
pub(super) fn context_word(context: Context) -> &'static str {
    match context {
        Context::Tenant => "tenant",
        Context::User => "user",
    }
}

fn odd_orgs(id: &str) -> StoreError {
    StoreError::Inconsistent {
        table: "connections",
        column: "orgs",
        row: id.to_owned(),
    }
}

fn as_text(id: &str, orgs: &[Org]) -> Result<String, StoreError> {
    serde_json::to_string(orgs).map_err(|_| odd_orgs(id))
}

/// Where a finished login goes: to the connection of the same subject, else to the one that it
/// reconnects, else to a new one. `replaced` are the sessions that it replaces.
///
/// A connection that others share is only taken where that lends them nothing that they did not
/// connect themselves (SEC-29); they keep it as it is, and this session has the new one in its stead.
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
        Some(id) => reached_by_any(tx, id, replaced).await?,
        None => None,
    }
    .filter(|standing| !standing.is_of_another(account));
    let takes = match (&same, &reconnected) {
        (None, Some(standing)) => {
            !is_shared(tx, &standing.id, replaced).await? || standing.grants_nothing_new(account)?
        }
        _ => false,
    };
    // One that works is only left for what is known to be of the same kind.
    let mut leaves: Vec<String> = reconnected
        .iter()
        .filter(|standing| account.context.is_some() || standing.status != "active")
        .map(|standing| standing.id.clone())
        .collect();
    leaves.extend(superseded(tx, account, replaced).await?);
    let place = if takes { reconnected } else { same };
    let id = place
        .as_ref()
        .map_or(login.connection_id, |standing| &standing.id)
        .to_owned();
    Ok(Target {
        generation: place.as_ref().map_or(0, |standing| standing.generation + 1),
        subject: account
            .subject
            .cloned()
            .unwrap_or_else(|| Subject::unknown(&id)),
        orgs: match &place {
            Some(standing) => standing.orgs_after(account)?,
            None => as_text(&id, account.orgs)?,
        },
        leaves: leaves.into_iter().filter(|left| *left != id).collect(),
        id,
    })
}

/// Dead connections of these sessions that a bot's login makes useless: it reaches all that they did.
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
        let dead: Vec<ExistingConnection> = sqlx::query_as(select_standing!(
            "JOIN session_connections s ON s.connection_id = c.id WHERE s.session_id = $1 \
                 AND c.status = 'reconnect_needed' AND c.context = 'tenant'"
        ))
        .bind(session)
        .fetch_all(&mut *tx)
        .await?;
        for standing in dead {
            let known = standing.orgs()?;
            if !known.is_empty() && known.iter().all(|org| is_among(org, account.orgs)) {
                superseded.push(standing.id);
            }
        }
    }
    Ok(superseded)
}

fn is_among(org: &Org, orgs: &[Org]) -> bool {
    orgs.iter().any(|one| one.id == org.id)
}

/// The connection, if one of these sessions reaches it.
async fn reached_by_any(
    tx: &mut SqliteConnection,
    id: &str,
    sessions: &[String],
) -> Result<Option<ExistingConnection>, StoreError> {
    for session in sessions {
        let found = sqlx::query_as(select_standing!(
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

/// Whether sessions other than these reach a connection.
async fn is_shared(
    tx: &mut SqliteConnection,
    id: &str,
    sessions: &[String],
) -> Result<bool, StoreError> {
    let reached_by: Vec<(String,)> =
        sqlx::query_as("SELECT session_id FROM session_connections WHERE connection_id = $1")
            .bind(id)
            .fetch_all(tx)
            .await?;
    Ok(reached_by
        .iter()
        .any(|(session,)| !sessions.contains(session)))
}

impl SqliteStore {
    pub(super) async fn put_account(
        &self,
        consent: &Consent,
        account: &Account<'_>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = consent.connection.as_str();
        let mut tx = self.begin().await?;
        let standing = ExistingConnection::of_id(&mut tx, id)
            .await?
            .filter(|standing| {
                standing.status == "active" && standing.connected_at == consent.at.as_millisecond()
            });
        let Some(standing) = standing else {
            return Ok(false);
        };
        let mut due_at = account.due_at;
        let mut tries = account.tries;
        let mut subject = None;
        if let Some(read) = account.subject
            && read.as_str() != standing.subject
        {
            match ExistingConnection::of_subject(&mut tx, read).await? {
                None => subject = Some(read.clone()),
                Some(same) if standing.is_of_known_subject() => {
                    // It has become what another one is, by no person's act: both stay, since each
                    // works, and this one is not taken for what it was before.
                    tracing::info!(
                        connection = id,
                        same = same.id,
                        "Two connections account the same by now"
                    );
                    subject = Some(Subject::unknown(id));
                }
                // Its pair is just being replaced: another time.
                Some(_) if standing.is_leased => {
                    due_at = now;
                    tries = tries.max(1);
                }
                Some(same) => {
                    self.merge(&mut tx, &standing, &same, account, now).await?;
                    tx.commit().await?;
                    tracing::info!(connection = id, into = same.id, "Two connections are one");
                    return Ok(true);
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
        .bind(standing.orgs_after(account)?)
        .bind(account.is_whole)
        .bind(now.as_millisecond())
        .bind(due_at.as_millisecond())
        .bind(tries)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Makes one connection of two that are the same: what a login does that knows it at once. The
    /// pair of the later consent stays; of the earlier one nothing is revoked, since what that would
    /// end at Snyk besides is not known.
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
            let moved = |column, sealed: &[u8]| -> Result<Vec<u8>, StoreError> {
                let token = open(&self.vault, &from.id, column, sealed)?;
                let at = place(&into.id, column);
                Ok(self.vault.seal(Purpose::Tokens, at, token.as_bytes())?)
            };
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
            .bind(moved("access_token", &access)?)
            .bind(moved("refresh_token", &refresh)?)
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
        sqlx::query("DELETE FROM connections WHERE id = $1")
            .bind(&from.id)
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    pub(super) async fn due(
        &self,
        now: Timestamp,
        at_most: u32,
    ) -> Result<Vec<Consent>, StoreError> {
        let due: Vec<(String, i64)> = sqlx::query_as(
            "SELECT id, connected_at FROM connections WHERE orgs_due_at <= $1 AND status = 'active' \
                 AND unreached_since IS NULL \
                 AND (orgs_complete = 0 OR orgs_tries > 0 OR refreshed_at > orgs_read_at) \
             ORDER BY orgs_due_at LIMIT $2",
        )
        .bind(now.as_millisecond())
        .bind(at_most)
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

    /// Brings subjects that were stored in full to the form that they have now.
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
