//! Checks at startup: files as editors and shells write them, certificates, the other loopback
//! address, files of other users, and the precedence of settings.

mod database;

use std::{
    fmt::Write as _,
    fs,
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::Path,
    process::Command,
};

use tests::{
    Bed,
    app::{self, variables},
    client::Client,
    free_port, registration,
    tls::TlsServer,
};

/// Starts an app that is expected to exit by itself, in the test's own folder.
fn start_in(folder: &Path, changes: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut variables = variables(free_port(), "http://127.0.0.1:9", folder);
    for (name, value) in changes {
        variables.retain(|(known, _)| known != name);
        variables.push(((*name).to_owned(), (*value).to_owned()));
    }
    app::run_to_end_in(folder, &variables)
}

fn start(changes: &[(&str, &str)]) -> (Option<i32>, String) {
    start_in(tempfile::tempdir().unwrap().path(), changes)
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[tokio::test]
async fn secrets_in_files_are_read_as_editors_and_powershell_write_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("client-secret");
    let marked = format!("\u{feff}{}\r\n", registration::CLIENT_SECRET);
    fs::write(&file, &marked).unwrap();
    let bed = Bed::with(
        &[],
        &[
            ("CLIENT_SECRET", ""),
            ("CLIENT_SECRET_FILE", file.to_str().unwrap()),
        ],
    )
    .await;
    // The login presents the secret to the sandbox, and so does each refresh.
    let (mut browser, connection) = bed.connected().await;
    let path = format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    );
    for bytes in [
        utf16(&marked, u16::to_le_bytes),
        utf16(&marked, u16::to_be_bytes),
        format!("{}\u{200b} \r\n\r\n", registration::CLIENT_SECRET).into_bytes(),
    ] {
        fs::write(&file, &bytes).unwrap();
        let answer = browser.post(&path, &serde_json::json!({})).await;
        assert_eq!(answer.status, 200, "{bytes:x?}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_byte_order_mark_before_the_encryption_secret_loses_nothing() {
    let mut bed = Bed::start().await;
    let (mut browser, _) = bed.connected().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("encryption-secret");
    for mark in ["\u{feff}", ""] {
        fs::write(&file, format!("{mark}{}\r\n", app::ENCRYPTION_SECRET)).unwrap();
        let file = file.to_str().unwrap();
        bed.app
            .start_again(&[("ENCRYPTION_SECRET", ""), ("ENCRYPTION_SECRET_FILE", file)])
            .await;
        assert_eq!(browser.connections().await[0]["status"], "active");
    }
}

#[test]
fn a_secret_that_cannot_be_read_rightly_stops_the_start_without_being_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    let path = file.to_str().unwrap();
    for (bytes, words) in [
        (&b"can\0ary"[..], "NUL"),
        (b"can\xc2\xa0ary", "U+00A0"),
        (b"can\xe2\x80\x8bary", "U+200B"),
        (b"canary\ncanary", "line break"),
        (b"canary\xe9", "not UTF-8"),
        (b"\xff\xfec", "UTF-16"),
        (b"\xef\xbb\xbf\r\n", "is missing"),
    ] {
        fs::write(&file, bytes).unwrap();
        let (code, output) = start(&[("CLIENT_SECRET", ""), ("CLIENT_SECRET_FILE", path)]);
        assert_eq!(code, Some(1), "{output}");
        assert!(
            output.contains("CLIENT_SECRET") && output.contains(words),
            "{output}"
        );
        assert!(!output.contains("canary"), "{output}");
    }
}

#[test]
fn an_env_file_of_powershell_is_read_and_one_that_is_no_text_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    let text = format!(
        "\u{feff}CLIENT_ID=0b6a1d9e-6f3a-4a53-9a86-2d9a3b1f7c11\r\n\
         export  CLIENT_SECRET=canary\t# a comment\r\n\
         REDIRECT_URI=http://localhost:3000/callback\r\n\
         SCOPES=\"org.read\r\norg.project.read\"\r\n\
         ENCRYPTION_SECRET=0123456789abcdef0123456789abcdef\r\n\
         LISTEN={listen}\r\n"
    );
    let no_page = [("FRONTEND_DIR".to_owned(), String::new())];
    for bytes in [
        text.clone().into_bytes(),
        utf16(&text, u16::to_le_bytes),
        utf16(&text, u16::to_be_bytes),
    ] {
        fs::write(folder.path().join(".env"), bytes).unwrap();
        let (code, output) = app::run_to_end_in(folder.path(), &no_page);
        assert_eq!(code, Some(1));
        // The start fails only at the last step: the file is valid, but the port is taken.
        assert!(
            output.contains(&format!("cannot listen on {listen}")),
            "{output}"
        );
    }
    for (bytes, words) in [
        (
            &b"A=b\nCLIENT_SECRET=canary\xff\n"[..],
            "line 2 is not UTF-8",
        ),
        (b"A\0=\0c\0", "NUL"),
    ] {
        fs::write(folder.path().join(".env"), bytes).unwrap();
        let (code, output) = app::run_to_end_in(folder.path(), &no_page);
        assert_eq!(code, Some(1));
        assert!(
            output.contains(words) && !output.contains("canary"),
            "{output}"
        );
    }
}

