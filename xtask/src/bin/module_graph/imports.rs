//! The paths that a source file names, as far as they lie in its own crate.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Item, ItemUse, Macro, Path, UseTree, VisRestricted,
    visit::{self, Visit},
};

/// A module path or an item's path, relative to the root of the crate.
pub(crate) type CratePath = Vec<String>;

/// The imports of one file.
#[derive(Debug, Default)]
pub(crate) struct Imports {
    /// The paths of the crate that the file names.
    pub(crate) paths: Vec<CratePath>,
    /// The names that `use` brings into the module: another file may find them there.
    pub(crate) aliases: Vec<(String, CratePath)>,
    /// The modules whose names `use …::*` brings into the module.
    pub(crate) globs: Vec<CratePath>,
}

/// Parses a file that is the module `module`. Code behind `#[cfg(test)]` does not count.
pub(crate) fn parse(module: &[String], text: &str) -> syn::Result<Imports> {
    let file = syn::parse_file(text)?;
    let mut visitor = Visitor {
        module,
        imports: Imports::default(),
    };
    visitor.visit_file(&file);
    Ok(visitor.imports)
}

struct Visitor<'a> {
    module: &'a [String],
    imports: Imports,
}

impl Visitor<'_> {
    /// Makes a path absolute. Returns `None` if it leaves the crate.
    fn absolute(&self, segments: &[String]) -> Option<CratePath> {
        let (first, rest) = segments.split_first()?;
        let mut base = match first.as_str() {
            "crate" => return Some(rest.to_vec()),
            "self" => self.module.to_vec(),
            "super" => self.module.split_last()?.1.to_vec(),
            _ => return None,
        };
        for segment in rest {
            if segment == "super" {
                base.pop()?;
            } else {
                base.push(segment.clone());
            }
        }
        Some(base)
    }

    fn add(&mut self, segments: &[String]) {
        if let Some(path) = self.absolute(segments).filter(|path| !path.is_empty()) {
            self.imports.paths.push(path);
        }
    }

    fn add_tree(&mut self, prefix: &[String], tree: &UseTree) {
        let with = |name: String| [prefix, &[name]].concat();
        match tree {
            UseTree::Path(path) => self.add_tree(&with(path.ident.to_string()), &path.tree),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(prefix, tree);
                }
            }
            UseTree::Name(name) if name.ident == "self" => self.add_use(prefix, None),
            UseTree::Name(name) => self.add_use(&with(name.ident.to_string()), None),
            UseTree::Rename(rename) => {
                let path = with(rename.ident.to_string());
                self.add_use(&path, Some(rename.rename.to_string()));
            }
            UseTree::Glob(_) => {
                if let Some(path) = self.absolute(prefix) {
                    self.imports.globs.push(path.clone());
                    self.imports.paths.push(path);
                }
            }
        }
    }

    fn add_use(&mut self, segments: &[String], rename: Option<String>) {
        let Some(path) = self.absolute(segments) else {
            return;
        };
        if let Some(name) = rename.or_else(|| path.last().cloned()) {
            self.imports.aliases.push((name, path.clone()));
        }
        if !path.is_empty() {
            self.imports.paths.push(path);
        }
    }

    /// Adds the paths in the tokens of a macro, which the parser does not understand.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut segments: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if segments.is_empty() || colons == 2 => {
                    segments.push(ident.to_string());
                    colons = 0;
                    continue;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !segments.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => self.add_tokens(group.stream()),
                TokenTree::Ident(ident) => {
                    self.add(&segments);
                    segments = vec![ident.to_string()];
                    colons = 0;
                    continue;
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            self.add(&segments);
            segments.clear();
            colons = 0;
        }
        self.add(&segments);
    }
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.add_tree(&[], &item.tree);
    }

    /// `pub(super)` and its like import nothing.
    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {}

    fn visit_path(&mut self, path: &'ast Path) {
        let segments: Vec<_> = path
            .segments
            .iter()
            .map(|one| one.ident.to_string())
            .collect();
        self.add(&segments);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, one: &'ast Macro) {
        self.add_tokens(one.tokens.clone());
        visit::visit_macro(self, one);
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .parse_args::<syn::Ident>()
            .is_ok_and(|condition| condition == "test")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        let module = ["a".to_owned(), "b".to_owned()];
        let imports = parse(&module, text).unwrap();
        imports.paths.iter().map(|path| path.join("::")).collect()
    }

    #[test]
    fn paths_are_found_in_every_form() {
        for (text, expected) in [
            ("use crate::x::{self, y::Z as W};", &["x", "x::y::Z"][..]),
            ("use super::c;", &["a::c"]),
            ("use self::d::*;", &["a::b::d"]),
            ("use super::super::e;", &["e"]),
            ("use std::fmt; use serde::de;", &[]),
            ("fn f() -> crate::x::Y { super::z() }", &["x::Y", "a::z"]),
            (
                "fn f() { m!(crate::x::y(1), [super::z]) }",
                &["x::y", "a::z"],
            ),
            ("impl crate::x::Trait for u8 {}", &["x::Trait"]),
            ("#[cfg(test)] mod tests { use crate::x; }", &[]),
            ("#[cfg(test)] use crate::x;", &[]),
            ("pub(super) fn f() {} struct S { pub(crate) x: u8 }", &[]),
            ("#[cfg(unix)] use crate::x;", &["x"]),
        ] {
            let mut found = named(text);
            found.sort();
            let mut expected: Vec<_> = expected.iter().map(ToString::to_string).collect();
            expected.sort();
            assert_eq!(found, expected, "{text}");
        }
    }
}
