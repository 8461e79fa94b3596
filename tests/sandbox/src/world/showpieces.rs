//! Projects that always exist with the same counts, and the totals of each organization's open
//! issues.

/// A project on which a demonstration relies.
#[derive(Debug)]
pub(crate) struct Showpiece {
    /// The slug of the organization.
    pub(crate) org: &'static str,
    pub(crate) target: &'static str,
    pub(crate) file: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) origin: &'static str,
    /// Open issues: critical, high, medium, low, info.
    pub(crate) open: [u16; 5],
    /// Minutes since the last test.
    pub(crate) age: usize,
}

const HOUR: usize = 60;
const DAY: usize = 24 * HOUR;

#[rustfmt::skip]
const PLATFORM: [Showpiece; 16] = [
    piece("meridian/fleet-telemetry", "pom.xml", "maven", "gitlab", [5, 22, 61, 40, 1], 2 * HOUR),
    piece("ecr.eu-west-1/base/debian-runtime", "Dockerfile", "deb", "ecr", [3, 41, 160, 311, 0], 5 * HOUR),
    piece("meridian/driver-app", "android/gradle.lockfile", "gradle", "github", [2, 7, 12, 9, 0], DAY),
    piece("meridian/driver-app-ios", "ios/Podfile.lock", "cocoapods", "github", [0, 0, 3, 2, 0], DAY),
    piece("meridian/портал-перевозчика", "yarn.lock", "yarn", "github", [1, 14, 52, 63, 0], 9 * HOUR),
    piece("meridian/route-planner", "services/optimizer/cost-model/training/pipelines/gpu/requirements-gpu.txt", "pip", "gitlab", [1, 9, 31, 18, 0], 5 * HOUR),
    piece("meridian/infra-live", "environments/production/eu-central-1/main.tf", "terraformconfig", "github", [1, 4, 29, 8, 3], 2 * HOUR),
    piece("meridian/customer-portal-with-a-name-that-nobody-ever-shortened-because-it-was-only-for-the-pilot", "package-lock.json", "npm", "github", [1, 2, 9, 14, 0], 40),
    piece("meridian/倉庫管理-api", "cmd/gateway/go.mod", "gomodules", "github", [0, 17, 20, 22, 0], DAY),
    piece("meridian/dispatch", "Code analysis", "sast", "github", [0, 11, 23, 45, 0], 3 * HOUR),
    piece("meridian/yard-management", "src/Yard.Web/packages.lock.json", "nuget", "gitlab", [0, 8, 14, 6, 0], 3 * HOUR),
    piece("meridian/base-images", "debian-runtime/Dockerfile", "dockerfile", "gitlab", [0, 6, 38, 64, 0], 5 * HOUR),
    piece("meridian/edge-proxy", "crates/tls-terminator/Cargo.lock", "cargo", "github", [0, 3, 2, 1, 0], 40),
    piece("meridian/k8s-manifests", "overlays/staging/deployment.yaml", "k8sconfig", "gitlab", [0, 2, 9, 31, 0], 4 * DAY),
    piece("meridian/label-printer", "Gemfile.lock", "rubygems", "github", [0, 1, 0, 2, 0], 12 * DAY),
    piece("meridian/handbook", "package.json", "npm", "github", [0, 1, 0, 0, 0], 4 * DAY),
];

#[rustfmt::skip]
const OTHERS: [Showpiece; 4] = [
    Showpiece { org: "meridian-payments", ..piece("meridian/checkout-gateway", "services/settlement/reconciliation-worker/package-lock.json", "npm", "github", [6, 31, 88, 104, 2], 3 * HOUR) },
    Showpiece { org: "meridian-payments", ..piece("meridian/customs-broker", "legacy/soap-adapter/src/main/resources/META-INF/partner-profiles/build.gradle.kts", "gradle", "bitbucket-cloud", [2, 18, 39, 27, 0], 6 * HOUR) },
    Showpiece { org: "logistics-jp", ..piece("meridian/倉庫管理-api", "go.mod", "gomodules", "github", [4, 9, 17, 22, 0], DAY) },
    Showpiece { org: "equipe-donnees-mtl", ..piece("meridian/tarification-prédictive", "notebooks/requirements.txt", "pip", "gitlab", [3, 12, 44, 71, 0], 2 * DAY) },
];

const fn piece(
    target: &'static str,
    file: &'static str,
    kind: &'static str,
    origin: &'static str,
    open: [u16; 5],
    age: usize,
) -> Showpiece {
    Showpiece {
        org: "meridian-platform",
        target,
        file,
        kind,
        origin,
        open,
        age,
    }
}

/// Iterates over the showpieces of an organization in the order of import.
pub(crate) fn of(slug: &str) -> impl Iterator<Item = &'static Showpiece> {
    PLATFORM
        .iter()
        .chain(&OTHERS)
        .filter(move |piece| piece.org == slug)
}

/// Open issues of one severity outside of the showpieces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scattered {
    /// The total number of issues.
    pub(crate) issues: usize,
    /// The number of projects that have them.
    pub(crate) projects: usize,
}

/// Returns an organization's issues outside of its showpieces: critical, high, medium, low, info.
pub(crate) fn scattered(slug: &str) -> [Scattered; 5] {
    let of =
        |pairs: [(usize, usize); 5]| pairs.map(|(issues, projects)| Scattered { issues, projects });
    match slug {
        "meridian-platform" => of([(0, 0), (0, 0), (140, 97), (275, 180), (8, 8)]),
        "meridian-payments" => of([(3, 3), (48, 48), (291, 240), (571, 460), (20, 14)]),
        "logistics-jp" => of([(3, 3), (52, 50), (360, 190), (568, 250), (2, 2)]),
        "equipe-donnees-mtl" => of([(1, 1), (70, 53), (257, 70), (673, 80), (1, 1)]),
        "legacy-estate-ro" => of([(1, 1), (24, 18), (207, 20), (341, 21), (0, 0)]),
        "nordwind-spedition" => of([(2, 2), (11, 9), (48, 30), (90, 41), (1, 1)]),
        "tokyo-port-logistics" => of([(3, 2), (26, 20), (101, 60), (188, 90), (0, 0)]),
        _ => of([(0, 0); 5]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data;

    #[test]
    fn the_group_adds_up() {
        let mut issues = [0; 5];
        let mut projects = [0; 5];
        for org in data::orgs(0).iter().filter(|org| org.in_group) {
            for (severity, scattered) in scattered(&org.slug).into_iter().enumerate() {
                let counts = || of(&org.slug).map(|piece| usize::from(piece.open[severity]));
                issues[severity] += scattered.issues + counts().sum::<usize>();
                projects[severity] += scattered.projects + counts().filter(|n| *n > 0).count();
            }
        }
        assert_eq!(issues[..4], [37, 412, 1_906, 3_288]);
        assert_eq!(projects[..2], [19, 188]);
    }
}
