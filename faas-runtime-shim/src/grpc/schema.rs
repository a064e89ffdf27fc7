//! What is known of the methods that can be called: their messages, whether they stream, whether they change anything.
//!
//! It comes from the descriptor sets that users register. The same file may lie in many sets: `google/protobuf/*.proto`
//! does as a rule. Begin with [`Schema::new`].
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::indexing_slicing
)]

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use prost::Message as _;
use prost_reflect::{
    DescriptorError, DescriptorPool, FileDescriptor, MessageDescriptor, MethodDescriptor,
};
use prost_types::method_options::IdempotencyLevel;
use prost_types::{FileDescriptorProto, FileDescriptorSet};

/// The methods of all descriptor sets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    pool: DescriptorPool,
    methods: HashMap<Box<str>, Method>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(crate) struct Method {
    pub(crate) input: MessageDescriptor,
    pub(crate) output: MessageDescriptor,
    /// Whether the caller sends any number of messages.
    pub(crate) client_streams: bool,
    /// Whether any number of messages is answered.
    pub(crate) server_streams: bool,
    /// Whether it has `idempotency_level = NO_SIDE_EFFECTS`.
    pub(crate) is_safe: bool,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    Method(&'a Method),
    /// The service is described, and has no such method.
    NoMethod,
    /// No descriptor set has the service.
    Nothing,
}

/// The descriptor sets do not make a schema. Sets count from one, in the order in which they were given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SchemaError {
    #[error(
        "descriptor set {set} cannot be read: expected an encoded google.protobuf.FileDescriptorSet"
    )]
    Set {
        set: usize,
        source: prost::DecodeError,
    },
    #[error("descriptor set {set} has a file without a name")]
    Nameless { set: usize },
    #[error(
        "descriptor sets {first} and {second} have different files `{file}`: build both from the same one, or rename one of them"
    )]
    Conflict {
        file: String,
        first: usize,
        second: usize,
    },
    #[error("file `{file}` of descriptor set {set} does not fit the others")]
    File {
        file: String,
        set: usize,
        source: Box<DescriptorError>,
    },
}

impl Schema {
    /// Reads encoded `google.protobuf.FileDescriptorSet`s.
    ///
    /// # Errors
    ///
    /// Fails on a set that cannot be read, on two different files of one name, and on a file that refers to what is not
    /// there.
    pub(crate) fn new<'a>(sets: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, SchemaError> {
        let mut files = files(sets)?;
        // sets may come without what every compiler has
        for known in DescriptorPool::global().files().filter(is_known) {
            let proto = known.file_descriptor_proto().clone();
            let file = files.entry(known.name().to_owned());
            file.or_insert(File { proto, set: 0 });
        }
        let mut pool = DescriptorPool::new();
        let protos = files.values().map(|file| file.proto.clone());
        pool.add_file_descriptor_protos(protos).map_err(|source| {
            let file = source.file().unwrap_or_default().to_owned();
            let set = files.get(&file).map_or(0, |found| found.set);
            SchemaError::File {
                file,
                set,
                source: Box::new(source),
            }
        })?;
        let methods = methods(&pool);
        Ok(Self { pool, methods })
    }

    /// Adds files of our own, unless the sets have what is in them.
    pub(crate) fn add(&mut self, files: impl IntoIterator<Item = FileDescriptorProto>) {
        for file in files {
            // the pool stays as it is then
            if let Err(error) = self.pool.add_file_descriptor_proto(file) {
                tracing::debug!("a file that is described elsewhere: {error}");
            }
        }
        self.methods = methods(&self.pool);
    }

    /// Looks for what `/pkg.Service/Method` leads to.
    pub(crate) fn find(&self, path: &str) -> Found<'_> {
        if let Some(method) = self.methods.get(path) {
            return Found::Method(method);
        }
        let service = path
            .strip_prefix('/')
            .and_then(|path| path.rsplit_once('/'));
        match service.and_then(|(service, _)| self.pool.get_service_by_name(service)) {
            Some(_) => Found::NoMethod,
            None => Found::Nothing,
        }
    }

    pub(crate) fn method(&self, path: &str) -> Option<&Method> {
        self.methods.get(path)
    }

    /// All types, for messages inside of `google.protobuf.Any`.
    pub(crate) fn pool(&self) -> &DescriptorPool {
        &self.pool
    }
}

