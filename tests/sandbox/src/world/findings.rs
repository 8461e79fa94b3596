//! The findings of a scan. The first list is from published advisories; other packages and numbers
//! are invented (`CVE-…-9xxxxx` are not assigned).

use super::dice::Dice;

/// A vulnerability of a package.
#[derive(Debug)]
pub(crate) struct Vulnerability {
    ecosystem: Ecosystem,
    /// Index into [`SEVERITIES`](super::estate::SEVERITIES).
    severity: usize,
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
    pub(crate) title: &'static str,
    /// Empty if there is none.
    pub(crate) cve: &'static str,
    pub(crate) cwe: &'static str,
}

/// The package ecosystem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ecosystem {
    Js,
    Java,
    Golang,
    Python,
    Ruby,
    Dotnet,
    Rust,
    Debian,
    /// Any other ecosystem: all of its packages are invented.
    Other,
}

impl Ecosystem {
    /// Returns the ecosystem of a project type.
    pub(crate) fn of(kind: &str) -> Self {
        match kind {
            "npm" | "yarn" | "pnpm" => Self::Js,
            "maven" | "gradle" | "sbt" => Self::Java,
            "gomodules" => Self::Golang,
            "pip" | "poetry" => Self::Python,
            "rubygems" => Self::Ruby,
            "nuget" => Self::Dotnet,
            "cargo" => Self::Rust,
            "deb" | "apk" | "rpm" | "linux" | "dockerfile" => Self::Debian,
            _ => Self::Other,
        }
    }

    /// Returns the ecosystem's part of Snyk's ids.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Js => "JS",
            Self::Java => "JAVA",
            Self::Golang => "GOLANG",
            Self::Python => "PYTHON",
            Self::Ruby => "RUBY",
            Self::Dotnet => "DOTNET",
            Self::Rust => "RUST",
            Self::Debian => "DEBIAN12",
            Self::Other => "UNMANAGED",
        }
    }
}

use Ecosystem::{Debian, Dotnet, Golang, Java, Js, Python, Ruby, Rust};

