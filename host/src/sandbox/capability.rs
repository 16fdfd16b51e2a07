//! What an instance may touch outside itself, and where it finds it.
//!
//! Owns the translation of granted paths to mounts: WASI preopens folders only, so a file grant
//! becomes its parent folder with a view that shows that one name. Paths are mounted under the
//! text by which the configuration names them, so that the guest's libc resolves the same text to
//! the same file. Whether a path may be granted at all is decided above (`plugin::grants`).

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::GrantError;
use super::network::NetworkGrants;

/// What an instance may touch. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Files and folders.
    pub files: Vec<FileGrant>,
    /// The worker's standard input and output.
    pub stdio: bool,
    /// Endpoints and addresses to listen on.
    pub network: NetworkGrants,
    /// Environment variables.
    pub environment: Environment,
}

/// Environment variables for plugins. Cheap to clone; shows names only, since values are secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(Arc<Vec<(String, String)>>);

impl Environment {
    /// These variables.
    pub fn new(variables: Vec<(String, String)>) -> Self {
        Self(Arc::new(variables))
    }

    pub(super) fn variables(&self) -> &[(String, String)] {
        &self.0
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        formatter.debug_list().entries(names).finish()
    }
}

impl Grants {
    /// The config keys that name files, for messages.
    pub(super) fn keys(&self) -> String {
        let mut keys: Vec<&str> = self.files.iter().map(|grant| grant.key.as_str()).collect();
        keys.dedup();
        keys.join(",")
    }
}

/// One file or folder, resolved when the grant was made: what the path comes to name later does
/// not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileGrant {
    key: String,
    path: String,
    write: bool,
    target: Target,
}

impl FileGrant {
    /// A grant of `path`, written as in the configuration and relative to the worker's working
    /// directory; `write` lets it be created and written. `key` is the config key that names it.
    pub fn new(
        key: impl Into<String>,
        path: impl Into<String>,
        write: bool,
    ) -> Result<Self, GrantError> {
        let (key, path) = (key.into(), path.into());
        match Target::of(&path) {
            Ok(target) => Ok(Self {
                key,
                path,
                write,
                target,
            }),
            Err(message) => Err(GrantError { key, path, message }),
        }
    }

    /// The path with everything resolved, for comparison with a policy.
    pub fn resolved(&self) -> PathBuf {
        match &self.target {
            Target::Folder(folder) => folder.clone(),
            Target::File(folder, name) => folder.join(name),
        }
    }

    /// The path as the configuration writes it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Whether it may be written.
    pub fn is_writable(&self) -> bool {
        self.write
    }
}

/// A folder that is opened to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mount {
    /// The name of the folder for the guest.
    pub(super) guest: String,
    /// The folder, with symbolic links resolved.
    pub(super) host: PathBuf,
    /// Whether anything in it may be written.
    pub(super) write: bool,
    /// The names to show; none shows the whole folder.
    pub(super) names: Option<Arc<NameView>>,
}

/// The only names of a folder that an instance sees, each with whether it may be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NameView(BTreeMap<String, bool>);

impl NameView {
    /// Whether `path`, relative to the folder, is a shown name; then, whether it may be written.
    pub(super) fn access(&self, path: &str) -> Option<bool> {
        self.0.get(single_name(path)?).copied()
    }

    /// Whether `path` means the folder itself.
    pub(super) fn is_folder_itself(path: &str) -> bool {
        !path.starts_with('/')
            && !path.is_empty()
            && path.split('/').all(|part| part.is_empty() || part == ".")
    }