fn methods(pool: &DescriptorPool) -> HashMap<Box<str>, Method> {
    let mut methods = HashMap::new();
    for service in pool.services() {
        for method in service.methods() {
            let path = format!("/{}/{}", service.full_name(), method.name());
            methods.insert(path.into_boxed_str(), Method::new(&method));
        }
    }
    methods
}

impl Method {
    fn new(method: &MethodDescriptor) -> Self {
        let options = method.method_descriptor_proto().options.as_ref();
        let level = options.map(prost_types::MethodOptions::idempotency_level);
        Self {
            input: method.input(),
            output: method.output(),
            client_streams: method.is_client_streaming(),
            server_streams: method.is_server_streaming(),
            is_safe: level == Some(IdempotencyLevel::NoSideEffects),
        }
    }

    pub(crate) fn streams(&self) -> bool {
        self.client_streams || self.server_streams
    }
}

/// A file, and which set it came with.
struct File {
    proto: FileDescriptorProto,
    set: usize,
}

fn files<'a>(
    sets: impl IntoIterator<Item = &'a [u8]>,
) -> Result<BTreeMap<String, File>, SchemaError> {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    for (set, bytes) in (1..).zip(sets) {
        let decoded =
            FileDescriptorSet::decode(bytes).map_err(|source| SchemaError::Set { set, source })?;
        for mut proto in decoded.file {
            plain(&mut proto);
            let Some(name) = proto.name.clone() else {
                return Err(SchemaError::Nameless { set });
            };
            match files.entry(name) {
                Entry::Vacant(place) => _ = place.insert(File { proto, set }),
                Entry::Occupied(found) if found.get().proto == proto => {}
                // compilers bring their own releases of these, and a later one only adds
                Entry::Occupied(mut found) if found.key().starts_with(KNOWN) => {
                    if proto.encoded_len() > found.get().proto.encoded_len() {
                        found.insert(File { proto, set });
                    }
                }
                Entry::Occupied(found) => {
                    return Err(SchemaError::Conflict {
                        file: found.key().clone(),
                        first: found.get().set,
                        second: set,
                    });
                }
            }
        }
    }
    Ok(files)
}

/// The files of protobuf itself.
const KNOWN: &str = "google/protobuf/";

fn is_known(file: &FileDescriptor) -> bool {
    file.name().starts_with(KNOWN)
}

/// Takes out what compilers write or leave out as they like: comments with their places.
fn plain(proto: &mut FileDescriptorProto) {
    proto.source_code_info = None;
}

#[cfg(test)]
#[expect(
    clippy::indexing_slicing,
    reason = "a test that indexes what is not there fails, as it should"
)]
mod tests {
    use prost_types::{
        DescriptorProto, MethodDescriptorProto, MethodOptions, ServiceDescriptorProto,
        SourceCodeInfo,
    };

    use super::*;
    use crate::error::chain;
    use crate::startup::{self, StartError};

    /// A start with it says what the page of its code shows.
    #[test]
    fn a_source_is_no_set() {
        let source = b"syntax = \"proto3\";\n\npackage shop.v1;\n";
        let error = Schema::new([&source[..]]).expect_err("it is no set");
        startup::tests::check(&StartError::descriptors(&chain(&error)));
    }

    fn named(name: &str, package: &str) -> FileDescriptorProto {
        let message = DescriptorProto {
            name: Some("M".to_owned()),
            ..DescriptorProto::default()
        };
        FileDescriptorProto {
            name: Some(name.to_owned()),
            package: Some(package.to_owned()),
            message_type: vec![message],
            syntax: Some("proto3".to_owned()),
            ..FileDescriptorProto::default()
        }
    }

    fn set(files: impl IntoIterator<Item = FileDescriptorProto>) -> Vec<u8> {
        FileDescriptorSet {
            file: files.into_iter().collect(),
        }
        .encode_to_vec()
    }

    fn schema(sets: &[Vec<u8>]) -> Result<Schema, SchemaError> {
        Schema::new(sets.iter().map(Vec::as_slice))
    }

