//! Shorter names between a page's program and its script, which wasm-bindgen names for no two to be alike: each
//! has sixteen digits that no compression makes smaller, once in the program and once in the script. And a program
//! that is arranged for compression.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
};

use walrus::{ModuleConfig, passes};

use crate::{
    arrange::arranged,
    failure::{AboutFile, Failure},
};

/// What the names begin with that are made by wasm-bindgen, and may be others.
const MADE: [&str; 3] = ["__wb", "__externref", "wasm_bindgen__"];

/// What the classes are called that gloo-net brings along for streams of a script's own. Nothing here makes any.
const UNUSED: &str = "IntoUnderlying";

/// Shortens what `package.js` and `package_bg.wasm` in the folder `bound` call each other's functions, takes out
/// what neither asks for, and arranges what is left.
///
/// # Errors
/// Where a file cannot be read, understood or written.
pub fn shorten(bound: &Path, package: &str) -> Result<(), Failure> {
    let (program, script) = (
        bound.join(format!("{package}_bg.wasm")),
        bound.join(format!("{package}.js")),
    );
    let text = fs::read_to_string(&script).about("read", &script)?;
    let bytes = fs::read(&program).about("read", &program)?;
    let (bytes, text) = shortened(&bytes, &text)
        .map_err(|error| Failure::new(format!("Cannot shorten {}: {error}", program.display())))?;
    fs::write(&program, bytes).about("write", &program)?;
    fs::write(&script, text).about("write", &script)
}

fn shortened(program: &[u8], script: &str) -> Result<(Vec<u8>, String), String> {
    let script = without(script, UNUSED);
    let mut module = ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(program)
        .map_err(|error| error.to_string())?;
    let asked: HashSet<&str> = identifiers(&script).collect();
    let unasked: Vec<_> = module
        .exports
        .iter()
        .filter(|export| !asked.contains(export.name.as_str()))
        .map(|export| export.id())
        .collect();
    for id in unasked {
        module.exports.delete(id);
    }
    passes::gc::run(&mut module);
    let mut names = Names::default();
    for import in module.imports.iter_mut() {
        import.name = names.of(&import.name);
    }
    for export in module.exports.iter_mut() {
        export.name = names.of(&export.name);
    }
    let script = names.write(&script);
    let script = minifier::js::minify(&script)?.to_string();
    Ok((arranged(&module.emit_wasm())?, script))
}

/// The script without the statements that begin with a class whose name begins so, or with what belongs to it;
/// the whole script, where something else speaks of such a class.
fn without(script: &str, class: &str) -> String {
    let openings = [
        format!("export class {class}"),
        format!("if (Symbol.dispose) {class}"),
        format!("const {class}"),
    ];
    let mut kept = String::with_capacity(script.len());
    let mut drops = false;
    for line in script.split_inclusive('\n') {
        // A statement goes on for as long as lines are indented, or close what it opened.
        if !line.starts_with([' ', '}', ')']) {
            drops = openings.iter().any(|opening| line.starts_with(opening));
        }
        if !drops {
            kept.push_str(line);
        }
    }
    match kept.contains(class) {
        true => script.to_owned(),
        false => kept,
    }
}

/// The names of a script, and its words.
fn identifiers(script: &str) -> impl Iterator<Item = &str> {
    script
        .split(|character: char| !is_of_name(character))
        .filter(|name| !name.is_empty())
}

const fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$')
}

/// Short names, each for a long one.
#[derive(Default)]
struct Names {
    short: HashMap<String, String>,
}

impl Names {
    /// The short name for one that wasm-bindgen made; any other as it is.
    fn of(&mut self, name: &str) -> String {
        if !MADE.iter().any(|made| name.starts_with(made)) {
            return name.to_owned();
        }
        let next = self.short.len();
        self.short
            .entry(name.to_owned())
            .or_insert_with(|| format!("${}", letters(next)))
            .clone()
    }

