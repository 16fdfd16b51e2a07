use std::time::Duration;

use super::*;

fn address(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

#[tokio::test(start_paused = true)]
async fn addresses_of_a_name_count_for_ten_minutes_after_the_look_up() {
    let mut seen = SeenAddresses::default();
    seen.remember("a.example", &[address(1), address(2)]);
    tokio::time::advance(Duration::from_secs(300)).await;
    seen.remember("a.example", &[address(2)]);
    assert!(seen.leads_to("a.example", address(1)));
    assert!(!seen.leads_to("b.example", address(1)));
    assert!(!seen.leads_to("a.example", address(3)));
    tokio::time::advance(Duration::from_secs(300)).await;
    assert!(!seen.leads_to("a.example", address(1)));
    assert!(seen.leads_to("a.example", address(2)));
}

#[tokio::test(start_paused = true)]
async fn the_oldest_addresses_are_forgotten_first() {
    let mut seen = SeenAddresses::default();
    seen.remember("old.example", &[address(1)]);
    let many: Vec<IpAddr> = (0..1024_u16)
        .map(|number| IpAddr::from([10, 1, (number >> 8) as u8, number as u8]))
        .collect();
    seen.remember("large.example", &many);
    assert!(!seen.leads_to("old.example", address(1)));
    assert!(
        many.iter()
            .all(|address| seen.leads_to("large.example", *address))
    );
}

#[tokio::test(start_paused = true)]
async fn unknown_addresses_make_a_look_up_only_once_a_second() {
    let mut seen = SeenAddresses::default();
    assert!(seen.may_look_up_again("a.example"));
    assert!(!seen.may_look_up_again("a.example"));
    assert!(seen.may_look_up_again("b.example"));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(seen.may_look_up_again("a.example"));
}
