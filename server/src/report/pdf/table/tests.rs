//! Where rows stand: in order, inside the page, in one piece.

use shared::delivery::Device;

use super::*;
use crate::report::pdf::faces::Faces;

fn row(recipient: &str) -> ReportRow {
    ReportRow {
        recipient: recipient.into(),
        not_contacted: false,
        student: "Student, Calvin".into(),
        device: Some(Device::Email),
        address: "heather@nomail.com".into(),
        duplicate: false,
        status: "Sent".into(),
        call_status: None,
        time: String::new(),
    }
}

fn lay_out(y: f32, recipients: impl IntoIterator<Item = String>) -> Table {
    let mut shaper = Shaper::new(&Faces::embedded());
    let mut rows = Rows::new(&mut shaper, Spot { page: 2, y });
    recipients.into_iter().for_each(|r| rows.push(&row(&r)));
    rows.finish().unwrap()
}

#[test]
fn rows_stand_below_each_other_inside_the_page() {
    let names = (0..200).map(|n| "Parent ".repeat(1 + n % 7));
    let table = lay_out(400.0, names);
    assert_eq!(table.parts.len(), 200);
    assert_eq!(table.pages[0].head, Spot { page: 2, y: 400.0 });
    let mut next = 0;
    for (number, page) in table.pages.iter().enumerate() {
        assert_eq!(page.head.page, 2 + number);
        assert_eq!(page.parts.start, next);
        next = page.parts.end;
        let mut y = page.head.y + row_height(1);
        for part in &table.parts[page.parts.clone()] {
            assert_eq!(part.y, y);
            y += row_height(part.lines.end);
        }
        assert!(y <= paper::BOTTOM, "{y}");
    }
    assert_eq!(next, 200);
}

#[test]
fn a_row_goes_whole_to_the_next_page() {
    let almost_full = paper::BOTTOM - 3.0 * row_height(1);
    let names = ["Parent".to_owned(), "Parent ".repeat(20)];
    let table = lay_out(almost_full, names);
    assert_eq!(table.pages.len(), 2);
    assert_eq!(table.pages[1].parts, 1..2);
    assert!(table.parts.iter().all(|p| p.last && p.lines.start == 0));
}

#[test]
fn only_a_row_taller_than_a_page_is_split() {
    let names = [
        "Parent".to_owned(),
        "Parent ".repeat(1500),
        "Parent".to_owned(),
    ];
    let table = lay_out(paper::TOP, names);
    assert_eq!(table.rows.len(), 3);
    let tall = &table.parts[1..table.parts.len() - 1];
    assert!(tall.len() > 3);
    assert_eq!(tall[0].lines.start, 0);
    assert!(tall.windows(2).all(|p| p[0].lines.end == p[1].lines.start));
    assert!(tall[..tall.len() - 1].iter().all(|p| !p.last));
    let lines = table.rows[1][0].lines.len() as u32;
    assert_eq!(tall.last().unwrap().lines.end, lines);
    for part in &table.parts {
        let bottom = part.y + row_height(part.lines.end - part.lines.start);
        assert!(bottom <= paper::BOTTOM, "{part:?}");
    }
}

#[test]
fn a_head_never_stands_alone_at_the_end_of_a_page() {
    let table = lay_out(paper::BOTTOM - 1.5 * row_height(1), ["Parent".to_owned()]);
    assert_eq!(
        table.pages[0].head,
        Spot {
            page: 3,
            y: paper::TOP
        }
    );
}

#[test]
fn cells_that_say_the_same_are_shaped_once() {
    let table = lay_out(paper::TOP, (0..2).map(|n| format!("Parent {n}")));
    assert!(Rc::ptr_eq(&table.rows[0][3], &table.rows[1][3]));
    assert!(!Rc::ptr_eq(&table.rows[0][0], &table.rows[1][0]));
}

#[test]
fn no_line_break_parts_a_mark_from_its_text() {
    assert_eq!(
        marked("heather@nomail.com", true, DUPLICATE),
        "heather@nomail.com\u{a0}†"
    );
    assert_eq!(
        marked("heather@nomail.com", false, DUPLICATE),
        "heather@nomail.com"
    );
}
