//! The report for a person.

use std::fmt;

use super::{Cell, Report, Table};

/// Least width of the column of names.
const NAME_WIDTH: usize = 24;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = &self.machine;
        writeln!(
            f,
            "\n{}, {}, commit {}; {} cores ({}), load average before {:.2}",
            self.part,
            machine.date,
            machine.commit,
            machine.cores,
            machine.processor,
            machine.load_before
        )?;
        for sentence in &self.method {
            writeln!(f, "{sentence}")?;
        }
        for table in &self.tables {
            write!(f, "\n{table}")?;
        }
        for violation in &self.violations {
            writeln!(f, "\nFAILED: {violation}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths: Vec<usize> = self
            .columns
            .iter()
            .map(|column| column.heading.chars().count().max(9))
            .collect();
        let names = self.rows.iter().map(|row| row.name.chars().count());
        let name_width = names.max().unwrap_or_default().max(NAME_WIDTH);
        writeln!(f, "{}", self.title)?;
        write!(f, "  {:<name_width$}", "")?;
        for (column, width) in self.columns.iter().zip(&widths) {
            write!(f, "  {:>width$}", column.heading)?;
        }
        writeln!(f)?;
        for row in &self.rows {
            write!(f, "  {:<name_width$}", row.name)?;
            match &row.figures {
                Ok(figures) => {
                    let columns = self.columns.iter().zip(&widths);
                    for ((column, width), figure) in columns.zip(figures) {
                        match figure {
                            Cell::Number(number) => {
                                write!(f, "  {:>width$}", decimal(*number, column.decimals))?;
                            }
                            Cell::Empty => write!(f, "  {:>width$}", "")?,
                        }
                    }
                }
                Err(reason) => write!(f, "  not measured: {reason}")?,
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Formats `12345.6` as `12,346`.
fn decimal(number: f64, decimals: usize) -> String {
    let text = format!("{number:.decimals$}");
    let end = text.find('.').unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let (sign, digits) = match whole.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", whole),
    };
    let mut grouped = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Column, Row};

    #[test]
    fn numbers_are_grouped_and_rounded() {
        for (number, decimals, text) in [
            (12_345.6, 0, "12,346"),
            (999.994, 2, "999.99"),
            (-1_234.5, 1, "-1,234.5"),
            (0.0, 3, "0.000"),
        ] {
            assert_eq!(decimal(number, decimals), text);
        }
    }

    #[test]
    fn a_row_without_figures_says_why() {
        const COLUMNS: &[Column] = &[Column {
            key: "requests_per_second",
            heading: "requests/s",
            decimals: 0,
        }];
        let table = Table {
            title: "a page".to_owned(),
            columns: COLUMNS,
            rows: vec![
                Row::new("bare", [Cell::from(4_000.0)]),
                Row::not_measured("nginx", "it is not installed"),
                Row::new("other", [Cell::from(f64::NAN)]),
            ],
        };
        let text = table.to_string();
        let lines: Vec<String> = text
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            lines,
            [
                "a page",
                "requests/s",
                "bare 4,000",
                "nginx not measured: it is not installed",
                "other"
            ]
        );
    }
}
