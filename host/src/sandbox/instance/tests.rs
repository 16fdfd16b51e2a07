use super::*;

#[test]
fn hashes_of_crates_are_left_out_of_frames() {
    for (frame, shown) in [
        (
            "x.wasm!<lines[6f1b70cca116478c]::Task as connect_sdk[e1f477f7fd57e60]::Task>::poll",
            "x.wasm!<lines::Task as connect_sdk::Task>::poll",
        ),
        ("f::<[u8]>", "f::<[u8]>"),
        ("f::<[u8; 64]>::[ab", "f::<[u8; 64]>::[ab"),
        ("plain", "plain"),
    ] {
        assert_eq!(without_hashes(frame), shown);
    }
}
