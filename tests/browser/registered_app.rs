//! An app from its registration to its deletion, in the order of `docs/register.md`, `docs/apps.md`
//! and `docs/operate.md`: with the commands that an operator enters, and a person in a browser.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use tests::{
    Bed,
    app::App,
    browser::Browser,
    command::{self, Outcome},
    free_port,
    load::Load,
    registered::{self, RegisteredApp},
    registration::{API_TOKEN, SCOPES},
    sandbox::Sandbox,
};

use crate::visit::{HAS_ORGANIZATIONS, arrived, to_consent};

const NEW_SECRET: &str = "canary-next-secret-3b9f0c1d2e4a5f6071";

/// A registered app that runs, with its client secret in a file.
struct Operated {
    bed: Bed,
    registered: RegisteredApp,
    encryption_secret: String,
    folder: TempDir,
}

impl Operated {
    /// Registers an app by `create-app`, and starts it with the `.env` that this wrote.
    async fn register() -> Self {
        let port = free_port();
        let sandbox = Sandbox::start(port, &[]).await;
        let org = registered::org(&sandbox, "meridian-platform").await;
        let folder = tempfile::tempdir().unwrap();
        let callback = format!("http://localhost:{port}/callback");
        let arguments = [
            "create-app",
            "--json",
            "--org-id",
            &org,
            "--name",
            "Fathom",
            "--redirect-uri",
            &callback,
            "--scopes",
            SCOPES,
        ];
        let variables = [
            ("SNYK_API_URL", sandbox.url.as_str()),
            ("SNYK_APP_URL", &sandbox.url),
            ("SNYK_TOKEN", API_TOKEN),
        ];
        let created = command::run(folder.path(), &arguments, &variables, "");
        assert_eq!(created.code, Some(0), "{}", created.output());
        let created = created.json();
        let text = fs::read_to_string(folder.path().join(".env")).unwrap();
        let written = |name: &str| {
            let value = text
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            value.unwrap().trim_matches('\'').to_owned()
        };
        let registered = RegisteredApp {
            org,
            id: created["app"]["id"].as_str().unwrap().to_owned(),
            client_id: written("CLIENT_ID"),
            secret: written("CLIENT_SECRET"),
        };
        let encryption_secret = written("ENCRYPTION_SECRET");
        let file = folder.path().join("client-secret");
        fs::write(&file, &registered.secret).unwrap();
        let app = App::start(
            port,
            &sandbox.url,
            &[
                ("CLIENT_ID", &registered.client_id),
                ("CLIENT_SECRET", ""),
                ("CLIENT_SECRET_FILE", file.to_str().unwrap()),
                ("ENCRYPTION_SECRET", &encryption_secret),
            ],
        )
        .await;
        Self {
            bed: Bed { sandbox, app },
            registered,
            encryption_secret,
            folder,
        }
    }

    /// Runs a command with the variables of the app and the API token.
    async fn run(&self, arguments: &[&str], changes: &[(&str, &str)]) -> Outcome {
        let mut changes = changes.to_vec();
        changes.push(("SNYK_TOKEN", API_TOKEN));
        let finished = command::finish(self.bed.app.command(arguments, &changes)).await;
        assert_eq!(finished.code, Some(0), "{arguments:?}: {finished:?}");
        finished
    }
}

/// Returns the variables with the new encryption secret, and the earlier one or none.
fn secrets(previous: &str) -> [(&'static str, &str); 2] {
    [
        ("ENCRYPTION_SECRET", NEW_SECRET),
        ("ENCRYPTION_SECRET_PREVIOUS", previous),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_is_registered_connected_looked_after_and_deleted() {
    let mut operated = Operated::register().await;
    let browser = Browser::open().await;
    to_consent(&operated.bed, &browser).await;
    browser.press("Allow").await;
    arrived(&browser).await;
    let mut people = Vec::new();
    for _ in 0..2 {
        let mut person = operated.bed.browser();
        let connection = operated
            .registered
            .connect(&operated.bed.sandbox, &mut person)
            .await;
        people.push((person, connection["id"].as_str().unwrap().to_owned()));
    }

    let load = Load::start(&people);
    let rotate = ["app", "rotate-secret", "--json", "--wait", "1", "--org-id"];
    let rotate = [&rotate[..], &[operated.registered.org.as_str()]].concat();
    operated.run(&rotate, &[]).await;
    assert!(load.end().await > 0, "there was load");
    let former = operated.registered.secret.clone();
    let sandbox = &operated.bed.sandbox;
    let presented = operated.registered.present(sandbox, &former).await;
    assert_eq!(presented, "invalid_client", "the former secret has ended");

    let earlier = operated.encryption_secret.clone();
    let rotating = secrets(&earlier);
    operated.bed.app.start_again(&rotating).await;
    let load = Load::start(&people);
    operated
        .run(&["rotate-encryption", "--json"], &rotating)
        .await;
    assert!(load.end().await > 0, "there was load");
    let rotated = secrets("");
    operated.bed.app.start_again(&rotated).await;

    let doctor = operated.run(&["doctor", "--json"], &rotated).await.json();
    let findings = doctor["findings"].as_array().unwrap();
    let is_green = |finding: &&Value| finding["status"] == "ok";
    let others: Vec<_> = findings.iter().filter(|it| !is_green(it)).collect();
    assert!(others.is_empty(), "{others:#?}");
    for check in ["database", "encryption", "Snyk", "registration", "page"] {
        let is_checked = findings.iter().any(|finding| finding["check"] == check);
        assert!(is_checked, "{check}: {findings:#?}");
    }

    browser.run("location.reload()").await;
    browser.until(HAS_ORGANIZATIONS).await;
    browser.press("Disconnect").await;
    let confirm = "[...document.querySelectorAll('dialog button')] \
        .find(button => button.innerText === 'Disconnect').click()";
    browser.run(confirm).await;
    browser.heading("is disconnected").await;
    browser.close().await;

    let delete = ["app", "delete", "--confirm", "Fathom", "--org-id"];
    let delete = [&delete[..], &[operated.registered.org.as_str()]].concat();
    operated.run(&delete, &rotated).await;
    let list = [
        "app",
        "list",
        "--json",
        "--org-id",
        &operated.registered.org,
    ];
    let list = operated.run(&list, &rotated).await;
    assert!(
        !list.stdout.contains(&operated.registered.client_id),
        "{list:?}"
    );
    drop(operated.folder);
}
