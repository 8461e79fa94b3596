//! SARIF 2.1.0 (OASIS), the format in which tools exchange findings.

use std::collections::HashMap;

use super::{Exported, FormatTime, json::Writer};
use crate::data::{
    all_issues::groups::Grouping,
    issues::row::{Row, kind_words},
    number_format::len,
    severity::Level,
};

/// The schema of the format.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Returns the file: one run with a rule for each problem and a result for each issue. `is_whole` is
/// whether these are all issues that match, which the run's properties say.
#[must_use]
pub fn file(issues: &[Exported<'_>], is_whole: bool, time: FormatTime) -> String {
    let mut places: HashMap<&str, u64> = HashMap::new();
    let mut rules: Vec<&Row> = Vec::new();
    for one in issues {
        let row = &one.found.row;
        places.entry(Grouping::Problem.key(row)).or_insert_with(|| {
            rules.push(row);
            len(rules.len() - 1)
        });
    }
    let mut writer = Writer::default();
    writer.object(|writer| {
        writer.name("$schema").text(SCHEMA);
        writer.name("version").text("2.1.0");
        writer.name("runs").array(|writer| {
            writer.object(|writer| {
                writer.name("tool").object(|writer| {
                    writer.name("driver").object(|writer| {
                        writer.name("name").text("Snyk");
                        writer.name("informationUri").text("https://snyk.io/");
                        writer.name("rules").array(|writer| {
                            for row in &rules {
                                rule(writer, row);
                            }
                        });
                    });
                });
                writer.name("results").array(|writer| {
                    for one in issues {
                        let key = Grouping::Problem.key(&one.found.row);
                        let place = places.get(key).copied().unwrap_or_default();
                        result(writer, *one, place, time);
                    }
                });
                writer.name("properties").object(|writer| {
                    writer.name("complete").boolean(is_whole);
                });
            });
        });
    });
    writer.finish()
}

/// Writes a rule: `reportingDescriptor`, section 3.49.
fn rule(writer: &mut Writer, row: &Row) {
    let id = Grouping::Problem.key(row);
    writer.object(|writer| {
        writer.name("id").text(id);
        writer.name("shortDescription").object(|writer| {
            writer.name("text").text(&row.title);
        });
        let mut ids = row.problem_ids();
        if let Some(address) = ids.find_map(|named| named.address.as_deref()) {
            writer.name("helpUri").text(address);
        }
        writer.name("properties").object(|writer| {
            writer.name("tags").array(|writer| {
                writer.text("security");
                for cwe in &row.cwes {
                    writer.text(&cwe.id);
                }
            });
        });
    });
}

/// Writes a result, section 3.27.
fn result(writer: &mut Writer, one: Exported<'_>, rule: u64, time: FormatTime) {
    let Exported {
        found,
        org,
        project,
    } = one;
    let row = &found.row;
    let message = match row.place.as_deref() {
        Some(place) => format!("{} in {place}", row.title),
        None => row.title.to_string(),
    };
    writer.object(|writer| {
        writer.name("ruleId").text(Grouping::Problem.key(row));
        writer.name("ruleIndex").number(rule);
        writer.name("level").text(level(row.level));
        writer.name("message").object(|writer| {
            writer.name("text").text(&message);
        });
        writer.name("locations").array(|writer| {
            writer.object(|writer| location(writer, one));
        });
        if let Some(key) = &row.key {
            writer.name("partialFingerprints").object(|writer| {
                writer.name("snykKey/v1").text(key);
            });
        }
        if row.is_ignored == Some(true) {
            writer.name("suppressions").array(|writer| {
                writer.object(|writer| writer.name("kind").text("external"));
            });
        }
        writer.name("properties").object(|writer| {
            let words = [
                ("issueId", &*row.id),
                ("severity", row.severity.as_str()),
                ("status", row.status.as_str()),
                ("type", kind_words(&row.kind)),
                ("fix", row.way.word()),
                ("organization", org),
                ("project", project),
                ("projectId", found.project.as_deref().unwrap_or_default()),
                ("firstSeen", &time(row.created)),
                ("updated", &time(row.updated)),
            ];
            for (name, word) in words.into_iter().filter(|(_, word)| !word.is_empty()) {
                writer.name(name).text(word);
            }
            if let Some(score) = row.score {
                writer.name("score").number(score);
            }
        });
    });
}

/// Writes a location, section 3.28: the file and line of source code, and the project.
fn location(writer: &mut Writer, one: Exported<'_>) {
    let Exported { found, project, .. } = one;
    if let Some((file, line)) = &found.row.file {
        writer.name("physicalLocation").object(|writer| {
            writer.name("artifactLocation").object(|writer| {
                writer.name("uri").text(&relative_uri(file));
            });
            if let Some(line) = line {
                writer.name("region").object(|writer| {
                    writer.name("startLine").number(*line);
                });
            }
        });
    }
    let id = found.project.as_deref().unwrap_or_default();
    let name = if project.is_empty() { id } else { project };
    if !name.is_empty() {
        writer.name("logicalLocations").array(|writer| {
            writer.object(|writer| {
                writer.name("name").text(name);
                writer.name("kind").text("module");
            });
        });
    }
}

/// Returns the path of a file as a relative URI (RFC 3986 section 4.2).
fn relative_uri(file: &str) -> String {
    let encoded = file.trim_start_matches('/').split('/').map(|segment| {
        let bytes = form_urlencoded::byte_serialize(segment.as_bytes());
        bytes
            .map(|part| part.replace('+', "%20"))
            .collect::<String>()
    });
    encoded.collect::<Vec<_>>().join("/")
}

/// Returns the level of SARIF, section 3.27.10.
const fn level(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Critical | Level::High) => "error",
        Some(Level::Low | Level::Info) => "note",
        // The default of the format, if the severity is unknown.
        Some(Level::Medium) | None => "warning",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{
        super::{
            super::found::tests::{found, package},
            tests::{hostile, time},
        },
        *,
    };

    fn run(issues: &[Exported<'_>], is_whole: bool) -> Value {
        let file = file(issues, is_whole, time);
        let mut read: Value = serde_json::from_str(&file).unwrap();
        assert_eq!(read["version"], "2.1.0");
        read["runs"][0].take()
    }

    #[test]
    fn each_issue_is_a_result_and_each_problem_one_rule() {
        let same = found("o", "p", "j", &package("CVE-1", "x", "1", false));
        let code = found(
            "o",
            "p",
            "k",
            r#","title":"Secret","ignored":true,"effective_severity_level":"low","coordinates":[{
            "representations":[{"sourceLocation":{"file":"/a b/c.js","region":{"start":{"line":7}}}}]}]"#,
        );
        let issues = [&hostile(), &same, &code].map(Clone::clone);
        let exported = issues.each_ref().map(|found| Exported {
            found,
            org: "Meridian",
            project: "payments",
        });
        let run = run(&exported, true);
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let ids: Vec<_> = rules.iter().map(|rule| &rule["id"]).collect();
        assert_eq!(ids, ["CVE-1", "Secret"]);
        assert_eq!(
            rules[0]["properties"]["tags"],
            json!(["security", "CWE-79"])
        );
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), 3);
        let text = "=cmd(\"x\"),<b>\nnext in @a/b 1";
        assert_eq!(results[0]["message"]["text"], text);
        assert_eq!(
            results[0]["partialFingerprints"],
            json!({"snykKey/v1": "k"})
        );
        let indexes: Vec<_> = results.iter().map(|result| &result["ruleIndex"]).collect();
        assert_eq!(indexes, [0, 0, 1]);
        let physical = &results[2]["locations"][0]["physicalLocation"];
        assert_eq!(physical["artifactLocation"]["uri"], "a%20b/c.js");
        assert_eq!(physical["region"]["startLine"], 7);
        assert_eq!(results[2]["suppressions"], json!([{"kind": "external"}]));
        assert_eq!(results[2]["level"], "note");
        assert_eq!(run["properties"]["complete"], true);
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let bare: shared::snyk::Issue = shared::json::read(br#"{"id":"i"}"#).unwrap();
        let found = crate::data::all_issues::found::Found::of(
            bare,
            &std::sync::Arc::from("o"),
            crate::data::all_issues::found::tests::PLATFORM,
        );
        let exported = Exported {
            found: &found,
            org: "o",
            project: "",
        };
        let run = run(&[exported], false);
        let result = &run["results"][0];
        assert_eq!(result["level"], "warning");
        assert_eq!(result["locations"], json!([{}]));
        assert_eq!(result["properties"]["firstSeen"], Value::Null);
        assert_eq!(run["properties"]["complete"], false);
    }
}
