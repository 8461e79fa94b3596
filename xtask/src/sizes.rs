//! Reports the size of the release page, and how much each part added to it.
//!
//! # Design
//!
//! The parts of one Wasm file cannot be measured separately, because they share code that the
//! compiler generated. The size of a part is therefore the growth of the whole when the part was
//! added. The ledger contains the sizes of those moments, each measured by `cargo xtask build
//! --record WORDS`; the last line of the report is always the current size.

use std::{collections::BTreeMap, fmt, fs, path::Path, str::FromStr};

use anyhow::{Context as _, Result, anyhow, ensure};

use crate::{spa::files, ui, workspace::Workspace};

/// The ledger: sizes of a first visit, recorded when a part was added.
const LEDGER: &str = "xtask/page-sizes.tsv";
/// The most bytes of brotli that a browser loads before a login can begin.
const DOOR_BUDGET: &str = "xtask/door-budget.txt";
/// The most bytes of brotli of the application that the first overview loads: a Wasm and its script.
const APP_BUDGET: &str = "xtask/app-budget.txt";
/// The beginning of the names of these two.
const APP: &str = "frontend";
/// The most bytes of brotli of the pages that are loaded later.
const LATER_BUDGET: &str = "xtask/later-budget.txt";
/// The beginning of the name of their Wasm.
const LATER: &str = "later";
/// The kinds of files that a first visit loads, in the order of the ledger's columns.
const KINDS: [&str; 4] = ["html", "js", "wasm", "css"];

/// The total size of the files of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Weight {
    files: usize,
    raw: u64,
    brotli: u64,
}

impl Weight {
    fn add(&mut self, other: Self) {
        self.files += other.files;
        self.raw += other.raw;
        self.brotli += other.brotli;
    }
}

/// The contents of `dist/`: files that a first visit loads, and files that are loaded later or
/// never.
#[derive(Debug, Default)]
struct Page {
    first: BTreeMap<&'static str, Weight>,
    later: BTreeMap<String, Weight>,
    /// Those of the later files that the first overview loads of the application.
    app: Weight,
    /// Those of the later files that are the pages loaded later.
    pages: Weight,
}

/// Prints the sizes of a built page, and adds them to the ledger if `record` names a part.
pub(crate) fn report(workspace: &Workspace, dist: &Path, record: Option<&str>) -> Result<()> {
    let page = weigh(dist)?;
    let ledger = workspace.root.join(LEDGER);
    let mut entries = parse(&workspace.read(LEDGER)?)?;
    let now = Entry::now(&page);
    if let Some(part) = record {
        let entry = Entry {
            part: part.to_owned(),
            ..now.clone()
        };
        let text = format!("{}{entry}\n", workspace.read(LEDGER)?);
        fs::write(&ledger, text).with_context(|| format!("cannot write {}", ledger.display()))?;
        entries.push(entry);
    }
    for line in table(&page).into_iter().chain(growth(&entries, &now)) {
        ui::note(&line);
    }
    ensure!(
        page.app.files == 2 && page.pages.files == 1,
        "the application has other files than those with a budget"
    );
    for (name, bytes, file) in [
        ("until Connect works", now.total(), DOOR_BUDGET),
        ("the first overview", page.app.brotli, APP_BUDGET),
        ("the pages loaded later", page.pages.brotli, LATER_BUDGET),
    ] {
        hold_budget(workspace, name, bytes, file)?;
    }
    Ok(())
}

/// Prints how much of the budget in a file something uses, and fails if it uses more.
pub(crate) fn hold_budget(workspace: &Workspace, name: &str, bytes: u64, file: &str) -> Result<()> {
    let text = workspace.read(file)?;
    let budget = budget(&text).with_context(|| format!("{file} has no number"))?;
    ui::note(&format!(
        "{name}: {} of {} bytes",
        grouped(bytes),
        grouped(budget)
    ));
    ensure!(bytes <= budget, "{name}: more bytes than {file} permits");
    Ok(())
}

/// Reads a budget: the first line that is no comment.
fn budget(text: &str) -> Option<u64> {
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.next()?.parse().ok()
}

