//! A message's HTML as the plain text that a report prints.

use std::collections::HashSet;

/// Elements that end a line of text.
const BLOCKS: [&str; 16] = [
    "address",
    "blockquote",
    "br",
    "dd",
    "div",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "p",
    "pre",
    "tr",
];

/// The words of `html`, a line for each block. What is no text (scripts, styles, comments) is left out.
pub fn of_html(html: &str) -> String {
    let blocks = ammonia::Builder::default()
        .tags(HashSet::from(BLOCKS))
        .generic_attributes(HashSet::new())
        .tag_attributes(Default::default())
        .clean(html)
        .to_string();
    let mut text = String::with_capacity(blocks.len());
    let mut rest = blocks.as_str();
    while let Some(start) = rest.find('<') {
        push_collapsed(&mut text, &rest[..start]);
        let Some(length) = rest[start..].find('>') else {
            break;
        };
        let tag = &rest[start..start + length];
        if (tag.starts_with("</") || tag.starts_with("<br")) && !text.ends_with('\n') {
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
        rest = &rest[start + length + 1..];
    }
    push_collapsed(&mut text, rest);
    // The cleaner writes no other entities than these.
    text.trim()
        .replace("&nbsp;", "\u{a0}")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Adds words with one blank between them, as a browser would show them.
fn push_collapsed(text: &mut String, words: &str) {
    let blank = |c: char| c.is_ascii_whitespace();
    let fresh = text.is_empty() || text.ends_with([' ', '\n']);
    if words.starts_with(blank) && !fresh {
        text.push(' ');
    }
    let mut first = true;
    for word in words.split(blank).filter(|w| !w.is_empty()) {
        if !first {
            text.push(' ');
        }
        text.push_str(word);
        first = false;
    }
    if !first && words.ends_with(blank) {
        text.push(' ');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_lines() {
        let html = "<p>School is\n  <b>cancelled</b> due to weather.</p><p>Stay &amp; keep warm.<br>Bye</p>";
        assert_eq!(
            of_html(html),
            "School is cancelled due to weather.\nStay & keep warm.\nBye"
        );
    }

    #[test]
    fn what_runs_is_no_text() {
        let html = "<script>alert(1)</script><style>p{}</style>Hello <img src=x onerror=alert(1)>there<!-- x -->";
        assert_eq!(of_html(html), "Hello there");
    }

    #[test]
    fn characters_that_html_writes_as_entities_come_back() {
        assert_eq!(
            of_html("1 &lt; 2 &amp;&amp; \"3\" &gt; 2"),
            "1 < 2 && \"3\" > 2"
        );
        assert_eq!(of_html("&amp;lt;"), "&lt;");
    }
}
