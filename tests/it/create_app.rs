//! `snyk-app create-app` as scripts run it: the real program against the sandbox, and against a mock
//! of Snyk's own OpenAPI document.

mod errors;
mod interactive;
mod readers;
mod secrets;

use std::{fs, path::Path};

use tempfile::TempDir;
use tests::{
    Bed,
    app::App,
    command::{self, Outcome},
    free_port,
    prism::Prism,
    registered::{RegisteredApp, org},
    registration::{API_TOKEN as TOKEN, SCOPES},
    sandbox::Sandbox,
};

const REDIRECT_URI: &str = "http://localhost:3000/callback";

/// Returns the variables that choose a provider, and the token.
fn variables(url: &str) -> [(&str, &str); 3] {
    [
        ("SNYK_API_URL", url),
        ("SNYK_APP_URL", url),
        ("SNYK_TOKEN", TOKEN),
    ]
}

/// Returns the arguments of a complete command.
fn complete(org: &str) -> Vec<&str> {
    vec![
        "create-app",
        "--org-id",
        org,
        "--name",
        "Fathom",
        "--redirect-uri",
        REDIRECT_URI,
        "--scopes",
        SCOPES,
    ]
}

fn create(folder: &Path, org: &str, flags: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let arguments = [&complete(org)[..], flags].concat();
    command::run(folder, &arguments, variables, "")
}

/// Returns the variables of a `.env` that this program has written.
fn read(folder: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(folder.join(".env")).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.split_once('=').unwrap();
            (name.to_owned(), value.trim_matches('\'').to_owned())
        })
        .collect()
}

fn value<'a>(variables: &'a [(String, String)], name: &str) -> &'a str {
    let found = variables.iter().find(|(known, _)| known == name);
    &found.unwrap_or_else(|| panic!("no {name}")).1
}

/// Returns the names of all files in a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A sandbox, its organization and a folder for `.env`.
async fn start() -> (Sandbox, String, TempDir) {
    let sandbox = Sandbox::start(free_port(), &[]).await;
    let org = org(&sandbox, "meridian-platform").await;
    (sandbox, org, tempfile::tempdir().unwrap())
}

#[tokio::test]
async fn a_new_app_is_written_down_privately_and_people_can_connect_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let (sandbox, org, folder) = start().await;
    let port = free_port();
    let callback = format!("http://localhost:{port}/callback");
    let arguments = [
        "create-app",
        "--orgId",
        &org,
        "--name=Registered",
        "--redirectUris",
        &callback,
        "--scopes=org.project.read,org.project.snapshot.read",
    ];
    let outcome = command::run(folder.path(), &arguments, &variables(&sandbox.url), "");
    assert_eq!(outcome.code, Some(0), "{}", outcome.output());
    assert_eq!(files(folder.path()), [".env"]);
    let mode = fs::metadata(folder.path().join(".env")).unwrap();
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let written = read(folder.path());
    assert_eq!(value(&written, "REDIRECT_URI"), callback);
    assert_eq!(value(&written, "SCOPES"), SCOPES);
    assert_eq!(value(&written, "SNYK_API_URL"), sandbox.url);
    assert_eq!(value(&written, "ENCRYPTION_SECRET").len(), 64);
    let client_id = value(&written, "CLIENT_ID");
    assert!(outcome.stdout.contains(client_id), "{}", outcome.stdout);

    let changes: Vec<(&str, &str)> = written
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let app = App::start(port, &sandbox.url, &changes).await;
    let bed = Bed { sandbox, app };
    let registered = RegisteredApp {
        org,
        id: String::new(),
        client_id: client_id.to_owned(),
        secret: value(&written, "CLIENT_SECRET").to_owned(),
    };
    let mut browser = bed.browser();
    let connection = registered.connect(&bed.sandbox, &mut browser).await;
    assert_eq!(connection["context"], "tenant");
}

#[tokio::test]
async fn an_existing_file_is_refused_or_kept_as_a_backup() {
    let (sandbox, org, folder) = start().await;
    let path = folder.path().join(".env");
    // As the demo's script writes it, with a further variable and a comment.
    let demo = "# mine\nCLIENT_ID=old\nCLIENT_SECRET=snyk_cs_^`*=<]old\nREDIRECT_URI=http://old/callback\n\
                SCOPES=org.read,org.project.read\nENCRYPTION_SECRET=0123456789abcdef0123456789abcdef\n\
                LOG=debug\n";
    fs::write(&path, demo).unwrap();
    let variables = variables(&sandbox.url);
    let outcome = create(folder.path(), &org, &[], &variables);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.contains("--force"), "{}", outcome.stderr);
    assert_eq!(fs::read_to_string(&path).unwrap(), demo);
    assert_eq!(
        sandbox.seen("/rest").await,
        1,
        "only the test's own request"
    );

    let outcome = create(folder.path(), &org, &["--force", "--json"], &variables);
    assert_eq!(outcome.code, Some(0), "{}", outcome.output());
    let told = outcome.json();
    assert_eq!(
        (&told["encryption_secret"], &told["app"]["name"]),
        (&"kept".into(), &"Fathom".into())
    );
    assert_eq!(files(folder.path()), [".env", ".env.backup"]);
    assert_eq!(
        fs::read_to_string(folder.path().join(".env.backup")).unwrap(),
        demo
    );
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.starts_with("# mine\nCLIENT_ID=") && text.contains("\nLOG=debug\n"),
        "{text}"
    );
    let written = read(folder.path());
    assert_eq!(value(&written, "CLIENT_ID"), told["app"]["client_id"]);
    assert_eq!(
        value(&written, "ENCRYPTION_SECRET"),
        "0123456789abcdef0123456789abcdef"
    );
}

// The proxy in front of Prism runs while this thread waits for the command.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn snyks_own_document_permits_the_request_and_its_answer_is_read() {
    let prism = Prism::of_apps().await;
    let url = prism.preferring("code=201, dynamic=true").await;
    let folder = tempfile::tempdir().unwrap();
    let org = "4635194f-2d5c-802b-abd8-28c14dab162c";
    let flags = ["--context=user", "--access-token-ttl=2h", "--json"];
    let outcome = create(folder.path(), org, &flags, &variables(&url));
    assert_eq!(outcome.code, Some(0), "{}", outcome.output());
    let told = outcome.json();
    let written = read(folder.path());
    assert_eq!(value(&written, "CLIENT_ID"), told["app"]["client_id"]);
    assert!(!value(&written, "CLIENT_SECRET").is_empty());
}
