//! The graph of a crate's files: which file imports which.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::{CratePath, Imports};

/// How far a name is followed through re-exports.
const MAX_DEPTH: usize = 8;

/// The files of a source folder by their module, and what they import.
#[derive(Debug, Default)]
pub(crate) struct Crate {
    modules: BTreeMap<CratePath, Module>,
}

#[derive(Debug)]
struct Module {
    file: String,
    imports: Imports,
}

impl Crate {
    /// Adds the file of a module.
    pub(crate) fn add(&mut self, module: CratePath, file: String, imports: Imports) {
        self.modules.insert(module, Module { file, imports });
    }

    /// Returns the module that defines what a path names, through re-exports.
    fn resolve(&self, path: &[String], depth: usize) -> Option<&CratePath> {
        let mut module: &[String] = &[];
        for at in 0..path.len() {
            if self.modules.contains_key(&path[..=at]) {
                module = &path[..=at];
                continue;
            }
            let (here, found) = self.modules.get_key_value(module)?;
            if depth == 0 {
                return Some(here);
            }
            let name = &path[at];
            let alias = found
                .imports
                .aliases
                .iter()
                .find(|(alias, target)| alias == name && target.as_slice() != &path[..=at]);
            if let Some((_, target)) = alias {
                let target = [target.as_slice(), &path[at + 1..]].concat();
                return self.resolve(&target, depth - 1);
            }
            return Some(here);
        }
        self.modules.get_key_value(module).map(|(here, _)| here)
    }

    /// Returns every import as a pair of modules.
    pub(crate) fn edges(&self) -> BTreeSet<(&CratePath, &CratePath)> {
        let mut edges = BTreeSet::new();
        for (module, found) in &self.modules {
            for path in &found.imports.paths {
                if let Some(target) = self.resolve(path, MAX_DEPTH)
                    && target != module
                {
                    edges.insert((module, target));
                }
            }
        }
        edges
    }

    /// Returns the file of a module.
    pub(crate) fn file(&self, module: &CratePath) -> &str {
        self.modules.get(module).map_or("", |found| &found.file)
    }

    /// Returns one circle of files through each module that lies on one, each circle once.
    pub(crate) fn circles(&self) -> Vec<Vec<&CratePath>> {
        let mut next: BTreeMap<&CratePath, Vec<&CratePath>> = BTreeMap::new();
        for (from, to) in self.edges() {
            next.entry(from).or_default().push(to);
        }
        let mut circles: Vec<Vec<&CratePath>> = Vec::new();
        for start in self.modules.keys() {
            if circles.iter().any(|circle| circle.contains(&start)) {
                continue;
            }
            circles.extend(shortest_circle(start, &next));
        }
        circles
    }

    /// Returns the modules directly below the source folder.
    pub(crate) fn top_modules(&self) -> BTreeSet<&str> {
        let tops = self.modules.keys().filter_map(|module| module.first());
        tops.map(String::as_str).collect()
    }
}

/// Returns the shortest way from a module back to itself, breadth first.
fn shortest_circle<'a>(
    start: &'a CratePath,
    next: &BTreeMap<&'a CratePath, Vec<&'a CratePath>>,
) -> Option<Vec<&'a CratePath>> {
    let mut seen = BTreeSet::new();
    let mut ways = std::collections::VecDeque::from([vec![start]]);
    while let Some(way) = ways.pop_front() {
        for to in next.get(way.last()?).into_iter().flatten() {
            if *to == start {
                return Some(way);
            }
            if seen.insert(*to) {
                ways.push_back([way.as_slice(), &[*to]].concat());
            }
        }
    }
    None
}
