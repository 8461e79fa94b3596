//! The request and response bodies of the API, by route.
//!
//! | route | request | response |
//! | --- | --- | --- |
//! | `GET /api/session` | | [`Session`](session::Session) |
//! | `DELETE /api/session` | | 204 |
//! | `GET /api/sessions` | | [`Sessions`](sessions::Sessions) |
//! | `DELETE /api/sessions/{id}` | | 204 |
//! | `POST /api/login` | [`LoginStart`](login::LoginStart) | 204 |
//! | `POST /api/connections` | [`LoginFinish`](connection::LoginFinish) | [`Connected`](connection::Connected) |
//! | `GET /api/connections/{id}` | | [`Connection`](connection::Connection) |
//! | `POST /api/connections/{id}/refresh` | | [`Connection`](connection::Connection) |
//! | `DELETE /api/connections/{id}` | | 204, and [`REVOCATION`](connection::REVOCATION) |
//!
//! The feature `openapi` derives the schemas of the `OpenAPI` document from these types. Only the
//! backend switches it on.
//!
//! Every failure is answered with a [`Problem`](crate::problem::Problem). No type here contains a
//! token, so no token can be sent to the browser.

pub mod admin;
pub mod connection;
pub mod login;
pub mod session;
pub mod sessions;
