//! Minifies a script in its place: removes what nothing uses, and shortens local names.
//!
//! This is a separate program, so that only `cargo xtask build` has to compile the minifier.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions, CommentOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

fn main() -> Result<()> {
    let path = std::env::args_os()
        .nth(1)
        .map(PathBuf::from)
        .context("usage: minify SCRIPT")?;
    let script =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let minified = minify(&script).with_context(|| format!("in {}", path.display()))?;
    fs::write(&path, minified).with_context(|| format!("cannot write {}", path.display()))
}

/// Minifies the text of a module.
fn minify(script: &str) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, script, SourceType::mjs()).parse();
    ensure!(
        parsed.diagnostics.is_empty(),
        "this is no module: {:?}",
        parsed.diagnostics
    );
    let mut program = parsed.program;
    let minified = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    let options = CodegenOptions {
        minify: true,
        comments: CommentOptions::disabled(),
        ..CodegenOptions::default()
    };
    let written = Codegen::new()
        .with_options(options)
        .with_scoping(minified.scoping)
        .with_private_member_mappings(minified.class_private_mappings)
        .build(&program);
    Ok(written.code)
}

#[cfg(test)]
mod tests {
    use super::minify;

    #[test]
    fn what_is_exported_stays_and_what_nothing_uses_goes() {
        let script = "/** words */\nfunction longName(value) { return value + 1; }\n\
            function unused() { return 2; }\n\
            export default function start(input) { return longName(input) + longName(input); }\n";
        let minified = minify(script).unwrap();
        assert!(minified.contains("export default function"), "{minified}");
        for gone in ["words", "longName", "unused", "\n"] {
            assert!(!minified.trim_end().contains(gone), "{gone}: {minified}");
        }
    }

    #[test]
    fn properties_keep_their_names() {
        let minified = minify("export const a = { __proto__: null, b: wasm => wasm.memory };");
        let minified = minified.unwrap();
        for kept in ["__proto__", ".memory", "b:"] {
            assert!(minified.contains(kept), "{kept}: {minified}");
        }
    }

    #[test]
    fn what_is_no_script_fails() {
        assert!(minify("function {").is_err());
    }
}
