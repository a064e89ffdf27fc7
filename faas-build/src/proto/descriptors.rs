//! The descriptor set beside each package's code.
//!
//! Each set is whole, that is, it holds what the package imports too: so it does not matter which packages a crate includes, and
//! a file that two sets share is the same in both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

use crate::error::Mistake;
use crate::output;

/// Adds `FILE_DESCRIPTOR_SET` to each package's file in `folder`, and its registration if the path of `faas` is given.
pub(super) fn add(
    folder: &Path,
    mut set: FileDescriptorSet,
    faas: Option<&str>,
) -> Result<(), Mistake> {
    for file in &mut set.file {
        file.source_code_info = None;
    }
    let mut packages: BTreeMap<&str, Vec<&FileDescriptorProto>> = BTreeMap::new();
    for file in &set.file {
        packages.entry(file.package()).or_default().push(file);
    }
    for (package, files) in packages {
        let module = prost_build::Module::from_protobuf_package_name(package);
        let code = folder.join(module.to_file_name_or("_"));
        // A package without code of its own, such as `google.protobuf`, whose types are those of `prost-types`.
        let Ok(mut text) = std::fs::read_to_string(&code) else {
            continue;
        };
        let bytes = format!("{}.descriptors", module.to_file_name_or("_"));
        text.push_str(&constant(&bytes, faas));
        output::write(&folder.join(&bytes), &closure(&set, &files).encode_to_vec())?;
        output::write(&code, text.as_bytes())?;
    }
    Ok(())
}

/// The files and all that they import, in an order in which nothing is named before it is there.
fn closure(set: &FileDescriptorSet, files: &[&FileDescriptorProto]) -> FileDescriptorSet {
    let mut wanted: BTreeSet<&str> = files.iter().map(|file| file.name()).collect();
    // The set is in topological order: whoever imports a file comes after it.
    for file in set.file.iter().rev() {
        if wanted.contains(file.name()) {
            wanted.extend(file.dependency.iter().map(String::as_str));
        }
    }
    let file = set.file.iter().filter(|file| wanted.contains(file.name()));
    FileDescriptorSet {
        file: file.cloned().collect(),
    }
}

fn constant(bytes: &str, faas: Option<&str>) -> String {
    let registration = match faas {
        Some(faas) => format!("{faas}::descriptors!(FILE_DESCRIPTOR_SET);\n"),
        None => String::new(),
    };
    format!(
        "/// The encoded `google.protobuf.FileDescriptorSet` of this package and of what it imports.\n\
         pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!({bytes:?});\n{registration}"
    )
}
