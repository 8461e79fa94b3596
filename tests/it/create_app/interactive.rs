//! The interactive mode on a pseudo-terminal, as a person sees it.

use std::fs;

use tests::terminal::{BACKSPACE, CTRL_C, DOWN, ENTER, Terminal};

use super::*;

/// With `SCREENS=1`, prints the screens for a person to look at.
#[expect(
    clippy::disallowed_methods,
    reason = "a switch for the person who runs the test"
)]
fn show(title: &str, screen: &str) {
    if std::env::var_os("SCREENS").is_some() {
        let line = "─".repeat(100);
        eprintln!("{title}\n{line}\n{screen}\n{line}");
    }
}

#[tokio::test]
async fn a_person_answers_questions_and_sees_everything_before_it_happens() {
    let (sandbox, org, folder) = start().await;
    fs::write(folder.path().join(".env"), "# mine\nLOG=debug\n").unwrap();
    let provider = &variables(&sandbox.url)[..2];
    let mut terminal = Terminal::start(folder.path(), &["create-app"], provider);
    terminal.answer("Write the app into it?", "y\r");
    terminal.answer("API token:", TOKEN);
    let screen = terminal.wait_for("********");
    show("The token", &screen);
    terminal.press(ENTER);
    let screen = terminal.wait_for("Organization that owns the app:");
    show("The organization", &screen);
    terminal.answer("Meridian Platform", "platform");
    terminal.wait_for("owns the app: platform");
    terminal.press(ENTER);
    terminal.answer("Name of the app:", ENTER);
    terminal.answer("it is empty", "Fathom\r");
    terminal.answer("Redirect URI:", "http://example.com/callback\r");
    terminal.wait_for("it is not https");
    terminal.press(&BACKSPACE.repeat("http://example.com/callback".len()));
    terminal.press(ENTER);
    let screen = terminal.wait_for("Scopes beyond org.read");
    show("The scopes", &screen);
    for words in [
        "org.project.read",
        "See projects, their settings and targets",
    ] {
        assert!(screen.contains(words), "{screen}");
    }
    terminal.press("report");
    terminal.wait_for("See reports");
    terminal.press(" \r");
    let screen = terminal.wait_for("The app acts as");
    show("The context", &screen);
    terminal.press(DOWN);
    terminal.press(ENTER);
    let screen = terminal.wait_for("Create this app?");
    show("The summary", &screen);
    for words in [
        "Name            Fathom",
        &format!("Meridian Platform ({org})"),
        REDIRECT_URI,
        "org.report.read",
        "user: the person who installs it",
        "a backup of the former one",
    ] {
        assert!(screen.contains(words), "{words} on:\n{screen}");
    }
    assert_eq!(
        sandbox.seen("/rest/orgs/").await,
        0,
        "nothing was created yet"
    );
    terminal.press(ENTER);
    let screen = terminal.wait_for("is registered at Snyk");
    assert_eq!(terminal.exit_code(), Some(0));
    show("The result", &screen);
    let written = read(folder.path());
    assert_eq!(
        value(&written, "SCOPES"),
        "org.read org.report.read org.project.read org.project.snapshot.read"
    );
    assert_eq!(files(folder.path()), [".env", ".env.backup"]);
    let shown = String::from_utf8_lossy(&terminal.written()).into_owned();
    for hidden in [TOKEN, value(&written, "CLIENT_SECRET")] {
        assert!(!shown.contains(hidden));
    }
}

#[tokio::test]
async fn ctrl_c_at_any_question_leaves_nothing_behind() {
    let (sandbox, _, folder) = start().await;
    let provider = &variables(&sandbox.url)[..2];
    let steps = [
        ("API token:", format!("{TOKEN}\r")),
        ("Organization that owns the app:", ENTER.to_owned()),
        ("Name of the app:", "Fathom\r".to_owned()),
        ("Redirect URI:", ENTER.to_owned()),
        ("Scopes beyond org.read", ENTER.to_owned()),
        ("The app acts as", ENTER.to_owned()),
        ("Create this app?", String::new()),
    ];
    for last in 0..steps.len() {
        let mut terminal = Terminal::start(folder.path(), &["create-app"], provider);
        for (words, keys) in &steps[..last] {
            terminal.answer(words, keys);
        }
        let words = steps[last].0;
        terminal.answer(words, CTRL_C);
        assert_eq!(terminal.exit_code(), Some(130), "{words}");
        terminal.wait_for("Nothing was changed");
        assert!(terminal.has_cursor(), "{words}");
        assert!(files(folder.path()).is_empty(), "{words}");
    }
    assert_eq!(sandbox.seen("/rest/orgs/").await, 0, "no app was created");
}

#[tokio::test]
async fn what_flags_and_variables_answer_is_not_asked() {
    let (sandbox, org, folder) = start().await;
    let arguments = [
        "create-app",
        "--org-id",
        &org,
        "--name=Fathom",
        "--redirect-uri",
        REDIRECT_URI,
        "--context=tenant",
    ];
    let mut terminal = Terminal::start(folder.path(), &arguments, &variables(&sandbox.url));
    let screen = terminal.wait_for("Scopes beyond org.read");
    assert!(
        !screen.contains("API token") && !screen.contains("Name of"),
        "{screen}"
    );
    terminal.press(ENTER);
    terminal.answer("Create this app?", "n\r");
    assert_eq!(terminal.exit_code(), Some(130));
    assert!(files(folder.path()).is_empty());
}
