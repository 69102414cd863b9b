//! Shaping: a text becomes lines of glyphs of a given width, once, and small enough to keep until it is drawn.

use std::{borrow::Cow, ops::Range};

use parley::{
    Alignment, AlignmentOptions, FontContext, FontFamily, FontWeight, Layout, LayoutContext,
    OverflowWrap, StyleProperty,
};

use super::{faces::Faces, paper::Style};

/// A text of one style, broken into lines.
#[derive(Debug)]
pub struct Block {
    /// What the text says, in reading order.
    pub text: Box<str>,
    /// How it is set.
    pub style: Style,
    /// The lines, from the top.
    pub lines: Box<[Line]>,
    /// Pieces of lines in one face and direction, in reading order.
    pub runs: Box<[Run]>,
    /// The glyphs of the runs, in reading order within each.
    pub glyphs: Box<[Glyph]>,
    /// Whether the glyphs alone may not give the text back: letters that join, letters of several glyphs, which need not
    /// stand in their order, and replaced characters.
    pub obscure: bool,
}

/// A line of a block.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Where it begins, from the left edge of the block.
    pub x: f32,
    /// How wide its ink is, blanks at its end left out.
    pub width: f32,
    /// The first of its runs.
    pub first: u32,
    /// The one after its last run.
    pub end: u32,
}

/// Glyphs of one face and direction on one line.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// Where the pen begins, from the beginning of the line: on the left, or on the right for right to left.
    pub x: f32,
    /// The number of the face.
    pub face: u16,
    /// Whether it is read from right to left.
    pub right_to_left: bool,
    /// The first of its glyphs.
    pub first: u32,
    /// The one after its last glyph.
    pub end: u32,
}

/// A glyph, and what it stands for. Lengths are units of its face.
#[derive(Clone, Copy, Debug)]
pub struct Glyph {
    /// Where the text it stands for begins.
    pub start: u32,
    /// How many bytes of the text it stands for.
    pub length: u32,
    /// Its number in the face.
    pub id: u16,
    /// How far it moves the pen.
    pub advance: i16,
    /// How far it is drawn to the right of the pen.
    pub dx: i16,
    /// How far it is drawn above the pen.
    pub dy: i16,
}

impl Block {
    /// The height of that many of its lines; an empty text is as high as a line.
    pub fn height(&self) -> f32 {
        self.lines.len().max(1) as f32 * self.style.leading
    }

    /// The width of its widest line.
    pub fn width(&self) -> f32 {
        self.lines.iter().map(|l| l.width).fold(0.0, f32::max)
    }

    /// What some of its lines say, where their glyphs alone may not tell it.
    pub fn obscured(&self, lines: Range<usize>) -> Option<&str> {
        let lines = self.obscure.then(|| &self.lines[lines])?;
        let glyphs = || lines.iter().flat_map(|l| self.runs_of(l)).flat_map(|r| r.1);
        let start = glyphs().map(|g| g.start).min()?;
        let end = glyphs().map(|g| g.start + g.length).max()?;
        self.text.get(start as usize..end as usize)
    }

    /// The glyphs of a line, by run.
    pub fn runs_of(&self, line: &Line) -> impl Iterator<Item = (&Run, &[Glyph])> {
        let runs = &self.runs[line.first as usize..line.end as usize];
        runs.iter()
            .map(|r| (r, &self.glyphs[r.first as usize..r.end as usize]))
    }
}

/// Shapes texts with the fonts of a report.
pub struct Shaper {
    faces: Faces,
    families: FontFamily<'static>,
    korean: FontFamily<'static>,
    fonts: FontContext,
    context: LayoutContext<()>,
    layout: Layout<()>,
}

/// What stands in for a character that no face has.
const REPLACEMENT: char = '\u{fffd}';

impl Shaper {
    /// A shaper for one report.
    pub fn new(faces: &Faces) -> Shaper {
        Shaper {
            faces: faces.clone(),
            families: faces.families(),
            korean: faces.korean(),
            fonts: faces.context(),
            context: LayoutContext::new(),
            layout: Layout::new(),
        }
    }

