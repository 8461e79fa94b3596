//! A finished login: its connection, and the session that takes over those of the sessions that it
//! replaces.

use domain::{
    connection::{Connection, State},
    ids::{AttemptId, ConnectionId, SessionId},
};

use super::Repository;
use crate::store::{
    Change, Changed, NewLogin, StoreError,
    database::{
        AccountRead, ConnectionChanges as _, Database, ExistingConnection, SessionChanges as _,
        Transaction,
    },
    rules::{self, Candidates, SIBLING_WINDOW},
};

impl<D: Database> Repository<D> {
    pub(super) async fn try_is_login_stored(
        &self,
        attempt: &AttemptId,
    ) -> Result<bool, StoreError> {
        let mut tx = self.database.begin().await?;
        tx.has_created_session(attempt).await
    }

    pub(super) async fn try_finish_login(
        &self,
        login: &NewLogin<'_>,
    ) -> Result<Changed<Option<Connection>>, StoreError> {
        let mut tx = self.database.begin().await?;
        let replaced = replaced_sessions(&mut tx, login).await?;
        if !login.earlier_sessions.is_empty() && replaced.is_empty() {
            return Ok(Changed::nothing(None));
        }
        let candidates = candidates(&mut tx, login, &replaced).await?;
        let account = &login.account;
        let target = rules::target(account, login.connection_id, candidates)?;
        let grant = self.sealer.seal_grant(&target.id, login.grant)?;
        let connection = Connection {
            id: target.id,
            subject: target.subject,
            context: account.context,
            orgs: target.orgs,
            orgs_complete: account.is_whole,
            orgs_tries: account.tries,
            scopes: login.scopes.clone(),
            connected_at: login.now,
            refreshed_at: login.now,
            generation: target.generation,
            access_expires_at: grant.access_expires_at,
            refresh_expires_at: grant.refresh_expires_at,
            state: State::Active(grant.tokens),
        };
        let read = AccountRead {
            at: login.now,
            due_at: account.due_at,
        };
        let stored = tx.put_connection(&connection, read).await?;
        insert_session(&mut tx, login, &replaced, &connection.id, &target.leaves).await?;
        let stored = self.sealer.open(stored);
        let changes: Vec<_> = replaced
            .into_iter()
            .map(Change::Session)
            .chain([Change::Connection(connection.id)])
            .collect();
        tx.commit(&changes).await?;
        Ok(Changed {
            value: Some(stored),
            changes,
        })
    }
}

/// Returns the sessions that a login replaces: those whose cookies the browser presented, and those
/// that its sibling attempts created.
async fn replaced_sessions(
    tx: &mut impl Transaction,
    login: &NewLogin<'_>,
) -> Result<Vec<SessionId>, StoreError> {
    let mut replaced = Vec::new();
    for token in login.earlier_sessions {
        replaced.extend(tx.session_of_token(token).await?);
    }
    let since = login
        .now
        .saturating_sub(SIBLING_WINDOW)
        .unwrap_or(login.now);
    let siblings = tx
        .sessions_of_siblings(login.attempt_id, login.sibling_attempts, since)
        .await?;
    replaced.extend(siblings);
    Ok(replaced)
}

/// Reads the connections that a finished login may be stored in. `replaced` are the sessions that
/// it replaces.
async fn candidates(
    tx: &mut impl Transaction,
    login: &NewLogin<'_>,
    replaced: &[SessionId],
) -> Result<Candidates, StoreError> {
    let same = match login.account.subject {
        Some(subject) => tx.existing_of(subject).await?,
        None => None,
    };
    let reconnected = match login.reconnects {
        Some(id) => authorized_for_any(tx, replaced, id).await?,
        None => None,
    };
    let is_shared = match &reconnected {
        Some(existing) => {
            let sessions = tx.sessions_of(&existing.id).await?;
            sessions.iter().any(|session| !replaced.contains(session))
        }
        None => false,
    };
    let mut lost_bots = Vec::new();
    for session in replaced {
        lost_bots.extend(tx.lost_bots(session).await?);
    }
    Ok(Candidates {
        same,
        reconnected,
        is_shared,
        lost_bots,
    })
}

/// Returns the connection, if one of these sessions is authorized for it.
async fn authorized_for_any(
    tx: &mut impl Transaction,
    sessions: &[SessionId],
    id: &ConnectionId,
) -> Result<Option<ExistingConnection>, StoreError> {
    for session in sessions {
        let found = tx.existing_authorized(session, id).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Inserts the session of a login, authorized for its connection and for those of the sessions that
/// it replaces, except for `leaves`; and ends the replaced ones.
async fn insert_session(
    tx: &mut impl Transaction,
    login: &NewLogin<'_>,
    replaced: &[SessionId],
    connection: &ConnectionId,
    leaves: &[ConnectionId],
) -> Result<(), StoreError> {
    let session = &login.session.id;
    tx.insert_session(login.session, login.now).await?;
    for earlier in replaced {
        tx.replace_session(earlier, session).await?;
    }
    tx.record_session_of(login.attempt_id, session, login.now)
        .await?;
    tx.authorize(session, connection).await?;
    for left in leaves {
        tx.remove_authorization(session, left).await?;
    }
    Ok(())
}
