//! The SQL of leases that every database understands. Statements with a clock are the adapters' own.

use super::lease::Settlement;

/// The row of `$1`, if it still has generation `$2` and the lease of owner `$3`.
macro_rules! held {
    () => {
        " WHERE id = $1 AND generation = $2 AND lease = $3 AND status = 'active'"
    };
}
pub(super) use held;

/// Finds the connection `$1` if a lease for its generation `$2` exists or may be acquired.
pub(super) const CURRENT: &str =
    "SELECT generation FROM connections WHERE id = $1 AND generation = $2 AND status = 'active'";

const STORE_PAIR: &str = concat!(
    "UPDATE connections SET generation = generation + 1, refreshed_at = $4, \
         access_expires_at = $5, refresh_expires_at = $6, access_token = $7, refresh_token = $8, \
         scopes = COALESCE($9, scopes), refresh_failed_at = NULL, lease = NULL, \
         lease_ends_at = NULL",
    held!()
);
const MARK: &str = concat!(
    "UPDATE connections SET status = 'reconnect_needed', access_token = NULL, refresh_token = NULL, \
         lease = NULL, lease_ends_at = NULL",
    held!()
);
const LEAVE: &str = concat!("UPDATE connections SET lease_ends_at = 0", held!());
const RELEASE: &str = concat!(
    "UPDATE connections SET lease = NULL, lease_ends_at = NULL",
    held!()
);

/// Returns the statement of a settlement. A pair has the arguments from `$4` on.
pub(super) const fn settle<T>(settlement: &Settlement<'_, T>) -> &'static str {
    match settlement {
        Settlement::Pair { .. } => STORE_PAIR,
        Settlement::ReconnectNeeded => MARK,
        Settlement::Unknown => LEAVE,
        Settlement::Nothing => RELEASE,
    }
}
