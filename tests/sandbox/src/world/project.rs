//! A project, generated from its number.

use jiff::Timestamp;

use super::dice::Dice;
use super::estate::{Estate, Slot};
use super::id::Kind;
use super::names::{self, Source};
use super::target::Target;
use crate::data;

const DAY: usize = 24 * 60;
pub(crate) const CRITICALITIES: [&str; 4] = ["critical", "high", "medium", "low"];
pub(crate) const LIFECYCLES: [&str; 3] = ["production", "development", "sandbox"];
#[rustfmt::skip]
pub(crate) const ENVIRONMENTS: [&str; 9] = [
    "frontend", "backend", "internal", "external", "mobile", "saas", "onprem", "hosted", "distributed",
];
#[rustfmt::skip]
const TAGS: [(&str, &str); 8] = [
    ("team", "web"), ("team", "platform"), ("team", "customs_eu"), ("cost-center", "4711"),
    ("tier", "1"), ("owner", "https://people.example.test/?id=7&x=%20"),
    ("compliance", "pci:dss"), ("migrated", "2021-03"),
];
/// The people who imported projects.
const IMPORTERS: [&str; 4] = ["a.fournier", "m.sato", "k.lindqvist", "bot-importer"];

/// A project of an organization.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Project<'a> {
    pub(crate) estate: &'a Estate,
    pub(crate) slot: &'a Slot,
    at: usize,
    dice: Dice,
}

impl<'a> Project<'a> {
    pub(crate) fn new(estate: &'a Estate, at: usize) -> Self {
        Self {
            estate,
            slot: estate.slot(at),
            at,
            dice: estate.dice.on("project").nth(at),
        }
    }

    pub(crate) fn id(&self) -> String {
        self.estate.ids.seal(Kind::Project, self.at)
    }

