//! Bodies of messages: what is HTML, and what is left of it once nothing in it can run, load or lead away.
//! The page shows it in a sandboxed frame besides.

use std::{borrow::Cow, collections::HashSet};

use ammonia::Builder;
use shared::{
    delivery::Device,
    message::{Body, BodyFormat},
};

/// Text, its structure and its tables. No links, images, styles or anything else that names another place.
const TAGS: &[&str] = &[
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// Those whose contents are no words for people either.
const DROPPED: &[&str] = &[
    "head", "iframe", "math", "noembed", "noframes", "noscript", "object", "script", "select",
    "style", "svg", "template", "textarea", "title", "xmp",
];

/// Tags by which a body gives itself away as HTML. A lone `<heather@nomail.com>` or `5 < 6` is none.
const TELLING: &[&str] = &[
    "a", "body", "center", "font", "form", "html", "iframe", "img", "link", "meta", "script",
    "style", "svg",
];

/// Decides what a body is, and tames it where it is HTML. Calls and text messages never are.
pub fn tame(body: &mut Body) {
    let may_be_html = matches!(body.device, Device::Inbox | Device::Email);
    if may_be_html && is_html(&body.content) {
        body.format = BodyFormat::Html;
        body.content = sanitize(&body.content);
    } else {
        body.format = BodyFormat::Text;
    }
}

pub(crate) fn is_html(content: &str) -> bool {
    content.split('<').skip(1).any(|after| {
        let after = after.strip_prefix('/').unwrap_or(after);
        let end = after.find(|c: char| !c.is_ascii_alphanumeric());
        let (name, rest) = after.split_at(end.unwrap_or(after.len()));
        let name = name.to_ascii_lowercase();
        let closes = rest.starts_with(|c: char| c == '>' || c == '/' || c.is_ascii_whitespace());
        let known = [TAGS, DROPPED, TELLING];
        (closes && known.iter().any(|names| names.contains(&name.as_str())))
            || after
                .get(..8)
                .is_some_and(|word| word.eq_ignore_ascii_case("!doctype"))
    })
}

fn sanitize(html: &str) -> String {
    let with_links = builder(true).clean(html).to_string();
    builder(false)
        .clean(&spell_out_links(&with_links))
        .to_string()
}

fn builder(links: bool) -> Builder<'static> {
    let mut tags: HashSet<&str> = TAGS.iter().copied().collect();
    let mut builder = Builder::empty();
    if links {
        tags.insert("a");
        builder
            .add_tag_attributes("a", ["href"])
            .url_schemes(["http", "https", "mailto", "tel"].into());
    }
    builder
        .tags(tags)
        .clean_content_tags(DROPPED.iter().copied().collect())
        .link_rel(None)
        .add_tag_attributes("td", ["colspan", "rowspan"])
        .add_tag_attributes("th", ["colspan", "rowspan"])
        .add_tag_attributes("ol", ["start"])
        .generic_attributes(["dir", "lang"].into())
        .attribute_filter(|_, name, value| match name {
            "href" => Some(value.into()),
            _ if value.len() <= 20 && value.bytes().all(is_plain) => Some(Cow::Borrowed(value)),
            _ => None,
        });
    builder
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// Puts the address of each link behind its words, `words (https://…)`, unless the words are the address.
/// Takes what ammonia has just written: tags are lower case and quotes in attributes escaped.
fn spell_out_links(html: &str) -> String {
    const OPEN: &str = "<a href=\"";
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(start) = rest.find(OPEN) {
        out.push_str(&rest[..start]);
        rest = &rest[start + OPEN.len()..];
        let Some((href, after)) = rest.split_once('"') else {
            break;
        };
        let tag_end = after.find('>').map_or(after.len(), |at| at + 1);
        let after = &after[tag_end..];
        let (words, after) = after.split_once("</a>").unwrap_or((after, ""));
        let href = href.replace('<', "&lt;").replace('>', "&gt;");
        let address = href.strip_prefix("mailto:").or(href.strip_prefix("tel:"));
        let address = address.unwrap_or(&href);
        out.push_str(words);
        if !words.contains(address) {
            out.push_str(" (");
            out.push_str(address);
            out.push(')');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tamed(device: Device, content: &str) -> (BodyFormat, String) {
        let mut body = Body {
            device,
            format: BodyFormat::Text,
            content: content.into(),
        };
        tame(&mut body);
        (body.format, body.content)
    }

    fn html(content: &str) -> String {
        let (format, content) = tamed(Device::Email, content);
        assert_eq!(format, BodyFormat::Html);
        content
    }

    #[test]
    fn plain_text_stays_as_it_was_written() {
        for text in [
            "Library Hours\n\n5 < 6 & 7 > 2",
            "Write to <heather@nomail.com>",
            "a <tag that is none> of ours",
            "",
        ] {
            let expected = (BodyFormat::Text, text.to_owned());
            assert_eq!(tamed(Device::Email, text), expected);
        }
    }

    #[test]
    fn a_call_is_never_html() {
        let text = "<p>Hello</p>";
        let expected = (BodyFormat::Text, text.to_owned());
        assert_eq!(tamed(Device::Voice, text), expected);
        assert_eq!(tamed(Device::Text, text), expected);
    }

    #[test]
    fn structure_and_direction_are_kept() {
        let body =
            "<h2>Hours</h2><p dir=\"rtl\" lang=\"ar\">مرحبا <b>x</b></p><ul><li>one</li></ul>";
        assert_eq!(html(body), body);
    }

    #[test]
    fn a_link_leads_nowhere_and_its_address_can_be_read() {
        assert_eq!(
            html(
                "<p>See <a href=\"https://nomail.com/a?b=1&c=2\" onclick=\"x()\">the page</a>.</p>"
            ),
            "<p>See the page (https://nomail.com/a?b=1&amp;c=2).</p>"
        );
        assert_eq!(
            html("<a href='mailto:a@nomail.com'>a@nomail.com</a>"),
            "a@nomail.com"
        );
        assert_eq!(html("<a href=\"javascript:alert(1)\">here</a>"), "here");
    }

    #[test]
    fn nothing_hostile_is_left() {
        let hostile = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg><script>alert(1)</script></svg>",
            "<iframe src=\"https://evil.test\"></iframe>",
            "<form action=\"https://evil.test\"><input name=a><button>Go</button></form>",
            "<style>@import url(https://evil.test)</style>",
            "<p style=\"background:url(https://evil.test)\">x</p>",
            "<link rel=stylesheet href=\"https://evil.test\">",
            "<meta http-equiv=refresh content=\"0;url=https://evil.test\">",
            "<base href=\"https://evil.test\">",
            "<a href=\"https://x.test/&quot;><script>alert(1)</script>\">x</a>",
            "<p dir='\"><a href=\"'>x</p>",
            "<a href=\"https://x.test\"><img src=y onerror=alert(1)></a>",
            "<video autoplay src=x></video><object data=x></object><embed src=x>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        ];
        for body in hostile {
            let clean = html(&format!("<p>a</p>{body}"));
            for sign in [
                "<script",
                "<img",
                "<svg",
                "<iframe",
                "<form",
                "<input",
                "<button",
                "<style",
                "style=",
                "<link",
                "<meta",
                "<base",
                "<a",
                "href",
                "onclick",
                "onerror=\"",
                "<video",
                "<object",
                "<embed",
            ] {
                let found = clean.contains(sign);
                assert!(!found, "{sign} is left of {body}: {clean}");
            }
        }
    }
}
