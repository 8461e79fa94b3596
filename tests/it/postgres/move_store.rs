//! `snyk-app move-store`: everything goes from a SQLite file to PostgreSQL, and back.

use test_postgres::{Database, PASSWORD};
use tests::{Bed, command};

use super::{call_path, refresh};

#[tokio::test]
async fn a_store_moves_to_postgresql_and_back_with_nobody_signed_out() {
    let database = Database::create();
    let postgres = database.url();
    let mut bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let sqlite = format!("sqlite://{}", bed.app.database().display());
    let (mut browser, connection) = bed.connected().await;
    let path = call_path(&connection);
    assert_eq!(refresh(&mut browser, &connection).await["generation"], 1);
    let there = ["move-store", &sqlite, &postgres];
    let run = async |bed: &Bed, arguments: &[&str]| {
        let outcome = command::finish(bed.app.command(arguments, &[])).await;
        assert!(!outcome.output().contains(PASSWORD), "{}", outcome.output());
        (outcome.code, outcome.output())
    };

    let (code, output) = run(&bed, &there).await;
    assert_eq!(code, Some(1), "a server runs: {output}");
    assert!(output.contains("in use by another"), "{output}");
    assert_eq!(bed.app.stop(), Some(0));

    let (code, output) = run(&bed, &there).await;
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("1 copied"), "{output}");
    assert!(
        output.contains("has everything. Start the servers on it"),
        "{output}"
    );
    let (code, output) = run(&bed, &there).await;
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("Nothing was to be done"), "{output}");
    // As after an interruption.
    database.execute("DELETE FROM sessions");
    let (code, output) = run(&bed, &there).await;
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("1 copied"), "{output}");

    bed.app.start_again(&[("DATABASE_URL", &postgres)]).await;
    assert_eq!(browser.get(&path).await.status, 200);
    assert_eq!(refresh(&mut browser, &connection).await["generation"], 2);
    let back = ["move-store", &postgres, &sqlite];
    let (code, output) = run(&bed, &back).await;
    assert_eq!(code, Some(1), "a server runs: {output}");
    assert!(output.contains("a server runs on"), "{output}");
    assert_eq!(bed.app.stop(), Some(0));
    // The pair there is an earlier one.
    let (code, output) = run(&bed, &back).await;
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("holds other data"), "{output}");

    // To the database of DATABASE_URL, so that no password is on the command line.
    let file = bed.app.database().with_file_name("back.db");
    let sqlite = format!("sqlite://{}", file.display());
    bed.app.start_again(&[("DATABASE_URL", &sqlite)]).await;
    assert_eq!(bed.app.stop(), Some(0));
    let (code, output) = run(&bed, &["move-store", &postgres]).await;
    assert_eq!(code, Some(0), "{output}");
    bed.app.start_again(&[]).await;
    assert_eq!(browser.get(&path).await.status, 200);
    assert_eq!(refresh(&mut browser, &connection).await["generation"], 3);
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

#[tokio::test]
async fn a_store_that_cannot_be_moved_is_named_with_what_to_do() {
    let database = Database::create();
    let bed = Bed::start().await;
    let url = database.url();
    for (from, to, words) in [
        (
            "sqlite://nowhere.db",
            &*url,
            "there is no database nowhere.db",
        ),
        (&*url, "sqlite://new.db", "is not up to date"),
        (
            "mysql://user:canary@host/db",
            &*url,
            "FROM is not one that this build can use",
        ),
    ] {
        let arguments = ["move-store", from, to];
        let outcome = command::finish(bed.app.command(&arguments, &[])).await;
        let output = outcome.output();
        assert_ne!(outcome.code, Some(0), "{words}: {output}");
        assert!(output.contains(words), "{words}: {output}");
        assert!(!output.contains("canary"), "{output}");
    }
}
