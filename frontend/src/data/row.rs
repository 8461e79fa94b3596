//! A project as a row: what the tables show of Snyk's answer, and nothing else.

use std::sync::Arc;

use shared::snyk::{
    Project,
    project::{IssueCounts, ProjectStatus},
};

use super::{
    name::{self, Parts},
    number_format::len,
    severity::{Counts, PartialCounts},
    unknown,
};

/// Text functions that only the browser has.
#[derive(Clone, Copy, Debug)]
pub struct Platform {
    /// Folds a text for searching: without accents, in lower case.
    pub fold: fn(&str) -> String,
    /// Parses a time into milliseconds; NaN if invalid.
    pub millis: fn(&str) -> f64,
}

/// A project.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Snyk's id.
    pub id: Box<str>,
    name: Box<str>,
    /// The folded text for the search.
    folded: Box<str>,
    /// The index at which the target of the name ends, and the one at which the file begins.
    cuts: [usize; 2],
    /// The project type, as Snyk writes it.
    pub kind: Arc<str>,
    /// The source of the project, as Snyk writes it.
    pub origin: Arc<str>,
    /// The status, as Snyk writes it.
    pub status: Arc<str>,
    /// The open issues; `None` if Snyk has not counted them.
    pub counts: Option<PartialCounts>,
    /// The time at which the issues were counted, in milliseconds.
    pub updated: Option<f64>,
}

impl Row {
    /// Creates the row of a project. Words that many rows share are stored once, in `words`.
    #[must_use]
    pub fn of(project: Project, words: &mut Words, platform: Platform) -> Self {
        let Project {
            id,
            attributes,
            meta,
            ..
        } = project;
        let name = attributes.name.unwrap_or_else(|| unknown::LABEL.to_owned());
        let target_file = attributes.target_file.unwrap_or_default();
        let parts = name::split(&name, &target_file);
        let file_at = name.len() - parts.file.len();
        let cuts = [parts.target.len(), file_at];
        let mut searched = name.clone();
        if !searched.contains(&target_file) {
            searched.push(' ');
            searched.push_str(&target_file);
        }
        let counted = meta.latest_issue_counts;
        let updated = counted
            .as_ref()
            .and_then(|counts| counts.updated_at.as_deref())
            .map(platform.millis)
            .filter(|at| at.is_finite());
        Self {
            id: id.into_boxed_str(),
            folded: (platform.fold)(&searched).into_boxed_str(),
            cuts,
            name: name.into_boxed_str(),
            kind: words.once(attributes.kind.as_deref().unwrap_or(unknown::WORD)),
            origin: words.once(attributes.origin.as_deref().unwrap_or(unknown::WORD)),
            status: words.once(
                attributes
                    .status
                    .as_ref()
                    .map_or(unknown::WORD, ProjectStatus::as_str),
            ),
            counts: counted.as_ref().and_then(counts),
            updated,
        }
    }

    /// Returns the name as Snyk writes it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the parts of the name.
    #[must_use]
    pub fn parts(&self) -> Parts<'_> {
        let [target, file] = self.cuts;
        Parts {
            target: &self.name[..target],
            folder: self.name.get(target + 1..file).unwrap_or_default(),
            file: &self.name[file..],
        }
    }

    /// Returns whether the row contains a folded text.
    #[must_use]
    pub fn has(&self, folded: &str) -> bool {
        self.folded.contains(folded)
    }

    /// Returns the folded text, by which rows are sorted by name.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Returns the counts, with zero for those that are unknown.
    #[must_use]
    pub fn counted(&self) -> Counts {
        self.counts.map(PartialCounts::known).unwrap_or_default()
    }

    /// Returns whether Snyk no longer tests the project.
    #[must_use]
    pub fn is_inactive(&self) -> bool {
        *self.status == *ProjectStatus::Inactive.as_str()
    }
}

impl AsRef<Self> for Row {
    fn as_ref(&self) -> &Self {
        self
    }
}

fn counts(counts: &IssueCounts) -> Option<PartialCounts> {
    let counts = [counts.critical, counts.high, counts.medium, counts.low];
    let counts = counts.map(|count| count.map(|count| u32::try_from(count).unwrap_or(u32::MAX)));
    PartialCounts::new(counts)
}

/// Interned words that many rows share. They are few.
#[derive(Clone, Debug, Default)]
pub struct Words(Vec<Arc<str>>);

impl Words {
    fn once(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.0.iter().find(|known| &***known == word) {
            return Arc::clone(known);
        }
        let word: Arc<str> = word.into();
        self.0.push(Arc::clone(&word));
        word
    }
}

/// Totals of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// The number of rows.
    pub rows: u64,
    /// The number of rows that Snyk has not counted: nothing is known of their issues.
    pub uncounted: u64,
    /// The number of rows with some counts, but not all.
    pub partial: u64,
    /// The open issues, as far as Snyk has counted them.
    pub issues: Counts,
    /// The number of rows that have issues, by severity.
    pub projects: Counts,
}

impl Totals {
    /// Sums up rows.
    #[must_use]
    pub fn of(rows: &[impl AsRef<Row>]) -> Self {
        let start = Self {
            rows: len(rows.len()),
            ..Self::default()
        };
        rows.iter()
            .map(AsRef::as_ref)
            .fold(start, |totals, row: &Row| Self {
                uncounted: totals.uncounted + u64::from(row.counts.is_none()),
                partial: totals.partial
                    + u64::from(row.counts.is_some_and(|counts| !counts.is_complete())),
                issues: totals.issues.plus(row.counted()),
                projects: totals.projects.plus(row.counted().occurring()),
                ..totals
            })
    }