fn weigh(dist: &Path) -> Result<Page> {
    let document = dist.join("index.html");
    let document = fs::read_to_string(&document)
        .with_context(|| format!("cannot read {}", document.display()))?;
    let mut page = Page::default();
    for path in files(dist)? {
        let name = path.strip_prefix(dist)?.to_string_lossy().into_owned();
        let ending = path.extension().and_then(|one| one.to_str());
        let ending = ending.unwrap_or_default();
        if matches!(ending, "br" | "gz") {
            continue;
        }
        let size = |path: &Path| fs::metadata(path).map(|file| file.len());
        let raw = size(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let weight = Weight {
            files: 1,
            raw,
            // A file without a compressed form is served uncompressed.
            brotli: size(&dist.join(format!("{name}.br"))).unwrap_or(raw),
        };
        match KINDS.into_iter().find(|kind| *kind == ending) {
            Some(kind) if is_of_first_visit(&name, &document) => {
                page.first.entry(kind).or_default().add(weight);
            }
            _ => {
                if name.starts_with(APP) && matches!(ending, "js" | "wasm") {
                    page.app.add(weight);
                } else if name.starts_with(LATER) && ending == "wasm" {
                    page.pages.add(weight);
                }
                page.later.entry(ending.to_owned()).or_default().add(weight);
            }
        }
    }
    Ok(page)
}

/// Returns whether a browser loads a file before a login can begin: the document, the files that it
/// references in an active tag, and the Wasm of the door.
fn is_of_first_visit(name: &str, document: &str) -> bool {
    let is_active = |tag: &str| {
        let is_later = tag.contains(" disabled") || tag.contains("rel=\"part\"");
        !is_later || tag.contains("data-part=\"door-wasm\"")
    };
    let mut tags = document.split('<');
    name == "index.html" || tags.any(|tag| tag.contains(name) && is_active(tag))
}

fn table(page: &Page) -> Vec<String> {
    let row = |name: &str, weight: &Weight| {
        let Weight { files, raw, brotli } = weight;
        format!(
            "{name:<32} {files:>5} {:>11} {:>11}",
            grouped(*raw),
            grouped(*brotli)
        )
    };
    let mut lines = vec![format!(
        "{:<32} {:>5} {:>11} {:>11}",
        "bytes", "files", "raw", "brotli"
    )];
    let mut together = Weight::default();
    for (kind, weight) in &page.first {
        lines.push(row(&format!("first visit: {kind}"), weight));
        together.add(*weight);
    }
    lines.push(row("first visit, together", &together));
    for (kind, weight) in &page.later {
        lines.push(row(&format!("later, if at all: {kind}"), weight));
    }
    lines
}

/// Returns how much each part in the ledger added, and the growth since then.
fn growth(entries: &[Entry], now: &Entry) -> Vec<String> {
    let Some(first) = entries.first() else {
        return Vec::new();
    };
    let mut lines = vec![String::new(), "first visit, in bytes of brotli".to_owned()];
    let row = |name: &str, total: u64, grown: Option<i64>| {
        let grown = grown.map_or(String::new(), signed);
        format!("{name:<49} {:>11} {grown:>9}", grouped(total))
            .trim_end()
            .to_owned()
    };
    lines.push(row(&first.part, first.total(), None));
    let mut before = first.total();
    for entry in &entries[1..] {
        lines.push(row(
            &entry.part,
            entry.total(),
            Some(difference(before, entry.total())),
        ));
        before = entry.total();
    }
    lines.push(row(
        "now",
        now.total(),
        Some(difference(before, now.total())),
    ));
    lines
}

fn difference(before: u64, after: u64) -> i64 {
    after.cast_signed() - before.cast_signed()
}

/// Formats `1234567` as `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

fn signed(number: i64) -> String {
    let sign = if number < 0 { '−' } else { '+' };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

/// A line of the ledger: a part, and the size of a first visit once the part existed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    part: String,
    brotli: [u64; KINDS.len()],
}

impl Entry {
    fn now(page: &Page) -> Self {
        let of = |kind| page.first.get(kind).map_or(0, |weight| weight.brotli);
        Self {
            part: "now".to_owned(),
            brotli: KINDS.map(of),
        }
    }

    fn total(&self) -> u64 {
        self.brotli.iter().sum()
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.part)?;
        self.brotli
            .iter()
            .try_for_each(|size| write!(f, "\t{size}"))
    }
}

