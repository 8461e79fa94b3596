//! The result of a part, as tables for a person and as JSON.

mod cell;
mod json;
mod machine;
mod text;

pub(crate) use self::{
    cell::{Cell, Column, Row, Table},
    machine::Machine,
};

/// The result of a part.
#[derive(Debug)]
pub(crate) struct Report {
    /// The name of the part.
    pub(crate) part: &'static str,
    pub(crate) machine: Machine,
    /// How it was measured, one sentence each.
    pub(crate) method: Vec<String>,
    pub(crate) tables: Vec<Table>,
    /// What is worse than a limit allows. The program then fails.
    pub(crate) violations: Vec<String>,
}

impl Report {
    pub(crate) fn new(part: &'static str, method: Vec<String>) -> Self {
        Self {
            part,
            machine: Machine::this(),
            method,
            tables: Vec::new(),
            violations: Vec::new(),
        }
    }
}
