//! One file is one database, whatever its path (REL-15).

use std::{fs, fs::File, os::unix::fs::symlink, path::Path};

use serde_json::json;
use tests::Bed;

/// Checks that a second app on this path reports that the database is in use, and that the first
/// continues.
fn is_in_use(bed: &Bed, path: &Path) {
    let url = format!("sqlite://{}", path.display());
    let (code, output) = bed.app.run_to_end(&[("DATABASE_URL", &url)]);
    assert_eq!(code, Some(1), "{url}: {output}");
    assert!(output.contains("in use by another"), "{url}: {output}");
}

#[tokio::test]
async fn rel_15_a_second_app_finds_the_database_in_use_by_each_of_its_names() {
    let bed = Bed::with(&["--rotation", "strict"], &[]).await;
    let (mut browser, connection) = bed.connected().await;
    let database = bed.app.database();
    let elsewhere = tempfile::tempdir().unwrap();
    let name = |name: &str| elsewhere.path().join(name);

    symlink(&database, name("link.db")).unwrap();
    symlink(name("link.db"), name("link-to-link.db")).unwrap();
    symlink(database.parent().unwrap(), name("folder")).unwrap();
    fs::create_dir(name("deep")).unwrap();
    for path in [
        name("link.db"),
        name("link-to-link.db"),
        name("folder").join("app.db"),
        name("deep").join("..").join("link.db"),
        Path::new("/proc/self/root").join(database.strip_prefix("/").unwrap()),
        relative(&database).into(),
    ] {
        is_in_use(&bed, &path);
    }
    // Last, because the file itself then has a second name.
    fs::hard_link(&database, name("hard.db")).unwrap();
    is_in_use(&bed, &name("hard.db"));
    fs::remove_file(name("hard.db")).unwrap();

    let path = format!(
        "/api/connections/{}/refresh",
        connection["id"].as_str().unwrap()
    );
    assert_eq!(browser.post(&path, &json!({})).await.status, 200);
    assert_eq!(bed.sandbox.count("reuses").await, 0);
}

/// Returns a path relative to any working directory.
fn relative(path: &Path) -> String {
    let up = "../".repeat(20);
    format!("{up}{}", path.strip_prefix("/").unwrap().display())
}

#[tokio::test]
async fn rel_15_a_bind_mount_of_the_file_is_the_same_database() {
    let bed = Bed::start().await;
    let database = bed.app.database();
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().join("other.db");
    File::create(&other).unwrap();
    let script = format!(
        "mount --bind {} {} || exit 77; exec \"$0\" \"$@\"",
        database.display(),
        other.display()
    );
    let url = format!("sqlite://{}", other.display());
    // In its own mount namespace, so that nothing is left behind.
    let wrapper = ["unshare", "--mount", "--map-root-user", "sh", "-c", &script];
    let (code, output) = bed
        .app
        .run_to_end_in_shell(&wrapper, &[("DATABASE_URL", &url)]);
    if code == Some(77) || output.contains("unshare:") {
        eprintln!("NOT TESTED with a bind mount, which is refused here: {output}");
        return;
    }
    assert_eq!(code, Some(1), "{output}");
    assert!(output.contains("in use by another"), "{output}");
}

/// As if the file were seen through another mount, whose lock file is a different one.
#[tokio::test]
async fn rel_15_the_lock_is_on_the_file_itself() {
    let mut bed = Bed::start().await;
    assert_eq!(bed.app.stop(), Some(0));
    let file = File::open(bed.app.database()).unwrap();
    file.try_lock().unwrap();
    is_in_use(&bed, &bed.app.database());
    drop(file);
    bed.app.start_again(&[]).await;
}

#[tokio::test]
async fn rel_15_a_file_that_was_moved_is_still_in_use() {
    let bed = Bed::start().await;
    let mut browser = bed.browser();
    let database = bed.app.database();
    let moved = database.with_extension("moved");
    fs::rename(&database, &moved).unwrap();
    is_in_use(&bed, &moved);
    fs::rename(&moved, &database).unwrap();
    for _ in 0..100 {
        if browser.get("/readyz").await.status == 200 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("it is not ready again");
}

/// Otherwise SQLite would find the newest writes under one name and not under the other.
#[tokio::test]
async fn rel_15_a_database_with_two_names_is_refused_in_words() {
    let mut bed = Bed::start().await;
    assert_eq!(bed.app.stop(), Some(0));
    let database = bed.app.database();
    let second = database.with_extension("second");
    fs::hard_link(&database, &second).unwrap();
    for name in [&database, &second] {
        let url = format!("sqlite://{}", name.display());
        let (code, output) = bed.app.run_to_end(&[("DATABASE_URL", &url)]);
        assert_eq!(code, Some(1), "{output}");
        assert!(output.contains("hard link"), "{output}");
    }
    fs::remove_file(&second).unwrap();
    bed.app.start_again(&[]).await;
}
