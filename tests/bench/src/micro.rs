//! Reads what criterion has measured on the host, and its copy in `wasm-bindgen-test` in a browser;
//! the task runner has run them.

mod browser;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use bench_options::Micro;
use serde::Deserialize;

use crate::{
    programs,
    report::{Cell, Column, Report, Row, Table},
};

const COLUMNS: &[Column] = &[
    Column {
        key: "mean_ns",
        heading: "mean ns",
        decimals: 1,
    },
    Column {
        key: "low_ns",
        heading: "95 % from",
        decimals: 1,
    },
    Column {
        key: "high_ns",
        heading: "to",
        decimals: 1,
    },
];

/// A file `estimates.json` of criterion, as far as it is used here.
#[derive(Debug, Deserialize)]
struct Estimates {
    mean: Estimate,
}

#[derive(Debug, Deserialize)]
struct Estimate {
    point_estimate: f64,
    confidence_interval: Interval,
}

#[derive(Debug, Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

pub(crate) fn run(options: &Micro) -> Result<Report> {
    let folder = programs::criterion()?;
    let mut rows = Vec::new();
    for file in estimates(&folder)? {
        rows.push(row(&folder, &file)?);
    }
    ensure!(!rows.is_empty(), "criterion measured nothing");
    match options.without_browser() {
        Some(reason) => rows.push(Row::not_measured("PKCE in a browser", reason)),
        None => rows.extend(in_browser(&folder)?),
    }
    let mut report = Report::new("micro", vec!["criterion, one thread".to_owned()]);
    report.tables.push(Table {
        title: "micro-benchmarks".to_owned(),
        columns: COLUMNS,
        rows,
    });
    Ok(report)
}

fn in_browser(folder: &Path) -> Result<Vec<Row>> {
    let output = fs::read_to_string(folder.join("browser.txt"))?;
    let found = browser::parse(&output);
    ensure!(!found.is_empty(), "the browser measured nothing");
    let row = |one: browser::Estimate| {
        let figures = [one.mean, one.low, one.high];
        Row::new(format!("browser/{}", one.name), figures.map(Cell::from))
    };
    Ok(found.into_iter().map(row).collect())
}

/// Returns the files of the last run, in the order of their names.
fn estimates(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("new/estimates.json") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn row(folder: &Path, file: &Path) -> Result<Row> {
    let text = fs::read_to_string(file)?;
    let Estimates { mean } =
        serde_json::from_str(&text).with_context(|| format!("in {}", file.display()))?;
    let name = file.strip_prefix(folder)?.to_string_lossy();
    let name = name.trim_end_matches("/new/estimates.json").to_owned();
    Ok(Row::new(
        name,
        [
            mean.point_estimate,
            mean.confidence_interval.lower_bound,
            mean.confidence_interval.upper_bound,
        ]
        .map(Cell::from),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_estimates_of_each_benchmark_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for (name, mean) in [
            ("vault/seal/new", 10.5),
            ("vault/seal/base", 99.0),
            ("a/new", 2.0),
        ] {
            let folder = folder.path().join(name);
            fs::create_dir_all(&folder).unwrap();
            let text = format!(
                r#"{{"mean":{{"confidence_interval":{{"confidence_level":0.95,"lower_bound":1.0,
                "upper_bound":11.0}},"point_estimate":{mean},"standard_error":0.1}},"slope":null}}"#
            );
            fs::write(folder.join("estimates.json"), text).unwrap();
        }
        let files = estimates(folder.path()).unwrap();
        let rows: Vec<Row> = files
            .iter()
            .map(|file| row(folder.path(), file).unwrap())
            .collect();
        let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["a", "vault/seal"]);
        assert_eq!(
            rows[1].figures,
            Ok([10.5, 1.0, 11.0].map(Cell::from).to_vec())
        );
    }
}
