//! Bodies as mail programs write them, and words that stay apart whatever stands around them.

use proptest::prelude::*;

use super::*;

#[test]
fn blocks_become_lines() {
    let html =
        "<p>School is\n  <b>cancelled</b> due to weather.</p><p>Stay &amp; keep warm.<br>Bye</p>";
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

#[test]
fn a_body_that_gmail_writes_keeps_its_lines() {
    let html = "<div dir=\"ltr\">Dear families,<div><br></div><div>School is <b>closed</b> on Monday.</div>\
                <div><ul><li>Buses do not run</li><li>Meals: <a href=\"https://nomail.com\">see here</a></li></ul></div>\
                <div>Regards,<br>The office</div></div>";
    assert_eq!(
        of_html(html),
        "Dear families,\nSchool is closed on Monday.\n• Buses do not run\n• Meals: see here\nRegards,\nThe office"
    );
}

#[test]
fn a_body_that_outlook_writes_keeps_its_rows() {
    let html = "<html><body><div class=WordSection1><p class=MsoNormal>Dear families,<o:p></o:p></p>\
                <p class=MsoNormal><o:p>&nbsp;</o:p></p>\
                <table class=MsoTableGrid><tr><td><p class=MsoNormal>Mon<o:p></o:p></p></td>\
                <td><p class=MsoNormal>8:00<o:p></o:p></p></td></tr>\
                <tr><td><p class=MsoNormal>Tue</p></td><td><p class=MsoNormal>9:30</p></td></tr></table>\
                <p class=MsoNormal>Thank you</p></div></body></html>";
    assert_eq!(
        of_html(html),
        "Dear families,\n\u{a0}\nMon | 8:00\nTue | 9:30\nThank you"
    );
}

#[test]
fn a_block_that_opens_in_the_middle_of_text_begins_a_line() {
    assert_eq!(of_html("Schedule:<ul><li>one</ul>"), "Schedule:\n• one");
    assert_eq!(
        of_html("a<table><caption>b</caption><tr><td>c</td></tr></table>d"),
        "a\nb\nc\nd"
    );
    assert_eq!(of_html("a<hr>b<dl><dt>c<dd>d</dl>e"), "a\nb\nc\nd\ne");
}

#[test]
fn entries_have_their_bullets_and_numbers_and_nested_ones_stand_further_in() {
    let html = "<ol start=\"3\"><li>Bring<ul><li>a pen</li><li><p>paper</p></li><li></li></ul></li>\
                <li>Leave</li></ol><ol><li>Rest</ol>";
    assert_eq!(
        of_html(html),
        "3. Bring\n  • a pen\n  • paper\n4. Leave\n1. Rest"
    );
}

#[test]
fn cells_have_bars_between_them_and_empty_ones_leave_none() {
    let html = "<table><thead><tr><th>Day</th><th>Opens</th></tr></thead><tbody><tr><td></td><td>Mon</td><td> </td>\
                <td>8:00</td></tr></tbody></table>";
    assert_eq!(of_html(html), "Day | Opens\nMon | 8:00");
}

#[test]
fn a_cell_of_several_lines_is_followed_by_a_line_of_its_own() {
    let html = "<table><tr><td><p>one</p><p>two</p></td><td>three</td></tr></table>";
    assert_eq!(of_html(html), "one\ntwo\nthree");
}

#[test]
fn lines_that_are_set_stay_as_they_are() {
    assert_eq!(
        of_html("Menu<pre>\nMon   soup\nTue   rice\n</pre>Enjoy"),
        "Menu\nMon   soup\nTue   rice\nEnjoy"
    );
}

/// HTML as a tree.
#[derive(Clone, Debug)]
enum Node {
    Word(u16),
    Inline(Vec<Node>),
    Block(&'static str, Vec<Node>),
    Rows(Vec<Vec<Node>>),
}

impl Node {
    /// Writes the element, and its words with a blank wherever a block begins or ends.
    fn write(&self, html: &mut String, words: &mut String) {
        match self {
            Node::Word(number) => {
                let word = format!("w{number}x");
                html.push_str(&word);
                words.push_str(&word);
            }
            Node::Inline(children) => {
                html.push_str("<span>");
                children.iter().for_each(|child| child.write(html, words));
                html.push_str("</span>");
            }
            Node::Block(name, children) => {
                html.push_str(&format!("<{name}>"));
                words.push(' ');
                children.iter().for_each(|child| child.write(html, words));
                html.push_str(&format!("</{name}>"));
                words.push(' ');
            }
            Node::Rows(rows) => {
                html.push_str("<table>");
                for row in rows {
                    html.push_str("<tr>");
                    row.iter()
                        .for_each(|cell| Node::Block("td", vec![cell.clone()]).write(html, words));
                    html.push_str("</tr>");
                }
                html.push_str("</table>");
                words.push(' ');
            }
        }
    }
}

fn node() -> impl Strategy<Value = Node> {
    let names = [
        "div",
        "p",
        "ul",
        "ol",
        "li",
        "h2",
        "pre",
        "blockquote",
        "dd",
    ];
    any::<u16>()
        .prop_map(Node::Word)
        .prop_recursive(5, 40, 4, move |inner| {
            let children = prop::collection::vec(inner, 0..4);
            prop_oneof![
                children.clone().prop_map(Node::Inline),
                (prop::sample::select(names.to_vec()), children.clone())
                    .prop_map(|(name, children)| Node::Block(name, children)),
                prop::collection::vec(children, 1..3).prop_map(Node::Rows),
            ]
        })
}

proptest! {
    /// All words are there in their order, and none is joined to one of another block.
    #[test]
    fn words_never_join_across_blocks(nodes in prop::collection::vec(node(), 0..5)) {
        let (mut html, mut words) = (String::new(), String::new());
        nodes.iter().for_each(|node| node.write(&mut html, &mut words));
        let text = of_html(&html);
        let marker = |word: &&str| {
            matches!(*word, "•" | "|") || word.strip_suffix('.').is_some_and(|n| n.parse::<u16>().is_ok())
        };
        let found: Vec<_> = text.split_whitespace().filter(|word| !marker(word)).collect();
        let expected: Vec<_> = words.split_whitespace().collect();
        prop_assert_eq!(found, expected, "{} of {}", text, html);
    }
}
