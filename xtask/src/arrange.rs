//! A program's functions, one for all that are the same, in the order in which brotli finds most in them.
//!
//! No function depends on where it stands. Walrus puts the largest first, which has a function's likes anywhere;
//! beside each other, alike after alike, they make the page a twentieth smaller.

use std::{collections::HashMap, convert::Infallible};

use wasm_encoder::{
    CodeSection, FunctionSection, Module,
    reencode::{Error, Reencode},
};
use wasmparser::{
    CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef,
};

type Arranging<T> = Result<T, Error<Infallible>>;

/// The program with its functions arranged.
///
/// # Errors
/// Where it cannot be understood.
pub fn arranged(program: &[u8]) -> Result<Vec<u8>, String> {
    arrange(program).map_err(|error| error.to_string())
}

fn arrange(program: &[u8]) -> Arranging<Vec<u8>> {
    let functions = Functions::read(program)?;
    let first = functions.first_of_same()?;
    let order = functions.alike_by_alike(&first)?;
    let mut numbers = first.clone();
    for (place, at) in order.iter().enumerate() {
        numbers[functions.number(*at)] = functions.number(place) as u32;
    }
    // Those that are left out take the number of the one that stays.
    let numbers: Vec<u32> = first.iter().map(|at| numbers[*at as usize]).collect();
    let mut module = Module::new();
    let mut arrangement = Arrangement {
        order: &order,
        numbers: &numbers,
    };
    arrangement.parse_core_module(&mut module, Parser::new(0), program)?;
    Ok(module.finish())
}

/// The functions of a program, as they stand in it.
#[derive(Default)]
struct Functions<'p> {
    /// How many it imports; those have the first numbers.
    imported: usize,
    /// The type of each of its own.
    types: Vec<u32>,
    /// What each of its own does.
    bodies: Vec<FunctionBody<'p>>,
}

impl<'p> Functions<'p> {
    fn read(program: &'p [u8]) -> Arranging<Self> {
        let mut functions = Functions::default();
        for part in Parser::new(0).parse_all(program) {
            match part? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let function = matches!(import?.ty, TypeRef::Func(_));
                        functions.imported += usize::from(function);
                    }
                }
                Payload::FunctionSection(section) => {
                    functions.types = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::CodeSectionEntry(body) => functions.bodies.push(body),
                _ => {}
            }
        }
        Ok(functions)
    }

    /// What the function of its own at this place is called by.
    fn number(&self, at: usize) -> usize {
        self.imported + at
    }

    /// For each number the first function that is the same, which may be itself. Two are the same, too, where they
    /// differ in nothing but which of the same they call.
    fn first_of_same(&self) -> Arranging<Vec<u32>> {
        let count = self.number(self.bodies.len()) as u32;
        let mut first: Vec<u32> = (0..count).collect();
        loop {
            let mut known = HashMap::new();
            let mut next = first.clone();
            for (at, kind) in self.types.iter().enumerate() {
                let number = self.number(at);
                let said = (kind, self.said(at, &first)?);
                next[number] = *known.entry(said).or_insert(number as u32);
            }
            if next == first {
                return Ok(first);
            }
            first = next;
        }
    }

    /// The places of those that stay: by type, and then by what they do, whichever functions they call.
    fn alike_by_alike(&self, first: &[u32]) -> Arranging<Vec<usize>> {
        let any = vec![0; first.len()];
        let mut order = Vec::new();
        for (at, kind) in self.types.iter().enumerate() {
            if first[self.number(at)] as usize == self.number(at) {
                order.push((kind, self.said(at, &any)?, at));
            }
        }
        order.sort();
        Ok(order.into_iter().map(|(.., at)| at).collect())
    }

    /// A function's code, where those that it calls have these numbers.
    fn said(&self, at: usize, numbers: &[u32]) -> Arranging<Vec<u8>> {
        let mut writer = Arrangement {
            order: &[],
            numbers,
        };
        let body = &self.bodies[at];
        let mut said = writer.new_function_with_parsed_locals(body)?;
        let mut steps = body.get_operators_reader()?;
        while !steps.eof() {
            said.instruction(&writer.parse_instruction(&mut steps)?);
        }
        Ok(said.into_raw_body())
    }
}

/// Writes functions in another order, under other numbers.
struct Arrangement<'a> {
    /// The places that they come from.
    order: &'a [usize],
    /// What each is called by, by what it was called by.
    numbers: &'a [u32],
}

