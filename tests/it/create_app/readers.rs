//! Every program that reads `.env` files reads ours alike.

use serde_json::json;
use tests::dotenv;

use super::*;

#[tokio::test]
async fn other_readers_read_the_same_values() {
    let (sandbox, org, folder) = start().await;
    let file = folder.path().join(".env");
    for secret in [
        "snyk_cs_plain0123456789",
        "snyk_cs_^`*=<]%+&!?",
        "snyk_cs_$HOME $(id) #x \"y\" ;|",
        "it's",
        "~/x",
        "物流 ü",
    ] {
        sandbox.heal().await;
        let fault =
            json!({"kind": "patch", "json": {"data": {"attributes": {"client_secret": secret}}}});
        let on = json!({"endpoint": "rest", "path": "/rest/orgs/*/apps"});
        sandbox.fault(json!({"on": on, "fault": fault})).await;
        let outcome = create(folder.path(), &org, &["--force"], &variables(&sandbox.url));
        assert_eq!(outcome.code, Some(0), "{}", outcome.output());
        assert!(
            !outcome.stderr.contains("differently"),
            "{}",
            outcome.stderr
        );
        let read = dotenv::of_node(&file);
        assert_eq!(read["CLIENT_SECRET"], secret);
        assert_eq!(read["SCOPES"], SCOPES);
        assert_eq!(read["REDIRECT_URI"], REDIRECT_URI);
        assert_eq!(dotenv::of_python(&file), read);
        let of_shell = dotenv::of_shell(&file);
        for (name, value) in &read {
            assert_eq!(&of_shell[name], value, "{name}");
        }
    }
}