    /// Breaks `text`, which is one paragraph, into lines of at most `width`, aligned to the right where its
    /// first letter is of a right-to-left script. A word that is too long breaks anywhere.
    pub fn shape(&mut self, text: &str, style: Style, width: f32) -> Block {
        let text = printable(text);
        let text = syllables(&text);
        self.lay_out(&text, style, width);
        let mut sources = Sources::default();
        // What is replaced can change which face its neighbours get, so that they are missing in turn.
        for _ in 0..4 {
            let missing = self.missing(&text, &sources);
            if missing.is_empty() {
                break;
            }
            let (shown, all) = sources.replace(&text, missing);
            sources = all;
            self.lay_out(&shown, style, width);
        }
        self.block(&text, style, &sources)
    }

    fn lay_out(&mut self, text: &str, style: Style, width: f32) {
        let mut builder = self
            .context
            .ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.push_default(self.families.clone());
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        if style.bold {
            builder.push_default(StyleProperty::FontWeight(FontWeight::BOLD));
        }
        for korean in runs_of(text, is_hangul) {
            builder.push(self.korean.clone(), korean);
        }
        builder.build_into(&mut self.layout, text);
        self.layout.break_all_lines(Some(width));
        self.layout
            .align(Alignment::Start, AlignmentOptions::default());
    }

    /// The ranges of the text that no face has a glyph for.
    fn missing(&self, text: &str, sources: &Sources) -> Vec<Range<usize>> {
        let mut missing = Vec::new();
        if text.is_ascii() {
            return missing;
        }
        for line in self.layout.lines() {
            for run in line.runs() {
                for cluster in run.clusters() {
                    if cluster.glyphs().any(|g| g.id == 0) {
                        let range = cluster.text_range();
                        missing.push(sources.find(range.start)..sources.find(range.end));
                    }
                }
            }
        }
        missing
    }

    /// Keeps what the layout found, in reading order; `sources` leads from the laid out text to `text`.
    fn block(&self, text: &str, style: Style, sources: &Sources) -> Block {
        let (mut lines, mut runs, mut glyphs) = (Vec::new(), Vec::<Run>::new(), Vec::new());
        for line in self.layout.lines() {
            let metrics = line.metrics();
            let first_run = runs.len();
            let mut x = 0.0;
            for run in line.runs() {
                let face = self.faces.find(run.font());
                let scale = self.faces.font(face).units_per_em() / style.size;
                let first = glyphs.len();
                push_glyphs(&mut glyphs, &run, scale, sources);
                let left = x;
                x += run.advance();
                if glyphs.len() > first {
                    runs.push(Run {
                        x: if run.is_rtl() { x } else { left },
                        face,
                        right_to_left: run.is_rtl(),
                        first: first as u32,
                        end: glyphs.len() as u32,
                    });
                }
            }
            runs[first_run..].sort_by_key(|run| glyphs[run.first as usize].start);
            lines.push(Line {
                x: metrics.offset,
                width: metrics.advance - metrics.hanging_advance,
                first: first_run as u32,
                end: runs.len() as u32,
            });
        }
        let right_to_left = runs.iter().any(|r| r.right_to_left);
        let composed = |pair: &[Glyph]| pair[0].start == pair[1].start;
        let composed = glyphs.windows(2).any(composed);
        Block {
            obscure: right_to_left || composed || !sources.replaced.is_empty(),
            text: text.into(),
            style,
            lines: lines.into(),
            runs: runs.into(),
            glyphs: glyphs.into(),
        }
    }
}

/// The longest pieces of the text that consist of such characters alone.
fn runs_of(text: &str, such: impl Fn(char) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    if text.is_ascii() {
        return runs;
    }
    for (start, c) in text.char_indices().filter(|(_, c)| such(*c)) {
        let end = start + c.len_utf8();
        match runs.last_mut() {
            Some(run) if run.end == start => run.end = end,
            _ => runs.push(start..end),
        }
    }
    runs
}

/// Whether it is a Korean syllable or a part of one.
const fn is_hangul(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}')
}

/// The text with Korean syllables for their parts, which no face has glyphs for.
fn syllables(text: &str) -> Cow<'_, str> {
    if !text.contains(|c| matches!(c, '\u{1161}'..='\u{11ff}')) {
        return Cow::Borrowed(text);
    }
    let mut all = String::with_capacity(text.len());
    for c in text.chars() {
        let before = all.chars().next_back();
        match before.and_then(|before| joined(before, c)) {
            Some(syllable) => {
                all.pop();
                all.push(syllable);
            }
            None => all.push(c),
        }
    }
    Cow::Owned(all)
}

