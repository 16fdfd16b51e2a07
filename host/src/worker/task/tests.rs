use std::sync::Mutex;

use crate::ids::ConnectorName;

use super::*;

#[derive(Default)]
struct Reports(Mutex<Vec<(State, Option<String>)>>);

impl StatusListener for Reports {
    fn on_connector_status(&self, _: &ConnectorName, _: State, _: Option<String>) {}

    fn on_task_status(&self, _: &ConnectorTaskId, state: State, trace: Option<String>) {
        self.0.lock().unwrap().push((state, trace));
    }
}

fn task(target: TargetState) -> (TaskControls, TaskContext, Arc<Reports>) {
    let reports = Arc::new(Reports::default());
    let id = ConnectorTaskId::new(ConnectorName::new("connector"), 0);
    let secrets = Arc::new(Secrets::default());
    let (controls, context) = TaskControls::new(id, target, reports.clone(), secrets);
    (controls, context, reports)
}

#[test]
fn a_pause_taken_back_before_the_task_looked_leaves_no_signal() {
    let (controls, context, _) = task(TargetState::Started);
    controls.set_target(TargetState::Paused);
    assert!(
        context.signal.is_raised(),
        "the guest's call is wanted back"
    );
    controls.set_target(TargetState::Started);
    context.attend();
    assert!(!context.should_pause());
    assert!(!context.signal.is_raised(), "calls may wait again");
}

#[test]
fn a_signal_to_stop_lasts() {
    let (controls, context, _) = task(TargetState::Started);
    controls.stop();
    context.attend();
    assert!(context.stopping());
    assert!(context.signal.is_raised());
    let (controls, context, _) = task(TargetState::Started);
    controls.set_target(TargetState::Stopped);
    controls.set_target(TargetState::Started);
    context.attend();
    assert!(context.stopping() && context.signal.is_raised());
}

#[tokio::test]
async fn a_pause_ends_with_a_resume_or_a_stop() {
    let (controls, mut context, _) = task(TargetState::Paused);
    let resume = async { controls.set_target(TargetState::Started) };
    tokio::join!(context.wait_while_paused(), resume);
    assert!(!context.should_pause());
    let (controls, mut context, _) = task(TargetState::Paused);
    let stop = async { controls.stop() };
    tokio::join!(context.wait_while_paused(), stop);
    assert!(context.stopping());
}

#[test]
fn a_task_that_was_given_up_reports_nothing() {
    let (controls, context, reports) = task(TargetState::Started);
    context.report(State::Running);
    controls.abort();
    context.report(State::Paused);
    context.report_end(Err(Failure::connect("late")));
    assert_eq!(*reports.0.lock().unwrap(), vec![(State::Running, None)]);
}

#[test]
fn a_failure_is_a_status_unless_the_task_was_to_end_anyway() {
    let (controls, context, reports) = task(TargetState::Started);
    context.report_end(Err(Failure::connect("broken")));
    controls.stop();
    context.report_end(Err(Failure::connect("broken")));
    let reports = reports.0.lock().unwrap();
    assert_eq!(reports[0].0, State::Failed);
    assert!(
        reports[0]
            .1
            .as_ref()
            .unwrap()
            .ends_with("ConnectException: broken")
    );
    assert_eq!(reports[1], (State::Unassigned, None));
}