    /// Returns the number of rows with some or all counts.
    #[must_use]
    pub const fn counted(self) -> u64 {
        self.rows.saturating_sub(self.uncounted)
    }

    /// Returns the number of rows with all counts.
    #[must_use]
    pub const fn whole(self) -> u64 {
        self.counted().saturating_sub(self.partial)
    }

    /// Adds both.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            uncounted: self.uncounted + other.uncounted,
            partial: self.partial + other.partial,
            issues: self.issues.plus(other.issues),
            projects: self.projects.plus(other.projects),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Creates a row for tests, also of other modules.
    pub(in crate::data) fn row(name: &str, kind: &str, origin: &str, counts: [u32; 4]) -> Row {
        let [critical, high, medium, low] = counts;
        row_of(&format!(
            r#"{{"id":"{name}","attributes":{{"name":"{name}","type":"{kind}","origin":"{origin}",
            "status":"active","created":"2026-01-01T00:00:00Z"}},"meta":{{"latest_issue_counts":
            {{"critical":{critical},"high":{high},"medium":{medium},"low":{low},"updated_at":"{critical}"}}}}}}"#
        ))
    }

    pub(in crate::data) fn row_of(json: &str) -> Row {
        let platform = Platform {
            fold: crate::data::search_text::folded,
            millis: |time| time.parse().unwrap_or(f64::NAN),
        };
        Row::of(
            shared::json::read(json.as_bytes()).unwrap(),
            &mut Words::default(),
            platform,
        )
    }

    #[test]
    fn a_row_keeps_its_name_in_parts() {
        let one = row(
            "m/web:services/pay/pom.xml",
            "maven",
            "github",
            [1, 0, 0, 2],
        );
        let parts = one.parts();
        assert_eq!(
            [parts.target, parts.folder, parts.file],
            ["m/web", "services/pay/", "pom.xml"]
        );
        let parts = row("m/dispatch", "sast", "cli", [0; 4]);
        assert_eq!(parts.parts().target, "m/dispatch");
        assert_eq!((parts.parts().folder, parts.parts().file), ("", ""));
    }

    #[test]
    fn what_snyk_leaves_out_is_left_out() {
        let bare = row_of(
            r#"{"id":"p","attributes":{"name":"x","type":"new","origin":"newer","status":"odd",
            "created":"","target_file":"deep/File.TXT"}}"#,
        );
        assert_eq!((bare.counts, bare.updated), (None, None));
        assert_eq!(bare.counted().total(), 0);
        assert!(bare.has("file.txt") && bare.has("x") && !bare.has("y"));
        assert!(!bare.is_inactive());
    }

    #[test]
    fn what_snyk_does_not_say_is_unknown_and_neither_no_nor_none() {
        for nothing in [
            "",
            r#","attributes":null"#,
            r#","attributes":{"name":null,"status":5}"#,
        ] {
            let bare = row_of(&format!(r#"{{"id":"p"{nothing}}}"#));
            assert_eq!(bare.name(), "Unknown");
            assert_eq!(bare.parts().target, "Unknown");
            assert_eq!([&*bare.kind, &*bare.origin, &*bare.status], ["unknown"; 3]);
            assert_eq!((bare.counts, bare.updated), (None, None));
        }
        let some = row_of(
            r#"{"id":"p","attributes":{"name":"x"},"meta":{"latest_issue_counts":
            {"critical":null,"high":2,"low":-1,"updated_at":null}}}"#,
        );
        let counts: Vec<_> = some
            .counts
            .unwrap()
            .each()
            .map(|(_, count)| count)
            .collect();
        assert_eq!(counts, [None, Some(2), None, None]);
        let totals = Totals::of(&[some, row("a", "npm", "github", [0; 4])]);
        assert_eq!((totals.uncounted, totals.partial), (0, 1));
        assert_eq!((totals.counted(), totals.whole()), (2, 1));
        assert_eq!(totals.plus(totals).partial, 2);
        let none = r#"{"id":"p","meta":{"latest_issue_counts":{"critical":null}}}"#;
        assert_eq!(row_of(none).counts, None);
    }

    #[test]
    fn totals_add_up_issues_and_projects_that_have_them() {
        let rows = [
            row("a", "npm", "github", [2, 0, 1, 0]),
            row("b", "npm", "github", [1, 5, 0, 0]),
            row("c", "npm", "github", [0; 4]),
        ];
        let totals = Totals::of(&rows);
        assert_eq!(totals.issues, Counts::new([3, 5, 1, 0]));
        assert_eq!(totals.projects, Counts::new([2, 1, 1, 0]));
        assert_eq!(totals.plus(totals).rows, 6);
    }

    #[test]
    fn what_is_not_counted_is_not_none() {
        let bare = r#"{"id":"p","attributes":{"name":"x","type":"npm","origin":"cli","status":"active",
            "created":""}}"#;
        let rows = [row("a", "npm", "github", [0; 4]), row_of(bare)];
        let totals = Totals::of(&rows);
        assert_eq!((totals.uncounted, totals.counted()), (1, 1));
        assert_eq!(totals.plus(totals).uncounted, 2);
    }

    #[test]
    fn a_word_that_many_have_is_kept_once() {
        let mut words = Words::default();
        assert!(Arc::ptr_eq(&words.once("npm"), &words.once("npm")));
    }
}