    /// Whether a directory entry is shown.
    pub(super) fn shows(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// The one component of a relative path; none if it has another number of them. Nothing may follow
/// the name, not even `/.`, which would look through a symbolic link.
fn single_name(path: &str) -> Option<&str> {
    if path.starts_with('/') {
        return None;
    }
    let mut name = path;
    while let Some(rest) = name.strip_prefix("./") {
        name = rest.trim_start_matches('/');
    }
    let plain = !name.is_empty() && !name.contains('/') && name != "." && name != "..";
    plain.then_some(name)
}

/// What a granted path is at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// An existing folder, with symbolic links resolved.
    Folder(PathBuf),
    /// A file, which need not exist: its folder with symbolic links resolved, and its name.
    File(PathBuf, String),
}

impl Target {
    /// Finds out what `path` names, relative to the worker's working directory.
    fn of(path: &str) -> Result<Self, String> {
        if path.contains('\0') {
            return Err("a path has no NUL character".to_owned());
        }
        // wasi-libc takes one `./` off a path, but all of them off the names of preopened folders.
        let after_first = path
            .strip_prefix("./")
            .unwrap_or(path)
            .trim_start_matches('/');
        if after_first.starts_with("./") {
            return Err("write it without the repeated ./ at its beginning".to_owned());
        }
        match std::fs::symlink_metadata(path) {
            Ok(found) if found.is_dir() => return canonical(Path::new(path)).map(Self::Folder),
            Ok(found) if found.is_symlink() => {
                let target = canonical(Path::new(path))?;
                if target.is_dir() {
                    return Ok(Self::Folder(target));
                }
                // The grant is one name in one folder, and the link leads away from it.
                return Err(format!(
                    "it is a symbolic link; a grant does not follow links, so name the file itself: {}",
                    target.display()
                ));
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("it cannot be examined: {error}")),
        }
        let (folder, name) = split(path);
        if name.is_empty() || name == "." || name == ".." {
            return Err("the folder does not exist".to_owned());
        }
        match canonical(Path::new(folder)) {
            Ok(folder) if folder.is_dir() => Ok(Self::File(folder, name.to_owned())),
            Ok(folder) => Err(format!("{} is not a folder", folder.display())),
            Err(_) => Err(format!(
                "the folder {folder} does not exist; create it first"
            )),
        }
    }
}

fn canonical(path: &Path) -> Result<PathBuf, String> {
    std::fs::canonicalize(path)
        .map_err(|error| format!("{} cannot be resolved: {error}", path.display()))
}

/// The text before and after the last slash. The guest's libc matches the text of the folder
/// literally, so it is kept as written.
fn split(path: &str) -> (&str, &str) {
    match path.rfind('/') {
        Some(0) => ("/", &path[1..]),
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (".", path),
    }
}

/// The name of a folder as the guest's libc keeps it: without leading `/` and `./`.
fn guest_prefix(guest: &str) -> &str {
    let mut text = guest;
    loop {
        text = match text {
            "." => "",
            _ => match text.strip_prefix('/').or_else(|| text.strip_prefix("./")) {
                Some(rest) => rest,
                None => return text.trim_end_matches('/'),
            },
        };
    }
}

/// The mounts that give an instance its files, and nothing else.
pub(super) fn mounts(grants: &Grants) -> Result<Vec<Mount>, GrantError> {
    let mut mounts: Vec<Mount> = Vec::new();
    for grant in &grants.files {
        let refuse = |message: String| GrantError {
            key: grant.key.clone(),
            path: grant.path.clone(),
            message,
        };
        let (guest, host, name) = match &grant.target {
            Target::Folder(host) => (trim_folder(&grant.path), host, None),
            Target::File(host, name) => (split(&grant.path).0, host, Some(name.clone())),
        };
        let prefix = guest_prefix(guest);
        let Some(known) = mounts
            .iter_mut()
            .find(|mount| guest_prefix(&mount.guest) == prefix)
        else {
            let names = name.map(|name| Arc::new(NameView(BTreeMap::from([(name, grant.write)]))));
            mounts.push(Mount {
                guest: guest.to_owned(),
                host: host.clone(),
                write: grant.write,
                names,
            });
            continue;
        };
        if known.host != *host {
            return Err(refuse(format!(
                "a plugin cannot tell it from {}, which is granted too; write one of the paths differently",
                known.host.display()
            )));
        }
        match (&mut known.names, name) {
            (Some(view), Some(name)) => {
                let write = Arc::make_mut(view).0.entry(name).or_default();
                *write |= grant.write;
                known.write |= grant.write;
            }
            (None, _) if known.write == grant.write => {}
            (Some(view), None) if view.0.values().all(|write| *write == grant.write) => {
                known.names = None
            }
            _ => {
                return Err(refuse(
                    "the folder and a file in it are granted with different rights; grant only the folder".to_owned(),
                ));
            }
        }
    }
    Ok(mounts)
}

fn trim_folder(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed }
}

#[cfg(test)]
mod tests;