#[rustfmt::skip]
const VULNERABILITIES: [Vulnerability; 48] = [
    known(Js, 0, "vm2", "3.9.11", "Sandbox bypass", "CVE-2023-29017", "CWE-913"),
    known(Js, 0, "lodash", "4.17.15", "Prototype pollution", "CVE-2020-8203", "CWE-1321"),
    known(Js, 0, "url-parse", "1.5.3", "Authorization bypass through user-controlled key", "CVE-2022-0686", "CWE-639"),
    known(Js, 1, "axios", "0.21.0", "Server-side request forgery (SSRF)", "CVE-2020-28168", "CWE-918"),
    known(Js, 1, "@meridian/内部-http-client", "0.4.0-beta.17", "Uncontrolled resource consumption", "", "CWE-400"),
    known(Js, 1, "semver", "7.3.5", "Regular expression denial of service (ReDoS)", "CVE-2022-25883", "CWE-1333"),
    known(Js, 1, "simple-git", "3.4.0", "Improper neutralization of special elements used in an OS command, as it is passed on to the version control program without being separated from its options", "CVE-2022-24433", "CWE-88"),
    known(Js, 1, "minimist", "1.2.5", "Prototype pollution", "CVE-2021-44906", "CWE-1321"),
    known(Js, 2, "node-fetch", "2.6.1", "Information exposure", "CVE-2022-0235", "CWE-200"),
    known(Js, 2, "express", "4.17.1", "Open redirect", "CVE-2024-29041", "CWE-601"),
    known(Js, 2, "postcss", "8.4.30", "Improper input validation", "CVE-2023-44270", "CWE-20"),
    known(Js, 2, "word-wrap", "1.2.3", "Regular expression denial of service (ReDoS)", "CVE-2023-26115", "CWE-1333"),
    known(Js, 3, "uuid-legacy", "0.2.1", "Insecure randomness", "", "CWE-330"),
    known(Js, 3, "debug", "2.6.8", "Regular expression denial of service (ReDoS)", "CVE-2017-16137", "CWE-400"),
    known(Java, 0, "org.apache.logging.log4j:log4j-core", "2.14.1", "Remote code execution (RCE)", "CVE-2021-44228", "CWE-94"),
    known(Java, 0, "org.springframework:spring-beans", "5.3.17", "Remote code execution", "CVE-2022-22965", "CWE-94"),
    known(Java, 0, "commons-collections:commons-collections", "3.2.1", "Deserialization of untrusted data", "CVE-2015-7501", "CWE-502"),
    known(Java, 1, "org.yaml:snakeyaml", "1.30", "Arbitrary code execution", "CVE-2022-1471", "CWE-20"),
    known(Java, 1, "com.fasterxml.jackson.core:jackson-databind", "2.13.3", "Denial of service (DoS)", "CVE-2022-42003", "CWE-400"),
    known(Java, 1, "com.thoughtworks.xstream:xstream", "1.4.19", "Denial of service (DoS)", "CVE-2022-41966", "CWE-502"),
    known(Java, 2, "com.google.guava:guava", "31.1-jre", "Creation of temporary file in directory with insecure permissions", "CVE-2023-2976", "CWE-379"),
    known(Java, 2, "org.apache.commons:commons-compress", "1.21", "Allocation of resources without limits", "CVE-2024-25710", "CWE-770"),
    known(Java, 3, "com.google.guava:guava", "29.0-jre", "Information disclosure", "CVE-2020-8908", "CWE-379"),
    known(Golang, 0, "github.com/dgrijalva/jwt-go", "3.2.0", "Access restriction bypass", "CVE-2020-26160", "CWE-287"),
    known(Golang, 1, "golang.org/x/net/http2", "0.7.0", "Denial of service (DoS)", "CVE-2023-39325", "CWE-400"),
    known(Golang, 1, "golang.org/x/text/language", "0.3.7", "Denial of service (DoS)", "CVE-2022-32149", "CWE-400"),
    known(Golang, 2, "golang.org/x/crypto/ssh", "0.14.0", "Prefix truncation", "CVE-2023-48795", "CWE-354"),
    known(Golang, 3, "github.com/gin-gonic/gin", "1.9.0", "Improper input validation", "CVE-2023-29401", "CWE-20"),
    known(Python, 0, "PyYAML", "5.3.1", "Arbitrary code execution", "CVE-2020-14343", "CWE-20"),
    known(Python, 1, "setuptools", "65.5.0", "Regular expression denial of service (ReDoS)", "CVE-2022-40897", "CWE-1333"),
    known(Python, 1, "Pillow", "9.5.0", "Heap-based buffer overflow", "CVE-2023-4863", "CWE-122"),
    known(Python, 2, "requests", "2.28.1", "Information exposure", "CVE-2023-32681", "CWE-200"),
    known(Python, 2, "Jinja2", "3.1.2", "Cross-site scripting (XSS)", "CVE-2024-22195", "CWE-79"),
    known(Python, 3, "urllib3", "1.26.16", "Information exposure through sent data", "CVE-2023-45803", "CWE-201"),
    known(Ruby, 0, "rack", "2.2.3", "Command injection", "CVE-2022-30123", "CWE-78"),
    known(Ruby, 1, "nokogiri", "1.13.3", "Regular expression denial of service (ReDoS)", "CVE-2022-24836", "CWE-1333"),
    known(Ruby, 3, "actionpack", "7.0.2", "Information exposure", "CVE-2022-23633", "CWE-200"),
    known(Dotnet, 0, "System.Text.Encodings.Web", "4.5.0", "Remote code execution (RCE)", "CVE-2021-26701", "CWE-94"),
    known(Dotnet, 1, "Newtonsoft.Json", "12.0.3", "Insecure defaults", "CVE-2024-21907", "CWE-755"),
    known(Rust, 1, "h2", "0.3.15", "Denial of service (DoS)", "CVE-2023-26964", "CWE-770"),
    known(Rust, 2, "time", "0.1.43", "Use after free", "CVE-2020-26235", "CWE-476"),
    known(Debian, 0, "zlib/zlib1g", "1:1.2.11.dfsg-2", "Out-of-bounds write", "CVE-2022-37434", "CWE-787"),
    known(Debian, 0, "curl/libcurl4", "7.74.0-1.3+deb11u7", "Heap-based buffer overflow", "CVE-2023-38545", "CWE-787"),
    known(Debian, 1, "openssl/libssl1.1", "1.1.1k-1+deb11u1", "Loop with unreachable exit condition", "CVE-2022-0778", "CWE-835"),
    known(Debian, 1, "glibc/libc6", "2.31-13+deb11u2", "Integer overflow", "CVE-2021-35942", "CWE-190"),
    known(Debian, 2, "krb5/libkrb5-3", "1.18.3-6+deb11u1", "Integer overflow", "CVE-2022-42898", "CWE-190"),
    known(Debian, 3, "coreutils", "8.32-4", "Improper input validation", "CVE-2016-2781", "CWE-20"),
    known(Debian, 3, "perl/perl-base", "5.32.1-4+deb11u2", "Link following", "CVE-2011-4116", "CWE-59"),
];

const fn known(
    ecosystem: Ecosystem,
    severity: usize,
    package: &'static str,
    version: &'static str,
    title: &'static str,
    cve: &'static str,
    cwe: &'static str,
) -> Vulnerability {
    Vulnerability {
        ecosystem,
        severity,
        package,
        version,
        title,
        cve,
        cwe,
    }
}

