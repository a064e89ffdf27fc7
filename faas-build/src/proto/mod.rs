//! `.proto` files: parsed by `protox`, so that no `protoc` is needed, and made into Rust by `tonic-prost-build`.
//!
//! Here is what the user sets and the order of the work; `descriptors.rs` has the descriptor sets beside the code, `mistakes.rs`
//! the errors.

mod descriptors;
mod mistakes;

use std::fmt;
use std::path::{Path, PathBuf};

use prost_types::FileDescriptorSet;
use protox::Compiler;

use crate::error::{Error, Mistake};
use crate::output;
use crate::source::Source;

/// Compiles one `.proto` file, whose imports are looked up in its own folder.
///
/// Short for [`Proto::new`], [`file`](Proto::file) and [`compile`](Proto::compile), where everything else can be set.
///
/// # Errors
///
/// The mistakes in the file and in what it imports.
///
/// # Examples
///
/// ```no_run
/// fn main() -> Result<(), faas_build::Error> {
///     faas_build::proto("proto/shop.proto")
/// }
/// ```
pub fn proto(file: impl AsRef<Path>) -> Result<(), Error> {
    Proto::new().file(file).compile()
}

/// Compiles `.proto` files.
///
/// One file is written for each package, named as `prost` names it, with the messages, clients and servers, and
/// `FILE_DESCRIPTOR_SET`: the encoded descriptors of the package and of all that it imports, without comments. Including the
/// file registers the set with `faas`, for gRPC reflection and for the JSON of the Connect protocol.
///
/// # Examples
///
/// ```no_run
/// fn main() -> Result<(), faas_build::Error> {
///     faas_build::Proto::new()
///         .include("proto")
///         .file("proto/shop/v1/orders.proto")
///         .file("proto/shop/v1/stock.proto")
///         .configure(|tonic| tonic.bytes(".shop.v1.Picture.content"))
///         .compile()
/// }
/// ```
#[must_use = "nothing is compiled before `compile` is called"]
pub struct Proto {
    includes: Vec<PathBuf>,
    files: Vec<PathBuf>,
    client: bool,
    server: bool,
    register: bool,
    crate_path: String,
    out_dir: Option<PathBuf>,
    configure: Vec<Box<Configure>>,
}

type Configure = dyn FnOnce(tonic_prost_build::Builder) -> tonic_prost_build::Builder;

impl Proto {
    /// Starts with no file, clients and servers on, and registration on.
    pub fn new() -> Self {
        Proto {
            includes: Vec::new(),
            files: Vec::new(),
            client: true,
            server: true,
            register: true,
            crate_path: "::faas".to_owned(),
            out_dir: None,
            configure: Vec::new(),
        }
    }

    /// Adds a folder in which imports are looked up. Without any, it is the folders of the files themselves.
    pub fn include(mut self, folder: impl AsRef<Path>) -> Self {
        self.includes.push(folder.as_ref().to_owned());
        self
    }

    /// Adds a file to compile; relative paths begin where the package's `Cargo.toml` is.
    pub fn file(mut self, file: impl AsRef<Path>) -> Self {
        self.files.push(file.as_ref().to_owned());
        self
    }

    /// Whether clients are generated; yes unless told.
    pub fn emit_client(mut self, yes: bool) -> Self {
        self.client = yes;
        self
    }

    /// Whether servers are generated, which are what `#[faas::grpc]` takes; yes unless told.
    pub fn emit_server(mut self, yes: bool) -> Self {
        self.server = yes;
        self
    }

    /// Whether including the code registers its descriptors with `faas`; yes unless told. Say no in a crate that does not depend
    /// on `faas`, such as one with clients only.
    pub fn register(mut self, yes: bool) -> Self {
        self.register = yes;
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

    /// Sets what `tonic-prost-build` can do beside. Clients are generated without `connect`, which needs tonic's feature
    /// `channel`, unless `build_transport(true)` is called here.
    pub fn configure(
        mut self,
        set: impl FnOnce(tonic_prost_build::Builder) -> tonic_prost_build::Builder + 'static,
    ) -> Self {
        self.configure.push(Box::new(set));
        self
    }

    /// Reads the files and writes the code.
    ///
    /// # Errors
    ///
    /// Every mistake that was found in the files, or what kept the code from being written.
    pub fn compile(self) -> Result<(), Error> {
        let set = descriptor_set(&self.includes, &self.files)?;
        let out_dir = match &self.out_dir {
            Some(folder) => folder.clone(),
            None => output::directory()?,
        };
        let workshop = output::Workshop::new(&out_dir, ".faas-proto")?;
        let builder = tonic_prost_build::configure()
            .build_transport(false)
            .build_client(self.client)
            .build_server(self.server);
        let builder = self
            .configure
            .into_iter()
            .fold(builder, |builder, set| set(builder))
            .out_dir(&workshop.path)
            .emit_rerun_if_changed(false);
        let sources = set.clone();
        output::guarded("tonic-prost-build", || builder.compile_fds(sources))?.map_err(|e| {
            Mistake::new(format!("tonic-prost-build cannot make code of this: {e}"))
        })?;
        let registration = self.register.then_some(self.crate_path.as_str());
        descriptors::add(&workshop.path, set, registration)?;
        hand_over(&workshop.path, &out_dir)?;
        Ok(())
    }
}

impl Default for Proto {
    fn default() -> Self {
        Proto::new()
    }
}

impl fmt::Debug for Proto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proto")
            .field("includes", &self.includes)
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

fn descriptor_set(includes: &[PathBuf], files: &[PathBuf]) -> Result<FileDescriptorSet, Error> {
    if files.is_empty() {
        let mistake = Mistake::new("no `.proto` file was given");
        return Err(mistake
            .help("name one: `.file(\"proto/shop.proto\")`")
            .into());
    }
    let folders = match includes {
        [] => files.iter().map(|file| folder(file)).collect(),
        given => given.to_vec(),
    };
    let mut compiler = Compiler::new(&folders).map_err(|e| mistakes::of(&e, &folders))?;
    compiler.include_source_info(true).include_imports(true);
    let mut found = Vec::new();
    for file in files {
        output::rerun_if_changed(file);
        // Read here first, for it tells better why a file cannot be.
        let opened = match Source::read(file) {
            Ok(_) => compiler
                .open_file(file)
                .map_err(|e| mistakes::of(&e, &folders)),
            Err(mistake) => Err(mistake.into()),
        };
        if let Err(error) = opened {
            found.extend(error.into_mistakes());
        }
    }
    for path in compiler.files().filter_map(|file| file.path()) {
        output::rerun_if_changed(path);
    }
    if found.is_empty() {
        Ok(compiler.file_descriptor_set())
    } else {
        Err(Error::new(found))
    }
}

fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Moves what was made to where it belongs, file by file, so that an unchanged one keeps its time stamp.
fn hand_over(from: &Path, to: &Path) -> Result<(), Mistake> {
    let cannot = |e| Mistake::new(format!("cannot read `{}`: {e}", from.display()));
    for entry in std::fs::read_dir(from).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let bytes = std::fs::read(entry.path()).map_err(cannot)?;
        output::write(&to.join(entry.file_name()), &bytes)?;
    }
    Ok(())
}
