//! What is read from Snyk's REST API: requests with their answers' types, as browser and backend
//! both use them.
//!
//! The answers are read leniently ([`json::read`](crate::json::read)): only an item's id is demanded.
//! Every other member may be missing, `null`, repeated, of another form or broken text, and is then
//! not known, which is never the same as "no" or zero. An item without an id costs itself alone and
//! is counted ([`Page::unreadable`]). A word that is not known yet stays the word it is
//! ([`Severity::Other`](issue::Severity::Other) and its kin), so that Snyk can add to its API without
//! breaking a page. Everything in them that a person wrote is text, never markup.
//!
//! Start at [`read`]: each function there names an endpoint and gives a [`Read`] of the
//! document that comes back.

pub mod document;
pub mod error;
pub mod identity;
pub mod issue;
pub mod org;
pub mod project;
pub mod read;
pub mod target;
mod word;

use crate::json::Object;

pub use document::{Document, Page};
pub use error::ErrorDocument;
pub use identity::Identity;
pub use issue::Issue;
pub use org::Org;
pub use project::Project;
pub use read::Read;
pub use target::Target;

/// The version that every REST call names: pinned, as Snyk recommends, never today's date.
pub const VERSION: &str = "2024-10-15";

/// The id of an item. A blank one is none.
fn read_id(item: &mut Object) -> Option<String> {
    item.take_text("id")
}
