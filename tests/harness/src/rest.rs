//! A client of the worker's REST interface that sends exactly what a test says and hides nothing
//! of the answer.

use std::time::Duration;

use serde_json::Value;
use ureq::http::{Method, Request};

use crate::eventually;

// LIMIT: longer than the 90 s after which a worker answers that a request timed out.
const ANSWERS_WITHIN: Duration = Duration::from_secs(100);

/// The REST interface of one worker.
#[derive(Clone)]
pub struct Rest {
    base: String,
    agent: ureq::Agent,
}

/// An answer of whatever status.
#[derive(Clone, Debug)]
pub struct RestResponse {
    /// The HTTP status.
    pub status: u16,
    /// Header names in lower case with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl RestResponse {
    /// The body as JSON; panics when it is not.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {} {:?}", self.status, self.body))
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Panics unless the status is the one given.
    #[track_caller]
    pub fn expect(self, status: u16) -> RestResponse {
        assert_eq!(
            self.status, status,
            "unexpected status; body: {}",
            self.body
        );
        self
    }

    /// `message` of an error body.
    #[track_caller]
    pub fn message(&self) -> String {
        let json = self.json();
        let message = json.get("message").and_then(Value::as_str);
        message
            .unwrap_or_else(|| panic!("no message in {json}"))
            .to_owned()
    }
}

impl Rest {
    /// A client for `http://127.0.0.1:<port>`.
    pub fn new(port: u16) -> Rest {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .timeout_global(Some(ANSWERS_WITHIN))
            // A worker that is killed and started again must not be met by an old connection.
            .max_idle_connections(0)
            .user_agent("")
            .build()
            .new_agent();
        Rest {
            base: format!("http://127.0.0.1:{port}"),
            agent,
        }
    }

    /// `host:port`.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Sends a request; an error means that there was no answer.
    pub fn try_request(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: Option<&[u8]>,
    ) -> anyhow::Result<RestResponse> {
        let method = Method::from_bytes(method.as_bytes())?;
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let response = match body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.to_string(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let body = response.into_body().read_to_string()?;
        Ok(RestResponse {
            status,
            headers,
            body,
        })
    }

    /// Sends a JSON body, or none.
    #[track_caller]
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> RestResponse {
        let headers = match body {
            Some(_) => vec![("content-type".to_owned(), "application/json".to_owned())],
            None => Vec::new(),
        };
        let bytes = body.map(|body| body.to_string().into_bytes());
        self.try_request(method, path, &headers, bytes.as_deref())
            .unwrap_or_else(|error| panic!("no answer to {method} {path}: {error:#}"))
    }

    /// GET.
    #[track_caller]
    pub fn get(&self, path: &str) -> RestResponse {
        self.request("GET", path, None)
    }

    /// PUT with or without a JSON body.
    #[track_caller]
    pub fn put(&self, path: &str, body: Option<&Value>) -> RestResponse {
        self.request("PUT", path, body)
    }

    /// POST with or without a JSON body.
    #[track_caller]
    pub fn post(&self, path: &str, body: Option<&Value>) -> RestResponse {
        self.request("POST", path, body)
    }

    /// DELETE.
    #[track_caller]
    pub fn delete(&self, path: &str) -> RestResponse {
        self.request("DELETE", path, None)
    }

    /// Waits until the worker answers that it is healthy.
    #[track_caller]
    pub fn await_healthy(&self, deadline: Duration) {
        eventually("the worker is healthy", deadline, || {
            match self.try_request("GET", "/health", &[], None) {
                Ok(response) if response.status == 200 => Ok(()),
                Ok(response) => Err(format!("{} {}", response.status, response.body)),
                Err(error) => Err(error.to_string()),
            }
        });
    }

    /// Waits until the connector and all its tasks, at least one, are in `state`.
    #[track_caller]
    pub fn await_state(&self, connector: &str, state: &str, deadline: Duration) -> Value {
        self.await_states(connector, state, Some(state), deadline)
    }

    /// Waits until the connector is in one state and its tasks, at least one, in another; with
    /// None, until it has no tasks.
    #[track_caller]
    pub fn await_states(
        &self,
        connector: &str,
        connector_state: &str,
        task_state: Option<&str>,
        deadline: Duration,
    ) -> Value {
        let what = format!("{connector} is {connector_state}, its tasks {task_state:?}");
        eventually(&what, deadline, || {
            let answer = self
                .try_request("GET", &format!("/connectors/{connector}/status"), &[], None)
                .map_err(|error| error.to_string())?;
            let status: Value =
                serde_json::from_str(&answer.body).map_err(|_| answer.body.clone())?;
            let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
            let tasks_as_wanted = match task_state {
                Some(state) => !tasks.is_empty() && tasks.iter().all(|task| task["state"] == state),
                None => tasks.is_empty(),
            };
            if status["connector"]["state"] == connector_state && tasks_as_wanted {
                Ok(status)
            } else {
                Err(answer.body)
            }
        })
    }
}
