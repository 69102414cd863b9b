//! A line of CSV (RFC 4180) that no spreadsheet runs: the report's and the exported list's.

use std::borrow::Cow;

/// Stands before the first line: spreadsheets read the file as UTF-8 by it.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// Adds a line of these cells to `out`, ended by CR and LF.
pub fn push_line<Cell: AsRef<str>>(out: &mut String, cells: impl IntoIterator<Item = Cell>) {
    for (number, cell) in cells.into_iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        let cell = inert(cell.as_ref());
        if cell.contains(['"', ',', '\r', '\n']) {
            out.push('"');
            for (number, part) in cell.split('"').enumerate() {
                if number > 0 {
                    out.push_str("\"\"");
                }
                out.push_str(part);
            }
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

/// A cell that a spreadsheet shows instead of running it: an apostrophe goes before what would start a
/// formula. Negative whole numbers, such as call statuses, are numbers to every spreadsheet and stay.
pub fn inert(cell: &str) -> Cow<'_, str> {
    let number = cell
        .strip_prefix('-')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()));
    let starts_a_formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    match starts_a_formula && !number {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_shown_instead() {
        for formula in [
            "=1+1",
            "+16125550100",
            "-cmd|' /C calc'!A0",
            "@SUM(A1)",
            "\t=1",
            "＝1+1",
        ] {
            assert_eq!(inert(formula), format!("'{formula}"));
        }
    }

    #[test]
    fn cells_are_quoted_where_they_need_it() {
        let mut line = String::new();
        push_line(
            &mut line,
            ["Muñoz, Ana", "\"Bo\"", "two\nlines", "", "=1", "plain"],
        );
        assert_eq!(
            line,
            "\"Muñoz, Ana\",\"\"\"Bo\"\"\",\"two\nlines\",,'=1,plain\r\n"
        );
    }

    #[test]
    fn names_addresses_and_call_statuses_stay_as_they_are() {
        for cell in [
            "Parent, Heather",
            "a=b@nomail.com",
            "-27",
            "5",
            "",
            "O'Neil",
        ] {
            assert_eq!(inert(cell), cell);
        }
    }
}
