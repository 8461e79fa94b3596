//! The steps of a login as the page "What happens when you connect" tells them: rehearsed, with
//! values that were made for show, or of a real login, with what this browser can know. Pure.

pub mod bytes;
pub mod rehearsed;
pub mod signed_in;
pub mod step;
