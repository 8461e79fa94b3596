//! The bodies of the API, route by route.
//!
//! | route | request | answer |
//! | --- | --- | --- |
//! | `GET /api/session` | | [`Session`](session::Session) |
//! | `DELETE /api/session` | | 204 |
//! | `POST /api/login` | [`LoginStart`](login::LoginStart) | 204 |
//! | `POST /api/connections` | [`LoginFinish`](connection::LoginFinish) | [`Connected`](connection::Connected) |
//! | `GET /api/connections/{id}` | | [`Connection`](connection::Connection) |
//! | `POST /api/connections/{id}/refresh` | | [`Connection`](connection::Connection) |
//! | `DELETE /api/connections/{id}` | | 204, and [`REVOCATION`](connection::REVOCATION) |
//!
//! Anything that fails answers with a [`Problem`](crate::problem::Problem). No type here holds a
//! token, so none can reach the browser.

pub mod connection;
pub mod login;
pub mod session;
