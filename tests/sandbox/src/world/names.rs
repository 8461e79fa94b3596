//! Names of resources: thousands of plain ones, and some that tend to break pages.

use super::dice::Dice;

/// The source of projects of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// A repository.
    Repository,
    /// An image in a registry.
    Image,
    /// An upload of a pipeline by the command line or the API.
    Upload,
}

/// A project type: its name, its source, the tested file, and its frequency.
#[derive(Debug)]
pub(crate) struct Type {
    pub(crate) name: &'static str,
    pub(crate) source: Source,
    pub(crate) file: &'static str,
    weight: usize,
}

#[rustfmt::skip]
const TYPES: [Type; 32] = [
    repository("npm", "package-lock.json", 26), repository("npm", "package.json", 8),
    repository("yarn", "yarn.lock", 7), repository("pnpm", "pnpm-lock.yaml", 3),
    repository("maven", "pom.xml", 14), repository("gradle", "build.gradle.kts", 6),
    repository("gomodules", "go.mod", 8), repository("pip", "requirements.txt", 7),
    repository("poetry", "poetry.lock", 3), repository("rubygems", "Gemfile.lock", 2),
    repository("nuget", "packages.lock.json", 3), repository("composer", "composer.lock", 1),
    repository("cocoapods", "Podfile.lock", 1), repository("swift", "Package.swift", 1),
    repository("cargo", "Cargo.lock", 2), repository("sbt", "build.sbt", 1),
    repository("hex", "mix.lock", 1), repository("sast", "", 9),
    repository("terraformconfig", "main.tf", 4), repository("k8sconfig", "deployment.yaml", 4),
    repository("helmconfig", "Chart.yaml", 1), repository("cloudformationconfig", "template.yaml", 1),
    repository("armconfig", "azuredeploy.json", 1), repository("dockerfile", "Dockerfile", 4),
    // Open sets: a client must display unknown values.
    repository("quantum-lockfile", "qubits.lock", 1),
    Type { name: "deb", source: Source::Image, file: "Dockerfile", weight: 6 },
    Type { name: "apk", source: Source::Image, file: "", weight: 5 },
    Type { name: "rpm", source: Source::Image, file: "", weight: 2 },
    Type { name: "linux", source: Source::Image, file: "", weight: 1 },
    Type { name: "npm", source: Source::Upload, file: "package.json", weight: 5 },
    Type { name: "maven", source: Source::Upload, file: "", weight: 3 },
    Type { name: "Unmanaged (C/C++)", source: Source::Upload, file: "", weight: 1 },
];

const fn repository(name: &'static str, file: &'static str, weight: usize) -> Type {
    Type {
        name,
        source: Source::Repository,
        file,
        weight,
    }
}

/// Picks a type for a source.
pub(crate) fn kind(dice: Dice, source: Source) -> &'static Type {
    let fits = |kind: &Type| usize::from(kind.source == source) * kind.weight;
    dice.weighted(&TYPES, fits)
}

#[rustfmt::skip]
const ORIGINS: [(&str, Source, usize); 30] = [
    ("github", Source::Repository, 40), ("github-enterprise", Source::Repository, 6),
    ("github-cloud-app", Source::Repository, 5), ("github-server-app", Source::Repository, 1),
    ("gitlab", Source::Repository, 22), ("bitbucket-cloud", Source::Repository, 6),
    ("bitbucket-server", Source::Repository, 2), ("bitbucket-connect-app", Source::Repository, 1),
    ("azure-repos", Source::Repository, 6), ("sourcehut", Source::Repository, 1),
    ("docker-hub", Source::Image, 4), ("ecr", Source::Image, 5), ("acr", Source::Image, 2),
    ("gcr", Source::Image, 2), ("google-artifact-cr", Source::Image, 1),
    ("artifactory-cr", Source::Image, 1), ("harbor-cr", Source::Image, 1),
    ("quay-cr", Source::Image, 1), ("github-cr", Source::Image, 1), ("gitlab-cr", Source::Image, 1),
    ("nexus-cr", Source::Image, 1), ("digitalocean-cr", Source::Image, 1),
    ("kubernetes", Source::Image, 2), ("cli", Source::Upload, 8), ("api", Source::Upload, 2),
    ("aws-lambda", Source::Upload, 1), ("azure-functions", Source::Upload, 1),
    ("heroku", Source::Upload, 1), ("cloud-foundry", Source::Upload, 1),
    ("terraform-cloud", Source::Upload, 1),
];

/// Picks an origin and its source.
pub(crate) fn origin(dice: Dice) -> (&'static str, Source) {
    let (name, source, _) = dice.weighted(&ORIGINS, |origin| origin.2);
    (name, *source)
}

/// Returns the number of an origin, for objects of which there is one per origin.
pub(crate) fn number_of(origin: &str) -> usize {
    let position = ORIGINS.iter().position(|(name, ..)| *name == origin);
    position.unwrap_or(ORIGINS.len())
}

/// Returns the source of an origin.
pub(crate) fn source_of(origin: &str) -> Source {
    ORIGINS
        .iter()
        .find(|(name, ..)| *name == origin)
        .map_or(Source::Repository, |(_, source, _)| *source)
}

