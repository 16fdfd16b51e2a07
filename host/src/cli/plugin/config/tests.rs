use super::*;
use crate::sandbox::PluginKind;

fn description() -> Description {
    Description {
        class: "com.example.PriceConnector".to_owned(),
        kind: PluginKind::Source,
        version: "1".to_owned(),
        task_class: String::new(),
        aliases: vec!["org.old.Prices".to_owned()],
        documentation: String::new(),
        header_converter: false,
    }
}

fn put_together(content: &str, set: &[&str]) -> Result<ConfigMap, ConfigurationError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), content).unwrap();
    let arguments = ConfigArguments {
        config: Some(file.path().to_owned()),
        set: set.iter().map(|set| (*set).to_owned()).collect(),
    };
    written(&arguments, None, &description())
}

#[test]
fn a_file_needs_neither_name_nor_class() {
    for content in [
        "topic=t\n",
        r#"{"topic": "t"}"#,
        "name=plugin-run\ntopic=t\n",
    ] {
        let config = put_together(content, &[]).unwrap();
        assert_eq!(config["topic"], "t");
        assert_eq!(config["name"], "plugin-run");
        assert_eq!(config["connector.class"], "com.example.PriceConnector");
    }
}

#[test]
fn single_keys_go_before_the_file() {
    let config = put_together("topic=t\nurl=x\n", &["topic=a=b", "more="]).unwrap();
    assert_eq!(
        (&*config["topic"], &*config["url"], &*config["more"]),
        ("a=b", "x", "")
    );
    for wrong in ["topic", "=value"] {
        let error = put_together("", &[wrong]).unwrap_err();
        assert!(matches!(error, ConfigurationError::Set(_)), "{error}");
    }
}

#[test]
fn the_configuration_of_another_connector_is_refused() {
    for class in [
        "com.example.PriceConnector",
        "Price",
        "PriceConnector",
        "org.old.Prices",
    ] {
        put_together(&format!("connector.class={class}\n"), &[]).unwrap();
    }
    let error = put_together("connector.class=FileStreamSource\n", &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "connector.class=FileStreamSource is not the plugin's class, which is \
         com.example.PriceConnector (or org.old.Prices)"
    );
}

#[test]
fn references_are_resolved() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "password=secret\n").unwrap();
    let reference = format!("${{file:{}:password}}", file.path().display());
    let config = put_together(&format!("password={reference}\n"), &[]).unwrap();
    assert_eq!(resolved(&config).unwrap()["password"], "secret");
}
