//! The worker's plugins as the herder sees them, and their answers to configurations.
//!
//! Owns the list of all kinds, and what a plugin's failure to check a configuration is told as.
//! Must not know instances that run. Kafka's counterparts: `Plugins`, `Connector.validate`.

use super::api::{
    ConnectorKind, ConnectorPlugin, PluginCode, PluginDescription, PluginFindings, PluginType,
    RecordPlugin, StartSpec, WorkerError,
};
use super::guest_stages::NamedPlugin;
use super::task::guest_failure;
use crate::config::ConfigMap;
use crate::config::connector::{CONNECTOR_CLASS, CONNECTOR_VERSION};
use crate::config::redact::Secrets;
use crate::config::validate::Recommendation;
use crate::config::version_range::VersionRange;
use crate::errors::Failure;
use crate::plugin::PluginRegistry;
use crate::sandbox::{CompiledPlugin, Description, ErrorKind, Limits, PluginKind, SandboxError};
use crate::{converter, transform};

/// All plugins: those of files, and what is built in.
pub(super) fn descriptions(files: &PluginRegistry) -> Vec<PluginDescription> {
    let files = files.list();
    let files = files.iter().flat_map(|plugin| {
        let description = plugin.description();
        let (kind, other) = types(description);
        std::iter::once(kind)
            .chain(other)
            .map(|kind| PluginDescription {
                class: description.class.clone(),
                kind,
                version: description.version.clone(),
            })
    });
    let transforms = [
        (
            transform::known_transformations(),
            PluginType::Transformation,
        ),
        (transform::known_predicates(), PluginType::Predicate),
    ];
    let transforms = transforms
        .into_iter()
        .flat_map(|(known, kind)| known.iter().map(move |one| (one.class, one.version, kind)));
    let converters = [
        (converter::known_converters(), PluginType::Converter),
        (
            converter::known_header_converters(),
            PluginType::HeaderConverter,
        ),
    ];
    let converters = converters
        .into_iter()
        .flat_map(|(known, kind)| known.iter().map(move |one| (one.class, one.version, kind)));
    let built_in = transforms
        .chain(converters)
        .map(|(class, version, kind)| PluginDescription {
            class: class.to_owned(),
            kind,
            version: version.to_owned(),
        });
    files.chain(built_in).collect()
}

/// The transformations, predicates and converters of files.
pub(super) fn record_plugins(files: &PluginRegistry) -> Vec<RecordPlugin> {
    let plugins = files.list().into_iter();
    let plugins = plugins.filter(|plugin| !plugin.description().kind.is_connector());
    let described = plugins.map(|plugin| {
        let description = plugin.description();
        let (kind, other) = types(description);
        RecordPlugin {
            class: description.class.clone(),
            aliases: description.aliases.clone(),
            kinds: std::iter::once(kind).chain(other).collect(),
            version: description.version.clone(),
            config_def: plugin.config_def(),
        }
    });
    described.collect()
}

/// Adds what the transformations, predicates and converters of files say to their part of a
/// configuration.
pub(super) async fn add_record_findings(
    named: Vec<NamedPlugin>,
    limits: Limits,
    mut findings: PluginFindings,
) -> Result<PluginFindings, WorkerError> {
    for NamedPlugin {
        place,
        plugin,
        settings,
    } in named
    {
        let def = plugin.config_def();
        let validations = def.validate(&settings);
        if validations.iter().any(|one| !one.errors.is_empty()) {
            // The plugin is asked only about values that passed the checks of its ConfigDef.
            continue;
        }
        let errors = plugin.validate(&limits, &settings).await;
        let errors = errors.map_err(|error| failure(&plugin, &settings, &error))?;
        let prefix = place.prefix();
        let messages = errors.into_iter();
        findings
            .messages
            .extend(messages.map(|error| (format!("{prefix}{}", error.name), error.message)));
    }
    Ok(findings)
}

/// What the plugin of a file is listed as; a converter that converts headers is listed twice.
fn types(description: &Description) -> (PluginType, Option<PluginType>) {
    match description.kind {
        PluginKind::Source => (PluginType::Source, None),
        PluginKind::Sink => (PluginType::Sink, None),
        PluginKind::Transformation => (PluginType::Transformation, None),
        PluginKind::Predicate => (PluginType::Predicate, None),
        PluginKind::Converter => {
            let headers = description.header_converter;
            let other = headers.then_some(PluginType::HeaderConverter);
            (PluginType::Converter, other)
        }
    }
}

/// The connector plugin of that class or alias, in a version within the range.
pub(super) fn connector_plugin(
    plugins: &PluginRegistry,
    class_or_alias: &str,
    version: Option<&VersionRange>,
) -> Result<ConnectorPlugin, WorkerError> {
    let plugin = resolve(plugins, class_or_alias, version)?;
    Ok(described(plugins, plugin))
}

