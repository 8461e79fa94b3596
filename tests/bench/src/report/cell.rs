//! Tables of figures.

/// A column of figures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The name in JSON, with the unit.
    pub(crate) key: &'static str,
    /// The heading for a person.
    pub(crate) heading: &'static str,
    /// Number of decimals for a person.
    pub(crate) decimals: usize,
}

/// A figure, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Number(f64),
    /// It does not apply to this row.
    Empty,
}

impl From<f64> for Cell {
    fn from(number: f64) -> Self {
        if number.is_finite() {
            Self::Number(number)
        } else {
            Self::Empty
        }
    }
}

/// What was measured of one subject.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// The figures in the order of the columns, or why there are none.
    pub(crate) figures: Result<Vec<Cell>, String>,
}

impl Row {
    pub(crate) fn new(name: impl Into<String>, figures: impl IntoIterator<Item = Cell>) -> Self {
        Self {
            name: name.into(),
            figures: Ok(figures.into_iter().collect()),
        }
    }

    /// Returns a row that says why nothing was measured.
    pub(crate) fn not_measured(name: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            figures: Err(reason.into()),
        }
    }
}

/// A table.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) title: String,
    pub(crate) columns: &'static [Column],
    pub(crate) rows: Vec<Row>,
}
