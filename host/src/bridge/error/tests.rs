use super::*;

#[test]
fn every_kind_survives_a_round_trip() {
    for kind in [
        ErrorKind::Retriable,
        ErrorKind::Data,
        ErrorKind::Config,
        ErrorKind::Fatal,
    ] {
        for detail in [None, Some("more".to_owned())] {
            let error = ConnectError {
                kind,
                message: "what".to_owned(),
                detail,
            };
            assert_eq!(from_wit(to_wit(error.clone())), error);
        }
    }
}
