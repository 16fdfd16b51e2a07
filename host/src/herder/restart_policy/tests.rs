use super::*;
use crate::config::connector::upkeep::RestartBackoff;
use crate::ids::ConnectorTaskId;

const SETTINGS: RestartSettings = RestartSettings {
    backoff: RestartBackoff::Exponential {
        initial: Duration::from_secs(1),
        max: Duration::from_secs(3),
    },
    max_attempts: Some(4),
    reset_after: Duration::from_secs(60),
};

fn name() -> ConnectorName {
    ConnectorName::from("c")
}

fn connector() -> InstanceId {
    InstanceId::Connector(name())
}

fn task(task: u32) -> InstanceId {
    InstanceId::Task(ConnectorTaskId::new(name(), task))
}

/// The state machine with a clock that is moved by hand.
struct Scene {
    policies: RestartPolicies,
}

impl Scene {
    fn new() -> Self {
        Self {
            policies: RestartPolicies::default(),
        }
    }

    fn observe(&mut self, id: &InstanceId, state: State) -> Option<Decision> {
        let now = Moment {
            instant: Instant::now(),
            epoch_ms: 1_000_000,
        };
        self.policies.observe(id, state, &SETTINGS, now)
    }

    fn info(&self, id: &InstanceId) -> RestartInfo {
        self.policies.info(id, &SETTINGS, Instant::now())
    }

    /// Fails, is restarted after `delay` and is in `state` afterwards.
    async fn restart(&mut self, id: &InstanceId, delay: u64, state: State) {
        let due = self.policies.next_due().expect("a restart is scheduled");
        assert_eq!(due.duration_since(Instant::now()).as_secs(), delay);
        tokio::time::sleep_until(due).await;
        assert_eq!(
            self.policies.take_due(Instant::now()),
            BTreeSet::from([name()])
        );
        assert_eq!(
            self.policies.claim(&name(), |_| true),
            std::slice::from_ref(id)
        );
        // What is seen before the restart is over is not the new instance's.
        assert_eq!(self.observe(id, State::Failed), None);
        self.policies.restarted(&name());
        self.observe(id, state);
    }
}

#[tokio::test(start_paused = true)]
async fn times_grow_up_to_the_limit() {
    let mut scene = Scene::new();
    assert_eq!(
        scene.observe(&task(0), State::Failed),
        Some(Decision::Scheduled {
            attempt: 1,
            delay: Duration::from_secs(1)
        })
    );
    let waiting = RestartInfo {
        count: 0,
        next_attempt: Some(1_001_000),
        limit_reached: false,
    };
    assert_eq!(scene.info(&task(0)), waiting);
    // Seen again, which changes nothing.
    assert_eq!(scene.observe(&task(0), State::Failed), None);
    for delay in [1, 2, 3] {
        scene.restart(&task(0), delay, State::Failed).await;
    }
    scene.restart(&task(0), 3, State::Running).await;
    let decision = scene.observe(&task(0), State::Failed);
    assert_eq!(decision, Some(Decision::LimitReached { attempts: 4 }));
    assert_eq!(scene.policies.next_due(), None);
    let spent = RestartInfo {
        count: 4,
        next_attempt: None,
        limit_reached: true,
    };
    assert_eq!(scene.info(&task(0)), spent);
    assert_eq!(scene.observe(&task(0), State::Failed), None);
}

#[tokio::test(start_paused = true)]
async fn running_well_for_long_forgets_restarts() {
    let mut scene = Scene::new();
    scene.observe(&task(0), State::Failed);
    scene.restart(&task(0), 1, State::Failed).await;
    scene.restart(&task(0), 2, State::Running).await;
    tokio::time::advance(Duration::from_secs(59)).await;
    assert_eq!(scene.info(&task(0)).count, 2);
    scene.observe(&task(0), State::Failed);
    scene.restart(&task(0), 3, State::Running).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(scene.info(&task(0)).count, 0);
    scene.observe(&task(0), State::Failed);
    scene.restart(&task(0), 1, State::Running).await;
    assert_eq!(scene.info(&task(0)).count, 1);
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_not_running_well() {
    let mut scene = Scene::new();
    scene.observe(&task(0), State::Failed);
    scene.restart(&task(0), 1, State::Running).await;
    tokio::time::advance(Duration::from_secs(59)).await;
    scene.observe(&task(0), State::Paused);
    tokio::time::advance(Duration::from_secs(59)).await;
    scene.observe(&task(0), State::Running);
    assert_eq!(scene.info(&task(0)).count, 1);
}

#[tokio::test(start_paused = true)]
async fn who_recovers_or_is_taken_care_of_is_not_restarted() {
    let mut scene = Scene::new();
    scene.observe(&task(0), State::Failed);
    scene.observe(&task(0), State::Running);
    assert_eq!(scene.policies.next_due(), None);
    scene.observe(&task(0), State::Failed);
    scene.policies.forget(&task(0));
    assert_eq!(scene.policies.next_due(), None);
    scene.observe(&task(0), State::Failed);
    scene.observe(&connector(), State::Failed);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(scene.policies.take_due(Instant::now()).len(), 1);
    // Told once, although the restart has not had its turn.
    assert!(scene.policies.take_due(Instant::now()).is_empty());
    scene.policies.forget_connector(&name());
    assert!(scene.policies.claim(&name(), |_| true).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_repaired_while_waiting_for_its_turn_is_let_go() {
    let mut scene = Scene::new();
    for id in [task(1), task(0), connector()] {
        scene.observe(&id, State::Failed);
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    scene.policies.take_due(Instant::now());
    let claimed = scene.policies.claim(&name(), |id| *id != task(0));
    assert_eq!(claimed, [connector(), task(1)]);
    assert_eq!(scene.info(&task(0)).count, 0);
    assert_eq!(scene.info(&task(1)).count, 1);
}
