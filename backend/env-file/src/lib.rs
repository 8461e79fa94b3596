//! Reads `.env` and the environment for both the server and the task runner. With one shared
//! reader, the task runner never looks for the server at the wrong address.
//!
//! [`text`] decodes bytes to text, [`parse`] parses the file, [`variables`] combines the
//! file with the environment, and [`addresses`] derives the addresses of the server. [`update`]
//! changes variables in the text of the file, [`quote`](mod@quote) writes values that other readers read alike,
//! and [`replacement`] replaces the file atomically. Nothing here reads the environment: the caller
//! passes it.

pub mod addresses;
pub mod parse;
pub mod quote;
pub mod replacement;
pub mod text;
pub mod update;
pub mod variables;

pub use self::variables::{Unreadable, Variables};
