//! The files of `deploy/`, which no other test runs.

use std::{fs, path::PathBuf, process::Command};

fn read(name: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    fs::read_to_string(root.join(name)).unwrap()
}

/// Returns the words in capitals that a text sets, such as `LISTEN` in `ENV LISTEN=…`.
fn variables(text: &str) -> Vec<String> {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(|line| line.split([' ', '"']));
    let names = words.filter_map(|word| Some(word.split_once(['=', ':'])?.0));
    let names = names.chain(
        text.lines()
            .filter_map(|line| Some(line.strip_prefix("Environment=")?.split_once('=')?.0)),
    );
    let is_name = |name: &&str| {
        name.len() > 2
            && name
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
    };
    names.filter(is_name).map(str::to_owned).collect()
}

#[test]
fn only_variables_that_exist_are_set() {
    let sample = read(".env.sample");
    let known: Vec<_> = sample
        .lines()
        .filter_map(|line| Some(line.trim_start_matches('#').split_once('=')?.0))
        .collect();
    for (name, expected) in [
        ("Dockerfile", "DATABASE_URL"),
        ("compose.yaml", "DATABASE_URL"),
        ("compose.postgres.yaml", "DATABASE_URL"),
        ("kubernetes.yaml", "METRICS_LISTEN"),
        ("snyk-app.service", "DATABASE_URL"),
    ] {
        let set = variables(&read(&format!("deploy/{name}")));
        assert!(set.contains(&expected.to_owned()), "{name}: {set:?}");
        // The others are of PostgreSQL's image, and the beginning of a command there.
        let ours = |name: &String| !name.starts_with("POSTGRES_") && name != "CMD-SHELL";
        for variable in set.into_iter().filter(ours) {
            assert!(known.contains(&&*variable), "{name}: {variable}");
        }
    }
}

#[test]
fn rel_7_every_supervisor_waits_for_refreshes_in_flight() {
    assert!(read("deploy/compose.yaml").contains("\n    stop_grace_period: 130s\n"));
    let kubernetes = read("deploy/kubernetes.yaml");
    assert!(kubernetes.contains("\n      terminationGracePeriodSeconds: 130\n"));
    let unit = read("deploy/snyk-app.service");
    assert!(unit.contains("\nTimeoutStopSec=130s\n"));
    assert!(!unit.contains("\nExecReload="), "SIGHUP stops the server");
}

#[test]
fn the_unit_gives_the_service_few_rights() {
    let unit = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../deploy/snyk-app.service");
    let analyzed = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager", "--threshold=11"])
        .arg(unit)
        .output();
    let Ok(analyzed) = analyzed else {
        println!("systemd-analyze is not installed: the unit is not analyzed");
        return;
    };
    // It fails if the exposure is above 1.1 of 10.
    let report = String::from_utf8_lossy(&analyzed.stdout);
    assert!(analyzed.status.success(), "{report}");
    assert!(report.contains("Overall exposure level"), "{report}");
}