    /// Two methods, the second with messages of other files.
    fn service() -> FileDescriptorProto {
        let method = |name: &str, kind: &str| MethodDescriptorProto {
            name: Some(name.to_owned()),
            input_type: Some(kind.to_owned()),
            output_type: Some(".google.protobuf.Empty".to_owned()),
            server_streaming: Some(name == "Watch"),
            options: Some(MethodOptions {
                idempotency_level: Some(i32::from(name == "Get")),
                ..MethodOptions::default()
            }),
            ..MethodDescriptorProto::default()
        };
        FileDescriptorProto {
            dependency: vec![
                "a.proto".to_owned(),
                "google/protobuf/empty.proto".to_owned(),
            ],
            service: vec![ServiceDescriptorProto {
                name: Some("S".to_owned()),
                method: vec![method("Get", ".s.M"), method("Watch", ".a.M")],
                ..ServiceDescriptorProto::default()
            }],
            ..named("s.proto", "s")
        }
    }

    #[test]
    fn files_come_together_from_many_sets() {
        let commented = FileDescriptorProto {
            source_code_info: Some(SourceCodeInfo::default()),
            ..named("a.proto", "a")
        };
        let found = schema(&[
            set([service()]),
            set([named("a.proto", "a")]),
            set([commented, service()]),
            vec![],
        ])
        .unwrap();
        let Found::Method(get) = found.find("/s.S/Get") else {
            panic!("{found:?}");
        };
        assert!(get.is_safe && !get.streams());
        assert_eq!(
            (get.input.full_name(), get.output.full_name()),
            ("s.M", "google.protobuf.Empty")
        );
        let watch = found.method("/s.S/Watch").unwrap();
        assert!(!watch.is_safe && watch.server_streams && !watch.client_streams);
        assert_eq!(watch.input.full_name(), "a.M");
    }

    #[test]
    fn a_path_leads_to_a_method_or_nowhere() {
        let found = schema(&[set([service(), named("a.proto", "a")])]).unwrap();
        assert!(matches!(found.find("/s.S/Put"), Found::NoMethod));
        for path in [
            "/s.T/Get",
            "s.S/Get",
            "/S/Get",
            "/s.S",
            "/",
            "",
            "/x/s.S/Get",
            "//",
            "/s.S/Get/",
        ] {
            assert!(matches!(found.find(path), Found::Nothing), "{path}");
        }
        assert!(matches!(Schema::default().find("/s.S/Get"), Found::Nothing));
    }

    #[test]
    fn mistakes_name_the_set_and_the_file() {
        let good = set([named("a.proto", "a")]);
        let error = |sets: &[Vec<u8>]| schema(sets).unwrap_err().to_string();
        assert_eq!(
            error(&[good.clone(), vec![0xff]]),
            "descriptor set 2 cannot be read: expected an encoded google.protobuf.FileDescriptorSet"
        );
        assert_eq!(
            error(&[
                set([named("b.proto", "b")]),
                good.clone(),
                set([named("a.proto", "other")])
            ]),
            "descriptor sets 2 and 3 have different files `a.proto`: build both from the same one, or rename one of them"
        );
        assert_eq!(
            error(&[good, set([service()]), set([named("b.proto", "s")])]),
            "file `s.proto` of descriptor set 2 does not fit the others"
        );
        assert_eq!(
            error(&[set([service()])]),
            "file `s.proto` of descriptor set 1 does not fit the others"
        );
        assert_eq!(
            error(&[set([FileDescriptorProto::default()])]),
            "descriptor set 1 has a file without a name"
        );
    }

    #[test]
    fn protobufs_own_files_may_be_of_two_releases() {
        let old = FileDescriptorProto {
            message_type: vec![DescriptorProto {
                name: Some("Empty".to_owned()),
                ..DescriptorProto::default()
            }],
            ..named("google/protobuf/empty.proto", "google.protobuf")
        };
        let later = DescriptorProto {
            name: Some("Later".to_owned()),
            ..DescriptorProto::default()
        };
        let new = FileDescriptorProto {
            message_type: vec![old.message_type[0].clone(), later],
            ..old.clone()
        };
        for sets in [
            [set([old.clone()]), set([new.clone()])],
            [set([new]), set([old])],
        ] {
            assert!(
                schema(&sets)
                    .unwrap()
                    .pool()
                    .get_message_by_name("google.protobuf.Later")
                    .is_some()
            );
        }
    }
}
