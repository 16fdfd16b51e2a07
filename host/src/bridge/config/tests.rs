use super::*;

#[test]
fn a_configuration_keeps_its_order() {
    let config: IndexMap<String, String> = [("z", "1"), ("a", ""), ("m", "ä")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let back = from_wit(to_wit(&config));
    assert!(back.iter().eq(config.iter()));
}

fn key(
    name: &str,
    type_: wit_def::ConfigType,
    default: wit_def::DefaultValue,
) -> wit_def::ConfigKey {
    wit_def::ConfigKey {
        name: name.to_owned(),
        type_,
        default,
        validator: None,
        importance: wit_def::Importance::High,
        documentation: "What it is.".to_owned(),
        group: Some("Group".to_owned()),
        order_in_group: 3,
        width: wit_def::Width::Long,
        display_name: "Shown".to_owned(),
        dependents: vec!["other".to_owned()],
        has_recommender: true,
        grants: Some(wit_def::Grant::PathWrite),
        grants_stdio_when_empty: true,
    }
}

#[test]
fn every_attribute_of_a_key_arrives() {
    let mut given = key(
        "size",
        wit_def::ConfigType::Int,
        wit_def::DefaultValue::Value("5".to_owned()),
    );
    given.validator = Some(wit_def::Validator::Range((Some(1.0), None)));
    let def = config_def_from_wit(&[given]).unwrap();
    let found = def.key("size").unwrap();
    assert_eq!(found.config_type, ConfigType::Int);
    assert_eq!(found.default, DefaultValue::Value("5".to_owned()));
    assert!(matches!(
        found.validator,
        Some(Validator::Range {
            min: Some(1.0),
            max: None
        })
    ));
    assert_eq!(
        (found.importance, found.width),
        (Importance::High, Width::Long)
    );
    assert_eq!(
        (found.group.as_deref(), found.order_in_group),
        (Some("Group"), 3)
    );
    assert_eq!(
        (found.documentation.as_str(), found.display_name.as_str()),
        ("What it is.", "Shown")
    );
    assert_eq!(found.dependents, ["other"]);
    assert!(found.recommender && found.grants_stdio_when_empty);
    assert_eq!(found.grants, Some(Grant::PathWrite));
}

#[test]
fn a_definition_that_contradicts_itself_is_an_error() {
    let text = |name: &str| {
        key(
            name,
            wit_def::ConfigType::Text,
            wit_def::DefaultValue::Required,
        )
    };
    assert!(config_def_from_wit(&[text("a"), text("a")]).is_err());
    let wrong = key(
        "size",
        wit_def::ConfigType::Int,
        wit_def::DefaultValue::Value("many".to_owned()),
    );
    assert!(config_def_from_wit(&[wrong]).is_err());
}
