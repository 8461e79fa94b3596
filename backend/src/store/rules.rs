//! The rules by which a login or a read account is stored in an existing connection (pure). Adapters
//! read the candidates and store the decision.

use domain::{connection::Subject, ids::ConnectionId};
use jiff::SignedDuration;
use shared::api::connection::{Context, Org};
use sqlx::FromRow;

use super::{Account, StoreError};

/// Time for which a login replaces a session that another attempt of the browser created: within
/// it, the browser may not have received that session's cookie before it finished this one.
pub(super) const SIBLING_WINDOW: SignedDuration = SignedDuration::from_mins(5);

/// The columns of a connection that decide whether another login replaces it.
#[derive(FromRow)]
pub(super) struct ExistingConnection {
    pub(super) id: String,
    subject: String,
    pub(super) status: String,
    context: Option<String>,
    orgs: String,
    generation: i64,
    pub(super) connected_at: i64,
    /// Whether its pair is being replaced. An expired lease is not held.
    is_leased: bool,
}

/// The connections that a finished login may be stored in.
pub(super) struct Candidates {
    /// The one with the same subject.
    pub(super) same: Option<ExistingConnection>,
    /// The one that the login reconnects, if a session that it replaces is authorized for it.
    pub(super) reconnected: Option<ExistingConnection>,
    /// Whether other sessions are authorized for `reconnected`.
    pub(super) is_shared: bool,
    /// Bots' connections of the replaced sessions that need a reconnect.
    pub(super) lost_bots: Vec<ExistingConnection>,
}

/// The change of a connection's subject after a read of its account.
pub(super) enum SubjectChange {
    /// It stays.
    None,
    /// It is replaced.
    To(Subject),
    /// It is known, but its pair is being replaced: the account is read again later.
    Later,
    /// It is that of another connection: the two are merged.
    Merge(ExistingConnection),
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
    fn orgs(&self) -> Result<Vec<Org>, StoreError> {
        serde_json::from_str(&self.orgs).map_err(|_| inconsistent_orgs(&self.id))
    }

    /// Returns the organizations after a read: a complete list, or the earlier one with additions.
    pub(super) fn orgs_after(&self, account: &Account<'_>) -> Result<String, StoreError> {
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

    /// Decides on the subject after a read. `same` is the connection that has the read subject.
    pub(super) fn subject_after(&self, account: &Account<'_>, same: Option<Self>) -> SubjectChange {
        let Some(read) = account.subject.filter(|read| read.as_str() != self.subject) else {
            return SubjectChange::None;
        };
        match same {
            None => SubjectChange::To(read.clone()),
            Some(same) if self.has_known_subject() => {
                // It has come to have the subject of another one without a person's consent: both
                // stay, since each works, and this one no longer counts as its earlier subject.
                tracing::info!(
                    connection = self.id,
                    same = same.id,
                    "Two connections reach the same by now"
                );
                SubjectChange::To(Subject::unknown(&ConnectionId::presented(&self.id)))
            }
            Some(_) if self.is_leased => SubjectChange::Later,
            Some(same) => SubjectChange::Merge(same),
        }
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
/// reconnects, else a new one of `new_id`.
///
/// A shared connection is replaced only if that gives the other sessions no access that they did
/// not obtain themselves (SEC-29). Otherwise they keep it, and this session gets a new one instead.
pub(super) fn target(
    account: &Account<'_>,
    new_id: &ConnectionId,
    candidates: Candidates,
) -> Result<Target, StoreError> {
    let same = candidates.same;
    let reconnected = candidates
        .reconnected
        .filter(|existing| !existing.is_another_account(account));
    let is_replaced = match (&same, &reconnected) {
        (None, Some(existing)) => !candidates.is_shared || existing.grants_no_new_org(account)?,
        _ => false,
    };
    // An active connection is left only for an account that is known to be of the same kind.
    let mut leaves: Vec<String> = reconnected
        .iter()
        .filter(|existing| account.context.is_some() || existing.status != "active")
        .map(|existing| existing.id.clone())
        .collect();
    leaves.extend(superseded(account, candidates.lost_bots)?);
    let existing = if is_replaced { reconnected } else { same };
    let id = existing
        .as_ref()
        .map_or(new_id.as_str(), |existing| &existing.id)
        .to_owned();
    Ok(Target {
        generation: existing
            .as_ref()
            .map_or(0, |existing| existing.generation + 1),
        subject: account
            .subject
            .cloned()
            .unwrap_or_else(|| Subject::unknown(&ConnectionId::presented(&id))),
        orgs: match &existing {
            Some(existing) => existing.orgs_after(account)?,
            None => as_text(&id, account.orgs)?,
        },
        leaves: leaves.into_iter().filter(|left| *left != id).collect(),
        id,
    })
}

/// Returns the lost connections whose organizations a bot's login covers completely.
fn superseded(
    account: &Account<'_>,
    lost_bots: Vec<ExistingConnection>,
) -> Result<Vec<String>, StoreError> {
    let mut superseded = Vec::new();
    if account.context != Some(Context::Tenant) || !account.is_whole {
        return Ok(superseded);
    }
    for existing in lost_bots {
        let known = existing.orgs()?;
        if !known.is_empty() && known.iter().all(|org| is_among(org, account.orgs)) {
            superseded.push(existing.id);
        }
    }
    Ok(superseded)
}

fn is_among(org: &Org, orgs: &[Org]) -> bool {
    orgs.iter().any(|one| one.id == org.id)
}

#[cfg(test)]
mod tests;
