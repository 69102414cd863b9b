//! What shaping promises to the pages: widths that hold, scripts that join, text that comes back.

use proptest::prelude::*;

use super::*;
use crate::report::pdf::paper;

fn shape(text: &str, width: f32) -> Block {
    Shaper::new(&Faces::embedded()).shape(text, paper::CELL, width)
}

/// The glyphs of a block, as they are drawn.
fn drawn(block: &Block) -> Vec<Glyph> {
    let runs = block.lines.iter().flat_map(|line| block.runs_of(line));
    runs.flat_map(|(_, glyphs)| glyphs).copied().collect()
}

fn starts(block: &Block) -> Vec<u32> {
    drawn(block).iter().map(|g| g.start).collect()
}

#[test]
fn a_long_address_breaks_inside_its_width() {
    let block = shape(
        &format!("{}@nomail.com", "a.very.long.name".repeat(8)),
        100.0,
    );
    assert!(block.lines.len() > 3);
    for line in &block.lines {
        assert!(line.x >= 0.0 && line.width <= 100.0, "{line:?}");
    }
}

#[test]
fn words_that_fit_are_not_broken() {
    let block = shape("Temporarily Unavailable", 55.0);
    let line_starts: Vec<_> = block
        .lines
        .iter()
        .map(|l| block.glyphs[block.runs[l.first as usize].first as usize].start)
        .collect();
    assert_eq!(line_starts, [0, 12]);
}

#[test]
fn arabic_joins_and_stands_on_the_right() {
    let block = shape("ببب", 100.0);
    let line = block.lines[0];
    assert!((line.x + line.width - 100.0).abs() < 0.01, "{line:?}");
    assert!(block.runs[0].right_to_left);
    assert!(starts(&block).is_sorted(), "{:?}", starts(&block));
    let form = |at: u32| -> Vec<u16> {
        let letter = block.glyphs.iter().filter(|g| g.start == at);
        letter.map(|g| g.id).collect()
    };
    let forms = [form(0), form(2), form(4)];
    assert!(forms[0] != forms[1] && forms[1] != forms[2] && forms[0] != forms[2]);
}

#[test]
fn a_name_of_two_directions_is_kept_in_reading_order() {
    let block = shape("محمد (Voice) علي", 200.0);
    assert!(starts(&block).is_sorted(), "{:?}", starts(&block));
    let pens: Vec<_> = block.runs.iter().map(|r| r.x).collect();
    assert!(
        pens[0] > pens[pens.len() - 1],
        "the first word is the rightmost: {pens:?}"
    );
    assert_eq!(block.obscured(0..1), Some("محمد (Voice) علي"));
}

#[test]
fn vietnamese_marks_stand_on_one_glyph() {
    let block = shape("Nguyễn Ễ", 100.0);
    assert_eq!(block.glyphs.len(), "Nguyễn Ễ".chars().count());
    assert_eq!(block.obscured(0..1), None);
}

#[test]
fn scripts_take_the_face_that_has_them() {
    let block = shape("Parent 王小明 한가영", 200.0);
    let faces: Vec<_> = block.runs.iter().map(|r| r.face).collect();
    assert_eq!(faces, [0, 22, 0, 23]);
    assert!(drawn(&block).iter().all(|g| g.id != 0));
}

/// A name of each script that families in this country write.
const NAMES: [(&str, &str); 26] = [
    ("Vietnamese", "Nguyễn Thị Hồng"),
    ("Cyrillic", "Шевченко, Олена"),
    ("Greek", "Παπαδοπούλου"),
    ("Arabic", "محمد علي"),
    ("Dari", "پروین گلزاده"),
    ("Chinese", "王小明"),
    ("Japanese", "さくら ケンジ"),
    ("Korean", "한가영 뷁"),
    ("Amharic", "አበበ ጥሩነሽ"),
    ("Karen", "စီၤဖီၤ"),
    ("Burmese", "အောင်ကြည်မြင့်"),
    ("Khmer", "ស្រីមុំ ព្រហ្ម"),
    ("Lao", "ສົມຊາຍ ພົມມະຈັນ"),
    ("Thai", "กุ้ง น้ำผึ้ง"),
    ("Nepali", "श्रीकृष्ण शर्मा"),
    ("Bengali", "শ্রীমতী রহমান"),
    ("Punjabi", "ਹਰਪ੍ਰੀਤ ਸਿੰਘ"),
    ("Gujarati", "કૃષ્ણ પટેલ"),
    ("Tamil", "ஸ்ரீநிவாசன் கௌரி"),
    ("Telugu", "శ్రీనివాస్ రెడ్డి"),
    ("Kannada", "ಕೃಷ್ಣಮೂರ್ತಿ"),
    ("Malayalam", "ശ്രീകുമാർ"),
    ("Hebrew", "דָּוִד לוי"),
    ("Armenian", "Արմեն Պետրոսյան"),
    ("Georgian", "გიორგი ბერიძე"),
    ("Cherokee", "ᏣᎳᎩ"),
];

