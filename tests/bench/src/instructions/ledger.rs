//! The ledger: the limit, and the figures that were recorded, in the order of time.

use std::{fmt, fs, path::PathBuf, str::FromStr};

use anyhow::{Context as _, Result, ensure};

/// Relative to this package.
const FILE: &str = "instructions.tsv";
/// The first field of the line with the limit.
const LIMIT: &str = "limit";

/// A measurement that was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) date: String,
    pub(super) commit: String,
    /// Instructions of the product for each request.
    pub(super) product: u64,
    /// Those of the bare proxy.
    pub(super) bare: u64,
    /// The change since the line before.
    pub(super) words: String,
}

/// The whole file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ledger {
    comments: Vec<String>,
    pub(super) limit: u64,
    entries: Vec<Entry>,
}

impl Ledger {
    pub(super) fn read() -> Result<Self> {
        let path = path();
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        text.parse()
            .with_context(|| format!("in {}", path.display()))
    }

    /// Adds an entry, and changes the limit if there is a new one.
    pub(super) fn record(&mut self, entry: Entry, limit: Option<u64>) -> Result<()> {
        ensure!(
            !entry.words.contains(['\t', '\n']),
            "the words are one field of one line"
        );
        self.entries.push(entry);
        self.limit = limit.unwrap_or(self.limit);
        let path = path();
        fs::write(&path, self.to_string())
            .with_context(|| format!("cannot write {}", path.display()))
    }

    pub(super) fn last(&self) -> Option<&Entry> {
        self.entries.last()
    }

    /// Returns what is wrong with a figure of the product.
    pub(super) fn violation(&self, product: u64) -> Option<String> {
        let Self { limit, .. } = self;
        (product > *limit).then(|| {
            let last = self.last().map_or(String::new(), |last| {
                format!(" {} had {} ({}).", last.commit, last.product, last.words)
            });
            format!(
                "a proxied request costs {product} instructions, and the limit is {limit}.{last} If \
                 the change is worth it, raise the limit by --record WORDS --limit N"
            )
        })
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(FILE)
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for comment in &self.comments {
            writeln!(f, "{comment}")?;
        }
        writeln!(f, "{LIMIT}\t{}", self.limit)?;
        for entry in &self.entries {
            let Entry {
                date,
                commit,
                product,
                bare,
                words,
            } = entry;
            writeln!(f, "{date}\t{commit}\t{product}\t{bare}\t{words}")?;
        }
        Ok(())
    }
}

impl FromStr for Ledger {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (comments, lines): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.starts_with('#'));
        let (first, entries) = lines.split_first().context("it has no limit")?;
        let limit = first.split_once('\t').filter(|(name, _)| *name == LIMIT);
        let (_, limit) = limit.context("its first line is not the limit")?;
        let entries = entries
            .iter()
            .map(|line| entry(line).with_context(|| format!("the line {line}")));
        Ok(Self {
            comments: comments.into_iter().map(str::to_owned).collect(),
            limit: limit.parse().context("its limit is not a number")?,
            entries: entries.collect::<Result<_>>()?,
        })
    }
}

fn entry(line: &str) -> Result<Entry> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [date, commit, product, bare, words] = fields.as_slice() else {
        anyhow::bail!("it has not five fields");
    };
    Ok(Entry {
        date: (*date).to_owned(),
        commit: (*commit).to_owned(),
        product: product.parse()?,
        bare: bare.parse()?,
        words: (*words).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# words\nlimit\t250000\n\
        2026-01-02\tabc1234\t244100\t44700\tthe first\n\
        2026-01-03\tdef5678\t160000\t44800\tone layer\n";

    #[test]
    fn the_ledger_reads_what_it_wrote() {
        let ledger: Ledger = TEXT.parse().unwrap();
        assert_eq!(ledger.limit, 250_000);
        assert_eq!(ledger.last().unwrap().words, "one layer");
        assert_eq!(ledger.to_string(), TEXT);
    }

    #[test]
    fn a_malformed_ledger_is_an_error() {
        for wrong in [
            "",
            "# words\n",
            "2026-01-02\tabc\t1\t1\twords\n",
            "limit\tx\n",
            "limit\t1\n2026-01-02\tabc\t1\twords\n",
            "limit\t1\n2026-01-02\tabc\t1\tx\twords\n",
        ] {
            assert!(wrong.parse::<Ledger>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn above_the_limit_is_a_violation_that_names_both_figures() {
        let ledger: Ledger = TEXT.parse().unwrap();
        assert_eq!(ledger.violation(250_000), None);
        let words = ledger.violation(250_001).unwrap();
        for part in ["250001", "250000", "def5678 had 160000 (one layer)"] {
            assert!(words.contains(part), "{words}");
        }
    }

    #[test]
    fn the_ledger_of_this_repository_is_well_formed() {
        Ledger::read().unwrap();
    }
}
