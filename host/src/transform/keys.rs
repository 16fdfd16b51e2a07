//! Keys of transformations in short, and those that several of them have. Must not know values.

use crate::config::def::{ConfigDef, ConfigKey, ConfigType, DefaultValue, Importance, Validator};

/// A definition that is constant.
pub(super) fn def<const N: usize>(keys: [ConfigKey; N]) -> ConfigDef {
    ConfigDef::new(keys).expect("the keys differ and their defaults are valid")
}

/// A key that must be given.
pub(super) fn required(
    name: &str,
    config_type: ConfigType,
    importance: Importance,
    documentation: &str,
) -> ConfigKey {
    let default = DefaultValue::Required;
    ConfigKey::new(name, config_type, default, importance, documentation)
}

/// A key without a value unless one is given.
pub(super) fn optional(
    name: &str,
    config_type: ConfigType,
    importance: Importance,
    documentation: &str,
) -> ConfigKey {
    let default = DefaultValue::Null;
    ConfigKey::new(name, config_type, default, importance, documentation)
}

/// A key with a default.
pub(super) fn with_default(
    name: &str,
    config_type: ConfigType,
    default: &str,
    importance: Importance,
    documentation: &str,
) -> ConfigKey {
    let default = DefaultValue::Value(default.to_owned());
    ConfigKey::new(name, config_type, default, importance, documentation)
}

/// The key of many transformations for how nulls are read.
pub(super) const REPLACE_NULL_WITH_DEFAULT: &str = "replace.null.with.default";

/// `replace.null.with.default`
pub(super) fn replace_null_with_default() -> ConfigKey {
    with_default(
        REPLACE_NULL_WITH_DEFAULT,
        ConfigType::Boolean,
        "true",
        Importance::Medium,
        "Whether a field that is null and has a default is read as its default.",
    )
}

/// A list of names: at least one, none empty, each once.
pub(super) fn names(name: &str, documentation: &str) -> ConfigKey {
    required(name, ConfigType::List, Importance::High, documentation)
        .validator(Validator::any_list(false, false))
}
