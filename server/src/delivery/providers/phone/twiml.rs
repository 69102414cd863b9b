//! What a call says, in TwiML.

/// What is said after the message.
const CONFIRM: &str = "Press 0 to confirm that you have heard this message.";

/// Seconds to wait for a key after the last word.
const WAIT: u8 = 5;

/// Speaks `words`, and where `callback` is given, asks for a 0 and reports there what was pressed.
pub(super) fn script(words: &str, callback: Option<&str>) -> String {
    let words = escape(words);
    match callback {
        None => format!("<Response><Say>{words}</Say></Response>"),
        Some(callback) => format!(
            "<Response><Gather numDigits=\"1\" timeout=\"{WAIT}\" method=\"POST\" action=\"{}\">\
             <Say>{words}</Say><Say>{CONFIRM}</Say></Gather></Response>",
            escape(callback)
        ),
    }
}

/// Text as XML has it; characters that XML cannot carry are left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c < ' ' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_spoken_and_never_commands() {
        let script = script("5 < 6 & \"so\" </Say><Hangup/>\u{0}\u{ffff}", None);
        assert_eq!(
            script,
            "<Response><Say>5 &lt; 6 &amp; &quot;so&quot; &lt;/Say&gt;&lt;Hangup/&gt;</Say></Response>"
        );
    }

    #[test]
    fn a_0_is_asked_for_where_it_can_be_told() {
        let script = script(
            "Hello.",
            Some("https://log.example/calls?delivery=7-3&extension=1"),
        );
        assert!(
            script.contains("action=\"https://log.example/calls?delivery=7-3&amp;extension=1\"")
        );
        assert!(
            script.contains("<Say>Hello.</Say><Say>Press 0 to"),
            "{script}"
        );
    }
}