#[test]
fn a_name_of_each_script_is_drawn_and_no_box_stands_for_a_letter() {
    let replacement = drawn(&shape("\u{fffd}", 100.0))[0].id;
    for (script, name) in NAMES.into_iter().chain([("Pahawh Hmong", "𖬖𖬲𖬬 𖬖𖬰𖬝")]) {
        let block = shape(name, 400.0);
        assert!(!block.glyphs.is_empty());
        for (run, glyphs) in block.lines.iter().flat_map(|line| block.runs_of(line)) {
            let boxes = glyphs
                .iter()
                .filter(|g| g.id == 0 || (run.face == 0 && g.id == replacement));
            assert_eq!(boxes.count(), 0, "{script}: {glyphs:?}");
        }
        let end = drawn(&block).iter().map(|g| g.start + g.length).max();
        assert_eq!(end, Some(name.len() as u32), "{script}");
    }
}

#[test]
fn letters_of_several_glyphs_are_told_by_their_text() {
    for name in ["श्रीकृष्ण कि", "စီၤဖီၤ", "ស្រីមុំ", "น้ำผึ้ง"]
    {
        let block = shape(name, 400.0);
        assert_eq!(block.obscured(0..1), Some(name));
    }
    for name in ["王小明", "한가영", "Արմեն", "გიორგი", "Nguyễn"] {
        assert_eq!(shape(name, 400.0).obscured(0..1), None, "{name}");
    }
}

#[test]
fn korean_in_pieces_is_put_together() {
    let whole = shape("한가영", 100.0);
    let pieces = shape(
        "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1161}\u{110b}\u{1167}\u{11bc}",
        100.0,
    );
    let ids = |block: &Block| drawn(block).iter().map(|g| g.id).collect::<Vec<_>>();
    assert_eq!(ids(&whole), ids(&pieces));
}

#[test]
fn a_character_that_no_face_has_is_replaced_but_not_forgotten() {
    let family = "👨\u{200d}👩\u{200d}👧";
    let text = format!("a{family}b🎉");
    let block = shape(&text, 100.0);
    assert_eq!(&*block.text, text);
    let replacement = drawn(&shape("\u{fffd}", 100.0))[0].id;
    assert_ne!(replacement, 0);
    let glyphs = drawn(&block);
    let told: Vec<_> = glyphs
        .iter()
        .map(|g| &text[g.start as usize..(g.start + g.length) as usize])
        .collect();
    assert_eq!(told, ["a", family, "b", "🎉"]);
    assert_eq!([glyphs[1].id, glyphs[3].id], [replacement; 2]);
    assert_eq!(block.obscured(0..1), Some(&*text));
}

#[test]
fn what_cannot_be_printed_becomes_a_blank_or_goes() {
    assert_eq!(printable("a\tb\r\nc\u{0}d"), "a b  c d");
    assert_eq!(printable("\u{feff}a\u{202e}b\u{ffff}\u{1fffe}"), "ab");
    assert!(matches!(printable("Nguyễn"), Cow::Borrowed("Nguyễn")));
}

#[test]
fn an_empty_text_is_as_high_as_a_line() {
    let block = shape("", 100.0);
    assert_eq!(block.height(), paper::CELL.leading);
    assert!(block.glyphs.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Every glyph stands for a piece of the text, the pieces go through it in order, and none is missing.
    #[test]
    fn glyphs_cover_the_text(text in "[a-z é\u{300}-\u{303}ا-ي王🎉👧\u{200d}(]{0,40}") {
        let block = shape(&text, 90.0);
        let mut end = 0;
        for glyph in drawn(&block) {
            let (start, length) = (glyph.start as usize, glyph.length as usize);
            prop_assert!(length > 0 && text.get(start..start + length).is_some());
            prop_assert!(start <= end, "{start} after {end} in {text:?}");
            end = end.max(start + length);
        }
        prop_assert_eq!(end, block.text.len());
    }
}
