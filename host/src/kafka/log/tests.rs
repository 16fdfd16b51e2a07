use super::*;

#[test]
fn credentials_are_hidden() {
    let cases = [
        ("sasl.password=hunter2 rest", "sasl.password=[hidden] rest"),
        (
            "ssl.key.password: \"a b\" end",
            "ssl.key.password: [hidden] end",
        ),
        ("x password='p;q';", "x password=[hidden];"),
        (
            "sasl.oauthbearer.client.secret = s3cret",
            "sasl.oauthbearer.client.secret = [hidden]",
        ),
        ("nothing to hide", "nothing to hide"),
    ];
    for (line, expected) in cases {
        assert_eq!(redact(line), expected);
    }
}
