//! Requests to Snyk's REST API with their response types, shared by the browser and the backend.
//!
//! Responses are parsed leniently ([`json::read`](crate::json::read)): only an item's id is
//! required. Any other member may be missing, `null`, repeated, of another type or malformed. It is
//! then unknown, which is never the same as `false` or zero. An item without an id is skipped and
//! counted ([`Page::unreadable`]). An unknown enumeration value is kept as it is
//! ([`Severity::Other`](issue::Severity::Other) and similar variants), so that additions to Snyk's
//! API do not break a page. Every text that a person wrote is text, never markup.
//!
//! Start at [`read`]: each function there names an endpoint and returns a [`Read`] of the document
//! type.

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

/// The API version that every REST request specifies. It is pinned, as Snyk recommends, and never
/// today's date.
pub const VERSION: &str = "2024-10-15";

/// Reads the id of an item. A blank id counts as missing.
fn read_id(item: &mut Object) -> Option<String> {
    item.take_text("id")
}