/// A plugin as the herder sees it.
pub(super) fn described(plugins: &PluginRegistry, plugin: CompiledPlugin) -> ConnectorPlugin {
    let description = plugin.description();
    let versions = plugins.versions(&description.class);
    let versions = versions.iter().map(|one| one.description().version.clone());
    ConnectorPlugin {
        class: description.class.clone(),
        kind: connector_kind(&plugin),
        version: description.version.clone(),
        versions: versions.collect(),
        config_def: plugin.config_def(),
        task_class: description.task_class.clone(),
        sha256: plugin.digest().to_owned(),
        code: PluginCode::new(plugin),
    }
}

/// Source or sink; the registry resolves nothing else for a connector.
pub(super) fn connector_kind(plugin: &CompiledPlugin) -> ConnectorKind {
    match plugin.description().kind {
        PluginKind::Source => ConnectorKind::Source,
        _ => ConnectorKind::Sink,
    }
}

/// The plugin itself.
pub(super) fn resolve(
    plugins: &PluginRegistry,
    class_or_alias: &str,
    version: Option<&VersionRange>,
) -> Result<CompiledPlugin, WorkerError> {
    plugins
        .resolve(class_or_alias, version)
        .map_err(|error| WorkerError::UnknownPlugin(error.to_string()))
}

/// The plugin that a configuration wants: `connector.class` in `connector.plugin.version`.
pub(super) fn wanted(
    plugins: &PluginRegistry,
    config: &ConfigMap,
) -> Result<CompiledPlugin, WorkerError> {
    let class = config.get(CONNECTOR_CLASS).map_or("", String::as_str);
    let version = VersionRange::of(config, CONNECTOR_VERSION).map_err(|error| {
        WorkerError::InvalidConfig(format!(
            "Invalid value {} for configuration {CONNECTOR_VERSION}: {error}",
            config.get(CONNECTOR_VERSION).map_or("", String::as_str)
        ))
    })?;
    resolve(plugins, class, version.as_ref())
}

/// Asks a plugin for its own check of a configuration, and for recommendations if it has any.
pub(super) async fn findings(
    plugin: CompiledPlugin,
    limits: Limits,
    config: ConfigMap,
) -> Result<PluginFindings, WorkerError> {
    let failed = |error: SandboxError| failure(&plugin, &config, &error);
    let errors = plugin.validate(&limits, &config).await.map_err(failed)?;
    let recommendations = if plugin.config_def().keys().any(|key| key.recommender) {
        plugin.recommend(&limits, &config).await.map_err(failed)?
    } else {
        Vec::new()
    };
    Ok(PluginFindings {
        messages: errors
            .into_iter()
            .map(|error| (error.name, error.message))
            .collect(),
        recommendations: recommendations
            .into_iter()
            .map(|found| Recommendation {
                name: found.name,
                values: found.values,
                visible: found.visible,
            })
            .collect(),
    })
}

/// The failure of a plugin to check a configuration. It names the plugin, since the configuration
/// may name another, and shows no secret that the plugin may have put into its message.
fn failure(plugin: &CompiledPlugin, config: &ConfigMap, error: &SandboxError) -> WorkerError {
    let secrets = Secrets::of(config, Some(&plugin.config_def()));
    let Some(error) = error.guest_error() else {
        let mut failure = guest_failure(error);
        failure.message = secrets.hide(&failure.message).into_owned();
        return WorkerError::Failed(failure);
    };
    let description = plugin.description();
    let message = format!(
        "plugin {} version {} cannot check the configuration: {}",
        description.class,
        description.version,
        secrets.hide(&error.message)
    );
    match error.kind {
        ErrorKind::Config => WorkerError::InvalidConfig(message),
        kind => WorkerError::Failed(Failure::new(kind.class_name(), message)),
    }
}

/// The plugin that instances are to be made from.
pub(super) fn given_plugin(spec: StartSpec<'_>) -> Result<CompiledPlugin, Failure> {
    spec.plugin.code.plugin().cloned().ok_or_else(|| {
        Failure::connect(format!(
            "The plugin {} {} was not given out by this worker; this is a bug of the worker",
            spec.plugin.class, spec.plugin.version
        ))
    })
}

/// The failure of a connector or task whose paths or limits are not allowed.
pub(super) fn refusal_failure(refused: &[(String, String)]) -> Failure {
    let messages: Vec<&str> = refused
        .iter()
        .map(|(_, message)| message.as_str())
        .collect();
    Failure::new(
        "org.apache.kafka.common.config.ConfigException",
        messages.join("\n"),
    )
}
