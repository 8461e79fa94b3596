//! Configuration errors: every wrong value is reported at once, and no secret is printed. Also
//! failing starts.

use std::net::TcpListener;

use tests::{Bed, app, app::variables, free_port, registration};

fn start(changes: &[(&str, &str)]) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut variables = variables(free_port(), "http://127.0.0.1:9", folder.path());
    for (name, value) in changes {
        variables.retain(|(known, _)| known != name);
        variables.push(((*name).to_owned(), (*value).to_owned()));
    }
    app::run_to_end(&variables)
}

#[test]
fn sec_50_all_problems_in_one_message_and_no_secret() {
    let (code, output) = start(&[
        ("CLIENT_ID", ""),
        ("CLIENT_SECRET", ""),
        ("ENCRYPTION_SECRET", "canary-short"),
        ("REDIRECT_URI", "http://public.example/callback"),
        ("SNYK_REGION", "mars-01"),
        ("SESSION_IDLE", "soon"),
    ]);
    assert_ne!(code, Some(0));
    for name in [
        "CLIENT_ID",
        "CLIENT_SECRET",
        "ENCRYPTION_SECRET",
        "REDIRECT_URI",
        "SNYK_REGION",
        "SESSION_IDLE",
    ] {
        assert!(output.contains(name), "{name} in {output}");
    }
    assert!(!output.contains("canary-short"), "{output}");
}

#[test]
fn the_demos_env_file_works_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let env = format!(
        "CLIENT_ID=0b6a1d9e-6f3a-4a53-9a86-2d9a3b1f7c11\n\
         CLIENT_SECRET=snyk_cs_canary^a`b*c=d<e]f$g#h\n\
         REDIRECT_URI=http://localhost:3000/callback\n\
         SCOPES=org.read org.project.read\n\
         ENCRYPTION_SECRET=0123456789abcdef0123456789abcdef\n\
         # Beyond the demo's five\n\
         LISTEN={}\n",
        taken.local_addr().unwrap()
    );
    std::fs::write(folder.path().join(".env"), &env).unwrap();
    let no_page = [("FRONTEND_DIR".to_owned(), String::new())];
    let (code, output) = app::run_to_end_in(folder.path(), &no_page);
    // The start fails only at the last step: the file is valid, but the port is taken.
    assert_eq!(code, Some(1));
    assert!(output.contains("cannot listen on"), "{output}");
    assert!(!output.contains("canary"), "{output}");

    std::fs::write(folder.path().join(".env"), format!("{env}canary\n")).unwrap();
    let (code, output) = app::run_to_end_in(folder.path(), &no_page);
    assert_ne!(code, Some(0));
    assert!(output.contains("line 8"), "{output}");
    assert!(!output.contains("canary"), "{output}");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, output) = start(&[("LISTEN", &address)]);
    assert_eq!(code, Some(1));
    assert!(
        output.contains(&address) && output.contains("LISTEN"),
        "{output}"
    );
}

#[test]
fn a_database_that_cannot_be_written_is_told() {
    let (code, output) = start(&[("DATABASE_URL", "sqlite:///proc/nowhere/app.db")]);
    assert_eq!(code, Some(1));
    assert!(output.contains("cannot be written"), "{output}");
}

#[test]
fn pages_that_are_not_built_are_told() {
    let (code, output) = start(&[("FRONTEND_DIR", "/nowhere")]);
    assert_eq!(code, Some(1));
    assert!(output.contains("FRONTEND_DIR"), "{output}");
}

#[tokio::test]
async fn a_second_app_on_the_same_file_says_so_and_stops() {
    let bed = Bed::start().await;
    let url = format!("sqlite://{}", bed.app.database().display());
    let (code, output) = start(&[("DATABASE_URL", &url)]);
    assert_eq!(code, Some(1));
    assert!(output.contains("in use by another"), "{output}");
}

#[cfg(unix)]
#[tokio::test]
async fn sec_51_files_with_tokens_are_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut bed = Bed::start().await;
    bed.connected().await;
    let are_private = |bed: &Bed| {
        for suffix in ["", "-wal", ".lock"] {
            let path = format!("{}{suffix}", bed.app.database().display());
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{path}: {mode:o}");
        }
    };
    are_private(&bed);
    // Permissions that were opened to other users are restricted again.
    let open = std::fs::Permissions::from_mode(0o644);
    std::fs::set_permissions(bed.app.database(), open).unwrap();
    bed.app.start_again(&[]).await;
    are_private(&bed);
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_signs_nobody_out() {
    let mut bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    // The attempt's provider has the same name, but nothing listens at its address any more.
    bed.app
        .start_again(&[("SNYK_API_URL", "http://127.0.0.1:9")])
        .await;
    let id = connection["id"].as_str().unwrap();
    let answer = browser
        .get(&format!("/api/connections/{id}/snyk/rest/self"))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "provider_unavailable")
    );
    assert_eq!(browser.connections().await[0]["status"], "active");
}

#[tokio::test]
async fn a_client_secret_that_is_rotated_in_its_file_counts_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client-secret");
    std::fs::write(&file, format!("{}\n", registration::CLIENT_SECRET)).unwrap();
    let bed = Bed::with(
        &[],
        &[
            ("CLIENT_SECRET", ""),
            ("CLIENT_SECRET_FILE", file.to_str().unwrap()),
        ],
    )
    .await;
    let (mut browser, connection) = bed.connected().await;
    let path = format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    );
    for (secret, status) in [
        // The former one is tried too: during a rotation, either may be the valid one.
        ("another", 200),
        ("yet another", 502),
        (registration::CLIENT_SECRET, 200),
    ] {
        std::fs::write(&file, secret).unwrap();
        let answer = browser.post(&path, &serde_json::json!({})).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
    let connections = browser.connections().await;
    assert_eq!(connections[0]["status"], "active", "nothing was dropped");
}
