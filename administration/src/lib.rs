//! The administration's page: people, roles, schools, tokens and sessions, one's own account, and where a link to
//! choose a password leads. It is a program of its own, so that the log's stays small.
//!
//! # Names
//! What assistive technology and the browser stories call the page's parts: role, then name.
//!
//! | part | names |
//! | --- | --- |
//! | top | heading (1) *Administration* or *Your account*; navigation *Sections* with a link for each, and *Sent Message Log*; buttons *Dark mode*, *Sign out* |
//! | people | table *People*; searchbox *Find people*; buttons *Add a person*, *Edit ada*; dialogs *Add a person*, *ada*, in which lists *Roles and schools* with comboboxes *Role*, *School* and buttons *Remove*; buttons *Add another role*, *Save*, *Make a password link*, *Sign out everywhere*, *Disable*, *Enable* |
//! | roles | table *Roles*; buttons *Add a role*, *Edit board*; dialogs with group *What it may do*, buttons *Save*, *Delete* |
//! | schools | table *Schools*; searchbox *Find schools*; button *Add a school* |
//! | tokens | table *Tokens*; buttons *Make a token*, *Revoke portal*; comboboxes *Ends*; group *Submits for* |
//! | sessions | table *Sessions*; buttons *End ada’s session …*, *End all but this* |
//! | audit | table *Audit trail*; group *Filters* with comboboxes *What*, searchbox *Find by name*, labels *First day*, *Last day*; links *Open message 7*; buttons *Refresh*, *Show older* |
//! | shown once | textbox *Link* or *Token*; buttons *Copy*, *Done* |
//! | account | labels *Current password*, *New password*; buttons *Change the password*, *Sign out everywhere else* |
//! | welcome | heading *Choose a password*; textbox *Name*; label *Password*; button *Sign in* |

mod account;
mod api;
mod audit;
mod confirm;
mod form;
mod instant;
mod listing;
mod modal;
mod once;
mod page;
mod password;
mod people;
mod permissions;
mod place;
mod roles;
mod schools;
mod sessions;
mod tokens;
mod visitor;
mod welcome;

/// Shows the page.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    app::show(page::page);
}
