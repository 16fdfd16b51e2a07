use super::super::{Fault, Finding, Outcome};
use super::*;
use crate::config::def::Importance;
use crate::sandbox::PluginKind;

fn key(name: &str) -> ConfigKey {
    let kind = ConfigType::String;
    ConfigKey::new(
        name,
        kind,
        DefaultValue::Null,
        Importance::Low,
        "What it does.",
    )
}

fn def(keys: impl IntoIterator<Item = ConfigKey>) -> ConfigDef {
    ConfigDef::new(keys).unwrap()
}

#[track_caller]
fn fails(verdict: Verdict, part: &str) {
    match verdict {
        Err(Fault::Failed(why)) => assert!(why.contains(part), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn good_keys_pass_everything() {
    let mut url = key("url").shown("Connection", 1, crate::config::def::Width::Long, "URL");
    url.grants = Some(Grant::Endpoint);
    url.dependents = vec!["user".to_owned()];
    let mut user = key("user").shown("Connection", 2, crate::config::def::Width::Long, "User");
    user.grants_stdio_when_empty = true;
    let mut password = key("user.password");
    password.config_type = ConfigType::Password;
    let def = def([url, user, password, key("token.file.x"), key("monkey")]);
    let mut findings = Findings::new(Vec::new(), Vec::new());
    keys(&def, &mut findings);
    let list = findings.into_list();
    assert_eq!(list.len(), 6);
    let passed = |finding: &Finding| finding.outcome == Outcome::Passed;
    assert!(list.iter().all(passed), "{list:?}");
}

#[test]
fn each_fault_of_keys_is_found() {
    fails(names(&def([key("a b")])), "a b");
    fails(names(&def([key("tasks.max")])), "tasks.max");
    fails(names(&def([key("topics")])), "topics");
    let mut silent = key("a");
    silent.documentation = " ".to_owned();
    fails(documented(&def([silent])), "a");
    let shown = |name: &str| key(name).shown("G", 1, crate::config::def::Width::None, name);
    fails(groups(&def([shown("a"), shown("b")])), "a and b");
    let mut dependent = key("a");
    dependent.dependents = vec!["b".to_owned()];
    fails(dependents(&def([dependent.clone()])), "b, which is no key");
    dependent.dependents = vec!["a".to_owned()];
    fails(dependents(&def([dependent])), "its own");
    let mut number = key("port");
    number.config_type = ConfigType::Int;
    number.grants = Some(Grant::Listen);
    fails(grants(&def([number])), "INT");
    let mut stdio = key("file");
    stdio.default = DefaultValue::Required;
    stdio.grants_stdio_when_empty = true;
    fails(grants(&def([stdio])), "required");
    for name in ["password", "db.password", "API_TOKEN", "client-secret"] {
        fails(secrets(&def([key(name)])), name);
    }
}

#[test]
fn each_fault_of_a_description_is_found() {
    let good = Description {
        class: "com.example.PriceConnector".to_owned(),
        kind: PluginKind::Source,
        version: "1.0.0".to_owned(),
        task_class: "com.example.PriceTask".to_owned(),
        aliases: Vec::new(),
        documentation: "Reads prices.".to_owned(),
        header_converter: false,
    };
    assert_eq!(classes(&good), Ok(()));
    let without_tasks = Description {
        kind: PluginKind::Transformation,
        task_class: String::new(),
        ..good.clone()
    };
    assert_eq!(classes(&without_tasks), Ok(()));
    for wrong in ["", "com..Price", "a b", "1com.Price"] {
        let description = Description {
            class: wrong.to_owned(),
            ..good.clone()
        };
        fails(classes(&description), "class name");
    }
    let same = Description {
        task_class: good.class.clone(),
        ..good.clone()
    };
    fails(classes(&same), "the same class name");
    assert_eq!(version("2.0-rc1"), Ok(()));
    for wrong in ["", "latest", "1 0", "[1.0]"] {
        fails(version(wrong), "version");
    }
    let silent = Description {
        documentation: String::new(),
        ..good
    };
    let mut findings = Findings::new(Vec::new(), Vec::new());
    describe(&silent, &mut findings);
    let list = findings.into_list();
    assert!(matches!(list[2].outcome, Outcome::Failed(_)), "{list:?}");
}

#[test]
fn a_check_that_is_not_wanted_is_skipped_with_its_reason() {
    let skip = vec![("config-def.names".to_owned(), "as on the JVM".to_owned())];
    let mut findings = Findings::new(skip, Vec::new());
    keys(&def([key("a b")]), &mut findings);
    let list = findings.into_list();
    assert_eq!(
        list[0].outcome,
        Outcome::Skipped("as on the JVM".to_owned())
    );
}
