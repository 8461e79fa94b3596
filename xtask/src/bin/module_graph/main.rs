//! Checks which module imports which: no circle of files, and no import of a higher layer.
//!
//! A separate program of `cargo xtask check`, since the parser is slow to compile and nothing else
//! in the task runner needs it.

mod graph;
mod imports;
mod layers;

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};

use self::{
    graph::Crate,
    layers::{LAYERS, WITHOUT_CIRCLES},
};

fn main() -> Result<ExitCode> {
    let root = std::env::args_os().nth(1).map(PathBuf::from);
    let violations = violations(&root.context("give the root of the repository")?)?;
    let mut stderr = io::stderr();
    for violation in &violations {
        writeln!(stderr, "  {violation}")?;
    }
    Ok(if violations.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn violations(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for source in WITHOUT_CIRCLES {
        let graph = read(root, source)?;
        found.extend(circles(&graph));
        if let Some((_, layers)) = LAYERS.iter().find(|(layered, _)| layered == source) {
            found.extend(upward_imports(&graph, source, layers));
        }
    }
    Ok(found)
}

fn circles(graph: &Crate) -> Vec<String> {
    let circles = graph.circles();
    let described = circles.iter().map(|circle| {
        let files: Vec<_> = circle.iter().map(|module| graph.file(module)).collect();
        format!("files import each other in a circle: {}", files.join(" → "))
    });
    described.collect()
}

fn upward_imports(graph: &Crate, source: &str, layers: &[&[&str]]) -> Vec<String> {
    let layer_of = |name: &str| layers.iter().position(|layer| layer.contains(&name));
    let mut found = Vec::new();
    for module in graph.top_modules() {
        if layer_of(module).is_none() {
            found.push(format!(
                "{source}: the module {module} is in no layer: enter it in layers.rs"
            ));
        }
    }
    for (from, to) in graph.edges() {
        let (Some(below), Some(above)) = (to.first(), from.first()) else {
            continue;
        };
        if below != above
            && let (Some(target), Some(own)) = (layer_of(below), layer_of(above))
            && target >= own
        {
            found.push(format!(
                "{} imports {}, which is not in a lower layer",
                graph.file(from),
                graph.file(to)
            ));
        }
    }
    found
}

/// Reads the files below a source folder.
fn read(root: &Path, source: &str) -> Result<Crate> {
    let mut graph = Crate::default();
    let mut folders = vec![root.join(source)];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let inside = path.strip_prefix(root.join(source))?;
                let module = module_of(inside);
                let text = fs::read_to_string(&path)?;
                let file = path.strip_prefix(root)?.display().to_string();
                let imports = imports::parse(&module, &text)
                    .with_context(|| format!("cannot parse {file}"))?;
                graph.add(module, file, imports);
            }
        }
    }
    Ok(graph)
}

/// Returns the module of a file. The root of the crate is the empty path.
fn module_of(file: &Path) -> Vec<String> {
    let path = file.with_extension("");
    let mut module: Vec<_> = path
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(files: &[(&str, &str)]) -> Crate {
        let mut graph = Crate::default();
        for (file, text) in files {
            let module = module_of(Path::new(file));
            let imports = imports::parse(&module, text).unwrap();
            graph.add(module, (*file).to_owned(), imports);
        }
        graph
    }

    #[test]
    fn a_planted_circle_is_found() {
        let clean = [
            ("lib.rs", "pub mod a; pub mod b;"),
            ("a/mod.rs", "mod x; mod y; pub use self::x::X;"),
            ("a/x.rs", "use crate::b::B; pub struct X;"),
            // The name leads through the re-export of the parent to the sibling.
            ("a/y.rs", "use super::X;"),
            ("b.rs", "pub struct B;"),
        ];
        assert_eq!(circles(&graph(&clean)), Vec::<String>::new());
        let mut planted = clean;
        planted[4].1 = "pub struct B; fn f() -> crate::a::X { todo() }";
        assert_eq!(
            circles(&graph(&planted)),
            ["files import each other in a circle: a/x.rs → b.rs"]
        );
        let mut planted = clean;
        planted[2].1 = "pub struct X; use super::y::Y;";
        assert_eq!(
            circles(&graph(&planted)),
            ["files import each other in a circle: a/x.rs → a/y.rs"]
        );
    }

    #[test]
    fn a_planted_upward_import_and_a_module_without_a_layer_are_found() {
        let layers: &[&[&str]] = &[&["leaf"], &["one", "two"], &["top"]];
        let files = |leaf, one| {
            graph(&[
                ("lib.rs", ""),
                ("leaf.rs", leaf),
                ("one/mod.rs", ""),
                ("one/part.rs", one),
                ("two.rs", ""),
                ("top.rs", "use crate::{leaf::A, one::part::B, two::C};"),
            ])
        };
        let check = |graph: &Crate| upward_imports(graph, "src", layers);
        assert_eq!(
            check(&files("", "use crate::leaf::A;")),
            Vec::<String>::new()
        );
        for (leaf, one, expected) in [
            ("use crate::one::B;", "", "leaf.rs imports one/mod.rs"),
            ("fn f() { crate::top::t() }", "", "leaf.rs imports top.rs"),
            ("", "use crate::two::C;", "one/part.rs imports two.rs"),
        ] {
            let found = check(&files(leaf, one));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].starts_with(expected), "{found:?}");
        }
        let unknown = check(&graph(&[("new.rs", "")]));
        assert_eq!(
            unknown,
            ["src: the module new is in no layer: enter it in layers.rs"]
        );
    }
}
