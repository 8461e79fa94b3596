//! The JSON:API resource of an issue. Members that Snyk's schema makes optional are omitted in some
//! issues.

use serde_json::{Map, Value, json};

use super::filter::status;
use crate::world::dice::Dice;
use crate::world::estate::ENVIRONMENTS;
use crate::world::id::Kind;
use crate::world::issue::{Finding, Issue, ScanItem};

/// Returns the resource of an issue.
pub(crate) fn resource(issue: Issue<'_>) -> Value {
    json!({
        "type": "issue",
        "id": issue.id(),
        "attributes": attributes(&issue),
        "relationships": relationships(&issue),
    })
}

fn attributes(issue: &Issue<'_>) -> Value {
    let finding = issue.finding();
    let mut attributes = json!({
        "key": key(issue, &finding),
        "title": finding.title,
        "type": issue.kind(),
        "effective_severity_level": issue.severity(),
        "status": status(issue),
        "ignored": issue.is_ignored,
        "created_at": issue.created(),
        "updated_at": issue.updated(),
    });
    if issue.is_bare() {
        return attributes;
    }
    let dice = issue.dice();
    attributes["problems"] = problems(issue, &finding);
    let optional = [
        ("classes", classes(issue, &finding)),
        (
            "coordinates",
            (!dice.on("nowhere").chance(4)).then(|| coordinates(issue, &finding)),
        ),
        ("risk", risk(issue)),
        ("resolution", resolution(issue)),
        (
            "tool",
            dice.on("tool").chance(20).then(|| json!("snyk://scan")),
        ),
        (
            "description",
            dice.on("description").chance(25).then(|| {
                json!(format!(
                    "{}.\n\n<b>This text</b> is as long as it was written.",
                    finding.title
                ))
            }),
        ),
        ("severities", severities(issue)),
        ("exploit_details", exploits(issue)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            attributes[name] = value;
        }
    }
    attributes
}

fn key(issue: &Issue<'_>, finding: &Finding) -> String {
    let fingerprint = |parts: usize| {
        let part = |at| format!("{:08x}", issue.dice().on("key").nth(at).value() >> 32);
        (0..parts).map(part).collect::<Vec<_>>()
    };
    match (&finding.package, issue.kind()) {
        (Some((package, version)), _) => format!("{}:{package}:{version}", finding.snyk_id),
        (None, "code") => format!("{}:{}:1", issue.id(), fingerprint(16).join(".")),
        (None, _) => fingerprint(16).concat(),
    }
}

fn problems(issue: &Issue<'_>, finding: &Finding) -> Value {
    let is_vulnerability = issue.kind() == "package_vulnerability";
    let mut own = json!({
        "id": finding.snyk_id,
        "source": "SNYK",
        "type": if is_vulnerability { "vulnerability" } else { "rule" },
    });
    if is_vulnerability {
        own["url"] = json!(format!("https://security.snyk.io/vuln/{}", finding.snyk_id));
        own["disclosed_at"] = json!(issue.created());
        own["discovered_at"] = json!(issue.created());
        own["updated_at"] = json!(issue.updated());
    }
    let cves = finding.cves.iter().map(|cve| {
        json!({
            "id": cve,
            "source": "NVD",
            "type": "vulnerability",
            "url": format!("https://nvd.nist.gov/vuln/detail/{cve}"),
        })
    });
    let ghsa = finding
        .ghsa
        .iter()
        .map(|id| json!({"id": id, "source": "GHSA", "type": "vulnerability"}));
    std::iter::once(own).chain(cves).chain(ghsa).collect()
}

fn classes(issue: &Issue<'_>, finding: &Finding) -> Option<Value> {
    let mut classes: Vec<Value> = finding
        .cwes
        .iter()
        .map(|cwe| json!({"id": cwe, "source": "CWE", "type": "weakness"}))
        .collect();
    if issue.kind() == "cloud" {
        classes.push(json!({"id": "data", "source": "snyk-cloud", "type": "rule-category"}));
        classes.push(json!({
            "id": "CIS-AWS_v1.4.0_2.1.2",
            "source": "CIS-AWS_v1.4.0",
            "type": "compliance",
        }));
    }
    (!classes.is_empty()).then(|| json!(classes))
}

