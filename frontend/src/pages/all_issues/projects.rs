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

/// The projects of one organization, by their ids.
type ById = HashMap<Box<str>, Arc<Row>>;

/// All projects that are loaded, by organization and id. A list of issues looks one up for each row
/// that comes into sight.
#[derive(Clone, Debug, Default)]
struct Index(Arc<HashMap<String, ById>>);

/// Any two are different: they are made anew only when a list has changed.
impl PartialEq for Index {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// The projects that are loaded.
#[derive(Clone, Copy, Debug)]
pub struct Projects(Signal<Index>);

impl Projects {
    /// Takes the lists that are loaded, and loads the others once the issues are here.
    pub fn follow(connection: Signal<String>, works: Signal<bool>, readings: Readings) -> Self {
        let lists = Lists::get();
        let loaded = RwSignal::new(Vec::<(String, List<Arc<Row>>)>::new());
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
            loaded.set(found.collect());
        });
        Self(memo(move |_| {
            let by_id = |list: &List<Arc<Row>>| {
                let entry = |row: &Arc<Row>| (row.id.clone(), Arc::clone(row));
                list.with_rows(|rows| rows.iter().map(entry).collect::<ById>())
            };
            let all = loaded.with(|all| {
                let entry = |(org, list): &(String, List<_>)| (org.clone(), by_id(list));
                all.iter().map(entry).collect()
            });
            Index(Arc::new(all))
        }))
    }

    /// Returns the names of all projects that are loaded, by organization and id; tracked.
    pub fn names(self) -> HashMap<(String, Box<str>), String> {
        let index = self.0.read();
        let of_org = |(org, by_id): (&String, &ById)| {
            let entry = |row: &Arc<Row>| ((org.clone(), row.id.clone()), row.name().to_owned());
            by_id.values().map(entry).collect::<Vec<_>>()
        };
        index.0.iter().flat_map(of_org).collect()
    }

    /// Returns the project of an issue, if it is loaded; tracked.
    pub fn of(self, found: &Found) -> Option<Arc<Row>> {
        let id = found.project.as_deref()?;
        self.0.read().0.get(&*found.org)?.get(id).cloned()
    }
}
