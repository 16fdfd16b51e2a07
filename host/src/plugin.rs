//! Which plugins this worker can run, and what their connectors may touch.
//!
//! Owns discovery (`plugins/` beside the executable, `plugin.path`, the store) and its watching,
//! verification before anything is compiled, uploads, names and aliases, and the policy for grants. Stands on the sandbox and
//! must not know workers, herders or REST. One bad plugin file is an error in the log and never
//! stops a worker. [runtime/isolation: Plugins, PluginUtils, DelegatingClassLoader]

mod alias;
mod discovery;
mod facts;
mod grants;
mod library;
mod loader;
mod names;
mod origin;
mod registry;
mod store;
mod verify;

pub use self::facts::{KeyGrant, PluginFacts};
pub use self::grants::{GrantOrigin, GrantPolicy, GrantRefused, grants_for};
pub use self::library::{
    LibraryError, LibrarySettings, PluginLibrary, PluginWatch, Upload, Uploaded,
};
pub use self::loader::{FileFacts, LoadError, LoadedPlugin, load};
pub use self::names::WrongName;
pub use self::origin::{PluginOrigin, PluginPlace};
pub use self::registry::{PluginError, PluginRegistry, RegisteredPlugin};
pub use self::verify::{Component, SUPPORTED_WIT, VerifyError, verify};
