//! Lines of a file, each read as a stream: a message's line may be larger than memory.

use std::io::{self, BufRead, Read};

/// Hands out the lines of `reader` one after the other.
pub(super) struct LineReader<R> {
    reader: R,
    /// Lines begun.
    pub(super) line: u64,
    /// Bytes before the first line that has been begun.
    skipped: usize,
}

impl<R: BufRead> LineReader<R> {
    pub(super) const fn new(reader: R) -> Self {
        LineReader {
            reader,
            line: 0,
            skipped: 0,
        }
    }

    /// Goes to the next line that is not blank; `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Line<'_, R>>> {
        self.line += 1;
        loop {
            let buffer = self.reader.fill_buf()?;
            let Some(&first) = buffer.first() else {
                return Ok(None);
            };
            match first {
                b'\n' => self.line += 1,
                b' ' | b'\t' | b'\r' => {}
                // A byte order mark, which some programs put before the first line.
                0xEF | 0xBB | 0xBF if self.line == 1 && self.skipped < 3 => {}
                _ => break,
            }
            self.reader.consume(1);
            self.skipped += 1;
        }
        Ok(Some(Line {
            lines: self,
            ended: false,
        }))
    }
}

/// What is left of one line.
pub(super) struct Line<'a, R> {
    lines: &'a mut LineReader<R>,
    ended: bool,
}

impl<R: BufRead> Line<'_, R> {
    /// Reads on to the end of the line, whatever is in it.
    pub(super) fn skip(mut self) -> io::Result<()> {
        while !self.ended {
            let buffer = self.lines.reader.fill_buf()?;
            let (len, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.lines.reader.consume(len);
            self.ended = ended;
        }
        Ok(())
    }
}

impl<R: BufRead> Read for &mut Line<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.ended || into.is_empty() {
            return Ok(0);
        }
        let buffer = self.lines.reader.fill_buf()?;
        let most = buffer.len().min(into.len());
        let newline = buffer[..most].iter().position(|byte| *byte == b'\n');
        let len = newline.unwrap_or(most);
        into[..len].copy_from_slice(&buffer[..len]);
        let consumed = len + usize::from(newline.is_some());
        self.ended = newline.is_some() || most == 0;
        self.lines.reader.consume(consumed);
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_read_to_its_end_or_skipped() {
        let text = "\u{feff}one\r\n\n  two and more\nthree";
        // A small buffer, so that lines are longer than it.
        let mut lines = LineReader::new(io::BufReader::with_capacity(4, text.as_bytes()));
        let mut found = Vec::new();
        while let Some(mut line) = lines.next().unwrap() {
            let mut text = [0; 4];
            let len = (&mut line).take(4).read(&mut text).unwrap();
            line.skip().unwrap();
            found.push((
                lines.line,
                String::from_utf8_lossy(&text[..len.min(2)]).into_owned(),
            ));
        }
        let expected = [(1, "on"), (3, "tw"), (4, "th")].map(|(n, t)| (n, t.to_owned()));
        assert_eq!(found.iter().map(|f| f.0).collect::<Vec<_>>(), [1, 3, 4]);
        assert!(
            found
                .iter()
                .zip(&expected)
                .all(|(f, e)| e.1.starts_with(&f.1))
        );
    }
}
