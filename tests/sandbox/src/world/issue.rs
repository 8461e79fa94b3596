//! An issue, generated from its number.

use jiff::{SignedDuration, Timestamp};

use super::dice::Dice;
use super::estate::{Estate, SEVERITIES};
use super::findings::{self, Ecosystem};
use super::id::Kind;
use super::project::Project;

const DAY: usize = 24 * 60;
/// A prime larger than any project's number of issues, so that multiples of it visit every issue.
const STEP: usize = 1_299_709;

/// The object in which an issue was found.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ScanItem<'a> {
    Project(Project<'a>),
    /// A cloud environment, by number.
    Environment(usize),
}

/// An issue of an organization.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Issue<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) item: ScanItem<'a>,
    severity: usize,
    pub(crate) is_open: bool,
    pub(crate) is_ignored: bool,
    /// The rank among the project's issues of the same severity and state.
    rank: usize,
    at: usize,
    dice: Dice,
}

/// The description of a finding.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) title: String,
    /// The package and its version.
    pub(crate) package: Option<(String, String)>,
    /// Snyk's id in its vulnerability catalogue.
    pub(crate) snyk_id: String,
    pub(crate) cves: Vec<String>,
    pub(crate) ghsa: Option<String>,
    pub(crate) cwes: Vec<&'static str>,
}

impl<'a> Issue<'a> {
    pub(crate) fn new(estate: &'a Estate, at: usize) -> Self {
        let dice = estate.dice.on("issue").nth(at);
        let mut issue = Self {
            estate,
            item: ScanItem::Environment(0),
            severity: 0,
            is_open: true,
            is_ignored: false,
            rank: 0,
            at,
            dice,
        };
        if let Some(project) = estate.project_of_issue(at) {
            issue.item = ScanItem::Project(Project::new(estate, project));
            issue.take_place(project);
        } else {
            let holds =
                |environment: &usize| estate.issues_of_environment(*environment).contains(&at);
            let environment = (0..estate.environments()).find(holds).unwrap_or_default();
            issue.item = ScanItem::Environment(environment);
            issue.severity = closed_severity(dice);
            issue.is_open = !dice.on("status").chance(30);
            issue.is_ignored = dice.on("ignored").chance(10);
            issue.rank = at;
        }
        issue
    }

    /// Determines severity and state from the issue's position in a permuted order of the project's
    /// issues: the open ones by severity, then the ignored ones, then the resolved ones.
    fn take_place(&mut self, project: usize) {
        let slot = self.estate.slot(project);
        let count = slot.issues();
        let mut left = ((self.at - slot.first_issue) * STEP + project) % count;
        for (severity, open) in slot.open.iter().enumerate() {
            let open = usize::from(*open);
            if left < open {
                self.severity = severity;
                self.rank = left;
                return;
            }
            left -= open;
        }
        self.severity = closed_severity(self.dice);
        self.rank = left;
        self.is_open = left < usize::from(slot.ignored);
        self.is_ignored = self.is_open || self.dice.on("also ignored").chance(12);
    }

    pub(crate) fn id(&self) -> String {
        self.estate.ids.seal(Kind::Issue, self.at)
    }

