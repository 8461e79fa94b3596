//! The commands that print a text: help, version, completions, manual. They need neither a
//! configuration nor a home folder.

use std::{
    fs::{self, File, OpenOptions},
    path::Path,
    process::{Command, Output, Stdio},
};

use tests::app;

/// Returns the program in an empty folder, without environment.
fn bare(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(app::program());
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("SSL_CERT_FILE", "/none");
    command
}

fn run(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let output = bare(folder.path(), arguments).output().unwrap();
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "{arguments:?} left {left:?} behind");
    output
}

/// Returns what a command prints that must succeed.
fn text(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    assert!(output.stderr.is_empty(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn is_installed(program: &str) -> bool {
    let path = Command::new("sh")
        .args(["-c", "command -v \"$1\"", "sh", program])
        .stdout(Stdio::null())
        .status();
    path.unwrap().success()
}

#[test]
fn help_and_version_need_nothing_and_show_examples() {
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["serve", "--help"],
        &["completions", "--help"],
        &["man", "--help"],
    ] {
        let text = text(arguments);
        assert!(text.contains("Usage: snyk-app"), "{text}");
        assert!(text.contains("Examples"), "{text}");
    }
    let version = text(&["--version"]);
    let number = env!("CARGO_PKG_VERSION");
    assert!(
        version.starts_with(&format!("snyk-app {number} (")),
        "{version}"
    );
    for name in ["commit: ", "date:   ", "build:  ", "page:   "] {
        assert!(version.contains(&format!("\n{name}")), "{version}");
    }
    assert_eq!(text(&["-V"]).lines().next(), version.lines().next());
}

/// As in a container: no home folder, no certificates, no `/proc`, no network.
#[test]
fn help_needs_no_file_but_the_program_and_its_libraries() {
    let bubblewrap = |program: &Path, arguments: &[&str]| {
        let mut command = Command::new("bwrap");
        command.args(["--unshare-all", "--clearenv"]);
        for folder in ["/lib", "/lib64", "/usr/lib"] {
            command.args(["--ro-bind-try", folder, folder]);
        }
        command.arg("--ro-bind").arg(program).arg("/program");
        command.arg("/program").args(arguments).output()
    };
    if !bubblewrap(Path::new("/bin/true"), &[]).is_ok_and(|output| output.status.success()) {
        println!("bwrap is not installed, or not allowed: the empty root is not checked");
        return;
    }
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["man"],
        &["completions", "bash"],
    ] {
        let output = bubblewrap(&app::program(), arguments).unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{arguments:?}: {output:?}");
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(printed.contains("snyk"), "{arguments:?}: {printed}");
    }
}

#[test]
fn a_wrong_command_line_is_told_from_a_failure() {
    for arguments in [
        &["sevre"][..],
        &["serve", "--lisen"],
        &["completions"],
        &["completions", "tcsh"],
        &["man", "serve", "--dir", "x"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let output = run(&["man", "sevre"]);
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("no command `sevre`"), "{error}");
}

#[test]
fn standard_output_that_cannot_be_written_is_a_failure_and_an_early_end_is_none() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["completions", "bash"][..], &["man"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = bare(folder.path(), arguments)
            .stdout(full)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.contains("standard output cannot be written"),
            "{error}"
        );

        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = bare(folder.path(), arguments)
            .stdout(writer)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn each_shell_accepts_its_completions() {
    let folder = tempfile::tempdir().unwrap();
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = folder.path().join(shell);
        fs::write(&script, text(&["completions", shell])).unwrap();
        assert!(is_installed(shell), "`cargo xtask test` installs {shell}");
        let output = Command::new(shell)
            .arg(check)
            .arg(&script)
            .output()
            .unwrap();
        assert!(output.status.success(), "{shell}: {output:?}");
        assert!(output.stderr.is_empty(), "{shell}: {output:?}");
    }
}

#[test]
fn bash_completes_commands_and_options() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    fs::write(&script, text(&["completions", "bash"])).unwrap();
    for (line, index, expected) in [
        ("snyk-app ser", 1, "serve"),
        ("snyk-app completions z", 2, "zsh"),
        ("snyk-app serve --pub", 2, "--public-url"),
    ] {
        let ask = format!(
            "source '{}'; COMP_WORDS=({line}); COMP_CWORD={index}; \
             _snyk__app snyk-app \"${{COMP_WORDS[COMP_CWORD]}}\" \
             \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            script.display()
        );
        let output = Command::new("bash").args(["-c", &ask]).output().unwrap();
        let offered = String::from_utf8(output.stdout).unwrap();
        assert_eq!(offered.trim(), expected, "{line}: {:?}", output.stderr);
    }
}

#[test]
fn manual_pages_are_formatted_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man/man1");
    let output = bare(folder.path(), &["man", "--dir", pages.to_str().unwrap()]).output();
    assert!(output.unwrap().status.success());
    let files: Vec<_> = fs::read_dir(&pages)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert!(files.len() > 3, "{files:?}");
    for page in files {
        for (program, arguments) in [
            ("groff", &["-man", "-Tutf8", "-ww", "-z"][..]),
            ("mandoc", &["-Tlint", "-Wwarning"]),
        ] {
            assert!(
                is_installed(program),
                "`cargo xtask test` installs {program}"
            );
            let output = Command::new(program)
                .args(arguments)
                .arg(&page)
                .output()
                .unwrap();
            let told = [output.stdout, output.stderr].concat();
            let told = String::from_utf8_lossy(&told);
            assert!(
                output.status.success() && told.is_empty(),
                "{program}: {told}"
            );
        }
    }
    let printed = File::create(folder.path().join("printed")).unwrap();
    let status = bare(folder.path(), &["man", "serve"])
        .stdout(printed)
        .status();
    assert!(status.unwrap().success());
    let printed = fs::read(folder.path().join("printed")).unwrap();
    assert_eq!(printed, fs::read(pages.join("snyk-app-serve.1")).unwrap());
}
