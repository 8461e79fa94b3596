//! The invented organizations: one group of six, and two outside of it.
//!
//! Ids are digests of names, so that they are the same in every run.

use sha2::{Digest as _, Sha256};

use crate::random::uuid_text;

/// The name of the group.
pub(crate) const GROUP_NAME: &str = "Meridian Freight";
/// The email address of the signed-in person.
pub(crate) const USER_EMAIL: &str = "sandbox-user@example.test";
/// The name of the signed-in person.
pub(crate) const USER_NAME: &str = "Sandbox User";
/// The creation time of everything here.
pub(crate) const CREATED_AT: &str = "2021-03-04T05:06:07.089Z";

#[derive(Debug, Clone)]
pub(crate) struct Org {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) in_group: bool,
    pub(crate) is_personal: bool,
    pub(crate) projects: u32,
}

/// Returns the id of the object with that kind and name.
pub(crate) fn id_of(kind: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("sandbox/{kind}/{name}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 8: a custom UUID.
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    uuid_text(bytes)
}

/// Returns the id of the group.
pub(crate) fn group_id() -> String {
    id_of("group", GROUP_NAME)
}

/// Returns the id of the signed-in person.
pub(crate) fn user_id() -> String {
    id_of("user", USER_EMAIL)
}

/// Returns all organizations in order; `extra` more are generated for the group.
pub(crate) fn orgs(extra: u32) -> Vec<Org> {
    let named = [
        ("Meridian Platform", "meridian-platform", true, 1_204),
        ("Meridian Payments", "meridian-payments", true, 4_012),
        ("物流システム部", "logistics-jp", true, 388),
        ("Équipe données, Montréal", "equipe-donnees-mtl", true, 96),
        (
            "Legacy estate, read only, owner unknown since 2021",
            "legacy-estate-ro",
            true,
            24,
        ),
        ("Research", "research", true, 0),
        ("Nordwind Spedition", "nordwind-spedition", false, 61),
        ("東京港湾物流株式会社", "tokyo-port-logistics", false, 143),
    ];
    let mut orgs: Vec<Org> = named
        .into_iter()
        .map(|(name, slug, in_group, projects)| Org {
            id: id_of("org", slug),
            name: name.to_owned(),
            slug: slug.to_owned(),
            in_group,
            is_personal: false,
            projects,
        })
        .collect();
    orgs.extend((1..=extra).map(|number| {
        let slug = format!("depot-{number:04}");
        Org {
            id: id_of("org", &slug),
            name: format!("Depot {number}"),
            slug,
            in_group: true,
            is_personal: false,
            projects: 0,
        }
    }));
    orgs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_the_same_in_every_run() {
        assert_eq!(id_of("org", "research"), id_of("org", "research"));
        assert_ne!(id_of("org", "research"), id_of("project", "research"));
        assert!(crate::random::is_uuid(&group_id()));
    }

    #[test]
    fn the_group_has_six_organizations() {
        let orgs = orgs(0);
        assert_eq!(orgs.iter().filter(|org| org.in_group).count(), 6);
        assert_eq!(orgs.len(), 8);
    }
}
