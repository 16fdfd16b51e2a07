use super::*;
use proptest::prelude::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn texts_are_those_of_big_decimal() {
    // Input, toString, toPlainString, scale; from the JDK.
    for (input, text, plain, scale) in [
        ("0", "0", "0", 0),
        ("0.00", "0.00", "0.00", 2),
        ("0E5", "0E+5", "0", -5),
        ("0E-10", "0E-10", "0.0000000000", 10),
        ("1E5", "1E+5", "100000", -5),
        ("-1.50", "-1.50", "-1.50", 2),
        ("123E-8", "0.00000123", "0.00000123", 8),
        ("123E-9", "1.23E-7", "0.000000123", 9),
        ("0.0000001", "1E-7", "0.0000001", 7),
        ("0.000001", "0.000001", "0.000001", 6),
        ("12E+3", "1.2E+4", "12000", -3),
        ("-0.001", "-0.001", "-0.001", 3),
        ("1e-2", "0.01", "0.01", 2),
        ("00.100", "0.100", "0.100", 3),
        ("+5.", "5", "5", 0),
        (".5", "0.5", "0.5", 1),
    ] {
        let value = decimal(input);
        assert_eq!(value.to_string(), text);
        assert_eq!(value.to_plain_string(), plain);
        assert_eq!(value.scale(), scale);
    }
}

#[test]
fn what_is_no_number() {
    for text in [
        "",
        ".",
        "+",
        "-",
        "1e",
        "e1",
        "1e+",
        "1 ",
        " 1",
        "1_0",
        "0x1",
        "1e99999999999",
        "--1",
        "1.2.3",
        "NaN",
        "1e2147483649",
    ] {
        assert!(text.parse::<Decimal>().is_err(), "{text}");
    }
    assert_eq!(decimal("1e2147483647").scale(), -2_147_483_647);
}

#[test]
fn bytes() {
    assert_eq!(decimal("1.56").to_bytes(), [0, 0x9c]);
    assert_eq!(decimal("-1.56").to_bytes(), [0xff, 0x64]);
    assert_eq!(decimal("0").to_bytes(), [0]);
    assert_eq!(Decimal::from_bytes(&[0xff, 0x64], 2), decimal("-1.56"));
}

#[test]
fn whole_parts() {
    assert_eq!(decimal("1e30").to_i64_wrapping(), 5_076_944_270_305_263_616);
    assert_eq!(decimal("-1.9").to_i64_wrapping(), -1);
    assert_eq!(decimal("1e2147483647").to_i64_wrapping(), 0);
    assert_eq!(decimal("1e-2147483647").to_i64_wrapping(), 0);
    assert_eq!(decimal("1e3").to_i64_exact(), Some(1000));
    assert_eq!(decimal("300.0").to_i64_exact(), Some(300));
    assert_eq!(decimal("0.1").to_i64_exact(), None);
    assert_eq!(decimal("0E500").to_i64_exact(), Some(0));
    assert_eq!(decimal("9223372036854775808").to_i64_exact(), None);
    assert_eq!(decimal("1e2147483647").to_i64_exact(), None);
    assert_eq!(decimal("1e-2147483647").to_i64_exact(), None);
}

#[test]
fn floats() {
    assert_eq!(decimal("1.1").to_f64(), 1.1);
    assert_eq!(decimal("1e400").to_f64(), f64::INFINITY);
    assert_eq!(decimal("1e2147483647").to_f32(), f32::INFINITY);
    assert_eq!(decimal("-1e-2147483647").to_f64(), -0.0);
    assert_eq!(
        Decimal::from_f64_exact(0.1).unwrap().to_string(),
        "0.1000000000000000055511151231257827021181583404541015625"
    );
    assert_eq!(
        Decimal::from_f64_exact(-1024.0),
        Some(Decimal::new(-1024, 0))
    );
    assert_eq!(Decimal::from_f64_exact(f64::NAN), None);
}

proptest! {
    #[test]
    fn text_and_bytes_come_back(unscaled: i128, scale in -40..40) {
        let value = Decimal::new(unscaled, scale);
        prop_assert_eq!(value.to_string().parse::<Decimal>().unwrap(), value.clone());
        prop_assert_eq!(Decimal::from_bytes(&value.to_bytes(), scale), value);
    }

    #[test]
    fn exact_floats(value: f64) {
        if let Some(exact) = Decimal::from_f64_exact(value) {
            prop_assert_eq!(exact.to_f64(), value);
        }
    }
}
