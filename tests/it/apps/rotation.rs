//! The rotation of a client secret, with the real programs.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tests::{app::App, client::Client, command, registered::call, registration::API_TOKEN};

use super::Desk;

/// A desk with a running app that has its client secret in a file.
struct Running {
    desk: Desk,
    app: App,
    file: PathBuf,
}

impl Running {
    async fn start() -> Self {
        let desk = Desk::start().await;
        let file = desk.folder.path().join("client-secret");
        fs::write(&file, format!("{}\n", desk.app.secret)).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let variables = [
            ("CLIENT_ID", desk.app.client_id.as_str()),
            ("CLIENT_SECRET", ""),
            ("CLIENT_SECRET_FILE", file.to_str().unwrap()),
        ];
        let app = App::start(desk.port, &desk.sandbox.url, &variables).await;
        Self { desk, app, file }
    }

    /// Returns the arguments and the variables of the rotation.
    fn rotation<'a>(&'a self, more: &[&'a str]) -> (Vec<&'a str>, Vec<(&'a str, &'a str)>) {
        let mut arguments = vec!["app", "rotate-secret", "--org-id", &self.desk.app.org];
        arguments.extend(more);
        let variables = vec![
            ("SNYK_API_URL", self.desk.sandbox.url.as_str()),
            ("SNYK_APP_URL", self.desk.sandbox.url.as_str()),
            ("CLIENT_ID", &self.desk.app.client_id),
            ("CLIENT_SECRET_FILE", self.file.to_str().unwrap()),
            ("SNYK_TOKEN", API_TOKEN),
        ];
        (arguments, variables)
    }

    fn rotate(&self, more: &[&str]) -> command::Outcome {
        let (arguments, variables) = self.rotation(more);
        command::run(self.desk.folder.path(), &arguments, &variables, "")
    }

    fn stored(&self) -> String {
        fs::read_to_string(&self.file).unwrap().trim().to_owned()
    }

    async fn present(&self, secret: &str) -> String {
        self.desk.app.present(&self.desk.sandbox, secret).await
    }

    async fn connected(&self) -> (Client, String) {
        let mut browser = Client::new(&self.app.url);
        let sandbox = &self.desk.sandbox;
        let connection = self.desk.app.connect(sandbox, &mut browser).await;
        let id = connection["id"].as_str().unwrap().to_owned();
        (browser, id)
    }

