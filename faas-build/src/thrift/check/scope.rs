//! What a name in a file means.

use std::collections::HashMap;

use crate::thrift::idl::{Base, Definition, Kind, Type, TypeKind};
use crate::thrift::load::{File, Program};
use crate::thrift::nearest::nearest;

/// The definitions of all files by name.
pub(super) struct Scope<'a> {
    pub(super) program: &'a Program,
    tables: Vec<Table<'a>>,
}

#[derive(Default)]
struct Table<'a> {
    types: HashMap<&'a str, &'a Definition>,
    constants: HashMap<&'a str, &'a Definition>,
}

/// A definition and the file that it is in.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub(super) file: usize,
    pub(super) definition: &'a Definition,
}

impl<'a> Scope<'a> {
    pub(super) fn new(program: &'a Program) -> Self {
        Scope {
            program,
            tables: program.files.iter().map(Table::new).collect(),
        }
    }

    /// Every definition, with the file that it is in.
    pub(super) fn definitions(&self) -> impl Iterator<Item = Found<'a>> + use<'a> {
        let files = self.program.files.iter().enumerate();
        files.flat_map(|(file, found)| {
            let definitions = found.document.definitions.iter();
            definitions.map(move |definition| Found { file, definition })
        })
    }

    /// The type or service of this name.
    pub(super) fn ty(&self, file: usize, name: &str) -> Option<Found<'a>> {
        self.find(file, name, |table| &table.types)
    }

    /// The constant of this name.
    pub(super) fn constant(&self, file: usize, name: &str) -> Option<Found<'a>> {
        self.find(file, name, |table| &table.constants)
    }

    fn find(
        &self,
        file: usize,
        name: &str,
        table: impl for<'t> Fn(&'t Table<'a>) -> &'t HashMap<&'a str, &'a Definition>,
    ) -> Option<Found<'a>> {
        let get = |file: usize, name: &str| {
            let definition = table(&self.tables[file]).get(name).copied()?;
            Some(Found { file, definition })
        };
        get(file, name).or_else(|| {
            self.reachable(file, name)
                .find_map(|(other, rest)| get(other, rest))
        })
    }

    /// The included files that the beginning of a name points to, with the rest of the name.
    fn reachable<'n>(
        &self,
        file: usize,
        name: &'n str,
    ) -> impl Iterator<Item = (usize, &'n str)> + use<'a, 'n> {
        self.program.files[file]
            .includes
            .iter()
            .filter_map(move |include| {
                let rest = name.strip_prefix(&include.prefix)?.strip_prefix('.')?;
                Some((include.file, rest))
            })
    }

    /// The type behind typedefs, and the file in which its names are told. Nothing for what is not there or goes in circles, both
    /// of which are other rules' to tell.
    pub(super) fn actual(&self, file: usize, ty: &'a Type) -> Option<(usize, Actual<'a>)> {
        let (mut file, mut ty) = (file, ty);
        for _ in 0..MAX_TYPEDEFS {
            let name = match &ty.kind {
                TypeKind::Base(base) => return Some((file, Actual::Base(*base))),
                TypeKind::List(element) => return Some((file, Actual::List(element))),
                TypeKind::Set(element) => return Some((file, Actual::Set(element))),
                TypeKind::Map(key, value) => return Some((file, Actual::Map(key, value))),
                TypeKind::Named(name) => name,
            };
            let found = self.ty(file, name)?;
            match &found.definition.kind {
                Kind::Typedef(inner) => (file, ty) = (found.file, inner),
                _ => return Some((found.file, Actual::Defined(found.definition))),
            }
        }
        None
    }

    /// What to do about a type that is not there.
    pub(super) fn help(&self, file: usize, name: &str) -> Option<String> {
        let this = &self.program.files[file];
        if let Some((prefix, rest)) = name.rsplit_once('.') {
            let Some(include) = this
                .includes
                .iter()
                .find(|include| include.prefix == prefix)
            else {
                let prefixes = this.includes.iter().map(|include| include.prefix.as_str());
                return Some(match nearest(prefix, prefixes) {
                    Some(near) => format!("did you mean `{near}.{rest}`?"),
                    None => format!("no included file is named `{prefix}.thrift`"),
                });
            };
            let near = nearest(rest, self.tables[include.file].types.keys().copied())?;
            return Some(format!("did you mean `{prefix}.{near}`?"));
        }
        let base = [
            "binary", "bool", "double", "i16", "i32", "i64", "i8", "string",
        ];
        let own = self.tables[file].types.keys().copied();
        if let Some(near) = nearest(name, own.chain(base)) {
            return Some(format!("did you mean `{near}`?"));
        }
        let elsewhere = this
            .includes
            .iter()
            .find(|include| self.tables[include.file].types.contains_key(name))?;
        Some(format!("did you mean `{}.{name}`?", elsewhere.prefix))
    }
}

/// More typedefs of typedefs than anyone writes.
const MAX_TYPEDEFS: usize = 64;

impl<'a> Table<'a> {
    fn new(file: &'a File) -> Self {
        let mut table = Table::default();
        for definition in &file.document.definitions {
            let names = match definition.kind {
                Kind::Const(..) => &mut table.constants,
                _ => &mut table.types,
            };
            names
                .entry(definition.name.text.as_str())
                .or_insert(definition);
        }
        table
    }
}

/// A type behind typedefs.
pub(super) enum Actual<'a> {
    Base(Base),
    Defined(&'a Definition),
    List(&'a Type),
    Map(&'a Type, &'a Type),
    Set(&'a Type),
}
