//! The limits of a connector's instances: the worker's, tightened by the connector's configuration.

use super::LocalWorker;
use crate::config::ConfigMap;
use crate::sandbox::Limits;

impl LocalWorker {
    /// The limits for instances with this configuration.
    ///
    /// # Errors
    ///
    /// The keys that are wrong, each with what is wrong.
    pub(super) fn limits(&self, config: &ConfigMap) -> Result<Limits, Vec<(String, String)>> {
        self.parts.limits.tightened_by(config).map_err(|errors| {
            let refusals = errors.iter();
            refusals
                .map(|error| (error.key().to_owned(), error.to_string()))
                .collect()
        })
    }
}
