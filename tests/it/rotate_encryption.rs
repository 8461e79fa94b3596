//! `snyk-app rotate-encryption` beside a running server.

use std::{
    fs,
    process::{Child, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use tests::{
    Bed,
    app::ENCRYPTION_SECRET,
    client::Client,
    command::{self, Outcome},
    load::Load,
};

const NEW: &str = "canary-new-secret-7d0e1f2a3b4c5d6e7f80";
/// The variables of a server and of a command while a secret is rotated.
const ROTATING: [(&str, &str); 2] = [
    ("ENCRYPTION_SECRET", NEW),
    ("ENCRYPTION_SECRET_PREVIOUS", ENCRYPTION_SECRET),
];
/// The variables when the earlier secret has been removed.
const ROTATED: [(&str, &str); 2] = [
    ("ENCRYPTION_SECRET", NEW),
    ("ENCRYPTION_SECRET_PREVIOUS", ""),
];

/// A browser, and the id of the connection that it has made.
type Person = (Client, String);

/// Connects each organization in a browser of its own.
async fn people(bed: &Bed) -> Vec<Person> {
    let (first, group) = bed.connected().await;
    let id = |connection: &Value| connection["id"].as_str().unwrap().to_owned();
    let mut people = vec![(first, id(&group))];
    for org in group["orgs"].as_array().unwrap().iter().take(5) {
        let mut browser = bed.browser();
        let choice = format!("org:{}", org["slug"].as_str().unwrap());
        let answer = bed.finish_after_consent(&mut browser, &choice).await;
        assert_eq!(answer.status, 201, "{choice}: {}", answer.text);
        people.push((browser, id(&answer.json()["connection"])));
    }
    people
}

/// Makes a revocation that stays pending, since the sandbox does not take it.
async fn pending_revocation(bed: &Bed) {
    let fault =
        json!({ "on": { "endpoint": "revoke" }, "fault": { "kind": "status", "status": 500 } });
    bed.sandbox.fault(fault).await;
    let mut browser = bed.browser();
    let answer = bed.finish_after_consent(&mut browser, "org:research").await;
    let path = format!(
        "/api/connections/{}",
        answer.json()["connection"]["id"].as_str().unwrap()
    );
    assert_eq!(browser.delete(&path).await.status, 204);
}

async fn rotate(bed: &Bed, arguments: &[&str], changes: &[(&str, &str)]) -> Outcome {
    let arguments = [&["rotate-encryption", "--json"], arguments].concat();
    let finished = command::finish(bed.app.command(&arguments, changes)).await;
    for secret in [NEW, ENCRYPTION_SECRET] {
        assert!(!finished.stdout.contains(secret), "{finished:?}");
        assert!(!finished.stderr.contains(secret), "{finished:?}");
    }
    finished
}

/// Returns the sum of a count over all columns.
fn sum(finished: &Outcome, count: &str) -> u64 {
    let json = finished.json();
    let columns = json["columns"].as_array().unwrap();
    columns
        .iter()
        .map(|column| column[count].as_u64().unwrap())
        .sum()
}

async fn all_are_signed_in(people: &mut [Person]) {
    for (browser, id) in people {
        assert_eq!(browser.connections().await.len(), 1);
        let path = format!("/api/connections/{id}/snyk/rest/self");
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_rotated_under_load_and_nobody_is_signed_out() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    pending_revocation(&bed).await;
    let mut people = people(&bed).await;
    bed.app.start_again(&ROTATING).await;

    let dry = rotate(&bed, &["--dry-run"], &ROTATING).await;
    assert_eq!(dry.code, Some(0), "{dry:?}");
    let values = sum(&dry, "values");
    assert_eq!(values, 2 * people.len() as u64 + 1, "{dry:?}");
    assert_eq!(sum(&dry, "earlier"), values, "a dry run changes nothing");

    let load = Load::start(&people);
    let done = rotate(&bed, &["--batch-size", "1", "--pause", "50"], &ROTATING).await;
    let requests = load.end().await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(done.json()["complete"], true);
    assert_eq!(sum(&done, "current"), values);
    assert_eq!(
        sum(&done, "earlier") + sum(&done, "unopened"),
        0,
        "{done:?}"
    );
    assert!(
        sum(&done, "reencrypted") >= 1,
        "the revocation at least: {done:?}"
    );
    assert!(requests > 20, "there was load: {requests}");
    assert_eq!(bed.sandbox.count("reuses").await, 0);

    // The earlier secret is removed, and everything opens.
    bed.app.start_again(&ROTATED).await;
    all_are_signed_in(&mut people).await;
    bed.sandbox.heal().await;
    let again = rotate(&bed, &[], &ROTATED).await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(sum(&again, "reencrypted"), 0, "{again:?}");
    assert!(
        !bed.app.output().contains("not open"),
        "{}",
        bed.app.output()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_that_was_killed_is_continued() {
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let mut people = people(&bed).await;
    bed.app.start_again(&ROTATING).await;
    let arguments = ["rotate-encryption", "--batch-size", "1", "--pause", "250"];
    let start = |bed: &Bed| -> Child {
        let mut command = bed.app.command(&arguments, &ROTATING);
        let command = command.stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    };
    let values = 2 * people.len() as u64;
    let mut left = values;
    // Once by SIGKILL, and once by the signal of Ctrl-C.
    for signal in ["KILL", "INT"] {
        let mut running = start(&bed);
        let before = left;
        while left == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
            left = sum(&rotate(&bed, &["--dry-run"], &ROTATING).await, "earlier");
        }
        // A second server does not start beside it either.
        let (code, output) = bed.app.run_to_end(&ROTATING);
        assert_eq!(code, Some(1), "{output}");
        assert!(output.contains("in use by another"), "{output}");
        let pid = running.id().to_string();
        let sent = std::process::Command::new("kill")
            .args(["-s", signal, &pid])
            .status();
        assert!(sent.unwrap().success());
        let code = running.wait().unwrap().code();
        assert_eq!(code, (signal == "INT").then_some(1));
        all_are_signed_in(&mut people).await;
    }
    let half = rotate(&bed, &["--dry-run"], &ROTATING).await;
    let left = sum(&half, "earlier");
    assert!(0 < left && left < values, "{half:?}");

    let done = rotate(&bed, &[], &ROTATING).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(sum(&done, "reencrypted"), left, "only what was left");
    bed.app.start_again(&ROTATED).await;
    all_are_signed_in(&mut people).await;
    let old = [
        ("ENCRYPTION_SECRET", ENCRYPTION_SECRET),
        ("ENCRYPTION_SECRET_PREVIOUS", ""),
    ];
    let old = rotate(&bed, &["--dry-run"], &old).await;
    assert_eq!(
        sum(&old, "unopened"),
        values,
        "the earlier secret opens nothing"
    );
}

/// A server without the new secret would take every re-encrypted connection for lost.
#[tokio::test]
async fn nothing_is_changed_beside_a_server_with_other_secrets() {
    let mut bed = Bed::start().await;
    let (mut browser, _) = bed.connected().await;
    let swapped = [
        ("ENCRYPTION_SECRET", ENCRYPTION_SECRET),
        ("ENCRYPTION_SECRET_PREVIOUS", NEW),
    ];
    for (server, words) in [
        (None, "does not have this ENCRYPTION_SECRET"),
        (Some(swapped), "still encrypts with another"),
    ] {
        if let Some(server) = server {
            bed.app.start_again(&server).await;
        }
        for arguments in [&[][..], &["--dry-run"]] {
            let refused = rotate(&bed, arguments, &ROTATING).await;
            assert_eq!(refused.code, Some(1), "{refused:?}");
            assert!(refused.stderr.contains(words), "{refused:?}");
            assert_eq!(refused.json()["complete"], false);
        }
    }
    // As beside a server of an earlier version, which says nothing.
    bed.app.start_again(&ROTATING).await;
    let lock_file = bed.app.database().with_extension("db.lock");
    let announcement = fs::read(&lock_file).unwrap();
    fs::write(&lock_file, "").unwrap();
    let refused = rotate(&bed, &[], &ROTATING).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("earlier version"), "{refused:?}");
    fs::write(&lock_file, announcement).unwrap();

    let untouched = rotate(&bed, &["--dry-run"], &ROTATING).await;
    assert_eq!(sum(&untouched, "earlier"), 2, "{untouched:?}");
    assert_eq!(browser.connections().await.len(), 1);
}

#[tokio::test]
async fn values_that_no_secret_opens_are_named_and_the_others_are_rotated() {
    let mut bed = Bed::start().await;
    let mut people = people(&bed).await;
    assert_eq!(bed.app.stop(), Some(0));
    // Without a server it works as well, and finds what to change by the keys.
    let lost = [
        ("ENCRYPTION_SECRET", NEW),
        ("ENCRYPTION_SECRET_PREVIOUS", ""),
    ];
    let named = rotate(&bed, &[], &lost).await;
    assert_eq!(named.code, Some(1), "{named:?}");
    assert!(
        named
            .stderr
            .contains("add it to ENCRYPTION_SECRET_PREVIOUS"),
        "{named:?}"
    );
    let json = named.json();
    let first = &json["unopened"][0];
    assert!(
        first["value"]
            .as_str()
            .unwrap()
            .starts_with("connections.access_token of row ")
    );
    assert_eq!(first["why"], "sealed with a key that is not configured");
    assert_eq!(sum(&named, "unopened"), 2 * people.len() as u64);

    let done = rotate(&bed, &[], &ROTATING).await;
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(sum(&done, "reencrypted"), 2 * people.len() as u64);
    bed.app.start_again(&ROTATED).await;
    all_are_signed_in(&mut people).await;
}

#[tokio::test]
async fn what_stands_in_the_way_is_told() {
    let bed = Bed::start().await;
    let elsewhere = tempfile::tempdir().unwrap();
    let missing = format!("sqlite://{}/none.db", elsewhere.path().display());
    let empty = format!("sqlite://{}/empty.db", elsewhere.path().display());
    fs::write(elsewhere.path().join("empty.db"), "").unwrap();
    for (change, words) in [
        (("DATABASE_URL", missing.as_str()), "there is no database"),
        (
            ("DATABASE_URL", empty.as_str()),
            "start the server of this version",
        ),
        (
            ("ENCRYPTION_SECRET", "canary-short"),
            "ENCRYPTION_SECRET is shorter than 32 characters",
        ),
    ] {
        let refused = rotate(&bed, &[], &[change]).await;
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains(words), "{refused:?}");
        assert!(refused.json()["problem"].as_str().unwrap().contains(words));
    }
    assert!(
        !elsewhere.path().join("none.db").exists(),
        "nothing is left lying"
    );
    // It needs no other part of the configuration.
    let others = [("CLIENT_ID", ""), ("CLIENT_SECRET", ""), ("SCOPES", "")];
    let done = rotate(&bed, &[], &others).await;
    assert_eq!(done.code, Some(0), "{done:?}");
}
