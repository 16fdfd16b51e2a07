use super::*;

fn parse(fields: &str) -> Result<Vec<FieldSpec>, ConnectError> {
    FieldSpec::parse_all(&Config::from([(FIELDS, fields)]))
}

fn rows(seed: i64, task: i32) -> Rows {
    let fields = parse("name:string,n:int,l:long,d:double,b:boolean,at:timestamp").unwrap();
    Rows::new(fields, seed, task).unwrap()
}

#[test]
fn a_row_depends_on_seed_task_and_number_alone() {
    let one = rows(1, 0).value(7).unwrap();
    assert_eq!(rows(1, 0).value(7).unwrap(), one);
    assert_ne!(rows(2, 0).value(7).unwrap(), one);
    assert_ne!(rows(1, 1).value(7).unwrap(), one);
    assert_ne!(rows(1, 0).value(8).unwrap(), one);
}

#[test]
fn rows_fit_their_schema_and_differ() {
    let rows = rows(0, 3);
    let mut names = std::collections::HashSet::new();
    for number in 0..1000 {
        let Value::Struct(row) = rows.value(number).unwrap() else {
            panic!("a row is a struct");
        };
        row.validate().unwrap();
        assert_eq!(row.get("task").unwrap(), &Value::Int32(3));
        assert_eq!(row.get("number").unwrap(), &Value::Int64(number));
        names.insert(row.get("name").unwrap().as_str().unwrap().to_owned());
    }
    assert!(names.len() > 900, "{} names", names.len());
}

#[test]
fn without_fields_a_row_is_its_number() {
    let rows = Rows::new(parse("").unwrap(), 0, 0).unwrap();
    assert_eq!(rows.schema(), Schema::int64());
    assert_eq!(rows.value(5).unwrap(), Value::Int64(5));
}

#[test]
fn wrong_fields_are_named() {
    for (fields, part) in [
        ("price", "not 'price'"),
        ("price:money", "not 'price:money'"),
        (":int", "':int' lacks a name"),
        ("a:int,a:long", "a field 'a' already"),
        ("number:int", "a field 'number' already"),
    ] {
        let error = parse(fields).unwrap_err();
        assert!(error.message().contains(part), "{fields}: {error}");
    }
}
