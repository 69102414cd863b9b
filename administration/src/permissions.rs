//! Permissions in words.

use shared::session::Permission;

/// Those that a role may have, in the order in which they are shown.
pub const OF_PEOPLE: [Permission; 5] = [
    Permission::View,
    Permission::Cancel,
    Permission::Report,
    Permission::SeeAddresses,
    Permission::Administer,
];

/// What it lets one do.
pub const fn words(permission: Permission) -> &'static str {
    match permission {
        Permission::View => "See messages",
        Permission::Cancel => "Cancel and resend",
        Permission::Report => "Print reports",
        Permission::SeeAddresses => "See addresses",
        Permission::Administer => "Administer",
        Permission::Submit => "Submit messages",
    }
}

/// What that means, where its words do not say it all.
pub const fn meaning(permission: Permission) -> &'static str {
    match permission {
        Permission::View => "Find and read messages; addresses and phone numbers are masked.",
        Permission::Cancel => {
            "Stop messages, and send them again to those whom they did not reach."
        }
        Permission::Report => "Print Sent Message Reports.",
        Permission::SeeAddresses => "See addresses and phone numbers in full.",
        Permission::Administer => {
            "Manage people, roles, tokens and sessions. It counts at all schools only."
        }
        Permission::Submit => "Hand messages in for delivery.",
    }
}