    /// The script with the short names for the long ones.
    fn write(&self, script: &str) -> String {
        let mut written = String::with_capacity(script.len());
        let mut rest = script;
        while let Some(start) = rest.find(is_of_name) {
            let (between, name) = rest.split_at(start);
            let end = name.find(|c| !is_of_name(c)).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            written.push_str(between);
            written.push_str(self.short.get(name).map_or(name, String::as_str));
            rest = after;
        }
        written.push_str(rest);
        written
    }
}

/// `a` to `z`, `ba`, `bb` and so on.
fn letters(mut number: usize) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(b'a' + (number % 26) as u8);
        number /= 26;
        if number == 0 {
            break;
        }
    }
    letters
        .iter()
        .rev()
        .map(|letter| char::from(*letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, Module};

    const CLASS: &str = "\
export class IntoUnderlyingSink {
    free() {
        wasm.__wbg_intounderlyingsink_free(this.__wbg_ptr, 0);
    }
}
if (Symbol.dispose) IntoUnderlyingSink.prototype[Symbol.dispose] = IntoUnderlyingSink.prototype.free;
const IntoUnderlyingSinkFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {}, unregister: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_intounderlyingsink_free(ptr, 1));
";

    const REST: &str = "\
function imports() {
    return { __wbg_alert_0123456789abcdef: function(arg0) { alert(\"it's\"); } };
}
wasm.__wbindgen_start();
wasm.memory.buffer;
";

    /// A program that imports one function and exports three.
    fn program() -> Vec<u8> {
        let mut module = Module::default();
        let kind = module.types.add(&[], &[]);
        let (alert, _) =
            module.add_import_func("./app_bg.js", "__wbg_alert_0123456789abcdef", kind);
        for name in [
            "__wbindgen_start",
            "memory",
            "__wbg_intounderlyingsink_free",
        ] {
            let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
            builder.func_body().call(alert);
            let function = builder.finish(vec![], &mut module.funcs);
            module.exports.add(name, function);
        }
        module.emit_wasm()
    }

    fn names(program: &[u8]) -> Vec<String> {
        let module = Module::from_buffer(program).unwrap();
        let imports = module.imports.iter().map(|import| import.name.clone());
        let exports = module.exports.iter().map(|export| export.name.clone());
        imports.chain(exports).collect()
    }

    #[test]
    fn both_sides_say_the_same_short_names() {
        let (program, script) = shortened(&program(), REST).unwrap();
        assert_eq!(names(&program), ["$a", "$b", "memory"]);
        assert!(script.contains("{$a:function(arg0)"), "{script}");
        assert!(script.contains("wasm.$b()"), "{script}");
        assert!(script.contains("wasm.memory.buffer"), "{script}");
        assert!(script.contains("it's"), "{script}");
    }

    #[test]
    fn classes_that_nothing_makes_go_with_what_only_they_ask_for() {
        let (program, script) = shortened(&program(), &[CLASS, REST].concat()).unwrap();
        assert_eq!(names(&program), ["$a", "$b", "memory"]);
        assert_eq!(script, shortened(&super::tests::program(), REST).unwrap().1);
    }

    #[test]
    fn classes_that_something_makes_stay() {
        let made = "function made(ptr) { return new IntoUnderlyingSink(ptr); }\n";
        let (program, script) = shortened(&program(), &[CLASS, made].concat()).unwrap();
        assert!(script.contains("class IntoUnderlyingSink"), "{script}");
        assert_eq!(names(&program), ["$a", "$b"], "{script}");
        assert!(script.contains("wasm.$b(ptr,1)"), "{script}");
    }

    #[test]
    fn no_two_names_become_the_same() {
        let mut short = Names::default();
        let all: Vec<String> = (0..1000).map(|n| short.of(&format!("__wbg_{n}"))).collect();
        let distinct: HashSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), 1000);
        assert_eq!(short.of("__wbg_7"), all[7]);
        assert_eq!(short.of("main"), "main");
    }

    #[test]
    fn a_name_within_another_stays() {
        let mut short = Names::default();
        short.of("__wbg_call");
        assert_eq!(short.write("__wbg_call_2(__wbg_call)"), "__wbg_call_2($a)");
    }
}
