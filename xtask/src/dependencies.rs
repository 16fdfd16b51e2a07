//! Licences and duplicate versions of everything that is linked, checked against `deny.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Checks every package of Cargo.lock that is compiled for this platform.
///
/// # Errors
///
/// One line for each package whose licence is not allowed, for each duplicate version without a
/// reason in `deny.json`, and for each reason there that is not needed any more.
pub fn check(root: &Path) -> Result<(), String> {
    let rules = read_rules(root)?;
    let packages = packages(root)?;
    let mut problems = licence_problems(&rules, &packages)?;
    problems.extend(duplicate_problems(&rules, &packages)?);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

struct Package {
    name: String,
    version: String,
    licence: String,
}

fn read_rules(root: &Path) -> Result<Value, String> {
    let path = root.join("deny.json");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{} is not JSON: {error}", path.display()))
}

fn packages(root: &Path) -> Result<Vec<Package>, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo metadata cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata answered no JSON: {error}"))?;
    let used: BTreeSet<&str> = metadata["resolve"]["nodes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|node| node["id"].as_str())
        .collect();
    let text = |package: &Value, key: &str| package[key].as_str().unwrap_or_default().to_owned();
    Ok(metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|package| package["id"].as_str().is_some_and(|id| used.contains(id)))
        .map(|package| Package {
            name: text(package, "name"),
            version: text(package, "version"),
            licence: text(package, "license"),
        })
        .collect())
}

fn licence_problems(rules: &Value, packages: &[Package]) -> Result<Vec<String>, String> {
    let allowed: BTreeSet<&str> = rules["licences"]
        .as_array()
        .ok_or("deny.json needs a list 'licences'")?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let exceptions = rules["licence_exceptions"]
        .as_object()
        .ok_or("deny.json needs an object 'licence_exceptions'")?;
    Ok(packages
        .iter()
        .filter(|package| !exceptions.contains_key(&package.name))
        .filter(|package| !is_allowed(&package.licence, &allowed))
        .map(|package| {
            format!(
                "{} {}: the licence '{}' is not among those that deny.json allows",
                package.name, package.version, package.licence
            )
        })
        .collect())
}

/// Whether an SPDX expression can be met: every side of an AND, one side of an OR.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    expression.split(" AND ").all(|part| {
        part.split(" OR ")
            .any(|licence| allowed.contains(licence.trim()))
    })
}

fn duplicate_problems(rules: &Value, packages: &[Package]) -> Result<Vec<String>, String> {
    let reasons = rules["duplicates"]
        .as_object()
        .ok_or("deny.json needs an object 'duplicates'")?;
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages {
        versions
            .entry(&package.name)
            .or_default()
            .insert(&package.version);
    }
    versions.retain(|_, found| found.len() > 1);
    let mut problems: Vec<String> = versions
        .iter()
        .filter(|(name, _)| !reasons.contains_key(**name))
        .map(|(name, found)| {
            let found: Vec<&str> = found.iter().copied().collect();
            format!(
                "{name} is compiled in versions {}: settle on one, or give the reason in deny.json",
                found.join(" and ")
            )
        })
        .collect();
    problems.extend(
        reasons
            .keys()
            .filter(|name| !versions.contains_key(name.as_str()))
            .map(|name| format!("deny.json excuses duplicates of {name}, but there are none")),
    );
    Ok(problems)
}
