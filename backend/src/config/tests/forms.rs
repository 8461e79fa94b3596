//! Values in forms that users write by mistake: accepted, rejected with an explanation, or warned
//! of.

use secrecy::ExposeSecret as _;

use super::{GOOD, with};

/// Asserts that each value is rejected, that the report names the variable and contains the words,
/// and that it does not contain a secret.
fn assert_rejected(name: &str, values: &[(&str, &str)]) {
    for (value, words) in values {
        let report = with(&[(name, value)])
            .err()
            .unwrap_or_else(|| panic!("{name}={value} passed"));
        let report = report.to_string();
        assert!(
            report.contains(name) && report.contains(words),
            "{value}: {report}"
        );
        assert!(!report.contains("canary"), "{report}");
    }
}

#[test]
fn addresses_of_snyk_that_lead_elsewhere_are_refused_with_the_right_one() {
    assert_rejected(
        "SNYK_API_URL",
        &[
            ("https://api.snyk.io/v1", "write https://api.snyk.io\n"),
            ("https://api.snyk.io/rest/", "write https://api.snyk.io\n"),
            (
                "https://api.eu.snyk.io/api/v1",
                "write https://api.eu.snyk.io\n",
            ),
            ("https://app.snyk.io/api", "write https://api.snyk.io\n"),
            ("https://app.eu.snyk.io", "write https://api.eu.snyk.io\n"),
            ("https://snyk.io/api", "write https://api.snyk.io\n"),
            ("https://snyk.io/api/v1/", "write https://api.snyk.io\n"),
            ("https://eu.snyk.io/api", "write https://api.eu.snyk.io\n"),
            ("https://www.snyk.io", "write https://api.snyk.io\n"),
            ("https://docs.snyk.io", "write https://api.snyk.io\n"),
            ("https://api.snyk.io.", "write https://api.snyk.io\n"),
            ("https://api.snyk.io:8443", "has a port"),
            ("HTTPS://API.SNYK.IO/V1", "write https://api.snyk.io\n"),
            ("https://canary:canary@api.snyk.io", "user name"),
            ("https://api.snyk.io/?version=1", "query"),
            ("http://api.snyk.io", "use https"),
            ("api.snyk.io", "is not an address"),
            ("https://gateway.example.com/snyk/rest", "ends in /rest"),
        ],
    );
    assert_rejected(
        "SNYK_APP_URL",
        &[
            ("https://app.snyk.io/login", "write https://app.snyk.io\n"),
            (
                "https://app.eu.snyk.io/oauth2/authorize",
                "write https://app.eu.snyk.io\n",
            ),
            ("https://api.snyk.io", "write https://app.snyk.io\n"),
            ("https://snyk.io", "write https://app.snyk.io\n"),
            (
                "https://login.example.com/oauth2/authorize",
                "ends in /oauth2/authorize",
            ),
        ],
    );
    let two = [
        ("SNYK_API_URL", "https://api.eu.snyk.io"),
        ("SNYK_APP_URL", "https://app.snyk.io"),
    ];
    let report = with(&two).unwrap_err().to_string();
    assert!(report.contains("another region"), "{report}");
    let named = [("SNYK_REGION", "au-01"), two[0]];
    let report = with(&named).unwrap_err().to_string();
    assert!(report.contains("another region"), "{report}");
    assert_rejected(
        "SNYK_REGION",
        &[
            ("EU-01", "did you mean eu-01?"),
            ("eu-1", "did you mean eu-01?"),
        ],
    );
}

#[test]
fn addresses_of_snyk_are_read_in_any_form_and_one_implies_the_other() {
    for (pairs, region, app, api) in [
        (
            &[("SNYK_API_URL", "HTTPS://API.EU.SNYK.IO//")][..],
            "eu-01",
            "https://app.eu.snyk.io",
            "https://api.eu.snyk.io",
        ),
        (
            &[("SNYK_APP_URL", "https://app.au.snyk.io:443/")],
            "au-01",
            "https://app.au.snyk.io",
            "https://api.au.snyk.io",
        ),
        (
            &[("SNYK_API_URL", "https://api.tenant.snyk.io")],
            "custom",
            "https://app.tenant.snyk.io",
            "https://api.tenant.snyk.io",
        ),
        (
            &[
                ("SNYK_API_URL", "https://gateway.example.com/snyk/"),
                ("SNYK_APP_URL", "https://app.snyk.io"),
            ],
            "custom",
            "https://app.snyk.io",
            "https://gateway.example.com/snyk",
        ),
    ] {
        let config = with(pairs).unwrap();
        let provider = config.provider;
        assert_eq!(provider.region, region, "{pairs:?}");
        assert_eq!(
            (provider.app_url.as_str(), provider.api_url.as_str()),
            (app, api)
        );
        assert_eq!(config.warnings, Vec::<String>::new(), "{pairs:?}");
    }
    let slip = with(&[
        ("SNYK_API_URL", "https://api.synk.io"),
        ("SNYK_APP_URL", "https://app.snyk.io"),
    ]);
    let told = slip.unwrap().warnings.join("\n");
    assert!(told.contains("did you mean api.snyk.io?"), "{told}");
}

