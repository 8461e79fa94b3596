//! The projects of the issues, which Snyk's answers about issues name by their ids only.

use std::{collections::HashMap, sync::Arc};

use leptos::prelude::*;

use super::readings::Readings;
use crate::{
    data::{
        all_issues::found::Found,
        lists::{List, Lists},
        row::Row,
    },
    reactive::{Signal, effect, memo},
};

/// The lists of projects by the ids of their organizations.
#[derive(Clone, Copy, Debug)]
pub struct Projects(RwSignal<Vec<(String, List<Arc<Row>>)>>);

impl Projects {
    /// Takes the lists that are loaded, and loads the others once the issues are here.
    pub fn follow(connection: Signal<String>, works: Signal<bool>, readings: Readings) -> Self {
        let lists = Lists::get();
        let projects = RwSignal::new(Vec::new());
        let may_load = memo(move |_| works.get() && !readings.is_reading());
        let orgs = memo(move |_| {
            readings.with(|all| {
                let with_issues = all
                    .iter()
                    .filter(|one| one.list.with_rows(|rows| !rows.is_empty()));
                with_issues
                    .map(|one| one.org.id.clone())
                    .collect::<Vec<_>>()
            })
        });
        effect(move |_| {
            let (id, may_load) = (connection.get(), may_load.get());
            let found = orgs.get().into_iter().filter_map(|org| {
                let list = if may_load {
                    lists.projects(&id, &org)
                } else {
                    lists.projects_if_read(&id, &org)?
                };
                list.view();
                Some((org, list))
            });
            projects.set(found.collect());
        });
        Self(projects)
    }

    /// Returns the names of all projects that are loaded, by organization and id; tracked.
    pub fn names(self) -> HashMap<(String, Box<str>), String> {
        let mut names = HashMap::new();
        self.0.with(|all| {
            for (org, list) in all {
                let entry = |row: &Arc<Row>| {
                    let key = (org.clone(), row.id.clone());
                    (key, row.name().to_owned())
                };
                list.with_rows(|rows| names.extend(rows.iter().map(entry)));
            }
        });
        names
    }

    /// Returns the project of an issue, if it is loaded; tracked.
    pub fn of(self, found: &Found) -> Option<Arc<Row>> {
        let id = found.project.as_deref()?;
        self.0.with(|all| {
            let (_, list) = all.iter().find(|(org, _)| **org == *found.org)?;
            list.with_rows(|rows| rows.iter().find(|row| &*row.id == id).cloned())
        })
    }
}
