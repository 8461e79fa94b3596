//! An account that was read, and the merge of two connections that turn out to have the same
//! subject.

use domain::connection::{Connection, Consent, Label, State};
use jiff::Timestamp;

use super::Repository;
use crate::store::{
    Account, Change, Changed, StoreError,
    database::{
        AccountRead, ConnectionChanges as _, Database, ExistingConnection, Transaction as _,
    },
    rules::SubjectChange,
};

impl<D: Database> Repository<D> {
    pub(super) async fn try_store_account(
        &self,
        consent: &Consent,
        account: Account<'_>,
        now: Timestamp,
    ) -> Result<Changed<bool>, StoreError> {
        let mut tx = self.database.begin().await?;
        let existing = tx.existing(&consent.connection).await?;
        let Some(existing) = existing.filter(|existing| existing.is_of(consent)) else {
            return Ok(Changed::nothing(false));
        };
        let same = match account.subject {
            Some(read) => tx.existing_of(read).await?,
            None => None,
        };
        let mut changes = vec![Change::Connection(existing.id.clone())];
        let mut stored = Account {
            subject: None,
            ..account
        };
        let subject;
        match existing.subject_after(&account, same) {
            SubjectChange::None => {}
            SubjectChange::To(read) => {
                subject = read;
                stored.subject = Some(&subject);
            }
            SubjectChange::Later => {
                stored.due_at = now;
                stored.tries = account.tries.max(1);
            }
            SubjectChange::Merge(same) => {
                self.merge(&mut tx, &existing, &same, &account, now).await?;
                changes.push(Change::Connection(same.id.clone()));
                tx.commit(&changes).await?;
                tracing::info!(
                    connection = existing.id.as_str(),
                    into = same.id.as_str(),
                    "Two connections are one"
                );
                return Ok(Changed {
                    value: true,
                    changes,
                });
            }
        }
        let orgs = existing.orgs_after(&account)?;
        stored.orgs = &orgs;
        let label = Label::of(account.context.or(existing.context), &orgs);
        tx.update_account(&existing.id, &stored, &label, now)
            .await?;
        tx.commit(&changes).await?;
        Ok(Changed {
            value: true,
            changes,
        })
    }

    /// Merges two connections of the same subject, like a login that knows the subject at once. The
    /// pair of the later consent is kept. The earlier one is not revoked, since Snyk may end more
    /// than that pair.
    async fn merge(
        &self,
        tx: &mut D::Transaction,
        from: &ExistingConnection,
        into: &ExistingConnection,
        account: &Account<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if into.is_replaced_by(from)
            && let Some(moved) = tx.connection(&from.id).await?
            && let State::Active(sealed) = &moved.state
        {
            let tokens = self.sealer.move_pair(&from.id, &into.id, sealed)?;
            let connection = Connection {
                id: into.id.clone(),
                subject: into.subject.clone(),
                context: account.context,
                orgs: into.orgs_after(account)?,
                orgs_complete: account.is_whole,
                orgs_tries: account.tries,
                generation: into.generation + 1,
                state: State::Active(tokens),
                ..moved
            };
            let read = AccountRead {
                at: now,
                due_at: account.due_at,
            };
            tx.put_connection(&connection, read).await?;
        }
        tx.authorize_sessions_of(&from.id, &into.id).await?;
        tx.delete_connection(&from.id).await?;
        Ok(())
    }
}
