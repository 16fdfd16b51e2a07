//! Why plugins were not shown or changed as was asked, in words for whoever asked.

use std::path::PathBuf;

use super::super::origin::PluginOrigin;

/// Why plugins were not shown or changed as was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LibraryError {
    /// No class of that name.
    #[error("Unknown plugin {class}.")]
    Unknown {
        /// The name.
        class: String,
    },
    /// A name that stands for several classes; the whole text.
    #[error("{0}")]
    Ambiguous(String),
    /// A text that is no version and no range.
    #[error("Invalid version specification: {version}")]
    VersionRange {
        /// The text.
        version: String,
    },
    /// The class is there, that version is not.
    #[error("Plugin {class} has no version {version}; there are: {}", .versions.join(", "))]
    NoVersion {
        /// The class.
        class: String,
        /// The version.
        version: String,
        /// What there is.
        versions: Vec<String>,
    },
    /// Several versions, and none was named.
    #[error(
        "Plugin {class} has several versions, name one of them as ?version=: {}",
        .versions.join(", ")
    )]
    VersionNeeded {
        /// The class.
        class: String,
        /// What there is.
        versions: Vec<String>,
    },
    /// `plugin.upload.enable=false`
    #[error(
        "This worker takes no uploads and deletions of plugins. The line plugin.upload.enable=true in its \
         properties would allow them"
    )]
    UploadsDisabled,
    /// There is no store, or it cannot be written.
    #[error("This worker cannot store plugins: {reason}")]
    NoStore {
        /// Why.
        reason: String,
    },
    /// Too many uploads at the same time.
    #[error("{count} uploads of plugins are under way already; try again when one has ended")]
    Busy {
        /// How many.
        count: usize,
    },
    /// Longer than `plugin.upload.max.bytes`.
    #[error(
        "The plugin is longer than the {limit} bytes that plugin.upload.max.bytes of this worker \
         allows"
    )]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// No plugin for this worker.
    #[error("The upload is not a plugin that this worker can run: {reason}")]
    Invalid {
        /// What is wrong with it.
        reason: String,
    },
    /// The class and version are there with other bytes.
    #[error(
        "Plugin {class} {version} is there already with other content (sha256 {sha256}, at {}); a \
         version does not change: upload the new content under another version, or delete this one \
         first",
        .path.display()
    )]
    Conflict {
        /// The class.
        class: String,
        /// The version.
        version: String,
        /// The digest of what is there.
        sha256: String,
        /// Where it is.
        path: PathBuf,
    },
    /// The class is there as the other kind of connector.
    #[error("Class {class} is a {there} connector here, and cannot be a {uploaded} connector, too")]
    OtherKind {
        /// The class.
        class: String,
        /// The kind that is there.
        there: &'static str,
        /// The kind of the upload.
        uploaded: &'static str,
    },
    /// Connectors use it.
    #[error(
        "Plugin {class} {version} is used by these connectors: {}. Delete them or let them use \
         another version first",
        .users.join(", ")
    )]
    InUse {
        /// The class.
        class: String,
        /// The version.
        version: String,
        /// The connectors.
        users: Vec<String>,
    },
    /// Not in the store.
    #[error(
        "Plugin {class} {version} was not uploaded ({origin}); it is the file {}, and is gone when \
         that is removed",
        .path.display()
    )]
    NotInStore {
        /// The class.
        class: String,
        /// The version.
        version: String,
        /// Where it came from.
        origin: PluginOrigin,
        /// The file.
        path: PathBuf,
    },
    /// The disk did not do its part.
    #[error("{what}: {reason}")]
    Disk {
        /// What was to be done.
        what: String,
        /// The system's error.
        reason: String,
    },
    /// The worker ends.
    #[error("The worker is shutting down")]
    Stopping,
    /// A panic, which is a bug.
    #[error("The upload was interrupted by a bug of the worker")]
    Interrupted,
}