const FIRST: [&str; 24] = [
    "billing",
    "booking",
    "cargo",
    "carrier",
    "claims",
    "container",
    "customs",
    "depot",
    "driver",
    "fleet",
    "freight",
    "gate",
    "invoice",
    "label",
    "ledger",
    "manifest",
    "order",
    "pallet",
    "quote",
    "route",
    "settlement",
    "tariff",
    "tracking",
    "yard",
];
const SECOND: [&str; 20] = [
    "api",
    "worker",
    "gateway",
    "ui",
    "portal",
    "sync",
    "reports",
    "events",
    "adapter",
    "batch",
    "service",
    "mobile",
    "admin",
    "search",
    "export",
    "importer",
    "scheduler",
    "notifier",
    "cache",
    "sdk",
];
const THIRD: [&str; 5] = ["", "-v2", "-eu", "-legacy", "-next"];

/// Names that a page must handle: other scripts, both directions, markup, control characters, words
/// without a break opportunity.
const ODD: [&str; 20] = [
    "配送追跡サービス",
    "портал-грузоотправителя",
    "بوابة-الشحن-والتخليص",
    "שער-משלוחים",
    "물류-허브",
    "ระบบติดตามพัสดุ",
    "gestion-des-entrepôts-été",
    "🚚-tracker-🇯🇵",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert('sandbox')</script>",
    "a&amp;b\"c'd`e",
    "{{constructor.constructor('return 1')()}}",
    "fdp.\u{202e}gnp.invoice",
    "zero\u{200b}width\u{feff}name",
    "e\u{301}\u{302}\u{303}\u{304}-combined",
    "  spaces at  both ends  ",
    "100%2e%2e%2f-percent",
    "'; DROP TABLE projects; --",
    "a-service-that-was-named-by-a-committee-of-people-who-could-not-agree-and-therefore-took-every-word-that-anyone-had-proposed-in-the-order-in-which-they-had-been-proposed-without-a-single-exception",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsverwaltungsplattform",
];

/// Returns the unique name of an organization's target with that number.
pub(crate) fn target(dice: Dice, number: usize, slug: &str, source: Source) -> String {
    let owner = match slug {
        "nordwind-spedition" => "nordwind",
        "tokyo-port-logistics" => "tokyo-port",
        _ => "meridian",
    };
    let odd = number % 23 == 11;
    let name = if odd {
        let round = number / 23;
        let name = ODD[round % ODD.len()];
        if round < ODD.len() {
            name.to_owned()
        } else {
            format!("{name}-{}", round / ODD.len() + 1)
        }
    } else {
        // Every pair once, then again with a third word.
        let pairs = FIRST.len() * SECOND.len();
        let pair = number % pairs;
        let first = FIRST[(pair * 7 + pair / FIRST.len()) % FIRST.len()];
        let second = SECOND[pair / FIRST.len()];
        let round = number / pairs;
        let third = THIRD[round % THIRD.len()];
        let fourth = match round / THIRD.len() {
            0 => String::new(),
            more => format!("-{}", more + 1),
        };
        format!("{first}-{second}{third}{fourth}")
    };
    match source {
        Source::Repository => format!("{owner}/{name}"),
        Source::Image => {
            let registry = dice
                .on("registry")
                .pick(&["registry.example.test", "eu-west-1.images"]);
            format!("{registry}/{owner}/{name}")
        }
        Source::Upload => name,
    }
}

const FOLDERS: [&str; 16] = [
    "",
    "services/api",
    "services/worker",
    "packages/core",
    "packages/ui",
    "apps/web",
    "backend",
    "frontend",
    "cmd/server",
    "infra/production",
    "infra/staging",
    "tools",
    "integration-tests",
    "src/main/resources/META-INF/partner-profiles/2019/compatibility/do-not-touch/really",
    "модули/обмен",
    "third_party/vendor",
];

/// Returns the path of a file of a target's project; a target has at most sixteen.
pub(crate) fn path(dice: Dice, number: usize, file: &str) -> String {
    let folder = FOLDERS[(dice.below(FOLDERS.len()) + number) % FOLDERS.len()];
    if folder.is_empty() || file.is_empty() {
        file.to_owned()
    } else {
        format!("{folder}/{file}")
    }
}

#[rustfmt::skip]
const BRANCHES: [(&str, usize); 6] = [
    ("main", 20), ("master", 5), ("develop", 2), ("release/2026.3", 1), ("feature/日本語対応", 1), ("", 1),
];

/// Picks the tested branch or tag.
pub(crate) fn reference(dice: Dice, source: Source) -> &'static str {
    match source {
        Source::Repository => dice.weighted(&BRANCHES, |branch| branch.1).0,
        Source::Image => dice.pick(&["latest", "1.4.2", "stable", "sha256:9f86d081884c7d65"]),
        Source::Upload => dice.pick(&["", "", "main"]),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn targets_differ() {
        let dice = Dice::new(1);
        let names: HashSet<String> = (0..5_000)
            .map(|number| target(dice.nth(number), number, "research", Source::Repository))
            .collect();
        assert_eq!(names.len(), 5_000);
    }

    #[test]
    fn every_source_has_types_and_origins() {
        for source in [Source::Repository, Source::Image, Source::Upload] {
            assert_eq!(kind(Dice::new(3), source).source, source);
            assert!(ORIGINS.iter().any(|origin| origin.1 == source));
        }
        assert_eq!(source_of("ecr"), Source::Image);
    }
}