#[test]
fn scopes_that_snyk_refuses_are_problems_and_unknown_ones_warnings() {
    assert_rejected(
        "SCOPES",
        &[
            ("org.project.read", "lacks org.read"),
            ("org.raed org.project.read", "did you mean org.read?"),
            ("org.read;org.project.read", "holds `;`"),
            ("ORG.READ", "did you mean org.read?"),
            (
                "org.read Org.Project.Read",
                "did you mean org.project.read?",
            ),
            ("\"org.read org.project.read\"", "quotation mark"),
            ("[\"org.read\"]", "holds `[`"),
            ("org.read+org.project.read", "holds `+`"),
            ("org.read|org.edit", "holds `|`"),
            ("org.read\u{a0}org.edit", "U+00A0"),
            (",", "is missing"),
        ],
    );
    for (scopes, words) in [
        (
            "org.read org.projects.read",
            "did you mean org.project.read?",
        ),
        ("org.read org.something.new", "refuses a sign-in"),
        ("org.read,org.read", "twice"),
    ] {
        let told = with(&[("SCOPES", scopes)]).unwrap().warnings.join("\n");
        assert!(told.contains(words), "{scopes}: {told}");
    }
}

#[test]
fn malformed_or_swapped_credentials_are_reported() {
    let uuid = "0b6a1d9e-6f3a-4a53-9a86-2d9a3b1f7c11";
    let swapped = [("CLIENT_ID", "snyk_cs_canary"), ("CLIENT_SECRET", uuid)];
    let report = with(&swapped).unwrap_err().to_string();
    assert!(
        report.contains("swapped") && !report.contains("canary"),
        "{report}"
    );
    let told = with(&[("CLIENT_ID", "my-app")])
        .unwrap()
        .warnings
        .join("\n");
    assert!(told.contains("no UUID"), "{told}");
    let same = with(&[("CLIENT_SECRET", GOOD[0].1)])
        .unwrap_err()
        .to_string();
    assert!(same.contains("is CLIENT_ID"), "{same}");
    assert_rejected(
        "CLIENT_ID",
        &[("my app", "U+0020"), ("8c7f\u{200b}2f0e", "U+200B")],
    );
    assert_rejected(
        "CLIENT_SECRET",
        &[
            ("can\u{0}ary", "NUL"),
            ("can\nary", "line break"),
            ("can\u{a0}ary", "U+00A0"),
            ("“canary”", "typographic"),
        ],
    );
}

#[test]
fn what_an_earlier_version_encrypted_with_unseen_characters_still_opens() {
    let secret = GOOD[4].1;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    let of_file = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        let path = file.to_str().unwrap();
        with(&[("ENCRYPTION_SECRET", ""), ("ENCRYPTION_SECRET_FILE", path)])
    };
    let utf16: Vec<u8> = format!("\u{feff}{secret}\r\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for (bytes, previous) in [
        (secret.as_bytes().to_vec(), None),
        (format!("  {secret} \r\n\r\n").into_bytes(), None),
        (utf16, None),
        (
            format!("\u{feff}{secret}\n").into_bytes(),
            Some(format!("\u{feff}{secret}")),
        ),
        (
            format!("{secret}\u{200b}").into_bytes(),
            Some(format!("{secret}\u{200b}")),
        ),
        (
            format!("{secret}\0\n").into_bytes(),
            Some(format!("{secret}\0")),
        ),
    ] {
        let config = of_file(&bytes).unwrap();
        assert_eq!(
            config.encryption.secret.expose_secret(),
            secret,
            "{bytes:x?}"
        );
        let ring = config.encryption.previous;
        let ring: Vec<_> = ring
            .iter()
            .map(|one| one.expose_secret().to_owned())
            .collect();
        assert_eq!(
            ring,
            previous.clone().into_iter().collect::<Vec<_>>(),
            "{bytes:x?}"
        );
        assert_eq!(
            config.warnings.is_empty(),
            previous.is_none(),
            "{:?}",
            config.warnings
        );
    }
    // Inside the secret, such characters have always been part of it and remain so.
    let within = format!("{secret}\n{secret}");
    let config = of_file(within.as_bytes()).unwrap();
    assert_eq!(config.encryption.secret.expose_secret(), within);
    assert!(config.warnings.join("\n").contains("a line break"));
    let report = of_file(b"caf\xe9").unwrap_err().to_string();
    assert!(report.contains("UTF-8"), "{report}");

    let earlier = with(&[(
        "ENCRYPTION_SECRET_PREVIOUS",
        "\u{feff}0123456789abcdef0123456789abcdeX",
    )]);
    assert_eq!(earlier.unwrap().encryption.previous.len(), 2);
}

#[test]
fn addresses_of_this_server_that_contradict_each_other_are_reported() {
    assert_rejected(
        "LISTEN",
        &[
            ("3000", "127.0.0.1:3000"),
            (":3000", "0.0.0.0:3000"),
            ("localhost:3000", "127.0.0.1:3000"),
        ],
    );
    assert_rejected(
        "SESSION_IDLE",
        &[("30", "30s, 30m, 30h or 30d"), ("30 days", "30d")],
    );
    let told = with(&[("LISTEN", "127.0.0.1:4000")])
        .unwrap()
        .warnings
        .join("\n");
    assert!(
        told.contains("PUBLIC_URL is on port 3000, and LISTEN on port 4000"),
        "{told}"
    );
    let one = [
        ("LISTEN", "127.0.0.1:4000"),
        ("REDIRECT_URI", "http://localhost:4000/callback"),
    ];
    let config = with(&one).unwrap();
    assert_eq!(
        config.server.public_url.root().as_str(),
        "http://localhost:4000/"
    );
    assert_eq!(config.warnings, Vec::<String>::new());
}