#[test]
fn without_certificates_the_start_says_what_to_install() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken.pem");
    fs::write(&broken, "-----BEGIN CERT").unwrap();
    let empty = folder.path().join("empty.pem");
    fs::write(&empty, "").unwrap();
    for (file, words) in [
        (Path::new("/nonexistent"), "cannot be read"),
        (&broken, "holds no certificate"),
        (&empty, "is empty"),
    ] {
        let (code, output) = start(&[
            ("SNYK_API_URL", "https://api.snyk.io"),
            ("SNYK_APP_URL", "https://app.snyk.io"),
            ("SSL_CERT_FILE", file.to_str().unwrap()),
            ("SSL_CERT_DIR", "/nonexistent"),
        ]);
        assert_eq!(code, Some(1), "{output}");
        for words in [words, "ca-certificates", "SSL_CERT_FILE"] {
            assert!(output.contains(words), "{words} in {output}");
        }
    }
}

#[tokio::test]
async fn without_certificates_what_needs_none_runs() {
    let bed = Bed::with(
        &[],
        &[
            ("SSL_CERT_FILE", "/nonexistent"),
            ("SSL_CERT_DIR", "/nonexistent"),
        ],
    )
    .await;
    bed.connected().await;
    let output = bed.app.output();
    assert!(!output.contains("SSL_CERT_FILE"), "{output}");
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_told_to_the_operator_with_its_cause() {
    let mut bed = Bed::start().await;
    let (mut browser, connection) = bed.connected().await;
    let path = format!(
        "/api/connections/{}/snyk/rest/self",
        connection["id"].as_str().unwrap()
    );
    let server = TlsServer::start().await;
    for (trusted, status) in [
        (server.other_certificate(), 503),
        (server.certificate(), 200),
    ] {
        bed.app
            .start_again(&[
                ("SNYK_API_URL", &server.url),
                ("SSL_CERT_FILE", trusted.to_str().unwrap()),
            ])
            .await;
        let answer = browser.get(&path).await;
        assert_eq!(answer.status, status, "{}", answer.text);
        if status == 503 {
            let output = bed.app.output();
            for words in [
                "certificate is not trusted",
                "SSL_CERT_FILE",
                "UnknownIssuer",
            ] {
                assert!(output.contains(words), "{words} in {output}");
            }
        }
    }
}

#[tokio::test]
async fn what_overrides_the_env_file_is_named_and_never_its_value() {
    let folder = tempfile::tempdir().unwrap();
    let lines = variables(free_port(), "http://127.0.0.1:9", folder.path());
    let mut text = String::new();
    for (name, value) in &lines {
        if name != "CLIENT_SECRET" && name != "LISTEN" {
            writeln!(text, "{name}='{value}'").unwrap();
        }
    }
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    writeln!(
        text,
        "CLIENT_SECRET=canary-file\nLISTEN={listen}\nclient_id=x"
    )
    .unwrap();
    fs::write(folder.path().join(".env"), text).unwrap();
    let set = [
        ("CLIENT_SECRET", "canary-environment"),
        ("LISTEN", listen.as_str()),
        ("HTTPS_PROXY", "http://user:canary@127.0.0.1:9"),
        ("https_proxy", "http://user:canary@127.0.0.1:9"),
    ];
    let set = set.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (_, output) = app::run_to_end_in(folder.path(), &set);
    let lines_with = |words: &str| output.lines().filter(|line| line.contains(words)).count();
    assert_eq!(lines_with("to another value than in .env"), 1, "{output}");
    assert_eq!(
        lines_with("CLIENT_SECRET is set in the environment"),
        1,
        "{output}"
    );
    assert_eq!(
        lines_with("HTTPS_PROXY, https_proxy are set, and not used"),
        1,
        "{output}"
    );
    assert_eq!(lines_with("did you mean CLIENT_ID?"), 1, "{output}");
    assert!(!output.contains("canary"), "{output}");
}

#[test]
fn another_program_on_the_other_loopback_address_is_noticed() {
    let port = free_port();
    let other = TcpListener::bind(("::1", port)).expect("IPv6 on loopback");
    let folder = tempfile::tempdir().unwrap();
    let variables = variables(port, "http://127.0.0.1:9", folder.path());
    let (code, output) = app::run_to_end_in(folder.path(), &variables);
    assert_eq!(code, Some(1));
    assert!(
        output.contains(&format!(
            "cannot listen on [::1]:{port} beside 127.0.0.1:{port}"
        )),
        "{output}"
    );
    drop(other);
}

#[tokio::test]
async fn browsers_that_are_told_localhost_find_the_app_on_both_loopback_addresses() {
    let bed = Bed::start().await;
    let port = bed.app.url.rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "[::1]", "localhost"] {
        let mut browser = Client::new(&format!("http://{host}:{port}"));
        let answer = browser
            .send(browser.bare(reqwest::Method::GET, "/readyz"))
            .await;
        assert_eq!(answer.status, 200, "{host}");
    }
}
