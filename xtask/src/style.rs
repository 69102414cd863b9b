//! The style sheet: the files that `style/main.css` imports, in its order, as one.

use std::{fs, path::Path};

use crate::failure::{AboutFile, Failure};

/// The whole style sheet, without comments and needless blanks; empty where there is no `main.css`.
///
/// # Errors
/// Where a file cannot be read, or `main.css` holds anything but comments and `@import "file.css";`.
pub fn gather(folder: &Path) -> Result<String, Failure> {
    let main = folder.join("main.css");
    if !main.exists() {
        return Ok(String::new());
    }
    let mut sheet = String::new();
    let order = squeeze(&fs::read_to_string(&main).about("read", &main)?);
    for statement in order.split(';').map(str::trim).filter(|s| !s.is_empty()) {
        let name = statement
            .strip_prefix("@import \"")
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or_else(|| {
                Failure::new(format!(
                    "{} may only import files; it has {statement:?}.",
                    main.display()
                ))
            })?;
        let path = folder.join(name);
        sheet.push_str(&squeeze(&fs::read_to_string(&path).about("read", &path)?));
    }
    Ok(sheet)
}

/// Drops comments, and blanks where they cannot matter; strings stay as they are.
fn squeeze(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some(character) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            blank(&mut out);
        } else if character == '"' || character == '\'' {
            let end = string_end(rest, character);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            match character {
                c if c.is_ascii_whitespace() => blank(&mut out),
                '{' | '}' | ';' | ',' => {
                    if out.ends_with(' ') {
                        out.pop();
                    }
                    if character == '}' && out.ends_with(';') {
                        out.pop();
                    }
                    out.push(character);
                }
                c => out.push(c),
            }
            rest = &rest[character.len_utf8()..];
        }
    }
    out
}

/// One blank, unless what stands before makes it needless.
fn blank(out: &mut String) {
    if !out.is_empty() && !out.ends_with([' ', '{', '}', ';', ',']) {
        out.push(' ');
    }
}

/// Where the string that `text` begins with ends, its quotes included.
fn string_end(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_and_comments_go_where_they_cannot_matter() {
        let css =
            "/* why */\n.a ,\n.b > .c :hover {\n  color : red ;\n  margin: calc(1px + 2px);\n}\n";
        assert_eq!(
            squeeze(css),
            ".a,.b > .c :hover{color : red;margin: calc(1px + 2px)}"
        );
    }

    #[test]
    fn a_string_stays_as_it_is() {
        let css = "a::before { content: \"a  /* b */ \\\" ;  }\"; }";
        assert_eq!(squeeze(css), "a::before{content: \"a  /* b */ \\\" ;  }\"}");
    }

    #[test]
    fn a_comment_between_two_words_keeps_them_apart() {
        assert_eq!(squeeze("a/**/b{}"), "a b{}");
    }

    #[test]
    fn files_come_in_the_order_of_the_imports() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, css: &str| fs::write(folder.path().join(name), css).unwrap();
        put(
            "main.css",
            "/* order */\n@import \"b.css\";\n@import \"a.css\";\n",
        );
        put("a.css", "a { top: 0 }");
        put("b.css", "b { top: 0 }");
        assert_eq!(gather(folder.path()).unwrap(), "b{top: 0}a{top: 0}");
    }

    #[test]
    fn rules_in_the_main_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.css"), "a { top: 0 }").unwrap();
        assert!(gather(folder.path()).is_err());
    }
}