/// The syllable of a first consonant and a vowel, or of a syllable and a last consonant (Unicode, section 3.12).
const fn joined(before: char, c: char) -> Option<char> {
    let (before, c) = (before as u32, c as u32);
    match (before, c) {
        (0x1100..=0x1112, 0x1161..=0x1175) => {
            char::from_u32(0xac00 + ((before - 0x1100) * 21 + (c - 0x1161)) * 28)
        }
        (0xac00..=0xd7a3, 0x11a8..=0x11c2) if (before - 0xac00).is_multiple_of(28) => {
            char::from_u32(before + (c - 0x11a7))
        }
        _ => None,
    }
}

/// Adds the glyphs of a run, in reading order.
fn push_glyphs(glyphs: &mut Vec<Glyph>, run: &parley::Run<()>, scale: f32, sources: &Sources) {
    let mut clusters = run.clusters().peekable();
    while let Some(cluster) = clusters.next() {
        let start = cluster.text_range().start;
        let mut end = cluster.text_range().end;
        while let Some(continuation) = clusters.next_if(|c| c.is_ligature_continuation()) {
            end = continuation.text_range().end;
        }
        let (start, end) = (sources.find(start), sources.find(end));
        let first = glyphs.len();
        // A face's glyph 0 may not stand in the file; what it stood for is still told.
        glyphs.extend(cluster.glyphs().filter(|g| g.id != 0).map(|g| Glyph {
            start: start as u32,
            length: (end - start) as u32,
            id: g.id as u16,
            advance: (g.advance * scale).round() as i16,
            dx: (g.x * scale).round() as i16,
            dy: (-g.y * scale).round() as i16,
        }));
        if run.is_rtl() {
            // They come from left to right.
            glyphs[first..].reverse();
        }
    }
}

/// Leads from the text that is laid out to the text that it stands for.
#[derive(Default)]
struct Sources {
    /// For each replaced piece: where U+FFFD stands for it, and the piece.
    replaced: Vec<(usize, Range<usize>)>,
}

impl Sources {
    /// The border between letters that a border of the laid out text stands for.
    fn find(&self, shown: usize) -> usize {
        let before = self.replaced.partition_point(|(at, _)| *at < shown);
        match before.checked_sub(1).map(|i| &self.replaced[i]) {
            None => shown,
            Some((at, source)) => shown - at - REPLACEMENT.len_utf8() + source.end,
        }
    }

    /// The text with U+FFFD for each `missing` range too.
    fn replace(&self, text: &str, mut missing: Vec<Range<usize>>) -> (String, Sources) {
        missing.extend(self.replaced.iter().map(|(_, source)| source.clone()));
        missing.sort_by_key(|range| (range.start, range.end));
        let mut shown = String::with_capacity(text.len());
        let mut replaced: Vec<(usize, Range<usize>)> = Vec::with_capacity(missing.len());
        let mut done = 0;
        for range in missing {
            if range.start < done {
                // It overlaps the one before.
                if let Some((_, last)) = replaced.last_mut() {
                    last.end = last.end.max(range.end);
                    done = last.end;
                }
                continue;
            }
            shown.push_str(&text[done..range.start]);
            done = range.end;
            replaced.push((shown.len(), range));
            shown.push(REPLACEMENT);
        }
        shown.push_str(&text[done..]);
        (shown, Sources { replaced })
    }
}

/// The text without what cannot be printed or may not stand in a PDF: control characters and line ends become
/// blanks; noncharacters, byte order marks and overrides of the direction go.
pub fn printable(text: &str) -> Cow<'_, str> {
    let keep = |c: char| match c {
        ' '..='~' => Some(c),
        '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{feff}' | '\u{202d}' | '\u{202e}' | '\u{fdd0}'..='\u{fdef}' => None,
        _ if c as u32 & 0xfffe == 0xfffe => None,
        _ if c.is_control() => Some(' '),
        _ => Some(c),
    };
    match text.chars().all(|c| keep(c) == Some(c)) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(text.chars().filter_map(keep).collect()),
    }
}

#[cfg(test)]
mod tests;
