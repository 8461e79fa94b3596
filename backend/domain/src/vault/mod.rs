//! Encrypts secrets at rest with an AEAD and a key per purpose, bound to the place where they are
//! stored. Independent of HTTP, of Snyk, and of the database.

mod keys;
mod seal;
pub mod secret;

pub use self::{
    keys::{KeyId, Purpose, Vault},
    seal::{AssociatedData, CannotOpen, CannotSeal},
};
