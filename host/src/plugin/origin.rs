//! Where plugins come from, and whose word counts when two places have the same.

use std::fmt;
use std::path::PathBuf;

/// The kinds of places, the first of which wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PluginOrigin {
    /// `plugins/` beside the program.
    Bundled,
    /// An entry of `plugin.path`.
    PluginPath,
    /// Uploaded.
    Store,
}

impl fmt::Display for PluginOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Bundled => "bundled",
            Self::PluginPath => "plugin.path",
            Self::Store => "store",
        })
    }
}

/// The file of a plugin. Ordered by precedence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PluginPlace {
    /// What kind of place it is.
    pub origin: PluginOrigin,
    /// Which entry of `plugin.path` it is below.
    pub entry: usize,
    /// The file.
    pub path: PathBuf,
}
