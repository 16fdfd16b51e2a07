use unicode_width::UnicodeWidthStr as _;

use super::*;

#[test]
fn columns_align_by_the_width_that_characters_have() {
    let mut table = Table::new(&["NAME", "STATE"]);
    table.row(["plain", "RUNNING"]);
    table.row(["käse 日本", "PAUSED"]);
    table.row(["", "FAILED"]);
    let expected = "\
NAME       STATE
plain      RUNNING
käse 日本  PAUSED
-          FAILED";
    assert_eq!(table.render(None), expected);
}

#[test]
fn only_the_last_column_is_wrapped_and_only_at_a_terminal() {
    let mut table = Table::new(&["KEY", "DOCUMENTATION"]).wrap_last();
    let long = "one two three four five six seven eight nine ten";
    table.row(["a.long.key.that.stays.whole", long]);
    let lines = table.render(None).lines().count();
    assert_eq!(lines, 2);
    let narrow = table.render(Some(50));
    assert!(narrow.lines().count() > 2, "{narrow}");
    assert!(narrow.contains("a.long.key.that.stays.whole"), "{narrow}");
    assert!(narrow.lines().all(|line| line.width() <= 50), "{narrow}");
    // Narrower than what stays whole: the terminal has to wrap, nothing is lost.
    let tiny = table.render(Some(10));
    assert!(tiny.contains("a.long.key.that.stays.whole"), "{tiny}");
}

#[test]
fn long_cells_and_control_characters_do_no_harm() {
    let long = "x".repeat(100_000);
    let mut table = Table::new(&["KEY", "VALUE"]);
    table.row(["long", &long]);
    table.row(["two\nlines", "a\tb"]);
    let text = table.render(None);
    assert_eq!(text.matches('x').count(), long.len());
    assert!(
        text.contains(r"two\nlines  a\tb"),
        "{}",
        &text[text.len() - 40..]
    );
}
