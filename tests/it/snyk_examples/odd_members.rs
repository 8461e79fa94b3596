//! Breaks each member of each response, at any depth, in each possible way: only that member may be
//! lost.

use std::fmt::Debug;

use serde_json::{Value, json};
use shared::{
    json::{self, FromValue},
    snyk::{Document, ErrorDocument, Identity, Issue, Org, Page, Project, Read, Target, read},
};
use tests::prism::Prism;

use super::{CURSOR, ID, errors_of, texts};

/// Number of responses generated for each operation, in addition to the examples.
const MADE_UP: usize = 1;
/// Placeholder for the text that replaces a value.
const MARK: &str = "\"@mark@\"";

/// Texts that replace a value.
const REPLACEMENTS: [&str; 11] = [
    "null",
    "5",
    "-1",
    "1e999",
    "true",
    "\"\"",
    "\" \"",
    "[]",
    "[5]",
    "{}",
    r#"{"x":[null]}"#,
];

/// Malformed parts of a string, to be appended to a text: half an emoji, bytes that are not UTF-8,
/// and an invalid escape.
const BROKEN: [&[u8]; 5] = [b"\\ud83d", b"\\ude00", b"\xf0\x9f", b"\xff", b"\\x"];

/// Returns the responses of an operation whose members are to be broken. A test requests all of its
/// responses before it breaks the first one, because an idle connection would be closed meanwhile.
async fn given<T>(prism: &Prism, template: &str, read: &Read<T>) -> Vec<String> {
    texts(prism, template, read, "200", MADE_UP).await
}

/// Breaks each member of some responses; returns the number of members.
fn break_all<T: FromValue + Debug>(texts: &[String]) -> usize {
    texts.iter().map(|text| break_each_member::<T>(text)).sum()
}

fn break_each_member<T: FromValue + Debug>(text: &str) -> usize {
    let document = with_three_items(serde_json::from_str(text).unwrap());
    let usual = parsed_lines::<T>(document.to_string().as_bytes()).unwrap_or_default();
    assert!(!usual.is_empty(), "the example is read");
    let pointers = pointers(&document);
    for at in &pointers {
        break_member::<T>(&document, at, &usual);
    }
    pointers.len()
}

/// Returns a list of three items, of which the second one is to be broken.
fn with_three_items(mut document: Value) -> Value {
    if let Some(items) = document["data"].as_array_mut()
        && let Some(first) = items.first().cloned()
    {
        // The neighbours are minimal, because each text is parsed thousands of times.
        *items = vec![json!({ "id": "a" }), first, json!({ "id": "c" })];
    }
    document
}

/// Returns JSON pointers to every value in a document, except those of items that are not to be
/// broken.
fn pointers(document: &Value) -> Vec<String> {
    fn add(value: &Value, at: &str, all: &mut Vec<String>) {
        let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
        let inner: Vec<_> = match value {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (format!("{at}/{}", escaped(name)), value))
                .collect(),
            Value::Array(elements) => elements
                .iter()
                .enumerate()
                .map(|(index, value)| (format!("{at}/{index}"), value))
                .collect(),
            _ => return,
        };
        for (at, value) in inner {
            add(value, &at, all);
            all.push(at);
        }
    }
    let mut all = Vec::new();
    add(document, "", &mut all);
    all.retain(|at| {
        !["/data/0", "/data/2"]
            .iter()
            .any(|other| at.starts_with(other))
    });
    all
}

/// Returns the parsed value as lines of one value each.
fn parsed_lines<T: FromValue + Debug>(text: &[u8]) -> Option<String> {
    let read = json::read::<T>(text).ok()?;
    Some(format!("{read:#?}"))
}

