//! The names that are looked up among the files of the page.

/// Returns whether a path has no dot files, no percent-encoding and no traversal. The build creates
/// no such names.
pub(super) fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && path.split('/').all(|segment| !segment.starts_with('.'))
        && !path.contains("//")
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"%\\".contains(&byte))
}

/// Returns whether the build creates files of this type. Other files that someone left in the
/// folder, such as a database, a key or an archive, are not served (SEC-51).
pub(super) fn is_build_output(name: &str) -> bool {
    let (_, extension) = name.rsplit_once('.').unwrap_or_default();
    [
        "css",
        "html",
        "ico",
        "jpg",
        "js",
        "json",
        "png",
        "svg",
        "txt",
        "wasm",
        "webmanifest",
        "webp",
        "woff2",
    ]
    .contains(&extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sec_51_only_plain_names_are_looked_up() {
        for fine in [
            "/",
            "/callback",
            "/frontend-0123456789abcdef_bg.wasm",
            "/a/b.css",
        ] {
            assert!(is_plain_path(fine), "{fine}");
        }
        for odd in [
            "/.env",
            "/a/.git/config",
            "/../x",
            "/a/../b",
            "/%2e%2e/x",
            "/a%00",
            "//x",
            "/a\\b",
            "/a/%2e%2e%2f",
            "x",
        ] {
            assert!(!is_plain_path(odd), "{odd}");
        }
    }

    #[test]
    fn sec_51_only_kinds_of_files_that_the_build_makes_are_served() {
        for built in [
            "index.html",
            "a-0123456789abcdef_bg.wasm",
            "OFL.txt",
            "x.woff2",
        ] {
            assert!(is_build_output(built), "{built}");
        }
        for other in [
            "app.db",
            "app.db-wal",
            "x.sqlite",
            "key.pem",
            "a.css.br",
            "x.tar.gz",
            "env",
            "a.",
        ] {
            assert!(!is_build_output(other), "{other}");
        }
    }
}
