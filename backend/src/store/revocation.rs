//! A pending revocation.

use domain::{ids::RevocationId, vault::secret::RefreshToken};

/// A pending revocation of a refresh token at the provider.
#[derive(Debug)]
pub struct Revocation {
    /// Its id.
    pub id: RevocationId,
    /// The token.
    pub token: RefreshToken,
    /// Number of failed attempts.
    pub tries: u32,
}
