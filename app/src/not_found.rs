//! What an address that leads nowhere shows.

use crate::ui::{
    element::{El, el},
    view::markup,
};

/// The page at any unknown path.
pub fn not_found() -> El {
    el("main", &[("class", "plain")]).child(markup(
        r#"<h1>There is no such page</h1>
        <p>The address may be mistyped, or the link out of date.</p>
        <p><a href="/">Go to the Sent Message Log</a></p>"#,
    ))
}
