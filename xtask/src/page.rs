//! The folder the server sends: hashed names, and pages that ask for all of theirs at once.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

use crate::failure::{AboutFile, Failure};

const BOOT: &str = "/boot.js";

/// Where the parts of a page are.
pub struct Page<'a> {
    /// What its file is called: `index` for `index.html`.
    pub name: &'a str,
    /// Its template, which names `/boot.js` and its style sheets.
    pub template: &'a Path,
    /// What its program is called: `app` for `app.js` and `app_bg.wasm`.
    pub program: &'a str,
    /// The folder with both.
    pub bound: &'a Path,
    /// Its style sheets, by their names: `style` for `/style.css`.
    pub sheets: &'a [(&'a str, String)],
}

impl Page<'_> {
    /// Writes the page to the folder `dist`.
    ///
    /// # Errors
    /// Where a part is missing or a file cannot be written.
    pub fn write(&self, dist: &Path) -> Result<(), Failure> {
        let snippets = self.bound.join("snippets");
        if snippets.is_dir() {
            copy(&snippets, &dist.join("snippets"))?;
        }
        let part = |stem: &str, extension| {
            let content = read(&self.bound.join(format!("{stem}.{extension}")))?;
            put(dist, stem, extension, &content)
        };
        let wasm = part(&format!("{}_bg", self.program), "wasm")?;
        let script = part(self.program, "js")?;
        let first = boot(&script, &wasm);
        let mut names = Names {
            named: vec![(
                BOOT.to_owned(),
                put(
                    dist,
                    &format!("{}-boot", self.program),
                    "js",
                    first.as_bytes(),
                )?,
            )],
            wasm,
            script,
        };
        for (name, sheet) in self.sheets {
            let hashed = put(dist, name, "css", sheet.as_bytes())?;
            names.named.push((format!("/{name}.css"), hashed));
        }
        let template = fs::read_to_string(self.template).about("read", self.template)?;
        let page = names.fill(&template).about("use", self.template)?;
        let path = dist.join(format!("{}.html", self.name));
        fs::write(&path, page).about("write", &path)
    }
}

/// The first script: it has a file of its own so that the content security policy can refuse inline ones.
fn boot(script: &str, wasm: &str) -> String {
    format!("import start from \"{script}\";\nstart({{ module_or_path: \"{wasm}\" }});\n")
}

/// What the files are called once their content is known.
struct Names {
    wasm: String,
    script: String,
    /// What the template calls a file, and what it is called.
    named: Vec<(String, String)>,
}

impl Names {
    /// The template with the real names, and with every file asked for before the first script has run.
    fn fill(&self, template: &str) -> Result<String, String> {
        let end = "</head>".to_owned();
        for name in self.named.iter().map(|(name, _)| name).chain([&end]) {
            match template.matches(name.as_str()).count() {
                1 => {}
                n => return Err(format!("it should have {name} once, and has it {n} times")),
            }
        }
        let early = format!(
            "<link rel=\"preload\" href=\"{}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n\
             <link rel=\"modulepreload\" href=\"{}\">\n</head>",
            self.wasm, self.script
        );
        let mut page = template.replace(&end, &early);
        for (name, hashed) in &self.named {
            page = page.replace(name, hashed);
        }
        Ok(page)
    }
}

/// Writes `content` under a name that changes with it, and returns its path on the server.
fn put(dist: &Path, stem: &str, extension: &str, content: &[u8]) -> Result<String, Failure> {
    let hash: String = Sha256::digest(content)[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = format!("{stem}-{hash}.{extension}");
    let path = dist.join(&name);
    fs::write(&path, content).about("write", &path)?;
    Ok(format!("/{name}"))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).about("read", path)
}

/// Copies a folder, with all below it, to a folder that is made where there is none.
///
/// # Errors
/// Where a file cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to).about("make", to)?;
    for path in entries(from)? {
        let Some(name) = path.file_name() else {
            continue;
        };
        let target = to.join(name);
        match path.is_dir() {
            true => copy(&path, &target)?,
            false => {
                fs::copy(&path, &target).about("copy", &path)?;
            }
        }
    }
    Ok(())
}

/// The paths in a folder, in a fixed order.
///
/// # Errors
/// Where the folder cannot be read.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).about("read", folder)? {
        paths.push(entry.about("read", folder)?.path());
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "<head><link rel=\"stylesheet\" href=\"/style.css\">\
        <script type=\"module\" src=\"/boot.js\"></script></head>";

    fn written(index: &str, style: &str) -> Result<tempfile::TempDir, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("bound/snippets/one")).unwrap();
        fs::create_dir_all(at("public")).unwrap();
        for (name, content) in [
            ("index.html", index),
            ("bound/app.js", "script"),
            ("bound/app_bg.wasm", "wasm"),
            ("bound/snippets/one/inline0.js", "snippet"),
            ("public/favicon.svg", "icon"),
        ] {
            fs::write(at(name), content).unwrap();
        }
        copy(&at("public"), &at("dist"))?;
        Page {
            name: "index",
            template: &at("index.html"),
            program: "app",
            bound: &at("bound"),
            sheets: &[("style", style.to_owned())],
        }
        .write(&at("dist"))?;
        Ok(folder)
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let paths = entries(&folder.path().join("dist")).unwrap();
        paths
            .iter()
            .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn every_name_in_the_index_is_a_file_beside_it() {
        let folder = written(INDEX, "a{}").unwrap();
        let index = fs::read_to_string(folder.path().join("dist/index.html")).unwrap();
        let asked: Vec<&str> = index
            .split('"')
            .filter(|text| text.starts_with('/'))
            .collect();
        assert_eq!(asked.len(), 4);
        for path in asked {
            assert!(
                folder.path().join("dist").join(&path[1..]).is_file(),
                "{path}"
            );
        }
        assert!(folder.path().join("dist/favicon.svg").is_file());
        assert!(folder.path().join("dist/snippets/one/inline0.js").is_file());
    }

    #[test]
    fn a_name_changes_with_its_content_and_only_then() {
        let one = names(&written(INDEX, "a{}").unwrap());
        assert_eq!(one, names(&written(INDEX, "a{}").unwrap()));
        let other = names(&written(INDEX, "b{}").unwrap());
        assert_eq!(one.iter().filter(|name| !other.contains(name)).count(), 1);
    }

    #[test]
    fn an_index_without_the_script_is_refused() {
        let refusal = written("<head><link href=\"/style.css\"></head>", "").unwrap_err();
        assert!(refusal.to_string().contains("/boot.js once"), "{refusal}");
    }
}
