//! Paragraphs of WordprocessingML, right to left where their text is.

use std::borrow::Cow;

/// Text as it may stand in XML. Characters that XML cannot hold at all are left out.
pub fn escape(text: &str) -> Cow<'_, str> {
    let impossible = |c: char| {
        (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    match text.contains(impossible) {
        true => Cow::Owned(quick_xml::escape::escape(text.replace(impossible, "")).into_owned()),
        false => quick_xml::escape::escape(text),
    }
}

/// A paragraph of one style; each line of the text stands on a line of its own.
pub fn paragraph(style: &str, text: &str) -> String {
    assemble(style, is_right_to_left(text), &[(None, text)])
}

/// A paragraph with a bold label and a value.
pub fn labelled(label: &str, value: &str) -> String {
    let label = format!("{label}: ");
    assemble("Label", false, &[(Some("Strong"), &label), (None, value)])
}

/// Whether the first letter with a direction runs from right to left.
pub fn is_right_to_left(text: &str) -> bool {
    text.chars()
        .find(|c| c.is_alphabetic())
        .is_some_and(is_right_to_left_letter)
}

const fn is_right_to_left_letter(letter: char) -> bool {
    matches!(letter,
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

fn assemble(style: &str, right_to_left: bool, runs: &[(Option<&str>, &str)]) -> String {
    let mut xml = String::with_capacity(160);
    xml.push_str("<w:p><w:pPr><w:pStyle w:val=\"");
    xml.push_str(style);
    xml.push_str("\"/>");
    if right_to_left {
        // In a paragraph that runs right to left, "end" is the left: text keeps to its own side.
        xml.push_str("<w:bidi/>");
    }
    xml.push_str("</w:pPr>");
    for (style, text) in runs {
        run(*style, text, &mut xml);
    }
    xml.push_str("</w:p>");
    xml
}

fn run(style: Option<&str>, text: &str, xml: &mut String) {
    if text.is_empty() {
        return;
    }
    xml.push_str("<w:r>");
    let right_to_left = is_right_to_left(text);
    if style.is_some() || right_to_left {
        xml.push_str("<w:rPr>");
        if let Some(style) = style {
            xml.push_str("<w:rStyle w:val=\"");
            xml.push_str(style);
            xml.push_str("\"/>");
        }
        if right_to_left {
            xml.push_str("<w:rtl/>");
        }
        xml.push_str("</w:rPr>");
    }
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            xml.push_str("<w:br/>");
        }
        xml.push_str("<w:t xml:space=\"preserve\">");
        xml.push_str(&escape(line));
        xml.push_str("</w:t>");
    }
    xml.push_str("</w:r>");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escape("<w:p> & \"x\""), "&lt;w:p&gt; &amp; &quot;x&quot;");
        assert_eq!(escape("a\u{0}b\u{1f}c"), "abc");
    }

    #[test]
    fn arabic_runs_right_to_left_and_a_name_in_latin_does_not() {
        assert!(is_right_to_left("محمد علي"));
        assert!(is_right_to_left("(محمد) Ali"));
        assert!(!is_right_to_left("Parent, Heather"));
        assert!(!is_right_to_left("王小明"));
        assert!(!is_right_to_left(""));
    }

    #[test]
    fn each_line_of_a_body_stands_on_its_own() {
        let xml = paragraph("Normal", "one\ntwo");
        assert!(xml.contains(">one</w:t><w:br/><w:t xml:space=\"preserve\">two<"));
    }
}
