//! The resources of one organization: the projects of each target, and the number of issues of each
//! project. Only these numbers are stored, about forty bytes a project; everything else about a
//! resource is computed from its number on request.

use jiff::{SignedDuration, Timestamp};

use super::dice::Dice;
use super::id::{Ids, Kind};
use super::showpieces::{self, Showpiece};
use crate::data::Org;

/// Severities in the order of all arrays here: critical, high, medium, low, info.
pub(crate) const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];
/// Minimum number of projects of an organization that also has cloud environments.
const LARGE: usize = 300;
/// The environments of such an organization, with the number of issues of each.
pub(crate) const ENVIRONMENTS: [(&str, usize); 2] = [("Production", 36), ("Staging", 25)];

/// The resources of an organization.
#[derive(Debug)]
pub(crate) struct Estate {
    pub(crate) org: Org,
    pub(crate) dice: Dice,
    pub(crate) ids: Ids,
    as_of: Timestamp,
    /// The first project of each target, followed by the end of the last target.
    targets: Vec<usize>,
    projects: Vec<Slot>,
    project_issues: usize,
}

/// The numbers of a project.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) target: usize,
    pub(crate) showpiece: Option<&'static Showpiece>,
    /// Open issues that are not ignored, by severity.
    pub(crate) open: [u16; 5],
    pub(crate) ignored: u16,
    pub(crate) resolved: u16,
    /// The number of the first issue.
    pub(crate) first_issue: usize,
}

impl Slot {
    /// Returns the number of issues in any state.
    pub(crate) fn issues(&self) -> usize {
        self.open
            .iter()
            .chain([&self.ignored, &self.resolved])
            .map(|count| usize::from(*count))
            .sum()
    }
}

impl Estate {
    /// Generates the layout of an organization.
    pub(crate) fn lay_out(org: Org, dice: Dice, as_of: Timestamp) -> Self {
        let dice = dice.on(&org.slug);
        let mut estate = Self {
            ids: Ids::new(dice),
            dice,
            as_of,
            targets: Vec::new(),
            projects: Vec::new(),
            project_issues: 0,
            org,
        };
        estate.place_projects();
        estate.scatter_issues();
        estate.close_issues();
        estate
    }

    /// Places the showpieces evenly among the other projects, each in its own target.
    fn place_projects(&mut self) {
        let wanted = self.org.projects as usize;
        let pieces: Vec<_> = showpieces::of(&self.org.slug).collect();
        let mut placed = 0;
        while self.projects.len() < wanted {
            let target = self.targets.len();
            let at = self.projects.len();
            self.targets.push(at);
            let dice = self.dice.on("targets").nth(target);
            let next_piece = (2 * placed + 1) * wanted / (2 * pieces.len().max(1));
            if placed < pieces.len() && at == next_piece {
                self.add(target, Some(pieces[placed]), 1);
                placed += 1;
                continue;
            }
            let room = if placed < pieces.len() {
                next_piece - at
            } else {
                wanted - at
            };
            let size = match dice.below(30) {
                0 => 0,
                roll => 1 + roll % 6,
            };
            self.add(target, None, size.min(room));
        }
        self.targets.push(wanted);
    }

    fn add(&mut self, target: usize, showpiece: Option<&'static Showpiece>, times: usize) {
        let slot = Slot {
            target,
            showpiece,
            open: showpiece.map_or([0; 5], |piece| piece.open),
            ignored: 0,
            resolved: 0,
            first_issue: 0,
        };
        self.projects.extend(std::iter::repeat_n(slot, times));
    }

    fn scatter_issues(&mut self) {
        let plain: Vec<usize> = (0..self.projects.len())
            .filter(|at| self.projects[*at].showpiece.is_none())
            .collect();
        for (severity, scattered) in showpieces::scattered(&self.org.slug)
            .into_iter()
            .enumerate()
        {
            let dice = self.dice.on("scatter").nth(severity);
            let chosen = shuffled(&plain, scattered.projects, dice);
            for number in 0..scattered.issues {
                // Each chosen project has one issue; the first projects have more than their share
                // of the rest.
                let index = if number < chosen.len() {
                    number
                } else {
                    let dice = dice.on("more").nth(number);
                    dice.below(1 + dice.on("skew").below(chosen.len()))
                };
                self.projects[chosen[index]].open[severity] += 1;
            }
        }
    }