    pub(crate) fn target(&self) -> Target<'a> {
        Target::new(self.estate, self.slot.target)
    }

    fn type_and_file(&self) -> (&'static str, &'static str) {
        if let Some(piece) = self.slot.showpiece {
            return (piece.kind, piece.file);
        }
        let kind = names::kind(self.dice.on("type"), self.target().origin().1);
        (kind.name, kind.file)
    }

    /// Returns the type, as Snyk writes it.
    pub(crate) fn kind(&self) -> &'static str {
        self.type_and_file().0
    }

    pub(crate) fn origin(&self) -> &'static str {
        self.target().origin().0
    }

    /// Returns the tested file; empty if there is none.
    pub(crate) fn target_file(&self) -> String {
        let (kind, file) = self.type_and_file();
        if self.slot.showpiece.is_some() {
            let named = if kind == "sast" { "" } else { file };
            return named.to_owned();
        }
        let first = self.estate.projects_of(self.slot.target).start;
        let target_dice = self.estate.dice.on("paths").nth(self.slot.target);
        names::path(target_dice, self.at - first, file)
    }

    pub(crate) fn name(&self) -> String {
        let target = self.target().display_name();
        match (self.kind(), self.target_file()) {
            ("sast", _) => format!("{target}:Code analysis"),
            (_, file) if file.is_empty() => target,
            (_, file) => format!("{target}:{file}"),
        }
    }

    pub(crate) fn reference(&self) -> &'static str {
        if self.slot.showpiece.is_some() {
            return "main";
        }
        // All projects of a target are tested on the same branch.
        let dice = self.estate.dice.on("references").nth(self.slot.target);
        names::reference(dice, self.target().origin().1)
    }

    pub(crate) fn runtime(&self) -> Option<&'static str> {
        (self.kind() == "nuget").then(|| self.dice.on("runtime").pick(&["net8.0", "net48", ""]))
    }

    pub(crate) fn is_active(&self) -> bool {
        self.slot.showpiece.is_some() || !self.dice.on("status").chance(5)
    }

    pub(crate) fn is_read_only(&self) -> bool {
        self.dice.on("read only").chance(2)
    }

    /// Returns the time of creation. An import adds projects one after the other.
    pub(crate) fn created(&self) -> Timestamp {
        let age = 40 * DAY + (self.estate.projects() - self.at) * 90;
        self.estate
            .minutes_ago(age + self.dice.on("created").below(90), self.dice)
    }

    /// Returns the time of the last test, if any. A project with issues has been tested.
    pub(crate) fn tested(&self) -> Option<Timestamp> {
        let dice = self.dice.on("tested");
        if self.slot.issues() == 0 && dice.on("ever").chance(40) {
            return None;
        }
        let minutes = match self.slot.showpiece {
            Some(piece) => piece.age,
            None if !self.is_active() => (20 + dice.below(30)) * DAY,
            None if dice.on("weekly").chance(20) => dice.below(7 * DAY),
            None => dice.below(DAY),
        };
        Some(self.estate.minutes_ago(minutes, dice))
    }

    /// Returns the time of the last upload by the command line.
    pub(crate) fn cli_monitored(&self) -> Option<Timestamp> {
        if self.origin() != "cli" {
            return None;
        }
        let dice = self.dice.on("monitored");
        Some(self.estate.minutes_ago(dice.below(40 * DAY), dice))
    }

    pub(crate) fn dependencies(&self) -> usize {
        let dice = self.dice.on("dependencies");
        if dice.chance(6) {
            0
        } else {
            3 + dice.on("how many").below(1_400)
        }
    }

    /// Returns the business criticality; one in five responses omits such attributes.
    pub(crate) fn criticality(&self) -> Option<Vec<&'static str>> {
        self.some_of("criticality", &CRITICALITIES)
    }

    pub(crate) fn environment(&self) -> Option<Vec<&'static str>> {
        self.some_of("environment", &ENVIRONMENTS)
    }

    pub(crate) fn lifecycle(&self) -> Option<Vec<&'static str>> {
        self.some_of("lifecycle", &LIFECYCLES)
    }

    fn some_of<T: Copy>(&self, what: &str, list: &[T]) -> Option<Vec<T>> {
        let dice = self.dice.on(what);
        let count = match dice.below(10) {
            0 | 1 => return None,
            2..=5 => 0,
            6..=8 => 1,
            _ => 2,
        };
        let first = dice.on("first").below(list.len());
        Some(
            (0..count)
                .map(|at| list[(first + at) % list.len()])
                .collect(),
        )
    }

    pub(crate) fn tags(&self) -> Option<Vec<(&'static str, &'static str)>> {
        self.some_of("tags", &TAGS)
    }

    /// Returns the id of the person who imported the project.
    pub(crate) fn importer_id(&self) -> Option<String> {
        let dice = self.dice.on("importer");
        let who = dice.pick(&IMPORTERS);
        dice.on("known")
            .chance(80)
            .then(|| data::id_of("user", who))
    }

    /// Returns whether the resource omits relationships, which are optional.
    pub(crate) fn is_bare(&self) -> bool {
        self.slot.showpiece.is_none() && self.dice.on("bare").chance(1)
    }

    /// Returns the source of values that occur only in the document.
    pub(crate) fn dice(&self) -> Dice {
        self.dice
    }

    /// Returns the source.
    pub(crate) fn source(&self) -> Source {
        self.target().origin().1
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::world::estate_for_tests;

    #[test]
    fn a_seed_gives_the_same_projects() {
        let (one, two) = (
            estate_for_tests("meridian-payments"),
            estate_for_tests("meridian-payments"),
        );
        assert_eq!(one.projects(), 4_012);
        for at in [0, 17, 2_000, 4_011] {
            let (one, two) = (Project::new(&one, at), Project::new(&two, at));
            assert_eq!(one.name(), two.name());
            assert_eq!((one.id(), one.created()), (two.id(), two.created()));
            assert_eq!(one.slot.open, two.slot.open);
        }
    }

    #[test]
    fn every_kind_of_project_occurs() {
        let estate = estate_for_tests("meridian-payments");
        let all = || (0..estate.projects()).map(|at| Project::new(&estate, at));
        let kinds: BTreeSet<_> = all().map(|project| project.kind()).collect();
        let origins: BTreeSet<_> = all().map(|project| project.origin()).collect();
        assert!(
            kinds.len() >= 27 && kinds.contains("quantum-lockfile"),
            "{kinds:?}"
        );
        assert!(
            origins.len() >= 28 && origins.contains("sourcehut"),
            "{origins:?}"
        );
        assert!(all().any(|project| !project.is_active()));
        assert!(all().any(|project| project.tested().is_none()));
        assert!(all().any(|project| project.slot.issues() == 0));
        assert!(all().any(|project| project.target_file().is_empty()));
        assert!(all().any(|project| project.name().chars().count() > 200));
        assert!(all().any(|project| project.name().contains("<img")));
        assert!(all().any(|project| project.name().contains('\u{202e}')));
        assert!(all().any(|project| project.criticality().is_none()));
    }

    #[test]
    fn names_are_one_of_a_kind() {
        let estate = estate_for_tests("meridian-payments");
        let names: BTreeSet<_> = (0..estate.projects())
            .map(|at| Project::new(&estate, at).name())
            .collect();
        // Two types can share a file, and uploads have none: some names occur twice, as at Snyk.
        assert!(names.len() > 3_600, "{}", names.len());
    }
}
