//! The API token and the client secret are nowhere but where they belong.

use std::{fs, time::Duration};

use serde_json::json;

use super::*;

/// Holds the answer to the request that creates the app.
async fn delay(sandbox: &Sandbox, ms: u64) {
    let on = json!({"endpoint": "rest", "path": "/rest/orgs/*/apps"});
    let fault = json!({"kind": "delay", "ms": ms, "when": "after"});
    sandbox.fault(json!({"on": on, "fault": fault})).await;
}

/// Waits until the app exists at the sandbox.
async fn created(sandbox: &Sandbox) {
    while sandbox.seen("/rest/orgs/").await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_token_comes_from_a_file_or_standard_input_and_is_shown_nowhere() {
    let (sandbox, org, folder) = start().await;
    delay(&sandbox, 1_500).await;
    let provider = &variables(&sandbox.url)[..2];
    let arguments = [&complete(&org)[..], &["--token-file", "-"]].concat();
    let child = command::start(folder.path(), &arguments, provider, TOKEN);
    created(&sandbox).await;
    let process = format!("/proc/{}", child.id());
    let line = fs::read(format!("{process}/cmdline")).unwrap();
    let environment = fs::read(format!("{process}/environ")).unwrap();
    let shown = [line, environment].concat();
    assert!(String::from_utf8_lossy(&shown).contains("--token-file"));
    assert!(!String::from_utf8_lossy(&shown).contains(TOKEN));
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let written = read(folder.path());
    let secret = value(&written, "CLIENT_SECRET");
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8(printed).unwrap();
    for hidden in [TOKEN, secret, value(&written, "ENCRYPTION_SECRET")] {
        assert!(!printed.contains(hidden), "{printed}");
    }
    sandbox.heal().await;

    let token_file = folder.path().join("token");
    fs::write(&token_file, format!("{TOKEN}\n")).unwrap();
    let file = format!("--token-file={}", token_file.display());
    let outcome = create(folder.path(), &org, &[&file, "--force"], provider);
    assert_eq!(outcome.code, Some(0), "{}", outcome.output());

    // The demo's flag works, and warns.
    let flag = ["--authToken", TOKEN, "--force"];
    let outcome = create(folder.path(), &org, &flag, provider);
    assert_eq!(outcome.code, Some(0), "{}", outcome.output());
    assert!(
        outcome.stderr.contains("list of processes"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.output().contains(TOKEN));
    assert_eq!(
        files(folder.path()),
        [".env", ".env.backup", ".env.backup.1", "token"]
    );
}

#[tokio::test]
async fn a_secret_that_cannot_be_saved_is_shown_once() {
    let (sandbox, org, folder) = start().await;
    let path = folder.path().join(".env");
    delay(&sandbox, 1_500).await;
    for flags in [&[][..], &["--json"]] {
        let _ = fs::remove_file(&path);
        let seen = sandbox.seen("/rest/orgs/").await;
        let arguments = [&complete(&org)[..], flags].concat();
        let variables = variables(&sandbox.url);
        let child = command::start(folder.path(), &arguments, &variables, "");
        while sandbox.seen("/rest/orgs/").await == seen {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        fs::write(&path, "LOG=debug\n").unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8(printed).unwrap();
        assert!(printed.contains("changed by another program"), "{printed}");
        let secrets = sandbox.secrets().await;
        let is_shown =
            |secret: &&String| printed.contains(secret.as_str()) && secret.starts_with("snyk_cs_");
        assert_eq!(secrets.iter().filter(is_shown).count(), 1, "{printed}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "LOG=debug\n");
        assert_eq!(files(folder.path()), [".env"]);
    }
}

#[tokio::test]
async fn a_signal_waits_until_the_secret_is_saved() {
    let (sandbox, org, folder) = start().await;
    delay(&sandbox, 1_500).await;
    let variables = variables(&sandbox.url);
    let child = command::start(folder.path(), &complete(&org), &variables, "");
    created(&sandbox).await;
    for signal in ["-INT", "-TERM"] {
        let mut kill = std::process::Command::new("kill");
        assert!(
            kill.args([signal, &child.id().to_string()])
                .status()
                .unwrap()
                .success()
        );
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(!value(&read(folder.path()), "CLIENT_SECRET").is_empty());
}
