//! `.thrift` files: checked here, so that mistakes are told with their place, then made into Rust by `pilota-build`, whose
//! service part is ours.
//!
//! Here is what the user sets and the order of the work: `load` reads the files with `idl`, `check` has the rules, `dialect` asks
//! pilota's parser, `generate` makes the code.

mod check;
mod dialect;
mod generate;
mod idl;
mod load;
mod nearest;

use std::path::{Path, PathBuf};

use crate::error::{Error, Mistake};
use crate::output;

/// Compiles one `.thrift` file and what it includes.
///
/// Short for [`Thrift::new`], [`file`](Thrift::file) and [`compile`](Thrift::compile), where everything else can be set.
///
/// # Errors
///
/// The mistakes in the file and in what it includes.
///
/// # Examples
///
/// ```no_run
/// fn main() -> Result<(), faas_build::Error> {
///     faas_build::thrift("idl/shop.thrift")
/// }
/// ```
pub fn thrift(file: impl AsRef<Path>) -> Result<(), Error> {
    Thrift::new().file(file).compile()
}

/// Compiles `.thrift` files.
///
/// Files compiled together make one tree of modules and share the types that they include. `faas::include_thrift!("shop")` brings
/// the tree in, named after the first file, here `idl/shop.thrift`, or by [`name`](Thrift::name). The modules are those of each
/// file's `namespace rs`; `namespace rs shop.v1` gives `shop::v1::ItemService`. A file without one takes its `namespace go`,
/// then its `namespace *`, then its own name.
///
/// What a service `ItemService` becomes, beside `pilota`'s types:
///
/// | item | what it is |
/// |---|---|
/// | `trait ItemService` | what to implement; methods inherited by `extends` are in it |
/// | `ItemServiceServer<T>` | what `#[faas::thrift]` takes, made of an implementation |
/// | `ItemServiceClient<C>` | the methods as calls, by a transport |
/// | `ItemServiceGetException` | the exceptions that method `get` declares; each converts into `Exception` by `?` |
///
/// A declared exception must not implement `std::error::Error`, or its conversion is ambiguous.
///
/// # Examples
///
/// ```no_run
/// fn main() -> Result<(), faas_build::Error> {
///     faas_build::Thrift::new()
///         .include("idl/common")
///         .file("idl/orders.thrift")
///         .file("idl/stock.thrift")
///         .name("shop")
///         .compile()
/// }
/// ```
#[derive(Debug)]
#[must_use = "nothing is compiled before `compile` is called"]
pub struct Thrift {
    includes: Vec<PathBuf>,
    files: Vec<PathBuf>,
    name: Option<String>,
    crate_path: String,
    out_dir: Option<PathBuf>,
}

impl Thrift {
    /// Starts with no file.
    pub fn new() -> Self {
        Thrift {
            includes: Vec::new(),
            files: Vec::new(),
            name: None,
            crate_path: "::faas".to_owned(),
            out_dir: None,
        }
    }

    /// Adds a folder in which includes are looked up, after the folder of the including file.
    pub fn include(mut self, folder: impl AsRef<Path>) -> Self {
        self.includes.push(folder.as_ref().to_owned());
        self
    }

    /// Adds a file to compile; relative paths begin where the package's `Cargo.toml` is.
    pub fn file(mut self, file: impl AsRef<Path>) -> Self {
        self.files.push(file.as_ref().to_owned());
        self
    }

    /// The name for `faas::include_thrift!`, if it is not that of the first file.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The path of the crate `faas` in the generated code, if it is not `::faas`.
    pub fn crate_path(mut self, path: impl Into<String>) -> Self {
        self.crate_path = path.into();
        self
    }

    /// The folder to write to, if it is not Cargo's `OUT_DIR`.
    pub fn out_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.out_dir = Some(folder.as_ref().to_owned());
        self
    }

    /// Reads the files and writes the code.
    ///
    /// # Errors
    ///
    /// Every mistake that was found in the files, or what kept the code from being written.
    pub fn compile(self) -> Result<(), Error> {
        let Some(first) = self.files.first() else {
            let mistake = Mistake::new("no `.thrift` file was given");
            return Err(mistake
                .help("name one: `.file(\"idl/shop.thrift\")`")
                .into());
        };
        let name = match self.name {
            Some(name) => name,
            None => first
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
        };
        examine(&self.files, &self.includes)?;
        let out_dir = match self.out_dir {
            Some(folder) => folder,
            None => output::directory()?,
        };
        let workshop = output::Workshop::new(&out_dir, ".faas-thrift")?;
        let code = generate::code(&self.files, self.includes, self.crate_path, &workshop.path)?;
        output::write(&out_dir.join(format!("{name}.thrift.rs")), code.as_bytes())?;
        Ok(())
    }
}

impl Default for Thrift {
    fn default() -> Self {
        Thrift::new()
    }
}

/// The mistakes in the files, of the first sort that there are any: later ones would only follow from them.
fn examine(files: &[PathBuf], includes: &[PathBuf]) -> Result<(), Error> {
    let (program, mistakes) = load::load(files, includes);
    some(mistakes)?;
    some(check::check(&program))?;
    some(dialect::check(&program))
}

fn some(mistakes: Vec<Mistake>) -> Result<(), Error> {
    match mistakes.is_empty() {
        true => Ok(()),
        false => Err(Error::new(mistakes)),
    }
}
