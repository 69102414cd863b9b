//! Mapping: what a provider says of a person, turned into what they may do here. A TOML file, such as
//!
//! ```toml
//! [[map]]
//! value = "office-highschool"     # of the claim --oidc-role-claim
//! role = "operator"
//! school = "High School"          # left out: all schools
//!
//! [[map]]
//! claim = "department"            # another claim
//! value = "IT"
//! role = "admin"
//! ```

use std::{collections::BTreeSet, fs, path::Path};

use serde::Deserialize;
use serde_json::{Map, Value};

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping(Vec<Line>);

/// One role, at one school or at all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Given {
    /// The role's name.
    pub role: String,
    /// The school; `None` for all.
    pub school: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    claim: String,
    value: String,
    given: Given,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    map: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    claim: Option<String>,
    value: String,
    role: String,
    school: Option<String>,
}

impl Mapping {
    /// Reads the file; entries that name no claim mean `claim`.
    ///
    /// # Errors
    /// In words, where it cannot be used.
    pub fn read(path: &Path, claim: &str) -> Result<Self, String> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("the file {} cannot be read: {error}", path.display()))?;
        Self::parse(&text, claim).map_err(|why| format!("in the file {}: {why}", path.display()))
    }

    fn parse(text: &str, claim: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        if file.map.is_empty() {
            return Err("there is no [[map]], so nobody could sign in".into());
        }
        let line = |entry: Entry| {
            let blank = |text: &str| text.trim().is_empty();
            if blank(&entry.value)
                || blank(&entry.role)
                || entry.school.as_deref().is_some_and(blank)
            {
                return Err("a value, role or school is empty".to_owned());
            }
            Ok(Line {
                claim: entry.claim.unwrap_or_else(|| claim.to_owned()),
                value: entry.value,
                given: Given {
                    role: entry.role,
                    school: entry.school,
                },
            })
        };
        let lines: Result<_, _> = file.map.into_iter().map(line).collect();
        Ok(Mapping(lines?))
    }

    /// The claims it looks at.
    pub fn claims(&self) -> BTreeSet<&str> {
        self.0.iter().map(|line| line.claim.as_str()).collect()
    }

    /// The roles it gives.
    pub fn roles(&self) -> BTreeSet<&str> {
        self.0.iter().map(|line| line.given.role.as_str()).collect()
    }

    /// What somebody with these claims is given; nothing where nothing matches.
    pub fn given(&self, claims: &Map<String, Value>) -> BTreeSet<Given> {
        let matches = |line: &&Line| {
            claims
                .get(&line.claim)
                .is_some_and(|said| says(said, &line.value))
        };
        self.0
            .iter()
            .filter(matches)
            .map(|line| line.given.clone())
            .collect()
    }
}

/// Whether a claim is this word, or a list with it.
fn says(said: &Value, wanted: &str) -> bool {
    match said {
        Value::String(text) => text == wanted,
        Value::Array(all) => all.iter().any(|one| one.as_str() == Some(wanted)),
        Value::Bool(yes) => wanted == if *yes { "true" } else { "false" },
        Value::Number(number) => number.to_string() == wanted,
        Value::Null | Value::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FILE: &str = r#"
        [[map]]
        value = "office-highschool"
        role = "operator"
        school = "High School"

        [[map]]
        claim = "department"
        value = "IT"
        role = "admin"
    "#;

    fn given(claims: Value) -> Vec<(String, Option<String>)> {
        let Value::Object(claims) = claims else {
            panic!("claims are an object");
        };
        let mapping = Mapping::parse(FILE, "groups").unwrap();
        let given = mapping.given(&claims).into_iter();
        given.map(|given| (given.role, given.school)).collect()
    }

    #[test]
    fn who_is_in_a_group_gets_its_role_at_its_school() {
        let operator = || ("operator".to_owned(), Some("High School".to_owned()));
        let admin = ("admin".to_owned(), None);
        let groups = json!(["staff", "office-highschool"]);
        assert_eq!(given(json!({"groups": groups})), [operator()]);
        assert_eq!(given(json!({"groups": "office-highschool"})), [operator()]);
        let both = json!({"groups": groups, "department": "IT"});
        assert_eq!(given(both), [admin, operator()]);
    }

    #[test]
    fn who_matches_nothing_gets_nothing() {
        for claims in [
            json!({}),
            json!({"groups": ["office"]}),
            json!({"groups": "office-highschool,staff"}),
            json!({"groups": {"office-highschool": true}}),
            json!({"department": "office-highschool"}),
            json!({"groups": ["OFFICE-HIGHSCHOOL"]}),
        ] {
            assert_eq!(given(claims.clone()), [], "{claims}");
        }
    }

    #[test]
    fn a_file_that_says_something_unknown_is_refused_whole() {
        for text in [
            "",
            "map = []",
            "[[map]]\nvalue = 'a'",
            "[[map]]\nvalue = 'a'\nrole = 'admin'\nschol = 'High School'",
            "[[map]]\nvalue = ''\nrole = 'admin'",
            "[[map]]\nvalue = 'a'\nrole = 'admin'\nschool = ' '",
        ] {
            assert!(Mapping::parse(text, "groups").is_err(), "{text}");
        }
    }
}
