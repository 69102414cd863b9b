//! Compressed twins: `.br` and `.gz` beside every file that gains by it.

use std::{fs, io::Write, path::Path};

use brotli::enc::{BrotliEncoderParams, backward_references::BrotliEncoderMode};
use flate2::{Compression, write::GzEncoder};

use crate::{
    failure::{AboutFile, Failure},
    page::entries,
};

/// Kinds of files that are compressed already.
const DENSE: [&str; 7] = ["br", "gz", "png", "jpg", "webp", "avif", "woff2"];

/// Writes the twins of every file in `folder` and below.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn write(folder: &Path) -> Result<(), Failure> {
    for path in entries(folder)? {
        let extension = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            write(&path)?;
        } else if !DENSE.contains(&extension) {
            let content = fs::read(&path).about("read", &path)?;
            for (twin, packed) in [
                ("br", brotli(&content).about("compress", &path)?),
                ("gz", gzip(&content).about("compress", &path)?),
            ] {
                if packed.len() < content.len() {
                    let twin = path.with_extension(format!("{extension}.{twin}"));
                    fs::write(&twin, packed).about("write", &twin)?;
                }
            }
        }
    }
    Ok(())
}

/// What a literal is guessed by. Left to itself brotli takes programs for what they are not: numbers as they stand
/// in WebAssembly make the page 1.2 % smaller.
const MODES: [BrotliEncoderMode; 2] = [
    BrotliEncoderMode::BROTLI_MODE_GENERIC,
    BrotliEncoderMode::BROTLI_FORCE_SIGNED_PRIOR,
];

/// As small as brotli makes it.
pub fn brotli(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut smallest = None::<Vec<u8>>;
    for mode in MODES {
        let params = BrotliEncoderParams {
            quality: 11,
            lgwin: 24,
            size_hint: content.len(),
            mode,
            ..BrotliEncoderParams::default()
        };
        let mut packed = Vec::new();
        brotli::BrotliCompress(&mut &*content, &mut packed, &params)?;
        if smallest.as_ref().is_none_or(|s| packed.len() < s.len()) {
            smallest = Some(packed);
        }
    }
    Ok(smallest.unwrap_or_default())
}

fn gzip(content: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn twins_hold_what_the_file_holds() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let content = "to be compressed, ".repeat(100);
        fs::write(at("a.js"), &content).unwrap();
        fs::write(at("b.png"), &content).unwrap();
        fs::write(at("c.txt"), "x").unwrap();
        write(folder.path()).unwrap();

        let mut unpacked = Vec::new();
        brotli::BrotliDecompress(&mut &*fs::read(at("a.js.br")).unwrap(), &mut unpacked).unwrap();
        assert_eq!(unpacked, content.as_bytes());
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*fs::read(at("a.js.gz")).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, content);
        assert!(!at("b.png.br").exists(), "a picture is dense already");
        assert!(
            !at("c.txt.br").exists(),
            "a twin that is larger than the file is not kept"
        );
    }
}