    fn close_issues(&mut self) {
        let mut first_issue = 0;
        for (at, slot) in self.projects.iter_mut().enumerate() {
            let dice = self.dice.on("closed").nth(at);
            // One in ten projects never had a resolved issue.
            if slot.showpiece.is_some() || !dice.on("any").chance(10) {
                let closed = 4 + dice.below(4);
                let ignored = dice.on("ignored").below(3);
                slot.ignored = small(ignored);
                slot.resolved = small(closed - ignored);
            }
            slot.first_issue = first_issue;
            first_issue += slot.issues();
        }
        self.project_issues = first_issue;
    }

    /// Returns the index of the resource with that kind and id, if it exists here.
    pub(crate) fn index_of(&self, kind: Kind, id: &str) -> Option<usize> {
        let count = match kind {
            Kind::Target => self.targets(),
            Kind::Project => self.projects(),
            Kind::Issue => self.issues(),
            Kind::Environment => self.environments(),
            // These cannot be requested.
            Kind::Integration | Kind::Ignore => 0,
        };
        self.ids.open(kind, id).filter(|index| *index < count)
    }

    /// Returns the number of projects.
    pub(crate) fn projects(&self) -> usize {
        self.projects.len()
    }

    /// Returns the numbers of a project.
    pub(crate) fn slot(&self, project: usize) -> &Slot {
        &self.projects[project]
    }

    /// Returns the number of targets, including empty ones.
    pub(crate) fn targets(&self) -> usize {
        self.targets.len() - 1
    }

    /// Returns the projects of a target.
    pub(crate) fn projects_of(&self, target: usize) -> std::ops::Range<usize> {
        self.targets[target]..self.targets[target + 1]
    }

    /// Returns the number of issues: those of projects first, then those of environments.
    pub(crate) fn issues(&self) -> usize {
        let watched = &ENVIRONMENTS[..self.environments()];
        self.project_issues + watched.iter().map(|(_, issues)| issues).sum::<usize>()
    }

    /// Returns the number of cloud environments.
    pub(crate) fn environments(&self) -> usize {
        if self.projects.len() >= LARGE {
            ENVIRONMENTS.len()
        } else {
            0
        }
    }

    /// Returns the issues of an environment.
    pub(crate) fn issues_of_environment(&self, environment: usize) -> std::ops::Range<usize> {
        let before: usize = ENVIRONMENTS[..environment]
            .iter()
            .map(|(_, issues)| issues)
            .sum();
        let first = self.project_issues + before;
        first..first + ENVIRONMENTS[environment].1
    }

    /// Returns the project of an issue; `None` if it belongs to an environment.
    pub(crate) fn project_of_issue(&self, issue: usize) -> Option<usize> {
        if issue >= self.project_issues {
            return None;
        }
        let after = self
            .projects
            .partition_point(|slot| slot.first_issue <= issue);
        after.checked_sub(1)
    }

    /// Returns the time `minutes` before the reference time.
    pub(crate) fn minutes_ago(&self, minutes: usize, dice: Dice) -> Timestamp {
        let minutes = i64::try_from(minutes).unwrap_or(i64::MAX / 60_000);
        let millis = i64::try_from(dice.on("milliseconds").below(60_000)).unwrap_or_default();
        self.as_of - SignedDuration::from_millis(minutes * 60_000 + millis)
    }
}

/// Returns `wanted` of the items in a pseudorandom order.
fn shuffled(items: &[usize], wanted: usize, dice: Dice) -> Vec<usize> {
    let mut items = items.to_vec();
    let wanted = wanted.min(items.len());
    for at in 0..wanted {
        let other = at + dice.nth(at).below(items.len() - at);
        items.swap(at, other);
    }
    items.truncate(wanted);
    items
}

fn small(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