/// Returns the locations and their fixes. Most issues have one location.
fn coordinates(issue: &Issue<'_>, finding: &Finding) -> Value {
    let locations = if issue.dice().on("places").chance(12) {
        2
    } else {
        1
    };
    (0..locations)
        .map(|nth| coordinate(issue, finding, issue.dice().on("coordinate").nth(nth)))
        .collect()
}

fn coordinate(issue: &Issue<'_>, finding: &Finding, dice: Dice) -> Value {
    let mut coordinate = Map::new();
    let mut set = |name: &str, value: Value| coordinate.insert(name.to_owned(), value);
    set(
        "representations",
        json!([representation(issue, finding, dice)]),
    );
    if finding.package.is_some() {
        // At most one kind of fix; some responses omit these members.
        let way = dice.on("way").below(100);
        if way < 95 {
            set("is_upgradeable", json!(way < 45));
            set("is_patchable", json!((45..52).contains(&way)));
            set("is_pinnable", json!((52..60).contains(&way)));
            set("is_fixable_snyk", json!(way < 60));
            set("is_fixable_manually", json!((60..67).contains(&way)));
            set("is_fixable_upstream", json!((40..70).contains(&way)));
        }
        if dice.on("reached").chance(70) {
            let reachability = dice.on("reachability");
            let kinds = [
                "function",
                "package",
                "no-info",
                "no-info",
                "not-applicable",
            ];
            set("reachability", json!(reachability.pick(&kinds)));
        }
    } else if issue.kind() != "code" {
        set(
            "remedies",
            json!([
                {"type": "manual", "description": "1. Open the console\n2. Find the resource\n3. …"},
                {"type": "terraform", "description": "Set the attribute as the rule says."},
            ]),
        );
        set("is_fixable_manually", json!(true));
    }
    if dice.on("state").chance(40) {
        set("state", json!(status(issue)));
        set("created_at", json!(issue.created()));
        set("updated_at", json!(issue.updated()));
        set("last_introduced_at", json!(issue.created()));
    }
    if !issue.is_open && dice.on("resolved").chance(40) {
        set("last_resolved_at", json!(issue.updated()));
        set(
            "last_resolved_details",
            json!("The package is no longer there."),
        );
    }
    Value::Object(coordinate)
}

fn representation(issue: &Issue<'_>, finding: &Finding, dice: Dice) -> Value {
    match (&finding.package, issue.kind()) {
        (Some((name, version)), _) => {
            json!({"dependency": {"package_name": name, "package_version": version}})
        }
        (None, "code") => source_location(dice),
        (None, "cloud") => cloud_resource(issue, dice),
        (None, _) => json!({"resourcePath": format!(
            "[DocId: {}].input.spec.template.spec.containers[web].securityContext",
            dice.below(4)
        )}),
    }
}

fn source_location(dice: Dice) -> Value {
    let file = dice.on("file").pick(&[
        "src/main/java/test/example/Settlement.java",
        "app/управление/вход.py",
        "web/src/components/<Form>.tsx",
    ]);
    let mut location = json!({"file": file});
    if dice.on("region").chance(85) {
        let line = 1 + dice.on("line").below(2_000);
        location["region"] = json!({
            "start": {"line": line, "column": 4},
            "end": {"line": line + dice.on("lines").below(5), "column": 61},
        });
    }
    if dice.on("commit").chance(60) {
        let half = |what| dice.on(what).value();
        let commit = format!(
            "{:016x}{:016x}{:08x}",
            half("a"),
            half("b"),
            half("c") >> 32
        );
        location["commit_id"] = json!(commit);
    }
    json!({"sourceLocation": location})
}

