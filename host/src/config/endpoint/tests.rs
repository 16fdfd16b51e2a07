use super::*;

fn found(text: &str) -> String {
    match endpoints(text) {
        Ok(found) => {
            let found: Vec<String> = found.iter().map(Endpoint::to_string).collect();
            found.join(" ")
        }
        Err(error) => format!("error: {error}"),
    }
}

fn check(rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(found(text), *expected, "{text}");
    }
}

#[test]
fn urls_and_pairs_of_host_and_port() {
    check(&[
        ("db.example.com:5432", "db.example.com:5432"),
        ("db.example.com", "db.example.com"),
        ("DB.Example.COM.:5432", "db.example.com:5432"),
        ("10.0.0.5:80", "10.0.0.5:80"),
        ("[fd00::5]:80", "[fd00::5]:80"),
        ("fd00::5", "[fd00::5]"),
        ("[::ffff:10.0.0.5]:80", "10.0.0.5:80"),
        ("0x7f.1:80", "127.0.0.1:80"),
        ("a:1, b:2 ,[::1]:3", "a:1 b:2 [::1]:3"),
        ("a:1,a:1", "a:1"),
        ("https://example.com/path?x=1,2", "example.com:443"),
        ("http://example.com", "example.com:80"),
        ("http://u:p@example.com:8080/", "example.com:8080"),
        ("http://u:p@x@example.com/", "example.com:80"),
        ("http://a:9200,http://b:9200", "a:9200 b:9200"),
        ("http://a,https://b/x,y", "a:80 b:443"),
        ("wss://feed.example.com", "feed.example.com:443"),
        ("redis://:secret@cache:6380/0", "cache:6380"),
        ("rediss://cache", "cache:6379"),
        (
            "mongodb://u:p@m1,m2:27018,m3/db?replicaSet=r",
            "m1:27017 m2:27018 m3:27017",
        ),
        ("postgres://u@db/x", "db:5432"),
        ("postgresql+asyncpg://db/x", "db:5432"),
        ("postgresql:///x?host=db&port=5433", "db:5433"),
        ("nats://a,b:4223", "a:4222 b:4223"),
        (
            "PLAINTEXT://broker:9092,SASL_SSL://broker2:9093",
            "broker:9092 broker2:9093",
        ),
        ("tcp://host:7000", "host:7000"),
        ("münchen.example:80", "xn--mnchen-3ya.example:80"),
    ]);
}

#[test]
fn jdbc_urls_in_their_drivers_forms() {
    check(&[
        ("jdbc:postgresql://h1:5433,h2/db?user=a", "h1:5433 h2:5432"),
        ("jdbc:postgresql:db", "localhost:5432"),
        ("jdbc:mysql://h/db", "h:3306"),
        ("jdbc:mysql:loadbalance://h1,h2:3307/db", "h1:3306 h2:3307"),
        ("jdbc:mysql://u:p@[h1:1,h2:2]/db", "h1:1 h2:2"),
        ("jdbc:mysql://[::1]:3307/db", "[::1]:3307"),
        (
            "jdbc:mysql://address=(host=h1)(port=1)(key=x),address=(host=h2)/db",
            "h1:1 h2:3306",
        ),
        (
            "jdbc:mysql://(host=h1,port=1),(host=h2,port=2)/db",
            "h1:1 h2:2",
        ),
        ("jdbc:mysql:///db", "localhost:3306"),
        ("jdbc:mariadb:sequential://a,b/db", "a:3306 b:3306"),
        ("jdbc:sqlserver://h:1444;databaseName=d", "h:1444"),
        ("jdbc:sqlserver://h;databaseName=d", "h:1433"),
        ("jdbc:sqlserver://h\\inst;databaseName=d", "h"),
        ("jdbc:sqlserver://h\\inst:1500;databaseName=d", "h:1500"),
        (
            "jdbc:sqlserver://;serverName=h;portNumber=1500;failoverPartner=g",
            "h:1500 g:1433",
        ),
        ("jdbc:jtds:sqlserver://h:1444/db;instance=x", "h:1444"),
        ("jdbc:oracle:thin:@h:1522:SID", "h:1522"),
        ("jdbc:oracle:thin:scott/tiger@//h:1522/svc", "h:1522"),
        ("jdbc:oracle:thin:@h/svc", "h:1521"),
        ("jdbc:oracle:thin:@tcps://h1:1,h2:2/svc", "h1:1 h2:2"),
        (
            "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST = h1)(PORT = 1))(ADDRESS=(HOST=h2)))",
            "h1:1 h2:1521",
        ),
        ("jdbc:db2://h:50001/db:user=x;", "h:50001"),
        ("jdbc:as400://h/lib", "h"),
        ("jdbc:sybase:Tds:h:5001/db", "h:5001"),
        (
            "jdbc:snowflake://acct.snowflakecomputing.com/?db=x",
            "acct.snowflakecomputing.com:443",
        ),
        (
            "jdbc:redshift:iam://c.redshift.amazonaws.com/dev",
            "c.redshift.amazonaws.com:5439",
        ),
        ("jdbc:ch:https://h/db", "h:443"),
        ("jdbc:clickhouse://h1,h2:8124/db", "h1:8123 h2:8124"),
        ("jdbc:h2:tcp://h/~/test", "h:9092"),
        (
            "jdbc:hive2://h1,h2:10001/db;transportMode=http",
            "h1:10000 h2:10001",
        ),
        ("jdbc:teradata://h/DATABASE=x,DBS_PORT=1026", "h:1026"),
        ("JDBC:trino://h:443/c", "h:443"),
    ]);
}