    /// Returns the number of token requests that were answered with 401, and of all.
    async fn token_requests(&self) -> (usize, usize) {
        let requests = self.desk.sandbox.requests().await;
        let of_tokens: Vec<_> = requests
            .iter()
            .filter(|request| request["endpoint"].as_str().unwrap().starts_with("token."))
            .collect();
        let refused = of_tokens.iter().filter(|request| request["status"] == 401);
        (refused.count(), of_tokens.len())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_secret_is_rotated_under_load_and_no_request_fails() {
    let running = Running::start().await;
    let first = running.desk.app.secret.clone();
    let ended = Arc::new(AtomicBool::new(false));
    let reads = Arc::new(AtomicUsize::new(0));
    let mut readers = Vec::new();
    for _ in 0..6 {
        let (mut browser, id) = running.connected().await;
        let (ended, reads) = (Arc::clone(&ended), Arc::clone(&reads));
        readers.push(tokio::spawn(async move {
            while !ended.load(Ordering::Relaxed) {
                let read = format!("/api/connections/{id}/snyk/rest/self");
                let answer = browser.get(&read).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                let refresh = format!("/api/connections/{id}/refresh");
                let answer = browser.post(&refresh, &json!({})).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                reads.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }));
    }
    // Twice, so that the secret of the file is not only the one of the start.
    let mut former = first.clone();
    for _ in 0..2 {
        let before = reads.load(Ordering::Relaxed);
        let (arguments, variables) = running.rotation(&["--wait", "2", "--json"]);
        let mut child = command::start(running.desk.folder.path(), &arguments, &variables, "");
        let mut seen = Vec::new();
        while child.try_wait().unwrap().is_none() {
            // A sign-in in the middle of the rotation.
            running.connected().await;
            seen.extend(fs::read(format!("/proc/{}/cmdline", child.id())).unwrap_or_default());
        }
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}{errors}");
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(told["former_secret"], "deleted");
        assert!(reads.load(Ordering::Relaxed) > before, "there was load");
        let now = running.stored();
        assert_ne!(now, former);
        assert_eq!(running.present(&former).await, "invalid_client");
        assert_eq!(running.present(&now).await, "invalid_grant");
        let (told, seen) = (
            told.to_string(),
            String::from_utf8_lossy(&seen).into_owned(),
        );
        for secret in [&former, &now, API_TOKEN] {
            assert!(!told.contains(secret) && !errors.contains(secret));
            assert!(!seen.contains(secret), "the list of processes shows it");
        }
        former = now;
    }
    running.connected().await;
    ended.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
    let (refused, all) = running.token_requests().await;
    // The two that this test presented itself.
    assert_eq!(refused, 2, "of {all} token requests");
    assert!(all > 20, "{all}");
    let log = running.app.output();
    for secret in running.desk.sandbox.secrets().await {
        assert!(!log.contains(&secret), "the log holds a secret");
    }
    let mode = fs::metadata(&running.file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let names = fs::read_dir(running.desk.folder.path()).unwrap().count();
    assert_eq!(names, 1, "no file stays behind");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_steps_of_a_rotation_run_apart() {
    let running = Running::start().await;
    let first = running.stored();
    let nothing = running.rotate(&["--delete-old"]);
    assert_eq!(nothing.code, Some(1));
    assert!(
        nothing.stderr.contains("no former secret"),
        "{}",
        nothing.stderr
    );

    let created = running.rotate(&["--create-only"]);
    assert_eq!(created.code, Some(0), "{}", created.output());
    let second = running.stored();
    for secret in [&first, &second] {
        assert_eq!(running.present(secret).await, "invalid_grant", "both count");
        assert!(!created.output().contains(secret.as_str()));
    }
    running.connected().await;
    let again = running.rotate(&[]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains("--delete-old"), "{}", again.stderr);

    let deleted = running.rotate(&["--delete-old"]);
    assert_eq!(deleted.code, Some(0), "{}", deleted.output());
    assert_eq!(running.present(&first).await, "invalid_client");
    running.connected().await;
}

/// The file reaches the server before Snyk knows its secret, or never was right: the former secret
/// is used.
#[tokio::test(flavor = "multi_thread")]
async fn the_former_secret_counts_while_the_new_one_is_rejected() {
    let running = Running::start().await;
    let (mut browser, id) = running.connected().await;
    fs::write(&running.file, "snyk_cs_not_known_at_snyk").unwrap();
    let refresh = format!("/api/connections/{id}/refresh");
    for _ in 0..2 {
        let answer = browser.post(&refresh, &json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    running.connected().await;
    running.app.prints("the other known one is tried").await;
    let (refused, _) = running.token_requests().await;
    assert_eq!(refused, 3, "each request was repeated once");
    // With the right one in the file, nothing is tried twice.
    fs::write(&running.file, &running.desk.app.secret).unwrap();
    let answer = browser.post(&refresh, &json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(running.token_requests().await.0, 3);
}

/// Whatever fails, the secret in the file is one that Snyk accepts.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_fails_leaves_a_secret_that_counts() {
    let running = Running::start().await;
    let first = running.stored();
    let path = format!(
        "/orgs/{}/apps/creations/{}/secrets",
        running.desk.app.org, running.desk.app.id
    );
    let refuse = |skip: u64, status: u16| {
        json!({"on": {"endpoint": "rest", "method": "POST", "path": format!("/rest{path}")},
            "skip": skip, "fault": {"kind": "status", "status": status}})
    };
    // The creation is refused: nothing has changed.
    for status in [400, 401, 403, 404, 409, 500] {
        running.desk.sandbox.fault(refuse(0, status)).await;
        let failed = running.rotate(&[]);
        assert_eq!(failed.code, Some(1), "{status}: {}", failed.output());
        let words = format!("status {status}");
        assert!(failed.stderr.contains(&words), "{}", failed.stderr);
        assert_eq!(running.stored(), first);
        running.desk.sandbox.heal().await;
    }
    let names = fs::read_dir(running.desk.folder.path()).unwrap().count();
    assert_eq!(names, 1, "no file stays behind");

    // The deletion is refused: both count, and it is repeated.
    running.desk.sandbox.fault(refuse(1, 500)).await;
    let failed = running.rotate(&["--wait", "0"]);
    assert_eq!(failed.code, Some(1), "{}", failed.output());
    assert!(failed.stderr.contains("--delete-old"), "{}", failed.stderr);
    let second = running.stored();
    assert_ne!(second, first);
    for secret in [&first, &second] {
        assert_eq!(running.present(secret).await, "invalid_grant");
    }
    running.desk.sandbox.heal().await;
    let finished = running.rotate(&["--delete-old"]);
    assert_eq!(finished.code, Some(0), "{}", finished.output());
    assert_eq!(running.present(&first).await, "invalid_client");

    // Two secrets are the maximum.
    let create = Some(json!({"mode": "create"}));
    let answer = call(&running.desk.sandbox, "POST", &path, create).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let failed = running.rotate(&[]);
    assert_eq!(failed.code, Some(1));
    assert!(
        failed.stderr.contains("cannot update secrets"),
        "{}",
        failed.stderr
    );
    assert_eq!(running.stored(), second);
    running.connected().await;
}

/// A server that has its secret from `.env` must be restarted, so that the former one is kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_in_env_is_replaced_in_its_place() {
    let desk = Desk::start().await;
    let env_file = desk.folder.path().join(".env");
    let quoted = format!(
        "# The app\nCLIENT_SECRET='{}'\nSCOPES=org.read\n",
        desk.app.secret
    );
    fs::write(&env_file, quoted).unwrap();
    let variables = [
        ("SNYK_TOKEN", API_TOKEN),
        ("CLIENT_ID", &desk.app.client_id),
    ];
    let created = desk.run_with(&["rotate-secret"], &variables, "");
    assert_eq!(created.code, Some(0), "{}", created.output());
    assert!(
        created.stdout.contains("Restart the servers"),
        "{}",
        created.stdout
    );
    let text = fs::read_to_string(&env_file).unwrap();
    assert!(text.starts_with("# The app\n") && text.contains("\nSCOPES=org.read\n"));
    assert!(!text.contains(&desk.app.secret));
    let first = &desk.app.secret;
    assert_eq!(
        desk.app.present(&desk.sandbox, first).await,
        "invalid_grant"
    );
    let deleted = desk.run_with(&["rotate-secret", "--delete-old"], &variables, "");
    assert_eq!(deleted.code, Some(0), "{}", deleted.output());
    assert_eq!(
        desk.app.present(&desk.sandbox, first).await,
        "invalid_client"
    );
}
