//! The rules by which a login or a read account is stored in an existing connection (pure). The
//! repository reads the candidates and stores the decision.

use domain::{
    connection::{Consent, State, Subject},
    ids::ConnectionId,
};
use jiff::SignedDuration;
use shared::api::connection::{Context, Org};

use super::{Account, database::ExistingConnection, error::Inconsistent};

/// Time for which a login replaces a session that another attempt of the browser created: within
/// it, the browser may not have received that session's cookie before it finished this one.
pub(super) const SIBLING_WINDOW: SignedDuration = SignedDuration::from_mins(5);

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
    pub(super) id: ConnectionId,
    pub(super) generation: u64,
    pub(super) subject: Subject,
    /// The organizations to store.
    pub(super) orgs: Vec<Org>,
    /// Connections to remove from the session: the login replaces them by this one.
    pub(super) leaves: Vec<ConnectionId>,
}

impl ExistingConnection {
    fn known_orgs(&self) -> Result<&[Org], Inconsistent> {
        self.orgs.as_deref().map_err(Clone::clone)
    }

    /// Returns whether it works.
    pub(super) fn is_active(&self) -> bool {
        matches!(self.state, State::Active(()))
    }

    /// Returns whether it is active, and no later consent has replaced this one.
    pub(super) fn is_of(&self, consent: &Consent) -> bool {
        // The database's precision.
        let is_same = self.connected_at.as_millisecond() == consent.at.as_millisecond();
        self.is_active() && is_same
    }

    /// Returns the organizations after a read: a complete list, or the earlier one with additions.
    pub(super) fn orgs_after(&self, account: &Account<'_>) -> Result<Vec<Org>, Inconsistent> {
        if account.is_whole {
            return Ok(account.orgs.to_vec());
        }
        let mut orgs = self.known_orgs()?.to_vec();
        for org in account.orgs {
            match orgs.iter_mut().find(|known| known.id == org.id) {
                Some(known) => known.clone_from(org),
                None => orgs.push(org.clone()),
            }
        }
        Ok(orgs)
    }

    /// Decides on the subject after a read. `same` is the connection that has the read subject.
    pub(super) fn subject_after(&self, account: &Account<'_>, same: Option<Self>) -> SubjectChange {
        let Some(read) = account.subject.filter(|read| **read != self.subject) else {
            return SubjectChange::None;
        };
        match same {
            None => SubjectChange::To(read.clone()),
            Some(same) if self.subject.is_known() => {
                // It has come to have the subject of another one without a person's consent: both
                // stay, since each works, and this one no longer counts as its earlier subject.
                tracing::info!(
                    connection = self.id.as_str(),
                    same = same.id.as_str(),
                    "Two connections reach the same by now"
                );
                SubjectChange::To(Subject::unknown(&self.id))
            }
            Some(_) if self.is_leased => SubjectChange::Later,
            Some(same) => SubjectChange::Merge(same),
        }
    }

    /// Returns whether the pair of a connection with the same subject replaces this one's when the
    /// two are merged: the pair of the later consent is kept.
    pub(super) fn is_replaced_by(&self, other: &Self) -> bool {
        !self.is_active() || self.connected_at <= other.connected_at
    }

    /// Returns whether a login is known to be another person's, or of another kind of account.
    fn is_another_account(&self, account: &Account<'_>) -> bool {
        match (self.context, account.context) {
            (Some(Context::User), Some(Context::User)) => {
                self.subject.is_known()
                    && account
                        .subject
                        .is_some_and(|subject| *subject != self.subject)
            }
            (Some(before), Some(now)) => before != now,
            _ => false,
        }
    }

    /// Returns whether a login would give the sessions that share the connection no new
    /// organization.
    fn grants_no_new_org(&self, account: &Account<'_>) -> Result<bool, Inconsistent> {
        let known = self.known_orgs()?;
        Ok(account.context.is_some()
            && account.is_whole
            && account.orgs.iter().all(|org| is_among(org, known)))
    }
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
) -> Result<Target, Inconsistent> {
    let same = candidates.same;
    let reconnected = candidates
        .reconnected
        .filter(|existing| !existing.is_another_account(account));
    let is_replaced = match (&same, &reconnected) {
        (None, Some(existing)) => !candidates.is_shared || existing.grants_no_new_org(account)?,
        _ => false,
    };
    // An active connection is left only for an account that is known to be of the same kind.
    let mut leaves: Vec<ConnectionId> = reconnected
        .iter()
        .filter(|existing| account.context.is_some() || !existing.is_active())
        .map(|existing| existing.id.clone())
        .collect();
    leaves.extend(superseded(account, candidates.lost_bots)?);
    let existing = if is_replaced { reconnected } else { same };
    let id = existing
        .as_ref()
        .map_or(new_id, |existing| &existing.id)
        .clone();
    Ok(Target {
        generation: existing
            .as_ref()
            .map_or(0, |existing| existing.generation + 1),
        subject: account
            .subject
            .cloned()
            .unwrap_or_else(|| Subject::unknown(&id)),
        orgs: match &existing {
            Some(existing) => existing.orgs_after(account)?,
            None => account.orgs.to_vec(),
        },
        leaves: leaves.into_iter().filter(|left| *left != id).collect(),
        id,
    })
}

/// Returns the lost connections whose organizations a bot's login covers completely.
fn superseded(
    account: &Account<'_>,
    lost_bots: Vec<ExistingConnection>,
) -> Result<Vec<ConnectionId>, Inconsistent> {
    let mut superseded = Vec::new();
    if account.context != Some(Context::Tenant) || !account.is_whole {
        return Ok(superseded);
    }
    for existing in lost_bots {
        let known = existing.known_orgs()?;
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
