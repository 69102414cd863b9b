//! Reach: at which schools somebody may do something.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shared::session::Permission;

/// Where a permission holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub enum Reach {
    /// Nowhere.
    #[default]
    Nowhere,
    /// At these schools, by the store's numbers for them.
    Schools(BTreeSet<i64>),
    /// At every school, now and later.
    Everywhere,
}

/// As the database keeps it: `"all"`, or numbers.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    Word(String),
    Numbers(BTreeSet<i64>),
}

impl From<Kept> for Reach {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Word(word) if word == "all" => Reach::Everywhere,
            Kept::Numbers(schools) if !schools.is_empty() => Reach::Schools(schools),
            Kept::Word(_) | Kept::Numbers(_) => Reach::Nowhere,
        }
    }
}

impl From<Reach> for Kept {
    fn from(reach: Reach) -> Self {
        match reach {
            Reach::Nowhere => Kept::Numbers(BTreeSet::new()),
            Reach::Schools(schools) => Kept::Numbers(schools),
            Reach::Everywhere => Kept::Word("all".to_owned()),
        }
    }
}

impl Reach {
    /// Whether it includes this school.
    pub fn includes(&self, organization: i64) -> bool {
        match self {
            Reach::Nowhere => false,
            Reach::Schools(schools) => schools.contains(&organization),
            Reach::Everywhere => true,
        }
    }

    /// Adds a school, or with `None` every one.
    pub(super) fn add(&mut self, organization: Option<i64>) {
        match (&mut *self, organization) {
            (Reach::Everywhere, _) => {}
            (_, None) => *self = Reach::Everywhere,
            (Reach::Schools(schools), Some(organization)) => {
                schools.insert(organization);
            }
            (Reach::Nowhere, Some(organization)) => {
                *self = Reach::Schools([organization].into());
            }
        }
    }

    /// What a statement's condition says more, so that it finds messages within reach only. `column` holds the
    /// school's number.
    ///
    /// Whoever reaches most schools is told by the few that are left out: comparing each row with all the others
    /// would cost a tenth of a find.
    pub(super) fn condition(&self, column: &str) -> String {
        let list = |numbers: &mut dyn Iterator<Item = i64>| {
            let words: Vec<String> = numbers.map(|number| number.to_string()).collect();
            words.join(", ")
        };
        match self {
            Reach::Everywhere => String::new(),
            Reach::Nowhere => " and 1 = 0".to_owned(),
            Reach::Schools(schools) => {
                let last = schools.last().copied().unwrap_or_default();
                let left_out = usize::try_from(last)
                    .unwrap_or(usize::MAX)
                    .saturating_sub(schools.len());
                if left_out == 0 {
                    format!(" and {column} <= {last}")
                } else if left_out < schools.len() {
                    let others = list(&mut (1..last).filter(|number| !schools.contains(number)));
                    format!(" and {column} <= {last} and {column} not in ({others})")
                } else {
                    let these = list(&mut schools.iter().copied());
                    format!(" and {column} in ({these})")
                }
            }
        }
    }
}

/// What somebody may do, and where: what their grants come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights(BTreeMap<Permission, Reach>);

impl Rights {
    /// Where `permission` holds.
    pub fn reach(&self, permission: Permission) -> &Reach {
        const NOWHERE: &Reach = &Reach::Nowhere;
        self.0.get(&permission).unwrap_or(NOWHERE)
    }

    /// Whether `permission` holds somewhere. To administer counts at all schools only.
    pub fn may(&self, permission: Permission) -> bool {
        match (permission, self.reach(permission)) {
            (_, Reach::Nowhere) | (Permission::Administer, Reach::Schools(_)) => false,
            (_, Reach::Schools(_) | Reach::Everywhere) => true,
        }
    }

    /// Whether `permission` holds at this school.
    pub fn may_at(&self, permission: Permission, organization: i64) -> bool {
        self.reach(permission).includes(organization)
    }

    /// Whether each permission holds at all schools or at none, so that it does not matter whose a message is.
    pub fn are_everywhere_the_same(&self) -> bool {
        let mut reaches = self.0.values();
        reaches.all(|reach| !matches!(reach, Reach::Schools(_)))
    }

    /// Every permission that holds somewhere.
    pub fn permissions(&self) -> Vec<Permission> {
        let all = Permission::ALL.into_iter();
        all.filter(|permission| self.may(*permission)).collect()
    }

    /// Adds a role's permissions at a school, or with `None` at every one.
    pub(super) fn add(&mut self, permissions: &[Permission], organization: Option<i64>) {
        for permission in permissions {
            self.0.entry(*permission).or_default().add(organization);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schools(numbers: &[i64]) -> Reach {
        Reach::Schools(numbers.iter().copied().collect())
    }

    #[test]
    fn it_is_kept_as_a_word_or_as_numbers() {
        for (reach, text) in [
            (Reach::Everywhere, r#""all""#),
            (schools(&[3, 7]), "[3,7]"),
            (Reach::Nowhere, "[]"),
        ] {
            assert_eq!(serde_json::to_string(&reach).unwrap(), text);
            assert_eq!(serde_json::from_str::<Reach>(text).unwrap(), reach);
        }
        // A word that this program does not know opens nothing.
        assert_eq!(
            serde_json::from_str::<Reach>(r#""some""#).unwrap(),
            Reach::Nowhere
        );
    }

    #[test]
    fn the_shorter_list_is_told() {
        assert_eq!(Reach::Everywhere.condition("o"), "");
        assert_eq!(Reach::Nowhere.condition("o"), " and 1 = 0");
        assert_eq!(schools(&[1, 2, 3]).condition("o"), " and o <= 3");
        assert_eq!(
            schools(&[1, 2, 4, 5]).condition("o"),
            " and o <= 5 and o not in (3)"
        );
        assert_eq!(schools(&[2, 9]).condition("o"), " and o in (2, 9)");
    }

    #[test]
    fn grants_add_up() {
        let mut rights = Rights::default();
        rights.add(&[Permission::View], None);
        rights.add(&[Permission::View, Permission::Cancel], Some(4));
        assert!(rights.may_at(Permission::View, 9));
        assert!(rights.may_at(Permission::Cancel, 4));
        assert!(!rights.may_at(Permission::Cancel, 9));
        assert!(!rights.may(Permission::Report));
        assert_eq!(rights.permissions(), [Permission::View, Permission::Cancel]);
    }

    #[test]
    fn who_administers_one_school_administers_nothing() {
        let mut rights = Rights::default();
        rights.add(&[Permission::Administer], Some(4));
        assert!(!rights.may(Permission::Administer));
        rights.add(&[Permission::Administer], None);
        assert!(rights.may(Permission::Administer));
    }

    #[test]
    fn the_rights_that_the_migration_writes_are_those_of_the_roles() {
        let sql = include_str!("../../migrations/sqlite/0008_rights.sql");
        for role in shared::session::Role::ALL {
            let mut rights = Rights::default();
            rights.add(role.permissions(), None);
            let words: Vec<_> = role.permissions().iter().map(|p| p.as_str()).collect();
            let line = format!("('{}', '{}', true)", role.as_str(), words.join(","));
            assert!(sql.contains(&line), "{line}");
            let mut kept = sql
                .lines()
                .filter_map(|line| line.trim().rsplit_once("'{")?.1.split_once("}'"))
                .filter_map(|(json, _)| {
                    serde_json::from_str::<Rights>(&format!("{{{json}}}")).ok()
                });
            assert!(kept.any(|kept| kept == rights), "{role:?}");
        }
    }
}
