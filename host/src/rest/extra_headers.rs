//! Headers that the operator wants in every answer: `response.http.headers.config`.
//!
//! Owns what its rules do. Kafka's counterpart: Jetty's `HeaderFilter`, which acts before the
//! resource: a header that the resource sets itself wins.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::clock;
use crate::config::listener::{HeaderAction, HeaderRule};

/// Headers that say where a message ends. They are the server's own.
const FRAMING: [HeaderName; 3] = [
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
];

enum Text {
    Fixed(HeaderValue),
    /// A date so many milliseconds from now.
    FromNow(i64),
}

struct Rule {
    name: HeaderName,
    adds: bool,
    text: Text,
}

/// The rules, ready to be applied.
pub(super) struct ExtraHeaders(Vec<Rule>);

impl ExtraHeaders {
    /// Nothing when there are no rules. The error tells which one is wrong and why.
    pub(super) fn new(rules: &[HeaderRule]) -> Result<Option<Self>, String> {
        let rules: Vec<Rule> = rules.iter().map(rule).collect::<Result<_, _>>()?;
        Ok((!rules.is_empty()).then_some(Self(rules)))
    }

    fn headers(&self, now_ms: i64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for rule in &self.0 {
            let value = match &rule.text {
                Text::Fixed(value) => value.clone(),
                Text::FromNow(offset) => http_date(now_ms.saturating_add(*offset)),
            };
            if rule.adds {
                headers.append(rule.name.clone(), value);
            } else {
                headers.insert(rule.name.clone(), value);
            }
        }
        headers
    }
}

fn rule(rule: &HeaderRule) -> Result<Rule, String> {
    let refused = |why: String| format!("response.http.headers.config: {why}");
    let name = HeaderName::try_from(rule.name.as_str())
        .map_err(|_| refused(format!("'{}' is no name of an HTTP header", rule.name)))?;
    if FRAMING.contains(&name) {
        return Err(refused(format!("'{name}' is set by the server alone")));
    }
    let text = match rule.action {
        HeaderAction::Set | HeaderAction::Add => {
            // As Jetty writes them.
            let shown = rule
                .value
                .replace(|c: char| c.is_control() && c != '\t', " ");
            let value = HeaderValue::try_from(shown).map_err(|_| {
                refused(format!("'{}' cannot be the value of a header", rule.value))
            })?;
            Text::Fixed(value)
        }
        HeaderAction::SetDate | HeaderAction::AddDate => {
            let offset = rule.value.parse().map_err(|_| {
                refused(format!(
                    "the date of {name} is '{}'; expected a number of milliseconds from now",
                    rule.value
                ))
            })?;
            Text::FromNow(offset)
        }
    };
    Ok(Rule {
        name,
        adds: matches!(rule.action, HeaderAction::Add | HeaderAction::AddDate),
        text,
    })
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn http_date(epoch_ms: i64) -> HeaderValue {
    jiff::Timestamp::from_millisecond(epoch_ms)
        .ok()
        .and_then(|instant| {
            let text = instant.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            HeaderValue::try_from(text).ok()
        })
        .unwrap_or_else(|| HeaderValue::from_static("Fri, 31 Dec 9999 23:59:59 GMT"))
}

/// Runs around all resources.
pub(super) async fn extra_headers(
    State(rules): State<Arc<ExtraHeaders>>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let (mut parts, body) = response.into_parts();
    let own = std::mem::replace(&mut parts.headers, rules.headers(clock::epoch_ms()));
    for name in own.keys() {
        parts.headers.remove(name);
    }
    for (name, value) in &own {
        parts.headers.append(name.clone(), value.clone());
    }
    Response::from_parts(parts, body)
}
