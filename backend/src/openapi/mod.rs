//! The OpenAPI document of this server's own API, `GET /api/openapi.json`.
//!
//! The schemas are those of the wire types in [`shared`] (its feature `openapi`). The operations are
//! described here, one file for each part of the API. [`Routes`] takes a handler only together with
//! its description, so the table of routes and the document cannot differ.
//!
//! **To document a route of your own**, describe it with an [`Operation`] and add it to the table in
//! [`app::router`](crate::app::router).

pub mod admin;
mod components;
pub mod connections;
mod document;
pub mod login;
mod operation;
pub mod probes;
mod problems;
pub mod proxy;
mod routes;
pub mod session;

pub use self::{operation::Operation, routes::Routes};
