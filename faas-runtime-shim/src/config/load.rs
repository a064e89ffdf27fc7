//! The files of a configuration: the only part of it that reads anything.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::Configuration;
use super::error::ConfigError;
use super::layer::{self, Setting};
use super::provenance::Provenance;
use crate::env::Env;

/// Reads all layers, the later over the earlier.
pub(super) fn configuration(env: &Env) -> Result<Configuration, ConfigError> {
    let mut merged = file(env)?;
    for (directory, variable) in mounts(env) {
        let Some(settings) = Mount::read(&directory, variable)? else {
            continue;
        };
        merged.overlay(Configuration {
            root: layer::table(settings)?,
        });
    }
    merged.overlay(Configuration {
        root: layer::environment(env.iter())?,
    });
    Ok(merged)
}

fn file(env: &Env) -> Result<Configuration, ConfigError> {
    const VARIABLE: &str = "FAAS_CONFIG";
    const DEFAULT: &str = "faas.toml";
    let named = env.get_filled(VARIABLE);
    let path = Path::new(named.unwrap_or(DEFAULT));
    match File::open(path) {
        Ok(file) => Configuration::from_toml(&text(file, path)?, &path.to_string_lossy()),
        Err(error) if is_absent(&error) => match named {
            None => Ok(Configuration::empty()),
            Some(named) => Err(ConfigError::NotFound {
                variable: VARIABLE,
                path: named.to_owned(),
            }),
        },
        Err(error) => Err(unreadable(path)(error)),
    }
}

/// Lists the directories that hold secrets, each with the variable that named it.
fn mounts(env: &Env) -> Vec<(PathBuf, Option<&'static str>)> {
    const VARIABLE: &str = "FAAS_SECRETS";
    const DEFAULT: &str = "/run/secrets/faas";
    match env.get(VARIABLE) {
        None => vec![(PathBuf::from(DEFAULT), None)],
        Some(directories) => directories
            .split(':')
            .filter(|directory| !directory.is_empty())
            .map(|directory| (PathBuf::from(directory), Some(VARIABLE)))
            .collect(),
    }
}

/// A directory of secrets as Kubernetes and Docker mount it, and the walk through it.
#[derive(Default)]
struct Mount {
    settings: Vec<Setting>,
    /// The directories that the walk is in, without links, by which it notices a link into itself.
    inside: Vec<PathBuf>,
    entries: usize,
}

/// Far above what anyone mounts; a link to `/` ends here.
const MOST_ENTRIES: usize = 10_000;

impl Mount {
    fn read(
        directory: &Path,
        variable: Option<&'static str>,
    ) -> Result<Option<Vec<Setting>>, ConfigError> {
        match fs::metadata(directory) {
            Ok(_) => {}
            Err(error) if is_absent(&error) => {
                return match variable {
                    None => Ok(None),
                    Some(variable) => Err(ConfigError::NotFound {
                        variable,
                        path: directory.to_string_lossy().into_owned(),
                    }),
                };
            }
            Err(error) => return Err(unreadable(directory)(error)),
        }
        let mut mount = Self::default();
        mount.enter(directory, &[])?;
        Ok(Some(mount.settings))
    }

    fn enter(&mut self, directory: &Path, keys: &[String]) -> Result<(), ConfigError> {
        let real = fs::canonicalize(directory).map_err(unreadable(directory))?;
        if self.inside.contains(&real) {
            return Err(ConfigError::Mount {
                path: directory.to_string_lossy().into_owned(),
                found: "a link into itself",
            });
        }
        self.inside.push(real);
        let mut paths = Vec::new();
        for entry in fs::read_dir(directory).map_err(unreadable(directory))? {
            let path = entry.map_err(unreadable(directory))?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            // Kubernetes keeps the files of each update in a hidden directory, `..data` links to the latest of these, and
            // the visible names link through `..data`
            if name.starts_with('.') {
                continue;
            }
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                return Err(ConfigError::TooLarge {
                    path: directory.to_string_lossy().into_owned(),
                    limit: format!("{MOST_ENTRIES} entries"),
                });
            }
            paths.push((path, name));
        }
        paths.sort_unstable();
        for (path, name) in paths {
            let keys = keys.iter().cloned().chain(layer::keys(&name)).collect();
            self.take(&path, keys)?;
        }
        self.inside.pop();
        Ok(())
    }

    fn take(&mut self, path: &Path, keys: Vec<String>) -> Result<(), ConfigError> {
        let metadata = fs::metadata(path).map_err(unreadable(path))?;
        if metadata.is_dir() {
            return self.enter(path, &keys);
        }
        if !metadata.is_file() {
            return Err(ConfigError::Mount {
                path: path.to_string_lossy().into_owned(),
                found: "a device, a pipe or a socket",
            });
        }
        let file = File::open(path).map_err(unreadable(path))?;
        let text = text(file, path)?;
        self.settings.push(Setting {
            path: keys,
            text: without_newline(&text).to_owned(),
            set_by: Provenance::Secret {
                path: path.to_string_lossy().into(),
            },
        });
        Ok(())
    }
}

/// Takes off the newline that editors and `echo` put at the end.
fn without_newline(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text.strip_suffix("\r\n");
    line.or_else(|| text.strip_suffix('\n')).unwrap_or(text)
}

fn text(file: File, path: &Path) -> Result<String, ConfigError> {
    // four times the most that a Kubernetes Secret holds
    const LARGEST: u64 = 4 << 20;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable(path))?;
    let path = || path.to_string_lossy().into_owned();
    if bytes.len() as u64 > LARGEST {
        return Err(ConfigError::TooLarge {
            path: path(),
            limit: format!("{LARGEST} bytes"),
        });
    }
    String::from_utf8(bytes).map_err(|error| ConfigError::NotText {
        path: path(),
        position: error.utf8_error().valid_up_to(),
    })
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> ConfigError {
    move |source| ConfigError::Read {
        path: path.to_string_lossy().into_owned(),
        source,
    }
}

/// WebAssembly without a file system answers `Unsupported`.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unsupported)
}
