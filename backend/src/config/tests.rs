mod forms;
mod sections;

use std::collections::BTreeMap;

use super::*;

const GOOD: [(&str, &str); 5] = [
    ("CLIENT_ID", "8c7f2f0e-6b1d-4d0e-9d55-0f3a2c1b7e90"),
    ("CLIENT_SECRET", "snyk_cs_a^b`c*d=e<f]g"),
    ("REDIRECT_URI", "http://localhost:3000/callback"),
    ("SCOPES", "org.read,org.project.read"),
    ("ENCRYPTION_SECRET", "0123456789abcdef0123456789abcdef"),
];

fn with(changes: &[(&str, &str)]) -> Result<Config, Report> {
    let mut pairs = GOOD.to_vec();
    pairs.extend_from_slice(changes);
    Config::from_raw(&Raw::from_pairs(&pairs))
}

#[test]
fn the_demos_env_file_is_enough() {
    let config = with(&[]).unwrap();
    assert_eq!(config.app.scopes.to_string(), "org.read org.project.read");
    assert_eq!(
        config.server.frontend_origin.as_str(),
        "http://localhost:3000"
    );
    assert_eq!(config.provider.region, "us-01");
    assert!(!config.provider.sandbox);
}

#[test]
fn an_empty_configuration_lists_everything_at_once() {
    let report = Config::from_raw(&Raw::default()).unwrap_err().to_string();
    for name in [
        "CLIENT_ID",
        "CLIENT_SECRET",
        "REDIRECT_URI",
        "SCOPES",
        "ENCRYPTION_SECRET",
    ] {
        assert!(report.contains(name), "{name} in {report}");
    }
}

#[test]
fn sec_50_weak_and_contradictory_values_stop_the_start() {
    for (name, value) in [
        ("ENCRYPTION_SECRET", "short"),
        ("ENCRYPTION_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        (
            "ENCRYPTION_SECRET",
            "change-me-change-me-change-me-change-me",
        ),
        ("ENCRYPTION_SECRET_PREVIOUS", "a"),
        ("PUBLIC_URL", "https://*.example.com"),
        ("FRONTEND_ORIGIN", "https://*"),
        ("REDIRECT_URI", "https://*.example.com/callback"),
        ("SNYK_API_URL", "https://api.example.com/?x="),
        ("SNYK_APP_URL", "https://app.example.com/#x"),
        ("PUBLIC_URL", "http://app.example.com"),
        ("PUBLIC_URL", "https://app.example.com/path"),
        ("FRONTEND_ORIGIN", "*"),
        ("FRONTEND_ORIGIN", "https://app.example.com/path"),
        ("REDIRECT_URI", "http://app.example.com/callback"),
        ("REDIRECT_URI", "https://app.example.com/callback#x"),
        ("REDIRECT_URI", "https://app.example.com/elsewhere"),
        ("REDIRECT_URI", "callback"),
        ("SNYK_REGION", "mars-01"),
        ("SNYK_API_URL", "http://api.example.com"),
        ("SNYK_API_URL", "https://user:pass@api.example.com"),
        ("LISTEN", "localhost"),
        ("SESSION_IDLE", "soon"),
        ("RATE_LIMITS", "maybe"),
        ("REFRESH_UNUSED_CONNECTIONS", "maybe"),
        ("LOG_FORMAT", "xml"),
        ("LOG", "a=b=c"),
        ("DATABASE_URL", "mysql://x"),
    ] {
        let report = with(&[(name, value)])
            .err()
            .unwrap_or_else(|| panic!("{name}={value} passed"));
        let report = report.to_string();
        assert!(report.contains(name), "{name} in {report}");
        assert!(
            value.len() < 8 || !report.contains(value),
            "{report} tells the value"
        );
    }
}

#[test]
fn sec_50_values_that_contradict_each_other_stop_the_start() {
    let secret = "0123456789abcdef0123456789abcdef";
    let one_for_both = with(&[("CLIENT_SECRET", secret)]).unwrap_err().to_string();
    assert!(one_for_both.contains("is CLIENT_SECRET"), "{one_for_both}");
    assert!(!one_for_both.contains(secret), "{one_for_both}");
    let never = with(&[("SESSION_IDLE", "2h"), ("SESSION_LIFETIME", "1h")]);
    assert!(never.unwrap_err().to_string().contains("SESSION_IDLE"));
    assert!(with(&[("SESSION_LIFETIME", "1h")]).is_ok());
}

#[test]
fn a_value_and_its_file_are_a_contradiction() {
    let report = with(&[("CLIENT_SECRET_FILE", "/nowhere")])
        .unwrap_err()
        .to_string();
    assert!(report.contains("CLIENT_SECRET and its _FILE"), "{report}");
}

#[test]
fn addresses_on_this_computer_are_the_sandbox() {
    let config = with(&[
        ("SNYK_API_URL", "http://127.0.0.1:3001"),
        ("SNYK_APP_URL", "http://127.0.0.1:3001"),
    ])
    .unwrap();
    assert!(config.provider.sandbox);
    assert_eq!(config.provider.region, "sandbox");
    assert_eq!(
        config.provider.authorization_endpoint(),
        "http://127.0.0.1:3001/oauth2/authorize"
    );
}

#[test]
fn sec_50_51_values_that_are_valid_but_suspicious_are_warned_of() {
    assert!(with(&[]).unwrap().warnings.is_empty());
    let told = |changes: &[(&str, &str)]| with(changes).unwrap().warnings.join("\n");
    let other_name = [
        ("REDIRECT_URI", "http://127.0.0.1:3000/callback"),
        ("PUBLIC_URL", "http://localhost:3000"),
    ];
    assert!(told(&other_name).contains("REDIRECT_URI"));
    assert_eq!(told(&[("METRICS_LISTEN", "127.0.0.1:9")]), "");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    let lines = GOOD.map(|(name, value)| format!("{name}={value}\n"));
    let text = lines.concat();
    std::fs::write(&file, text).unwrap();
    for (mode, is_told) in [(0o644, true), (0o640, true), (0o622, true), (0o600, false)] {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&file, mode).unwrap();
        let raw = Raw::read(&file, BTreeMap::new()).unwrap();
        let config = Config::from_raw(&raw).unwrap();
        let is_there = config.warnings.iter().any(|told| told.contains(".env"));
        assert_eq!(is_there, is_told);
    }

    let secret = folder.path().join("secret");
    std::fs::write(&secret, "snyk_cs_1").unwrap();
    let lines = lines.map(|line| {
        if line.starts_with("CLIENT_SECRET=") {
            format!("CLIENT_SECRET_FILE={}\n", secret.display())
        } else {
            line
        }
    });
    std::fs::write(&file, lines.concat()).unwrap();
    for (mode, is_told) in [(0o622, true), (0o444, false)] {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&secret, mode).unwrap();
        let config = Config::from_raw(&Raw::read(&file, BTreeMap::new()).unwrap()).unwrap();
        let told = config.warnings.join("\n");
        assert_eq!(told.contains("CLIENT_SECRET_FILE"), is_told, "{told}");
    }
    assert!(told(&[("SNYK_APP_URL", "https://app.example.com")]).contains("SNYK_API_URL"));
}
