//! Starts with a database that cannot be used.

use super::*;

#[test]
fn a_database_that_is_no_file_is_refused_and_nothing_is_left_lying() {
    let folder = tempfile::tempdir().unwrap();
    for (url, words) in [
        ("sqlite::memory:", "in memory"),
        ("sqlite://:memory:", "in memory"),
        ("sqlite:file:app.db?mode=memory", "in memory"),
        ("sqlite:file:app.db", "sqlite://path"),
        ("sqlite://new/", "a folder"),
        ("sqlite://~/app.db", "`~`"),
        ("postgres://user:canary@host", "no database"),
    ] {
        let (code, output) = start_in(folder.path(), &[("DATABASE_URL", url)]);
        assert_eq!(code, Some(1), "{url}: {output}");
        assert!(
            output.contains("DATABASE_URL") && output.contains(words),
            "{url}: {output}"
        );
        assert!(!output.contains("canary"), "{output}");
        let left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| name != "output.log")
            .collect();
        assert!(left.is_empty(), "{url} left {left:?}");
    }
}

#[test]
fn a_folder_in_the_databases_place_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("app.db")).unwrap();
    let (code, output) = start_in(folder.path(), &[]);
    assert_eq!(code, Some(1));
    assert!(output.contains("it is a folder"), "{output}");
    fs::write(folder.path().join("file"), "").unwrap();
    let url = format!("sqlite://{}/file/app.db", folder.path().display());
    let (_, output) = start_in(folder.path(), &[("DATABASE_URL", &url)]);
    assert!(output.contains("is a file and no folder"), "{output}");
}

/// Starts the app as a user without write access here: a different user, if the tests run as root.
fn start_as_another_user(folder: &Path, changes: &[(&str, &str)]) -> String {
    let mut variables = variables(free_port(), "http://127.0.0.1:9", folder);
    for (name, value) in changes {
        variables.retain(|(known, _)| known != name);
        variables.push(((*name).to_owned(), (*value).to_owned()));
    }
    // The different user has no access to the build folder.
    let program = folder.join("snyk-app");
    fs::copy(app::program(), &program).unwrap();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
        command.arg(&program);
        command
    } else {
        Command::new(&program)
    };
    let output = command
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(variables)
        .current_dir("/")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_database_that_this_user_may_not_write_is_told_with_what_stands_in_the_way() {
    let set_mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let in_the_way = |path: &Path| {
        if is_root {
            format!("{} belongs to the user with the id 0", path.display())
        } else {
            format!("this user may not write {}", path.display())
        }
    };
    let inner = tempfile::tempdir().unwrap();
    set_mode(inner.path(), 0o755);
    let locked = inner.path().join("locked");
    fs::create_dir(&locked).unwrap();
    let file = locked.join("app.db");
    let url = format!("sqlite://{}", file.display());
    let pages = [("FRONTEND_DIR", ""), ("DATABASE_URL", &url)];

    // The folder: no file can be created in it.
    set_mode(&locked, 0o555);
    let output = start_as_another_user(inner.path(), &pages);
    assert!(output.contains(&in_the_way(&locked)), "{output}");
    // The file: it can be read but not written.
    set_mode(&locked, 0o755);
    fs::write(&file, "").unwrap();
    set_mode(&file, 0o444);
    let output = start_as_another_user(inner.path(), &pages);
    assert!(output.contains(&in_the_way(&file)), "{output}");
    // A different user who can write the file still cannot restrict its permissions.
    if is_root {
        set_mode(&locked, 0o777);
        set_mode(&file, 0o666);
        let output = start_as_another_user(inner.path(), &pages);
        assert!(output.contains(&in_the_way(&file)), "{output}");
    }
}
