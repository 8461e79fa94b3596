//! Splits a project's name into three parts that are shortened differently: target, folder, file.

/// The parts of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// The repository or image: `meridian/checkout-gateway`.
    pub target: &'a str,
    /// The folder with a trailing slash, or an empty text: `services/settlement/`.
    pub folder: &'a str,
    /// The file, or an empty text: `package-lock.json`.
    pub file: &'a str,
}

/// Splits a name. `target_file` is Snyk's name of the file, and may be empty.
///
/// Snyk writes `target:file`, but a target can contain colons (`registry:5000/image`). Therefore
/// the file that Snyk names is tried first, and then the last colon that is followed by something.
#[must_use]
pub fn split<'a>(name: &'a str, target_file: &str) -> Parts<'a> {
    let by_file = (!target_file.is_empty())
        .then(|| name.strip_suffix(target_file)?.strip_suffix(':'))
        .flatten()
        .filter(|target| !target.is_empty());
    let (target, path) = match by_file {
        Some(target) => (target, &name[target.len() + 1..]),
        None => match name.rsplit_once(':') {
            Some((target, path)) if !target.is_empty() && !path.is_empty() => (target, path),
            _ => (name, ""),
        },
    };
    let (folder, file) = path.split_at(path.rfind('/').map_or(0, |slash| slash + 1));
    // A path that ends in a slash has no file part.
    if file.is_empty() {
        return Parts {
            target,
            folder: "",
            file: path,
        };
    }
    Parts {
        target,
        folder,
        file,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts<'a>(name: &'a str, file: &str) -> [&'a str; 3] {
        let parts = split(name, file);
        [parts.target, parts.folder, parts.file]
    }

    #[test]
    fn target_folder_and_file() {
        assert_eq!(
            parts("meridian/web:services/pay/package.json", ""),
            ["meridian/web", "services/pay/", "package.json"]
        );
        assert_eq!(
            parts("meridian/web:pom.xml", ""),
            ["meridian/web", "", "pom.xml"]
        );
        assert_eq!(
            parts("meridian/倉庫管理-api:cmd/go.mod", "cmd/go.mod"),
            ["meridian/倉庫管理-api", "cmd/", "go.mod"]
        );
    }

    #[test]
    fn a_name_without_a_file_is_all_target() {
        assert_eq!(
            parts("meridian/dispatch", ""),
            ["meridian/dispatch", "", ""]
        );
        assert_eq!(parts("odd:", ""), ["odd:", "", ""]);
        assert_eq!(parts(":odd", ""), [":odd", "", ""]);
        assert_eq!(parts("", ""), ["", "", ""]);
    }

    #[test]
    fn what_snyk_says_of_the_file_counts_before_the_last_colon() {
        assert_eq!(
            parts("host:5000/image:a:b/Dockerfile", "a:b/Dockerfile"),
            ["host:5000/image", "a:b/", "Dockerfile"]
        );
        // The file that Snyk names need not be part of the name.
        assert_eq!(
            parts("m/web:pom.xml", "other.xml"),
            ["m/web", "", "pom.xml"]
        );
    }

    #[test]
    fn a_path_that_is_a_folder_is_kept() {
        assert_eq!(parts("m/web:infra/live/", ""), ["m/web", "", "infra/live/"]);
    }
}