fn break_member<T: FromValue + Debug>(document: &Value, at: &str, usual: &str) {
    let value = document.pointer(at).unwrap();
    let with = |text: &[u8]| replaced(document, at, text);
    let is_list = document["data"].is_array();
    // A single resource cannot be read without the resource or its id.
    let is_needed = at == "/data" || (!is_list && at == "/data/id");
    for replacement in REPLACEMENTS {
        if is_same_form(value, replacement) {
            continue;
        }
        let actual = parsed_lines::<T>(&with(replacement.as_bytes()));
        if !is_needed {
            assert_less(usual, actual.as_deref(), at, replacement);
        }
    }
    if !is_needed {
        let actual = parsed_lines::<T>(&removed(document, at));
        assert_less(usual, actual.as_deref(), at, "nothing");
    }
    let text = value.to_string();
    if let Some((parent, name)) = at.rsplit_once('/')
        && document.pointer(parent).is_some_and(Value::is_object)
    {
        let name = json!(name.replace("~1", "/").replace("~0", "~"));
        for first in ["null", "5", text.as_str()] {
            let twice = format!("{first},{name}:{text}");
            let actual = parsed_lines::<T>(&with(twice.as_bytes()));
            assert_eq!(actual.as_deref(), Some(usual), "{at} twice");
        }
        let with_broken_name = format!("{text},\"\\ud83d\":\"\\ude00\"");
        let actual = parsed_lines::<T>(&with(with_broken_name.as_bytes()));
        assert_eq!(actual.as_deref(), Some(usual), "{at} beside a broken name");
    }
    if value.is_string() {
        for broken in BROKEN {
            let inner = text.strip_suffix('"').unwrap();
            let bytes = [inner.as_bytes(), broken, b"\""].concat();
            let actual = parsed_lines::<T>(&with(&bytes)).unwrap_or_else(|| panic!("{at} half"));
            let (lost, left) = difference(usual, &actual);
            assert!(
                lost.len() <= 3 && left.len() <= 3,
                "{at}: {lost:?} {left:?}"
            );
            let is_told = left.iter().any(|line| line.contains('\u{fffd}'));
            assert!(is_told || left.is_empty(), "{at}: {left:?}");
        }
    }
}

/// Returns whether the replacement is of the same type, so that it is equally valid.
fn is_same_form(value: &Value, replacement: &str) -> bool {
    match replacement {
        "5" => value.is_number(),
        "true" => value.is_boolean(),
        _ => false,
    }
}

/// Checks that less was read than usual: in one place, which says that a value is unknown, and
/// without another value instead.
fn assert_less(usual: &str, actual: Option<&str>, at: &str, replacement: &str) {
    let actual = actual.unwrap_or_else(|| panic!("{at}: {replacement} costs everything"));
    let unreadable = |text: &str| text.contains("unreadable: 1,");
    let is_item = matches!(at, "/data/1" | "/data/1/id");
    let is_removed = at == "/data/1" && replacement == "nothing";
    assert_eq!(
        unreadable(actual),
        is_item && !is_removed,
        "{at}: {replacement} is counted"
    );
    let without = |text: &str| {
        let lines = text.lines();
        let lines = lines.filter(|line| !line.trim().starts_with("unreadable: "));
        lines.collect::<Vec<_>>().join("\n")
    };
    let (usual, actual) = (without(usual), without(actual));
    let (lost, left) = difference(&usual, &actual);
    for line in &left {
        assert!(
            says_nothing(line),
            "{at}: {replacement} is told as {left:?}"
        );
    }
    let value_is_one = !at.ends_with("/id") && !is_item;
    if value_is_one && left.len() == 1 && left[0].ends_with("None,") {
        let (name, _) = left[0].split_once(':').unwrap_or_default();
        let same = |line: &&&str| line.starts_with(name) && line.len() > name.len();
        assert_eq!(lost.iter().filter(same).count(), 1, "{at}: {lost:?}");
    }
}

/// Returns the lines of both texts from the first to the last difference.
fn difference<'a>(usual: &'a str, actual: &'a str) -> (Vec<&'a str>, Vec<&'a str>) {
    let (usual, actual): (Vec<_>, Vec<_>) = (usual.lines().collect(), actual.lines().collect());
    let same = usual
        .iter()
        .zip(&actual)
        .take_while(|(one, other)| one == other);
    let start = same.count();
    let (usual, actual) = (&usual[start..], &actual[start..]);
    let same = usual.iter().rev().zip(actual.iter().rev());
    let end = same.take_while(|(one, other)| one == other).count();
    (
        usual[..usual.len() - end].to_vec(),
        actual[..actual.len() - end].to_vec(),
    )
}

