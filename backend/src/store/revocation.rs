//! A pending revocation.

use domain::{ids::RevocationId, vault::secret::RefreshToken};

/// A pending revocation of a refresh token at the provider. `T` is the token: open for who sends it,
/// and sealed for the database.
#[derive(Clone, Debug)]
pub struct Revocation<T = RefreshToken> {
    /// Its id.
    pub id: RevocationId,
    /// The token.
    pub token: T,
    /// Number of failed attempts.
    pub tries: u32,
}