impl Reencode for Arrangement<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Arranging<u32> {
        Ok(self.numbers[function as usize])
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Arranging<()> {
        let types = section.into_iter().collect::<Result<Vec<u32>, _>>()?;
        for at in self.order {
            functions.function(types[*at]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Arranging<()> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for at in self.order {
            self.parse_function_body(code, bodies[*at].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::{FunctionBuilder, FunctionId, ValType};
    use wasmparser::Validator;

    /// Gives a program a function that answers what `called`, where there is one, answers, and `more`.
    fn add(program: &mut walrus::Module, called: Option<FunctionId>, more: i32) -> FunctionId {
        let mut builder = FunctionBuilder::new(&mut program.types, &[], &[ValType::I32]);
        let mut body = builder.func_body();
        match called {
            Some(called) => body.call(called).i32_const(more),
            None => body.i32_const(0).i32_const(more),
        };
        body.binop(walrus::ir::BinaryOp::I32Add);
        builder.finish(vec![], &mut program.funcs)
    }

    /// A program with an imported function and, each exported by its name, those that `make` adds.
    fn program(make: impl Fn(&mut walrus::Module) -> Vec<FunctionId>) -> Vec<u8> {
        let mut program = walrus::Module::default();
        let kind = program.types.add(&[], &[ValType::I32]);
        let (from, _) = program.add_import_func("here", "from", kind);
        let calls_it = add(&mut program, Some(from), 1);
        program.exports.add("calls what is imported", calls_it);
        for (name, function) in ('a'..).zip(make(&mut program)) {
            program.exports.add(&name.to_string(), function);
        }
        program.emit_wasm()
    }

    /// What the function does that is exported by this name, those that it calls included.
    fn does(program: &[u8], name: &str) -> String {
        let functions = Functions::read(program).unwrap();
        for part in Parser::new(0).parse_all(program) {
            if let Payload::ExportSection(exports) = part.unwrap() {
                let mut exports = exports.into_iter().map(Result::unwrap);
                let export = exports.find(|export| export.name == name).unwrap();
                return unfolded(&functions, export.index as usize);
            }
        }
        String::new()
    }

    fn unfolded(functions: &Functions<'_>, number: usize) -> String {
        let Some(at) = number.checked_sub(functions.imported) else {
            return format!("imported {number}");
        };
        let steps = functions.bodies[at].get_operators_reader().unwrap();
        let steps = steps.into_iter().map(|step| match step.unwrap() {
            wasmparser::Operator::Call { function_index } => {
                format!("({})", unfolded(functions, function_index as usize))
            }
            step => format!("{step:?}"),
        });
        steps.collect::<Vec<_>>().join(" ")
    }

    fn count(program: &[u8]) -> usize {
        Functions::read(program).unwrap().bodies.len()
    }

    #[test]
    fn each_function_does_what_it_did_under_its_name() {
        let program = program(|program| {
            let one = add(program, None, 1000);
            let other = add(program, Some(one), 5);
            let third = add(program, Some(other), -70_000);
            vec![third, other, one, add(program, Some(third), 6)]
        });
        let arranged = arranged(&program).unwrap();
        Validator::new().validate_all(&arranged).unwrap();
        assert_eq!(count(&arranged), count(&program));
        for name in ["calls what is imported", "a", "b", "c", "d"] {
            assert_eq!(does(&arranged, name), does(&program, name), "{name}");
        }
    }

    #[test]
    fn of_those_that_are_the_same_one_stays_and_so_of_those_that_call_them() {
        let program = program(|program| {
            let pair = [add(program, None, 7), add(program, None, 7)];
            let callers = pair.map(|called| add(program, Some(called), 1));
            let not_the_same = add(program, Some(pair[0]), 2);
            [&pair[..], &callers, &[not_the_same]].concat()
        });
        let arranged = arranged(&program).unwrap();
        Validator::new().validate_all(&arranged).unwrap();
        assert_eq!((count(&program), count(&arranged)), (6, 4));
        for name in ["a", "b", "c", "d", "e"] {
            assert_eq!(does(&arranged, name), does(&program, name), "{name}");
        }
    }

    #[test]
    fn what_is_alike_stands_together() {
        let program = program(|program| {
            let called = add(program, None, 1);
            let both = [2, 3].map(|more| add(program, Some(called), more));
            let between = add(program, Some(both[0]), 2);
            vec![both[0], between, both[1]]
        });
        let is_sorted = |program: &[u8]| {
            let functions = Functions::read(program).unwrap();
            let any = vec![0; functions.number(functions.bodies.len())];
            let said = (0..functions.bodies.len()).map(|at| functions.said(at, &any).unwrap());
            said.is_sorted()
        };
        assert!(!is_sorted(&program));
        assert!(is_sorted(&arranged(&program).unwrap()));
    }
}
