//! The fonts: those inside the binary, and more from a folder.

use std::{fs, io, path::Path, sync::Arc};

use krilla::text::Font;
use parley::{
    FontContext, FontFamily, FontFamilyName,
    fontique::{Blob, Collection, CollectionOptions, SourceCache},
};

/// The faces in the binary, in the order in which they are asked for a character.
const EMBEDDED: [&[u8]; 24] = [
    include_bytes!("../../../fonts/NotoSans-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSans-Bold.ttf"),
    include_bytes!("../../../fonts/NotoSansArabic-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansArabic-Bold.ttf"),
    include_bytes!("../../../fonts/NotoSansArmenian-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansBengali-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansCherokee-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansDevanagari-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansEthiopic-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansGeorgian-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansGujarati-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansGurmukhi-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansHebrew-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansKannada-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansKhmer-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansLao-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansMalayalam-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansMyanmar-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansPahawhHmong-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansTamil-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansTelugu-Regular.ttf"),
    include_bytes!("../../../fonts/NotoSansThai-Regular.ttf"),
    include_bytes!("../../../fonts/DroidSansFallbackFull.ttf"),
    include_bytes!("../../../fonts/NanumSquareR.ttf"),
];

/// The family that is asked first for Korean: the one before it has three of its syllables, and it has some of the
/// Chinese characters.
const KOREAN: &str = "NanumSquare";

/// The fonts of all reports, read once; cloning is cheap.
#[derive(Clone)]
pub struct Faces {
    shared: Arc<Shared>,
}

struct Shared {
    collection: Collection,
    families: Vec<String>,
    faces: Vec<Face>,
}

/// One face, as the shaper and as the PDF know it.
struct Face {
    blob: u64,
    index: u32,
    font: Font,
}

impl Faces {
    /// The fonts in the binary.
    pub fn embedded() -> Faces {
        let mut reader = Reader::new();
        for data in EMBEDDED {
            reader.add(Blob::new(Arc::new(data)));
        }
        reader.finish()
    }

    /// The fonts in the binary and, for what they lack, every `.ttf` and `.otf` file in `folder`, by name.
    ///
    /// # Errors
    /// Where the folder or a file in it cannot be read, or such a file is no font.
    pub fn with_folder(folder: &Path) -> io::Result<Faces> {
        let mut paths = fs::read_dir(folder)?
            .map(|entry| entry.map(|e| e.path()))
            .collect::<io::Result<Vec<_>>>()?;
        paths.retain(|p| p.extension().is_some_and(|e| e == "ttf" || e == "otf"));
        paths.sort();
        let mut reader = Reader::new();
        for data in EMBEDDED {
            reader.add(Blob::new(Arc::new(data)));
        }
        for path in paths {
            if !reader.add(Blob::new(Arc::new(fs::read(&path)?))) {
                let refusal = format!("{} is not a font", path.display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, refusal));
            }
        }
        Ok(reader.finish())
    }

    /// A context to shape one report with.
    pub(super) fn context(&self) -> FontContext {
        FontContext {
            collection: self.shared.collection.clone(),
            source_cache: SourceCache::default(),
        }
    }

    /// The families, in the order in which they are asked for a character.
    pub(super) fn families(&self) -> FontFamily<'static> {
        let names = self.shared.families.iter().cloned();
        FontFamily::List(names.map(|n| FontFamilyName::Named(n.into())).collect())
    }

    /// The same for Korean.
    pub(super) fn korean(&self) -> FontFamily<'static> {
        let names = self.shared.families.iter().filter(|name| *name != KOREAN);
        let names = std::iter::once(KOREAN.to_owned()).chain(names.cloned());
        FontFamily::List(names.map(|n| FontFamilyName::Named(n.into())).collect())
    }

    /// The number of the face that the shaper chose.
    pub(super) fn find(&self, chosen: &parley::FontData) -> u16 {
        let position = self
            .shared
            .faces
            .iter()
            .position(|f| f.blob == chosen.data.id() && f.index == chosen.index)
            .expect("the shaper has no other faces than these");
        u16::try_from(position).expect("there are a few faces, not thousands")
    }

    /// The face of that number, for the PDF.
    pub(super) fn font(&self, face: u16) -> &Font {
        &self.shared.faces[usize::from(face)].font
    }
}

struct Reader {
    collection: Collection,
    families: Vec<String>,
    faces: Vec<Face>,
}

impl Reader {
    fn new() -> Reader {
        let options = CollectionOptions {
            shared: false,
            system_fonts: false,
        };
        Reader {
            collection: Collection::new(options),
            families: Vec::new(),
            faces: Vec::new(),
        }
    }

    /// Whether there was a font in the data.
    fn add(&mut self, blob: Blob<u8>) -> bool {
        let before = self.faces.len();
        for (family, infos) in self.collection.register_fonts(blob.clone(), None) {
            for info in infos {
                let (data, id) = blob.clone().into_raw_parts();
                if let Some(font) = Font::new(data.into(), info.index()) {
                    self.faces.push(Face {
                        blob: id,
                        index: info.index(),
                        font,
                    });
                }
            }
            if let Some(name) = self.collection.family_name(family) {
                let name = name.to_owned();
                if !self.families.contains(&name) {
                    self.families.push(name);
                }
            }
        }
        self.faces.len() > before
    }

    fn finish(self) -> Faces {
        Faces {
            shared: Arc::new(Shared {
                collection: self.collection,
                families: self.families,
                faces: self.faces,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_in_the_binary_is_read() {
        let faces = Faces::embedded();
        assert_eq!(faces.shared.faces.len(), EMBEDDED.len());
        let families = &faces.shared.families;
        assert_eq!(families.len(), EMBEDDED.len() - 2, "two have a bold face");
        assert_eq!(families[..2], ["Noto Sans", "Noto Sans Arabic"]);
        assert_eq!(
            families[families.len() - 2..],
            ["Droid Sans Fallback", KOREAN]
        );
    }

    #[test]
    fn fonts_can_be_shared_between_threads() {
        fn shareable<T: Send + Sync>(_: &T) {}
        shareable(&Faces::embedded());
    }

    #[test]
    fn a_folder_adds_faces_and_refuses_what_is_no_font() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("notes.txt"),
            "no font, and no claim to be one",
        )
        .unwrap();
        fs::write(folder.path().join("more.ttf"), EMBEDDED[2]).unwrap();
        let faces = Faces::with_folder(folder.path()).unwrap();
        assert_eq!(faces.shared.faces.len(), EMBEDDED.len() + 1);
        fs::write(folder.path().join("broken.ttf"), "no font").unwrap();
        let refusal = Faces::with_folder(folder.path()).err().unwrap();
        assert!(refusal.to_string().contains("broken.ttf is not a font"));
    }
}
