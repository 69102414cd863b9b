//! Answers that the server gives, and texts that it never gives.

use super::*;
use proptest::prelude::*;
use serde::Serialize;
use shared::{
    message::MessageId,
    report::{JobState, ReportDetail},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kinds {
    id: MessageId,
    text: String,
    none: Option<String>,
    count: u32,
    total: u64,
    less: i64,
    is: bool,
    detail: ReportDetail,
    list: Vec<Kinds>,
}

fn kinds() -> impl Strategy<Value = Kinds> {
    let one = (
        any::<i64>(),
        ".{0,12}",
        proptest::option::of(".{0,6}"),
        any::<u32>(),
        0..1_u64 << 53,
        any::<bool>(),
    );
    let one = one.prop_map(|(id, text, none, count, total, is)| Kinds {
        id: MessageId(id),
        text,
        none,
        count,
        total,
        less: id,
        is,
        detail: ReportDetail::Failed,
        list: Vec::new(),
    });
    one.prop_recursive(3, 12, 3, |inner| {
        (inner.clone(), proptest::collection::vec(inner, 0..3)).prop_map(|(mut one, list)| {
            one.list = list;
            one
        })
    })
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_back(kinds in kinds(), pretty: bool) {
        let text = match pretty {
            true => serde_json::to_string_pretty(&kinds).unwrap(),
            false => serde_json::to_string(&kinds).unwrap(),
        };
        prop_assert_eq!(read::<Kinds>(&text), Ok(kinds));
    }

    #[test]
    fn a_part_of_an_answer_is_no_answer(kinds in kinds(), cut in any::<proptest::sample::Index>()) {
        let text = serde_json::to_string(&kinds).unwrap();
        let end = cut.index(text.len());
        if let Some(part) = text.get(..end) {
            prop_assert_eq!(read::<Kinds>(part), Err(Unreadable));
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in ".{0,40}") {
        let known = serde_json::from_str::<Vec<String>>(&text).map_err(|_| Unreadable);
        prop_assert_eq!(read::<Vec<String>>(&text), known);
    }

    #[test]
    fn no_change_to_an_answer_breaks_the_reader(kinds in kinds(), at in any::<proptest::sample::Index>(), byte in 32_u8..127) {
        let mut text = serde_json::to_string(&kinds).unwrap().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        if let Ok(text) = String::from_utf8(text) && let Ok(known) = serde_json::from_str::<Kinds>(&text) {
            prop_assert_eq!(read::<Kinds>(&text), Ok(known));
        }
    }
}

#[test]
fn escapes_are_what_they_stand_for() {
    let text = r#""\"\\\/\b\f\n\r\t\u00e9\ud83c\udf92""#;
    assert_eq!(read::<String>(text).unwrap(), "\"\\/\u{8}\u{c}\n\r\té🎒");
    for text in [
        r#""\ud83c""#,
        r#""\ud83c\u0041""#,
        r#""\ud83c__df92""#,
        r#""\x""#,
        r#""\u00""#,
        r#"""#,
    ] {
        assert_eq!(read::<String>(text), Err(Unreadable), "{text}");
    }
}

#[test]
fn what_nobody_asks_for_is_skipped() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Asked {
        b: JobState,
    }
    for unasked in [
        "1",
        "-1.5e3",
        "null",
        "true",
        r#""a,]}\"{""#,
        "[]",
        "{}",
        r#"[1, {"c": [2, "]"]}, "d" ]"#,
        r#"{ "c" : { "d" : [ ] } , "e" : 1 }"#,
    ] {
        for text in [
            format!(r#"{{"a":{unasked},"b":"done"}}"#),
            format!(r#"{{ "a" : {unasked} , "b" : "done" , "c" : {unasked} }}"#),
        ] {
            let asked = Asked { b: JobState::Done };
            assert_eq!(read::<Asked>(&text), Ok(asked), "{text}");
        }
    }
}

#[test]
fn flattened_fields_are_read() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Outer {
        #[serde(flatten)]
        inner: Kinds,
        more: Option<i64>,
    }
    let inner = Kinds {
        id: MessageId(-7),
        text: "a\tb".into(),
        none: None,
        count: 1,
        total: 2,
        less: 3,
        is: true,
        detail: ReportDetail::All,
        list: Vec::new(),
    };
    let outer = Outer {
        inner,
        more: Some(1),
    };
    let text = serde_json::to_string(&outer).unwrap();
    assert_eq!(read::<Outer>(&text), Ok(outer));
}

#[test]
fn a_word_that_is_unknown_is_refused() {
    assert_eq!(read::<JobState>(r#""lost""#), Err(Unreadable));
    assert_eq!(read::<Vec<JobState>>(r#"["done" "done"]"#), Err(Unreadable));
    assert_eq!(read::<bool>("truefalse"), Err(Unreadable));
}
