//! Restart plans: which instances a restart request is about.
//!
//! Owns the decision, as a pure function of the request and the statuses. Must not know how
//! instances are restarted. Kafka's counterparts: `RestartRequest`, `RestartPlan`.

use super::state::ConnectorStateInfo;
use crate::ids::{ConnectorName, ConnectorTaskId};
use crate::storage::status::State;

#[cfg(test)]
mod tests;

/// `POST /connectors/{c}/restart`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestartRequest {
    /// The connector.
    pub connector: ConnectorName,
    /// Only what is FAILED.
    pub only_failed: bool,
    /// The tasks, too.
    pub include_tasks: bool,
}

impl RestartRequest {
    /// Whether the request is about the connector instance whatever its state, and nothing else.
    pub fn connector_alone(&self) -> bool {
        !self.only_failed && !self.include_tasks
    }

    fn concerns_connector(&self, state: State) -> bool {
        !self.only_failed || state == State::Failed
    }

    fn concerns_task(&self, state: State) -> bool {
        self.include_tasks && (!self.only_failed || state == State::Failed)
    }
}

/// What a request restarts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestartPlan {
    /// Whether the connector instance is restarted.
    pub connector: bool,
    /// The tasks that are restarted, in order.
    pub tasks: Vec<ConnectorTaskId>,
    /// The statuses, with those that are restarted shown as RESTARTING. Traces are kept, as Kafka
    /// does.
    pub state: ConnectorStateInfo,
}

impl RestartPlan {
    /// The plan for a request, given the present statuses.
    pub fn new(request: &RestartRequest, mut state: ConnectorStateInfo) -> Self {
        let connector = request.concerns_connector(state.connector.state);
        if connector {
            state.connector.state = State::Restarting;
        }
        let mut tasks = Vec::new();
        for (task, status) in &mut state.tasks {
            if request.concerns_task(status.state) {
                status.state = State::Restarting;
                tasks.push(ConnectorTaskId::new(request.connector.clone(), *task));
            }
        }
        Self {
            connector,
            tasks,
            state,
        }
    }
}
