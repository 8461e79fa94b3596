//! Secrets at rest: sealed by an AEAD with a key for each purpose, bound to the place where they
//! lie. Knows nothing of HTTP, of Snyk, or of the database.

mod keys;
mod seal;
pub mod secret;

pub use self::{
    keys::{Purpose, Vault},
    seal::{CannotOpen, CannotSeal, Place},
};
