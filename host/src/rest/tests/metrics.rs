//! `/metrics`, which Kafka does not have.

use super::*;
use crate::metrics::InstanceLabels;

#[tokio::test]
async fn metrics_are_text_for_prometheus_where_admin_is() {
    let fixture = Fixture::new();
    let metrics = Metrics::default();
    let usage = metrics.instance(InstanceLabels {
        connector: "c".to_owned(),
        ..InstanceLabels::default()
    });
    usage.called("connector.start");
    let accept = ["Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1"];
    for (listeners, on_main, on_admin) in [
        (AdminListeners::Main, 200, 200),
        (AdminListeners::Disabled, 404, 200),
    ] {
        let settings = RestSettings {
            admin_listeners: listeners,
            ..settings()
        };
        let resources = Resources::new(fixture.herder.clone(), &settings, &metrics).unwrap();
        for (router, status) in [(resources.main, on_main), (resources.admin, on_admin)] {
            let answer = send_to(router, "GET /metrics", &accept, None).await;
            assert_eq!(answer.status.as_u16(), status);
            if status == 200 {
                assert_eq!(answer.body, metrics.text());
                assert!(answer.body.contains("call=\"connector.start\"} 1\n"));
                assert_eq!(
                    answer.header(header::CONTENT_TYPE),
                    Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
                );
            }
        }
    }
}
