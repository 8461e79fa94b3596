//! Medians and percentiles.

/// Returns the median; `NaN` without values.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    percentile(values, 50)
}

/// Returns the value that `percent` of all are not above; `NaN` without values.
pub(crate) fn percentile(values: impl IntoIterator<Item = f64>, percent: usize) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let index = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    values.get(index).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values = || (1..=100).rev().map(f64::from);
        assert_eq!(median(values()).to_string(), "51");
        assert_eq!(percentile(values(), 99).to_string(), "100");
        assert_eq!(percentile([7.0], 99).to_string(), "7");
        assert!(median([]).is_nan());
    }
}