/// Returns whether a line says that a value is unknown, or consists of brackets.
fn says_nothing(line: &str) -> bool {
    let line = line.trim();
    [
        "None,", "[],", "Lost,", "Unsaid,", "{", "}", "},", "(", "),", "[", "],",
    ]
    .iter()
    .any(|end| line.ends_with(end))
}

fn replaced(document: &Value, at: &str, text: &[u8]) -> Vec<u8> {
    let mut document = document.clone();
    *document.pointer_mut(at).unwrap() = serde_json::from_str(MARK).unwrap();
    let document = document.to_string();
    let (before, after) = document.split_once(MARK).unwrap();
    [before.as_bytes(), text, after.as_bytes()].concat()
}

fn removed(document: &Value, at: &str) -> Vec<u8> {
    let mut document = document.clone();
    let (parent, name) = at.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(members) => {
            members.remove(&name.replace("~1", "/").replace("~0", "~"));
        }
        Value::Array(elements) => {
            elements.remove(name.parse().unwrap());
        }
        _ => panic!("{parent} has no members"),
    }
    document.to_string().into_bytes()
}

#[tokio::test]
async fn no_member_of_self_or_of_an_organization_costs_more_than_itself() {
    let prism = Prism::start().await;
    let myself = given(&prism, "/self", &read::identity()).await;
    let list = read::orgs().limit(100).after(CURSOR);
    let list = given(&prism, "/orgs", &list).await;
    let one = given(&prism, "/orgs/{org_id}", &read::org(ID)).await;
    let members = break_all::<Document<Identity>>(&myself)
        + break_all::<Page<Org>>(&list)
        + break_all::<Document<Org>>(&one);
    assert!(members > 50, "{members}");
}

#[tokio::test]
async fn no_member_of_a_target_costs_more_than_itself() {
    let prism = Prism::start().await;
    let list = read::targets(ID).limit(100).after(CURSOR);
    let list = given(&prism, "/orgs/{org_id}/targets", &list).await;
    let one = read::target(ID, ID);
    let one = given(&prism, "/orgs/{org_id}/targets/{target_id}", &one).await;
    let members = break_all::<Page<Target>>(&list) + break_all::<Document<Target>>(&one);
    assert!(members > 50, "{members}");
}

#[tokio::test]
async fn no_member_of_a_project_costs_more_than_itself() {
    let prism = Prism::start().await;
    let list = read::projects(ID).limit(100).after(CURSOR).issue_counts();
    let list = given(&prism, "/orgs/{org_id}/projects", &list).await;
    let one = read::project(ID, ID).issue_counts();
    let one = given(&prism, "/orgs/{org_id}/projects/{project_id}", &one).await;
    let members = break_all::<Page<Project>>(&list) + break_all::<Document<Project>>(&one);
    assert!(members > 100, "{members}");
}

#[tokio::test]
async fn no_member_of_an_issue_costs_more_than_itself() {
    let prism = Prism::start().await;
    let list = read::issues(ID).limit(100).after(CURSOR).of_project(ID);
    let list = given(&prism, "/orgs/{org_id}/issues", &list).await;
    let one = read::issue(ID, ID);
    let one = given(&prism, "/orgs/{org_id}/issues/{issue_id}", &one).await;
    let members = break_all::<Page<Issue>>(&list) + break_all::<Document<Issue>>(&one);
    assert!(members > 100, "{members}");
}

#[tokio::test]
async fn no_member_of_an_error_costs_more_than_itself() {
    let prism = Prism::start().await;
    let template = "/orgs/{org_id}/projects";
    let mut errors = Vec::new();
    for status in errors_of(template) {
        errors.extend(texts(&prism, template, &read::projects(ID), &status, MADE_UP).await);
    }
    let members = break_all::<ErrorDocument>(&errors);
    assert!(members > 50, "{members}");
}