impl FromStr for Entry {
    type Err = anyhow::Error;

    fn from_str(line: &str) -> Result<Self> {
        let mut fields = line.split('\t');
        let part = fields.next().unwrap_or_default().to_owned();
        ensure!(!part.is_empty(), "it names no part");
        let sizes = fields.map(str::parse).collect::<Result<Vec<_>, _>>()?;
        let brotli = sizes.try_into();
        let brotli = brotli.map_err(|_| anyhow!("it has not {} sizes", KINDS.len()))?;
        Ok(Self { part, brotli })
    }
}

fn parse(ledger: &str) -> Result<Vec<Entry>> {
    let lines = ledger.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.parse().with_context(|| format!("{LEDGER}: {line}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_visit_is_the_document_and_what_it_names_and_has_not_switched_off() {
        let document = r#"<link href="/a.css"/><link href="/b.css" disabled id="b"/>
            <script>import '/c.js';</script><link rel="part" data-part="app" href="/e.js">
            <link rel="part" data-part="door-wasm" href="/f.wasm">"#;
        for (name, is) in [
            ("index.html", true),
            ("a.css", true),
            ("b.css", false),
            ("c.js", true),
            ("d.wasm", false),
            ("e.js", false),
            ("f.wasm", true),
        ] {
            assert_eq!(is_of_first_visit(name, document), is, "{name}");
        }
    }

    #[test]
    fn the_application_and_the_pages_loaded_later_are_weighed_apart() {
        let folder = tempfile::tempdir().unwrap();
        for (name, length) in [
            ("index.html", 10),
            ("frontend-1.js", 300),
            ("frontend-1.js.br", 100),
            ("frontend_bg-1.wasm", 2_000),
            ("later-1.wasm", 40_000),
            ("later-1.wasm.br", 9_000),
            ("callback-1.wasm", 1),
        ] {
            fs::write(folder.path().join(name), vec![b' '; length]).unwrap();
        }
        let page = weigh(folder.path()).unwrap();
        assert_eq!((page.app.files, page.app.brotli), (2, 2_100));
        assert_eq!((page.pages.files, page.pages.brotli), (1, 9_000));
    }

    #[test]
    fn the_ledger_reads_what_it_wrote() {
        let entry = Entry {
            part: "the issues page".to_owned(),
            brotli: [1, 20, 300, 4_000],
        };
        let text = format!("# words\n{entry}\n");
        assert_eq!(parse(&text).unwrap(), [entry]);
        for wrong in ["part\t1\t2\t3\n", "part\t1\t2\t3\tx\n", "\t1\t2\t3\t4\n"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn each_part_is_told_with_what_it_added() {
        let entry = |part: &str, wasm| Entry {
            part: part.to_owned(),
            brotli: [0, 0, wasm, 0],
        };
        let lines = growth(
            &[entry("before", 1_000), entry("issues", 3_500)],
            &entry("", 3_400),
        );
        let words = lines[2..].iter().map(|line| {
            let words = line.split_whitespace();
            words.map(str::to_owned).collect::<Vec<_>>().join(" ")
        });
        assert_eq!(
            words.collect::<Vec<_>>(),
            ["before 1,000", "issues 3,500 +2,500", "now 3,400 −100"]
        );
        assert_eq!(growth(&[], &entry("", 1)), Vec::<String>::new());
    }

    #[test]
    fn the_budget_is_a_number() {
        assert_eq!(budget("# words\n18000\n").unwrap(), 18_000);
        for wrong in ["", "# words\n", "many\n"] {
            assert!(budget(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (1_234_567, "1,234,567"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }
}