    pub(crate) fn severity(&self) -> &'static str {
        SEVERITIES[self.severity]
    }

    /// Returns the type, as Snyk writes it.
    pub(crate) fn kind(&self) -> &'static str {
        let ScanItem::Project(project) = self.item else {
            return "cloud";
        };
        let dice = self.dice.on("type");
        match project.kind() {
            "sast" => "code",
            kind if kind.ends_with("config") && dice.chance(30) => "cloud",
            kind if kind.ends_with("config") => "config",
            _ if self.severity == 4 => "license",
            // A project's worst issue is a well-known vulnerability.
            _ if self.severity == 0 => "package_vulnerability",
            _ => match dice.below(100) {
                0..=7 => "license",
                8 => "custom",
                _ => "package_vulnerability",
            },
        }
    }

    /// Returns the time of the first detection.
    pub(crate) fn created(&self) -> Timestamp {
        let dice = self.dice.on("created");
        self.estate.minutes_ago(DAY + dice.below(1_100 * DAY), dice)
    }

    /// Returns the time of the last change, which is never before the first detection.
    pub(crate) fn updated(&self) -> Timestamp {
        let dice = self.dice.on("updated");
        let created = self.created();
        let now = self.estate.minutes_ago(0, self.dice);
        let age = now.duration_since(created).as_mins();
        let share = i64::try_from(dice.below(1_000)).unwrap_or_default();
        created + SignedDuration::from_mins(age * share / 1_000)
    }

    /// Returns whether the resource has only required members.
    pub(crate) fn is_bare(&self) -> bool {
        self.severity > 0 && self.dice.on("bare").chance(3)
    }

    /// Returns the source of values that occur only in the document.
    pub(crate) fn dice(&self) -> Dice {
        self.dice
    }

    /// Returns the finding.
    pub(crate) fn finding(&self) -> Finding {
        let number = 100_000 + self.dice.on("number").below(8_900_000);
        match self.kind() {
            "package_vulnerability" => self.vulnerability(number),
            "license" => self.license(number),
            "code" => {
                let (title, cwe) = self.dice.on("finding").pick(&findings::CODE);
                let cwes = if self.dice.on("second weakness").chance(10) {
                    vec![cwe, "CWE-693"]
                } else {
                    vec![cwe]
                };
                Finding {
                    cwes,
                    ..Finding::titled(title, &format!("javascript/{}", cwe.to_lowercase()))
                }
            }
            "custom" => Finding::titled(
                "Package is on the organization's own list",
                &format!("CUSTOM-RULE-{number}"),
            ),
            _ => {
                let (title, rule) = self.dice.on("finding").pick(&findings::CONFIGURATION);
                Finding::titled(title, rule)
            }
        }
    }

    fn ecosystem(&self) -> Ecosystem {
        match self.item {
            ScanItem::Project(project) => Ecosystem::of(project.kind()),
            ScanItem::Environment(_) => Ecosystem::Other,
        }
    }

    fn vulnerability(&self, number: usize) -> Finding {
        let ecosystem = self.ecosystem();
        if self.is_open
            && let Some(known) = findings::known_one(ecosystem, self.severity, self.rank)
        {
            let snyk_id = match known.package {
                "lodash" => "SNYK-JS-LODASH-567746".to_owned(),
                package => catalogue_id(ecosystem, package, number),
            };
            return Finding {
                package: Some((known.package.to_owned(), known.version.to_owned())),
                cves: Some(known.cve.to_owned())
                    .filter(|cve| !cve.is_empty())
                    .into_iter()
                    .collect(),
                ghsa: self.ghsa(),
                cwes: vec![known.cwe],
                ..Finding::titled(known.title, &snyk_id)
            };
        }
        let (title, cwe) = self.dice.on("title").pick(&findings::TITLES);
        let package = findings::package(ecosystem, self.dice.on("package"));
        let snyk_id = catalogue_id(ecosystem, &package.0, number);
        let cves = match self.dice.on("cves").below(10) {
            0 | 1 => 0,
            2..=8 => 1,
            _ => 3,
        };
        let cve = |nth| {
            let dice = self.dice.on("cve").nth(nth);
            let year = 2015 + dice.below(11);
            format!("CVE-{year}-{}", 900_000 + dice.on("number").below(100_000))
        };
        Finding {
            package: Some(package),
            cves: (0..cves).map(cve).collect(),
            ghsa: self.ghsa(),
            cwes: if self.dice.on("no weakness").chance(4) {
                vec![]
            } else {
                vec![cwe]
            },
            ..Finding::titled(title, &snyk_id)
        }
    }

    fn ghsa(&self) -> Option<String> {
        let dice = self.dice.on("ghsa");
        let letter = |at| char::from(dice.nth(at).pick(b"23456789cfghjmpqrvwx"));
        let part = |nth: usize| (0..4).map(|at| letter(nth * 4 + at)).collect::<String>();
        dice.chance(60)
            .then(|| format!("GHSA-{}-{}-{}", part(0), part(1), part(2)))
    }

    fn license(&self, number: usize) -> Finding {
        let ecosystem = self.ecosystem();
        let package = findings::package(ecosystem, self.dice.on("package"));
        let (title, license) = if self.severity == 4 {
            ("License could not be read", "UNKNOWN")
        } else {
            self.dice.on("license").pick(&findings::LICENSES)
        };
        let id = format!(
            "snyk:lic:{}:{}:{license}:{number}",
            ecosystem.word().to_lowercase(),
            package.0
        );
        Finding {
            package: Some(package),
            ..Finding::titled(title, &id)
        }
    }
}

impl Finding {
    fn titled(title: &str, snyk_id: &str) -> Self {
        Self {
            title: title.to_owned(),
            package: None,
            snyk_id: snyk_id.to_owned(),
            cves: Vec::new(),
            ghsa: None,
            cwes: Vec::new(),
        }
    }
}

fn catalogue_id(ecosystem: Ecosystem, package: &str, number: usize) -> String {
    let name: String = package
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_uppercase();
    format!("SNYK-{}-{name}-{number}", ecosystem.word())
}

/// Picks the severity of an issue that is not open; most of these are not severe.
fn closed_severity(dice: Dice) -> usize {
    let weights = [(0, 1), (1, 9), (2, 36), (3, 52), (4, 2)];
    dice.on("severity").weighted(&weights, |entry| entry.1).0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::world::estate_for_tests;

    #[test]
    fn issues_are_as_many_as_the_projects_count() {
        let estate = estate_for_tests("meridian-payments");
        assert!(estate.issues() >= 20_000, "{}", estate.issues());
        let mut counts = vec![([0; 5], 0, 0); estate.projects()];
        let mut in_environments = 0;
        for at in 0..estate.issues() {
            let issue = Issue::new(&estate, at);
            assert_eq!(estate.ids.open(Kind::Issue, &issue.id()), Some(at));
            assert!(issue.created() <= issue.updated());
            let ScanItem::Project(_) = issue.item else {
                in_environments += 1;
                continue;
            };
            let project = estate.project_of_issue(at).unwrap();
            let (open, ignored, resolved) = &mut counts[project];
            match (issue.is_open, issue.is_ignored) {
                (true, false) => open[issue.severity] += 1,
                (true, true) => *ignored += 1,
                (false, _) => *resolved += 1,
            }
        }
        assert_eq!(in_environments, 61);
        for (project, counted) in counts.into_iter().enumerate() {
            let slot = estate.slot(project);
            assert_eq!(
                counted,
                (slot.open, slot.ignored, slot.resolved),
                "{project}"
            );
        }
    }

    #[test]
    fn the_worst_of_the_known_project_is_what_people_know() {
        let estate = estate_for_tests("meridian-payments");
        let project = (0..estate.projects())
            .find(|at| estate.slot(*at).open[..4] == [6, 31, 88, 104])
            .unwrap();
        let slot = estate.slot(project);
        let titles: BTreeSet<String> = (slot.first_issue..slot.first_issue + slot.issues())
            .map(|at| Issue::new(&estate, at))
            .filter(|issue| issue.severity() == "critical" && issue.is_open && !issue.is_ignored)
            .map(|issue| issue.finding().title)
            .collect();
        assert!(titles.contains("Prototype pollution"), "{titles:?}");
        assert!(titles.contains("Sandbox bypass"), "{titles:?}");
    }
}
