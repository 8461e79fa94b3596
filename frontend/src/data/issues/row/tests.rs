use super::*;

/// Returns a row of an answer like Snyk's.
pub(in crate::data) fn row(attributes: &str) -> Row {
    let text = format!(
        r#"{{"id":"i","type":"issue","attributes":{{"key":"k","title":"Prototype pollution",
        "type":"package_vulnerability","effective_severity_level":"critical","status":"open",
        "ignored":false,"created_at":"1","updated_at":"2"{attributes}}}}}"#
    );
    row_of(&text)
}

fn row_of(text: &str) -> Row {
    Row::of(shared::json::read(text.as_bytes()).unwrap(), |time| {
        time.parse().unwrap_or(f64::NAN)
    })
}

fn ids(named: &[Named]) -> Vec<&str> {
    named.iter().map(|one| &*one.id).collect()
}

#[test]
fn an_issue_of_which_nothing_optional_is_said_is_a_row() {
    let row = row("");
    assert_eq!(row.level, Some(Level::Critical));
    assert_eq!((row.created, row.updated), (1.0, 2.0));
    assert_eq!((row.score, row.place.as_deref()), (None, None));
    assert_eq!((row.way, &row.reached), (Remediation::Unsaid, &None));
    assert!(row.cves.is_empty() && row.cwes.is_empty() && row.snyk_ids.is_empty());
    assert_eq!(row.status_words(), "Open, not ignored");
}

