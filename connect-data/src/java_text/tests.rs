use super::*;
use proptest::prelude::*;

#[test]
fn doubles() {
    for (value, text) in [
        (1.0, "1.0"),
        (0.001, "0.001"),
        (0.0009, "9.0E-4"),
        (1e7, "1.0E7"),
        (9_999_999.0, "9999999.0"),
        (12_345_678.9, "1.23456789E7"),
        (1e10, "1.0E10"),
        (1.5e-5, "1.5E-5"),
        (123_456_789_012_345_680.0, "1.2345678901234568E17"),
        (0.1, "0.1"),
        (100.0, "100.0"),
        (1234.5, "1234.5"),
        (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
        (f64::MAX, "1.7976931348623157E308"),
        (5e-324, "4.9E-324"),
        (-0.5, "-0.5"),
        (-0.0, "-0.0"),
        (0.0, "0.0"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "Infinity"),
        (f64::NEG_INFINITY, "-Infinity"),
        (2e-3, "0.002"),
        (2e23, "2.0E23"),
    ] {
        assert_eq!(double_text(value), text);
    }
}

#[test]
fn floats() {
    for (value, text) in [
        (1.0, "1.0"),
        (0.001, "0.001"),
        (1e7, "1.0E7"),
        (1e10, "1.0E10"),
        (0.1, "0.1"),
        (f32::MAX, "3.4028235E38"),
        (1e-45, "1.4E-45"),
        (33_554_432.0, "3.3554432E7"),
        (f32::NAN, "NaN"),
    ] {
        assert_eq!(float_text(value), text);
    }
}

proptest! {
    #[test]
    fn texts_read_back(double: f64, float: f32) {
        prop_assume!(!double.is_nan() && !float.is_nan());
        prop_assert_eq!(double_text(double).parse::<f64>().unwrap(), double);
        prop_assert_eq!(float_text(float).parse::<f32>().unwrap(), float);
    }
}
