//! `.env` and the environment, as the server and the task runner both read them: one reader, so that
//! the task runner never looks for the server where it is not.
//!
//! [`text`] is how bytes become text, [`parse`] the form of the file, [`variables`] what counts when
//! both name a variable, [`addresses`] where the server then is. Nothing here reads the environment:
//! the caller hands it over.

pub mod addresses;
pub mod parse;
pub mod text;
pub mod variables;

pub use self::variables::{Unreadable, Variables};