#[test]
fn what_snyk_does_not_say_of_an_issue_is_unknown() {
    for nothing in [
        "",
        r#","attributes":5"#,
        r#","attributes":{"title":"","ignored":"no"}"#,
    ] {
        let row = row_of(&format!(r#"{{"id":"i"{nothing}}}"#));
        assert_eq!(&*row.title, "Unknown");
        assert_eq!((row.level, row.severity_words()), (None, "Unknown"));
        assert_eq!(kind_words(&row.kind), "Unknown");
        assert_eq!(row.status_words(), "Unknown, may be ignored");
        assert!(row.may_be_open());
        assert!(row.created.is_nan() && row.updated.is_nan());
        assert_eq!((row.key, row.is_ignored), (None, None));
    }
    let went = row(r#","resolution":{"type":null,"resolved_at":null}"#);
    assert_eq!(went.resolved, Some(("Unknown".into(), None)));
}

#[test]
fn ids_are_told_apart_by_catalogue_each_once() {
    let row = row(
        r#","problems":[{"id":"SNYK-JS-LODASH-567746","source":"SNYK","url":"https://security.snyk.io/vuln/SNYK-JS-LODASH-567746"},
        {"id":"CVE-2020-8203","source":"NVD","url":"javascript:alert(1)"},
        {"id":"CVE-2020-8203","source":"CVE"},{"id":"cve-2021-1","source":"NVD"},
        {"id":"GHSA-p6mc-m468-83gw","source":"GHSA"},{"id":"npm:lodash:1","source":"snyk"}],
        "classes":[{"id":"CWE-1321","source":"CWE"},{"id":"data","source":"snyk-cloud"},
        {"id":"CIS-AWS_v1.4.0_2.1.2","source":"CIS-AWS_v1.4.0"}]"#,
    );
    assert_eq!(ids(&row.cves), ["CVE-2020-8203", "cve-2021-1"]);
    assert_eq!(
        ids(&row.snyk_ids),
        ["SNYK-JS-LODASH-567746", "npm:lodash:1"]
    );
    assert_eq!(ids(&row.others), ["GHSA-p6mc-m468-83gw"]);
    assert_eq!(ids(&row.cwes), ["CWE-1321"]);
    assert_eq!(
        row.cwes[0].address.as_deref(),
        Some("https://cwe.mitre.org/data/definitions/1321.html")
    );
    assert_eq!(row.cves[0].address, None);
    assert!(row.snyk_ids[0].address.is_some());
    assert_eq!(first_of(&row.cves).unwrap(), "CVE-2020-8203 +1");
    assert_eq!(first_of(&row.cwes).unwrap(), "CWE-1321");
    assert_eq!(first_of(&[]), None);
}

#[test]
fn a_place_is_a_package_a_file_a_path_or_a_resource() {
    let place = |representation: &str| {
        row(&format!(
            r#","coordinates":[{{"representations":[{representation}]}}]"#
        ))
        .place
        .map(String::from)
    };
    for (representation, words) in [
        (
            r#"{"dependency":{"package_name":"lodash","package_version":"4.17.15"}}"#,
            Some("lodash 4.17.15"),
        ),
        (
            r#"{"sourceLocation":{"file":"a.rs","region":{"start":{"line":7,"column":1},"end":{"line":7,"column":2}}}}"#,
            Some("a.rs, line 7"),
        ),
        (r#"{"sourceLocation":{"file":"a.rs"}}"#, Some("a.rs")),
        (
            r#"{"sourceLocation":{"file":"a.rs","region":{"start":{"line":null}}}}"#,
            Some("a.rs"),
        ),
        (r#"{"sourceLocation":{"file":null}}"#, None),
        (
            r#"{"dependency":{"package_name":"lodash","package_version":null}}"#,
            Some("lodash"),
        ),
        (r#"{"dependency":{"package_version":"4.17.15"}}"#, None),
        (r#"{"resourcePath":"spec.x"}"#, Some("spec.x")),
        (
            r#"{"cloud_resource":{"resource":{"name":"bucket"}}}"#,
            Some("bucket"),
        ),
        (r#"{"cloud_resource":{}}"#, None),
        (r#"{"something":"new"}"#, None),
    ] {
        assert_eq!(place(representation).as_deref(), words, "{representation}");
    }
}

#[test]
fn sec_64_only_addresses_of_known_catalogues_become_links() {
    for fine in [
        "https://nvd.nist.gov/vuln/detail/CVE-2020-8203",
        "https://security.snyk.io/vuln/SNYK-JS-LODASH-567746",
        "https://github.com/advisories/GHSA-p6mc-m468-83gw",
        "https://www.cve.org/CVERecord?id=CVE-2020-8203#x",
    ] {
        assert_eq!(catalogue_address(fine), Some(fine));
    }
    for odd in [
        "javascript:alert(1)",
        "java\nscript:alert(1)",
        "http://nvd.nist.gov/",
        " https://nvd.nist.gov/",
        "https://nvd.nist.gov/ y",
        "https://nvd.nist.gov/\u{0}",
        "https://nvd.nist.gov/é",
        "https://evil.example/",
        "https://evilsnyk.io/",
        "https://snyk.io.evil.example/",
        "https://snyk.io@evil.example/",
        "https://evil.example\\.snyk.io/",
        "https://snyk.io:8443/",
        "https://snyk.io\\@evil.example/",
        "https://",
        "//snyk.io/",
        "data:text/html,x",
        "",
    ] {
        assert_eq!(catalogue_address(odd), None, "{odd:?}");
    }
    let long = format!("https://snyk.io/{}", "x".repeat(2_048));
    assert_eq!(catalogue_address(&long), None);
}

#[test]
fn words_that_are_not_known_stay_as_they_came() {
    let mut row = row("");
    row.status = IssueStatus::from("paused");
    row.is_ignored = Some(true);
    assert_eq!(row.status_words(), "paused, ignored");
    assert_eq!(kind_words(&IssueKind::from("quantum")), "quantum");
    row.level = None;
    assert_eq!(row.rank(), 5);
}

#[test]
fn a_score_stays_on_its_scale() {
    let score = |value: &str| {
        row(&format!(
            r#","risk":{{"score":{{"value":{value},"model":"v1"}}}}"#
        ))
        .score
    };
    assert_eq!(score("874"), Some(874));
    assert_eq!(score("5000"), Some(1_000));
    assert_eq!(row(r#","risk":{"factors":[]}"#).score, None);
}

#[test]
fn what_to_do_is_told_as_far_as_snyk_says_it() {
    let row = row(r#","description":" Two\n\nparagraphs. ","severities":[
        {"source":"Snyk","score":7.5,"version":"3.1","vector":"CVSS:3.1/AV:N"},
        {"source":"NVD","score":9.84},{"score":null,"vector":"x"},{"score":11},5],
        "coordinates":[{"remedies":[{"type":"manual","description":"Do this."},{"type":"cli"}]},
        {"remedies":[{"type":"manual","description":"Do this."},{"description":" Or that. "}]}]"#);
    assert_eq!(row.description.as_deref(), Some("Two\n\nparagraphs."));
    let cvss: Vec<_> = row.cvss.iter().map(|rating| &*rating.words).collect();
    assert_eq!(cvss, ["7.5 (CVSS 3.1, Snyk)", "9.8 (CVSS, NVD)"]);
    assert_eq!(row.cvss[0].vector.as_deref(), Some("CVSS:3.1/AV:N"));
    let said: Vec<_> = row.instructions.iter().map(|text| &**text).collect();
    assert_eq!(said, ["Do this.", "Or that."]);
}

#[test]
fn a_weakness_of_another_form_is_no_link() {
    let row = row(
        r#","classes":[{"id":"CWE-","source":"CWE"},{"id":"CWE-7/../x","source":"CWE"},
        {"id":"CWE-79","source":"CWE","url":"https://cwe.mitre.org/x"}]"#,
    );
    let addresses: Vec<_> = row.cwes.iter().map(|one| one.address.as_deref()).collect();
    assert_eq!(addresses, [None, None, Some("https://cwe.mitre.org/x")]);
}
