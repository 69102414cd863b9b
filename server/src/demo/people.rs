//! The families of the district: who is called for whom, and on which shared numbers and addresses.

use super::{names::NAMES, schools::SCHOOLS};
use crate::chance::Chance;

/// One guardian of a family.
pub(super) struct Guardian {
    pub(super) person: String,
    pub(super) name: String,
    /// The portal account; not everybody has one.
    pub(super) inbox: bool,
    pub(super) email: Option<String>,
    pub(super) voice: Option<String>,
    pub(super) text: Option<String>,
}

/// A family: each guardian stands in a message once for each student it is about.
pub(super) struct Family {
    pub(super) guardians: Vec<Guardian>,
    pub(super) students: Vec<String>,
}

/// How one number is written by those who typed it in.
fn written(number: u32, chance: &mut Chance) -> String {
    let (area, rest) = (
        ["612", "651", "763", "952"][(number % 4) as usize],
        number / 4,
    );
    let (middle, last) = (200 + rest / 10_000 % 800, rest % 10_000);
    match chance.below(4) {
        0 => format!("({area}) {middle:03}-{last:04}"),
        1 => format!("{area}-{middle:03}-{last:04}"),
        2 => format!("+1{area}{middle:03}{last:04}"),
        _ => format!("{area}{middle:03}{last:04}"),
    }
}

/// Family `number`; always the same one.
pub(super) fn family(number: u32) -> Family {
    let mut chance = Chance::new(0xFA31_0000 + u64::from(number));
    let names = NAMES[chance.below(NAMES.len() as u32) as usize];
    let surname = *chance.pick(names.families);
    let guardians = 1 + u32::from(chance.percent(55));
    let students = 1 + chance.below(100) / 55 + u32::from(chance.percent(12));
    // A home has one telephone and sometimes one mailbox; the rest is each person's own.
    let shares_phone = chance.percent(35);
    let shares_email = chance.percent(20);
    let reachable = !chance.percent(6);
    let guardians = (0..guardians).map(|which| {
        let phone = number * 2 + if shares_phone { 0 } else { which };
        let mailbox = if shares_email { 0 } else { which };
        let has_phone = reachable && chance.percent(93);
        let has_text = has_phone && chance.percent(80);
        let email = reachable && chance.percent(88);
        Guardian {
            person: format!("p{number}-{which}"),
            name: format!("{surname}, {}", chance.pick(names.given)),
            inbox: reachable && chance.percent(90),
            email: email.then(|| {
                let address = format!("home{number}.{mailbox}@mail.example");
                if chance.percent(10) {
                    address.to_uppercase()
                } else {
                    address
                }
            }),
            voice: has_phone.then(|| written(phone, &mut chance)),
            text: has_text.then(|| written(phone, &mut chance)),
        }
    });
    let guardians = guardians.collect();
    let students = (0..students)
        .map(|_| format!("{surname}, {}", chance.pick(names.given)))
        .collect();
    Family {
        guardians,
        students,
    }
}

/// A family with a student in `school`.
pub(super) fn family_of(school: u32, chance: &mut Chance) -> Family {
    family(school % SCHOOLS + SCHOOLS * chance.below(500))
}