#[test]
fn lists_of_keys_and_values() {
    check(&[
        ("host=db port=5433 user=a password=b", "db:5433"),
        ("host=a,b port=1,2 dbname=x", "a:1 b:2"),
        ("host=a,b port=1 dbname=x", "a:1 b:1"),
        ("host=db user=a", "db:5432"),
        (
            "host=db hostaddr=10.0.0.5 port=5432 user=a",
            "10.0.0.5:5432",
        ),
        ("user:pw@tcp(db:3306)/x", "db:3306"),
        ("Server=tcp:db,1433;User Id=a;Password=b", "db:1433"),
        ("Server=db;Port=3306;Uid=a", "db:3306"),
    ]);
}

#[test]
fn what_names_no_endpoint_says_so_and_keeps_its_secrets() {
    let rows = [
        ("", "no host is in it"),
        ("mongodb+srv://u:secret@cluster/db", "SRV records"),
        ("file:///etc/passwd", "no server on a network"),
        ("unix:///run/secret.sock", "no server on a network"),
        ("/run/postgres", "no server on a network"),
        ("jdbc:sqlite:/secret.db", "jdbc:sqlite names no server"),
        ("host=/run/secret user=a", "no server on a network"),
        ("gopherz://u:secret@h/x", "the port of h is missing"),
        ("http://u:secret@h:99999/", "'99999' is not a port"),
        ("http://u:secret@h:-1/", "'-1' is not a port"),
        ("http://u:secret@h h/", "'h h' is neither"),
        ("http://[::1/", "'[::1' is neither"),
        ("http://*/", "'*' is neither"),
    ];
    for (text, expected) in rows {
        let found = found(text);
        assert!(found.starts_with("error: "), "{text}: {found}");
        assert!(found.contains(expected), "{text}: {found}");
        assert!(!found.contains("secret"), "{text}: {found}");
    }
}

#[test]
fn addresses_to_listen_on() {
    let found = |text: &str| match listen_addresses(text) {
        Ok(found) => {
            let found: Vec<String> = found.iter().map(Endpoint::to_string).collect();
            found.join(" ")
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(found("127.0.0.1:9000"), "127.0.0.1:9000");
    assert_eq!(found("9000"), "0.0.0.0:9000 [::]:9000");
    assert_eq!(found(":9000"), "0.0.0.0:9000 [::]:9000");
    assert_eq!(found("*:9000"), "0.0.0.0:9000 [::]:9000");
    assert_eq!(
        found("udp://[::1]:514, tcp://localhost:0"),
        "[::1]:514 localhost:0"
    );
    assert!(found("localhost").contains("needs a port"));
    assert!(found("").contains("needs a port"));
    assert!(found("localhost:x").contains("'x' is not a port"));
}

#[test]
fn names_that_mean_this_machine() {
    for (text, expected) in [
        ("localhost", true),
        ("LOCALHOST.", true),
        ("db.localhost", true),
        ("notlocalhost", false),
        ("localhost.example.com", false),
        ("127.0.0.1", false),
    ] {
        assert_eq!(
            Host::parse(text).unwrap().is_localhost(),
            expected,
            "{text}"
        );
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_an_answer_or_an_error(text in ".{0,80}") {
        let _ = endpoints(&text);
        let _ = listen_addresses(&text);
    }

    #[test]
    fn what_is_shown_is_read_back(host in "[a-z]{1,8}(\\.[a-z]{1,8}){0,3}", port in 1u16..) {
        let endpoint = Endpoint::new(Host::parse(&host).unwrap(), port);
        proptest::prop_assert_eq!(endpoints(&endpoint.to_string()), Ok(vec![endpoint]));
    }
}