/// Returns the known vulnerability of that rank for an ecosystem and a severity.
pub(crate) fn known_one(
    ecosystem: Ecosystem,
    severity: usize,
    rank: usize,
) -> Option<&'static Vulnerability> {
    let is_meant = |it: &&Vulnerability| it.ecosystem == ecosystem && it.severity == severity;
    VULNERABILITIES.iter().filter(is_meant).nth(rank)
}

/// Titles of invented vulnerabilities, with their weaknesses.
pub(crate) const TITLES: [(&str, &str); 14] = [
    ("Denial of service (DoS)", "CWE-400"),
    ("Cross-site scripting (XSS)", "CWE-79"),
    ("Directory traversal", "CWE-22"),
    ("Information exposure", "CWE-200"),
    ("Deserialization of untrusted data", "CWE-502"),
    ("Improper input validation", "CWE-20"),
    ("Out-of-bounds read", "CWE-125"),
    ("Use after free", "CWE-416"),
    ("Improper certificate validation", "CWE-295"),
    ("XML external entity (XXE) injection", "CWE-611"),
    ("HTTP request smuggling", "CWE-444"),
    ("Cleartext storage of sensitive information", "CWE-312"),
    // Pages must show these titles as text.
    ("<script>alert('title')</script> is not escaped", "CWE-79"),
    (
        "تجاوز المصادقة \u{202e}drowssap\u{202c} (authentication bypass)",
        "CWE-287",
    ),
];

/// Findings in code, with their weaknesses.
pub(crate) const CODE: [(&str, &str); 9] = [
    ("Hardcoded secret", "CWE-547"),
    ("SQL injection", "CWE-89"),
    ("Cross-site scripting (XSS)", "CWE-79"),
    ("Path traversal", "CWE-23"),
    ("Insecure hash function used", "CWE-916"),
    ("Command injection", "CWE-78"),
    ("Cleartext transmission of sensitive information", "CWE-319"),
    ("Open redirect", "CWE-601"),
    ("Server-side request forgery (SSRF)", "CWE-918"),
];

/// Findings in configurations and clouds, with their rules.
pub(crate) const CONFIGURATION: [(&str, &str); 8] = [
    (
        "Container is running with writable root filesystem",
        "SNYK-CC-K8S-8",
    ),
    ("Container is running in privileged mode", "SNYK-CC-K8S-1"),
    ("Container has no CPU limit", "SNYK-CC-K8S-5"),
    (
        "S3 bucket policies should only allow requests that use HTTPS",
        "SNYK-CC-00181",
    ),
    ("Security group allows open ingress", "SNYK-CC-TF-1"),
    ("RDS instance is publicly accessible", "SNYK-CC-00101"),
    (
        "Storage account does not encrypt with a customer's key",
        "SNYK-CC-AZURE-477",
    ),
    ("IAM role has a wildcard in its policy", "SNYK-CC-00118"),
];

/// Reported licences.
pub(crate) const LICENSES: [(&str, &str); 5] = [
    ("GPL-3.0 license", "GPL-3.0"),
    ("AGPL-3.0 license", "AGPL-3.0"),
    ("LGPL-2.1 license", "LGPL-2.1"),
    ("Dual license: EPL-1.0, MPL-2.0", "EPL-1.0"),
    ("SSPL-1.0 license", "SSPL-1.0"),
];

const BEGINNINGS: [&str; 10] = [
    "tiny", "readline", "fast", "async", "secure", "mini", "open", "legacy", "cloud", "turbo",
];
const ENDINGS: [&str; 10] = [
    "ledger",
    "sync-plus",
    "parser",
    "cache",
    "queue",
    "codec",
    "router",
    "mailer",
    "archive",
    "auth",
];

/// Returns an invented package and its version.
pub(crate) fn package(ecosystem: Ecosystem, dice: Dice) -> (String, String) {
    let name = format!(
        "{}-{}",
        dice.on("beginning").pick(&BEGINNINGS),
        dice.on("ending").pick(&ENDINGS)
    );
    let name = match ecosystem {
        Java => format!("test.example:{name}"),
        Golang => format!("example.test/go/{name}"),
        Debian => format!("{name}/lib{name}1"),
        _ => name,
    };
    let part = |what: &str| dice.on(what).below(20);
    let version = match dice.on("form").below(20) {
        0 => String::from("latest"),
        1 => format!(
            "{}.{}.0-beta.{}",
            part("major"),
            part("minor"),
            part("patch")
        ),
        2 => format!("v0.0.0-20190308221718-c2843e01d{:03x}", part("patch")),
        _ => format!("{}.{}.{}", part("major"), part("minor"), part("patch")),
    };
    (name, version)
}
