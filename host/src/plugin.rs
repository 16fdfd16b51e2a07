//! Which plugins this worker can run, and what their connectors may touch.
//!
//! Owns discovery (`plugins/` beside the executable, then `plugin.path`), verification before
//! anything is compiled, names and aliases, and the policy for grants. Stands on the sandbox and
//! must not know workers, herders or REST. One bad plugin file is an error in the log and never
//! stops a worker. [runtime/isolation: Plugins, PluginUtils, DelegatingClassLoader]

mod alias;
mod discovery;
mod grants;
mod loader;
mod origin;
mod registry;
mod verify;

pub use self::discovery::Found;
pub use self::grants::{GrantOrigin, GrantPolicy, GrantRefused, grants_for};
pub use self::loader::{LoadError, load};
pub use self::origin::{PluginOrigin, PluginPlace};
pub use self::registry::{PluginError, PluginRegistry, RegisteredPlugin};
pub use self::verify::{SUPPORTED_WIT, VerifyError};
