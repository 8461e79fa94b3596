//! The composition root: the parts of a running server, its routes and its background tasks.
//!
//! Everything else in this crate takes the parts that it needs as arguments, and knows nothing of
//! this module.

mod build;
pub mod database_metrics;
mod edge;
pub mod metrics_listener;
mod request_span;
pub mod router;
mod state;
pub mod tasks;
pub mod trace_exporter;

pub use self::{build::build, edge::Edge, state::AppState};
