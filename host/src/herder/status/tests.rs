use super::*;
use crate::storage::status::MemoryStatusBackingStore;

#[test]
fn reports_carry_worker_and_version() {
    let recorder = StatusRecorder::new(Arc::new(MemoryStatusBackingStore::new()), "w:1");
    let name = ConnectorName::from("c");
    let id = ConnectorTaskId::new(name.clone(), 0);
    recorder.set_version(InstanceId::Task(id.clone()), "1.0".to_owned());
    recorder.on_connector_status(&name, State::Running, None);
    recorder.on_task_status(&id, State::Failed, Some("trace".to_owned()));
    let status = recorder.store().task(&id).unwrap();
    assert_eq!(status.state, State::Failed);
    assert_eq!(status.trace.as_deref(), Some("trace"));
    assert_eq!(status.worker_id, "w:1");
    assert_eq!(status.version.as_deref(), Some("1.0"));
    recorder.connector_not_built(&name);
    assert_eq!(recorder.store().connector(&name).unwrap().version, None);
    recorder.connector_destroyed(&name);
    assert_eq!(recorder.store().connector(&name), None);
    assert_eq!(recorder.store().task(&id), None);
}
