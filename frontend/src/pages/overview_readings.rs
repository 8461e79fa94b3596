//! What is read for the overview.

use leptos::prelude::*;
use shared::api::connection::Org;

use crate::data::{
    lists::Look,
    row::{Row, Totals},
};

/// An organization and its projects, as far as they are read.
#[derive(Debug)]
pub struct Reading {
    /// The organization.
    pub org: Org,
    /// Its projects.
    pub list: Look<Row>,
    /// What they come to.
    pub totals: Memo<Totals>,
}

/// Readings in the order of the connection's organizations.
pub type Readings = StoredValue<Vec<Reading>>;
