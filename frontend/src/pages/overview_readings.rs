//! The lists from which the overview is computed.

use std::sync::Arc;

use leptos::prelude::*;
use shared::api::connection::Org;

use crate::data::{
    lists::Look,
    row::{Row, Totals},
};
use crate::reactive::Signal;

/// An organization and its loaded projects.
#[derive(Debug)]
pub struct Reading {
    /// The organization.
    pub org: Org,
    /// The projects of the organization.
    pub list: Look<Arc<Row>>,
    /// The totals of the projects.
    pub totals: Signal<Totals>,
}

/// Organizations in the order of the connection.
pub type Readings = StoredValue<Vec<Reading>>;
