//! Sections that are read on their own.

use super::{super::variable_names::KNOWN_VARIABLES, *};

/// Reads one section, and returns it with the report.
fn read<T>(
    pairs: &[(&str, &str)],
    section: impl Fn(&mut Reader<'_>) -> Option<T>,
) -> (Option<T>, String) {
    let raw = Raw::from_pairs(pairs);
    let mut reader = Reader::new(&raw);
    let section = section(&mut reader);
    (section, reader.finish().into_report().to_string())
}

#[test]
fn a_section_is_read_while_the_others_are_absent() {
    let pairs = [("SCOPES", "org.read"), ("SNYK_REGION", "eu-01")];
    let raw = Raw::from_pairs(&pairs);
    let mut reader = Reader::new(&raw);
    assert_eq!(App::read(&mut reader).unwrap().name, "Snyk App");
    assert_eq!(Provider::read(&mut reader).unwrap().region, "eu-01");
    let problems = reader.finish();
    assert!(problems.is_empty());
    assert_eq!(problems.into_warnings(), Vec::<String>::new());

    let (log, _) = read(&[], Log::read);
    assert_eq!(log.unwrap().filter, "info");
    for is_read in [
        read(&[], |reader| Server::read(reader, None)).0.is_some(),
        read(&[], Session::read).0.is_some(),
        read(&[], Limits::read).0.is_some(),
        read(&[], Storage::read).0.is_some(),
    ] {
        assert!(is_read);
    }
}

#[test]
fn a_section_is_read_while_the_others_are_broken() {
    let broken = [
        ("CLIENT_ID", "\"my app\""),
        ("CLIENT_SECRET_FILE", "/nowhere"),
        ("ENCRYPTION_SECRET", "short"),
        ("REDIRECT_URI", "callback"),
        ("SNYK_REGION", "mars-01"),
        ("LISTEN", "localhost"),
        ("SESSION_IDLE", "soon"),
        ("RATE_LIMITS", "maybe"),
        ("REFRESH_UNUSED_CONNECTIONS", "maybe"),
        ("LOG", "a=b=c"),
        ("DATABASE_URL", "'sqlite://app.db'"),
        ("SCOPES", "org.read"),
    ];
    let (app, report) = read(&broken, App::read);
    assert_eq!(app.unwrap().scopes.to_string(), "org.read");
    assert!(report.contains("has 0 problems"), "{report}");

    // A broken section reports its own problems only.
    let (storage, report) = read(&broken, Storage::read);
    assert!(storage.is_none());
    assert!(report.contains("has 1 problem:"), "{report}");
    assert!(report.contains("DATABASE_URL"), "{report}");
}

#[test]
fn several_sections_report_all_their_problems_at_once() {
    let raw = Raw::from_pairs(&[("SESSION_IDLE", "soon"), ("DATABASE_URL", "mysql://x")]);
    let mut reader = Reader::new(&raw);
    assert!(Session::read(&mut reader).is_none());
    assert!(Encryption::read(&mut reader).is_none());
    assert!(Storage::read(&mut reader).is_none());
    let report = reader.finish().into_report().to_string();
    let names: Vec<_> = report
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .collect();
    assert_eq!(names, ["SESSION_IDLE", "ENCRYPTION_SECRET", "DATABASE_URL"]);
}

#[test]
fn the_sections_together_read_every_known_variable() {
    // Values in quotation marks are problems of the variables that are read.
    let quoted = KNOWN_VARIABLES.map(|name| (name, "\"x\""));
    let report = Config::from_raw(&Raw::from_pairs(&quoted))
        .unwrap_err()
        .to_string();
    for name in KNOWN_VARIABLES {
        assert!(report.contains(&format!("  {name} ")), "{name}: {report}");
    }
}
