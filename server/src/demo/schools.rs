//! Sixty schools of one district, and the three hundred people who send from them.

use std::{collections::HashSet, iter, sync::LazyLock};

use super::names::{NAMES, Names};
use crate::chance::Chance;

/// The district's own name, for district-wide sendings.
pub(super) const DISTRICT: &str = "Plainview Schools";

/// Schools.
pub(super) const SCHOOLS: u32 = 60;

/// People who send.
pub(super) const SENDERS: u32 = 300;

const PLACES: [&str; 40] = [
    "Aspen Ridge",
    "Bluebird",
    "Cedar Creek",
    "Clearwater",
    "Cottonwood",
    "Dakota Hills",
    "Eagle Point",
    "East Lake",
    "Fairview",
    "Forest Glen",
    "George W. Carver",
    "Grand Prairie",
    "Hawthorne",
    "Hidden Valley",
    "Horace Mann",
    "Irving",
    "Jefferson",
    "John Muir",
    "Katherine Johnson",
    "Lakeside",
    "Lincoln",
    "Longfellow",
    "Maple Grove",
    "Meadowlark",
    "Mill Pond",
    "North Star",
    "Oak Park",
    "Pine Hollow",
    "Prairie View",
    "Riverside",
    "Rosa Parks",
    "Sacajawea",
    "Sheridan",
    "Sojourner Truth",
    "Sunnyside",
    "Tamarack",
    "Valley View",
    "Washington",
    "Whittier",
    "Wolf Creek",
];

const HIGHS: [&str; 6] = [
    "Harrison High",
    "Roosevelt High",
    "Plainview East High",
    "Plainview West High",
    "Douglass High",
    "Lakes Area Learning Center",
];

/// The name of a school: six high, fourteen middle, forty elementary.
pub(super) fn school(number: u32) -> String {
    let number = (number % SCHOOLS) as usize;
    match number {
        0..6 => HIGHS[number].to_owned(),
        6..20 => format!("{} Middle", PLACES[(number - 6) * 2 + 1]),
        _ => format!("{} Elementary", PLACES[number - 20]),
    }
}

/// A person who sends, and the school they send from.
pub(super) struct Sender {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) school: u32,
}

/// One of those who send. The first of all is the system itself.
pub(super) fn sender(number: u32) -> &'static Sender {
    &STAFF[(number % SENDERS) as usize]
}

/// All who send, each with a name of their own.
static STAFF: LazyLock<Vec<Sender>> = LazyLock::new(|| {
    let mut taken = HashSet::new();
    let people = (1..SENDERS).map(|number| Sender {
        name: free_name(number, &mut taken),
        email: format!("staff{number:03}@plainview.example"),
        school: number % SCHOOLS,
    });
    let system = Sender {
        name: "Administrator, System".to_owned(),
        email: "sysadmin@plainview.example".to_owned(),
        school: 0,
    };
    iter::once(system).chain(people).collect()
});

/// A name by chance that nobody has yet: of a family whose given names are all taken, the next family.
fn free_name(number: u32, taken: &mut HashSet<String>) -> String {
    let mut chance = Chance::new(0x5E4D_0000 + u64::from(number));
    // Those who send write their names in Latin letters; the families of the last three sets may not.
    let Names { families, given } = NAMES[chance.below(9) as usize];
    let (family, first) = (
        chance.below(families.len() as u32) as usize,
        chance.below(given.len() as u32) as usize,
    );
    let mut names = (0..families.len() * given.len()).map(|step| {
        let family = families[(family + step / given.len()) % families.len()];
        format!("{family}, {}", given[(first + step) % given.len()])
    });
    names
        .find(|name| taken.insert(name.clone()))
        .unwrap_or_default()
}
