//! What this server uses, and where it came from.

use serde_json::json;
use tests::Bed;

use super::{administrator, read};

#[tokio::test]
async fn settings_name_their_variables_and_no_secret() {
    let bed = Bed::start().await;
    let mut admin = administrator(&bed.app).await;
    let before = read(&mut admin, "/api/admin/settings").await;
    assert_eq!(before["active"], 0);
    assert_eq!(before["client_secret"]["accepted_at"], json!(null));
    assert_eq!(before["client_secret"]["variable"], "CLIENT_SECRET");
    assert_eq!(before["scopes_never_granted"], json!([]));
    let setting = |key: &str| {
        let settings = before["settings"].as_array().unwrap();
        let found = settings.iter().find(|one| one["key"] == key).unwrap();
        (found["value"].as_str().unwrap(), found["variable"].as_str())
    };
    assert_eq!(setting("database"), ("SQLite", Some("DATABASE_URL")));
    assert_eq!(setting("session_idle"), ("86400", None));
    assert_eq!(setting("rate_limits"), ("off", Some("RATE_LIMITS")));
    assert_eq!(setting("region"), ("sandbox", Some("SNYK_API_URL")));
    for key in ["public_url", "frontend_origin"] {
        assert_eq!(setting(key), (&*bed.app.url, Some("PUBLIC_URL")), "{key}");
    }

    bed.connected().await;
    let after = read(&mut admin, "/api/admin/settings").await;
    assert!(after["client_secret"]["accepted_at"].is_string());
    assert_eq!(
        (&after["active"], &after["encryption"]["installs"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(after["encryption"]["installs_of_previous"], 0);
    let text = after.to_string();
    for secret in [
        tests::app::ENCRYPTION_SECRET,
        tests::registration::CLIENT_SECRET,
    ] {
        assert!(!text.contains(secret), "{secret}");
    }
}