fn cloud_resource(issue: &Issue<'_>, dice: Dice) -> Value {
    let (number, kind) = match issue.item {
        ScanItem::Environment(number) => (number, "aws"),
        ScanItem::Project(_) => (0, "scm"),
    };
    let mut resource = json!({"environment": {
        "id": issue.estate.ids.seal(Kind::Environment, number),
        "name": ENVIRONMENTS[number].0,
        "type": kind,
    }});
    if dice.on("resource").chance(80) {
        resource["environment"]["native_id"] = json!("721018433921");
        resource["resource"] = json!({
            "input_type": if kind == "aws" { "cloud_scan" } else { "tf_hcl" },
            "type": if kind == "aws" { "cloud" } else { "iac" },
            "name": "manifest-archive",
            "native_id": "arn:aws:s3:::manifest-archive",
            "location": "eu-central-1",
            "platform": "aws",
            "resource_type": "aws_s3_bucket",
            "tags": {"Stage": "Prod"},
        });
    }
    json!({"cloud_resource": resource})
}

/// Returns a score, factors, both, or neither.
fn risk(issue: &Issue<'_>) -> Option<Value> {
    let dice = issue.dice().on("risk");
    let (lowest, highest) = match issue.severity() {
        "critical" => (700, 1_000),
        "high" => (450, 800),
        "medium" => (200, 520),
        "low" => (20, 260),
        _ => return None,
    };
    if dice.chance(12) {
        return None;
    }
    let mut risk = json!({"factors": []});
    if dice.on("scored").chance(95) {
        let value = lowest + dice.on("value").below(highest - lowest + 1);
        risk["score"] = json!({"value": value, "model": "v4"});
        if dice.on("dated").chance(50) {
            risk["score"]["updated_at"] = json!(issue.updated());
        }
    }
    if dice.on("factors").chance(15) {
        risk["factors"] = json!([
            {"name": "deployed", "value": true, "updated_at": issue.updated()},
            {"name": "public_facing", "value": false, "updated_at": issue.updated(),
             "included_in_score": true, "links": {"evidence": "https://snyk.example.test/evidence"}},
        ]);
    }
    Some(risk)
}

fn resolution(issue: &Issue<'_>) -> Option<Value> {
    let dice = issue.dice().on("resolution");
    if issue.is_open || dice.chance(10) {
        return None;
    }
    let mut resolution = json!({
        "type": dice.on("type").pick(&["fixed", "disappeared"]),
        "resolved_at": issue.updated(),
    });
    if dice.on("details").chance(10) {
        resolution["details"] = json!("rule_passed");
    }
    Some(resolution)
}

fn severities(issue: &Issue<'_>) -> Option<Value> {
    let is_scored = issue.kind() == "package_vulnerability" && issue.dice().on("cvss").chance(35);
    is_scored.then(|| {
        json!([{
            "source": "Snyk",
            "level": issue.severity(),
            "score": 7.5,
            "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
            "version": "3.1",
            "modification_time": issue.updated(),
        }])
    })
}

fn exploits(issue: &Issue<'_>) -> Option<Value> {
    let is_known = issue.kind() == "package_vulnerability" && issue.dice().on("exploit").chance(10);
    is_known.then(|| {
        json!({
            "sources": ["CISA"],
            "maturity_levels": [{"format": "CVSSv3", "level": "Proof of Concept"}],
        })
    })
}

fn relationships(issue: &Issue<'_>) -> Value {
    let estate = issue.estate;
    let scan_item = match issue.item {
        ScanItem::Project(project) => json!({"type": "project", "id": project.id()}),
        ScanItem::Environment(number) => json!({
            "type": "environment",
            "id": estate.ids.seal(Kind::Environment, number),
        }),
    };
    let mut relationships = json!({
        "organization": {"data": {"type": "organization", "id": estate.org.id}},
        "scan_item": {"data": scan_item},
    });
    if issue.is_ignored {
        let number = issue.dice().below(1 << 40);
        let id = estate.ids.seal(Kind::Ignore, number);
        relationships["ignore"] = json!({"data": {"type": "ignore", "id": id}});
    }
    if issue.dice().on("executions").chance(5) {
        let execution = json!({"type": "test-workflow-execution", "id": issue.id()});
        relationships["test_executions"] = json!({"data": [execution]});
    }
    relationships
}
