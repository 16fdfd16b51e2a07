use connect_sdk::testing::ConverterRun;

use super::*;

fn run<const N: usize>(config: [(&str, &str); N]) -> ConverterRun<CsvConverter> {
    ConverterRun::start(config, ConverterRole::Value).expect("the configuration is valid")
}

fn texts(cells: &[Option<&str>]) -> Value<'static> {
    let cells = cells
        .iter()
        .map(|cell| Value::from(cell.map(str::to_owned)));
    Value::Array(cells.collect())
}

#[test]
fn lines_are_arrays_without_columns() {
    let mut run = run([]);
    for (line, cells) in [
        ("a,b", vec![Some("a"), Some("b")]),
        ("a,b\r\n", vec![Some("a"), Some("b")]),
        (
            "\"x, \"\"y\"\"\",,\"two\nlines\"",
            vec![Some("x, \"y\""), None, Some("two\nlines")],
        ),
        ("", vec![None]),
        (",", vec![None, None]),
    ] {
        let read = run.to_connect_data("t", Some(line.as_bytes())).unwrap();
        assert_eq!(read.value, texts(&cells), "{line:?}");
        assert_eq!(read.schema, Some(run_array()));
        let written = run
            .from_connect_data("t", read.schema.as_ref(), &read.value)
            .unwrap();
        let again = run.to_connect_data("t", written.as_deref()).unwrap();
        assert_eq!(again, read, "{line:?}");
    }
    assert_eq!(
        run.to_connect_data("t", None).unwrap(),
        SchemaAndValue::NULL
    );
    assert_eq!(
        run.from_connect_data("t", None, &Value::Null).unwrap(),
        None
    );
    run.close().unwrap();
}

fn run_array() -> SchemaRef {
    let array = SchemaBuilder::array(Schema::optional_string());
    array.optional().build().unwrap()
}

#[test]
fn long_cells_keep_every_byte() {
    let mut run = run([]);
    let long = "a\"b,".repeat(1000);
    let cells = texts(&[Some("x"), Some(&long), Some("y")]);
    let line = run.from_connect_data("t", None, &cells).unwrap();
    assert_eq!(
        run.to_connect_data("t", line.as_deref()).unwrap().value,
        cells
    );
}

#[test]
fn columns_make_structs() {
    let mut run = run([(COLUMNS, "id,name"), (DELIMITER, ";"), (HEADER_ROW, "true")]);
    let read = run.to_connect_data("t", Some(b"1;Anna")).unwrap();
    let line = read.value.as_struct().unwrap();
    assert_eq!(line.get("name").unwrap(), &Value::from("Anna"));
    let header = run.to_connect_data("t", Some(b"id;name")).unwrap();
    assert!(header.value.is_null());
    let error = run.to_connect_data("t", Some(b"1;2;3")).unwrap_err();
    assert_eq!(
        error.message(),
        "The line has 3 cells, expected 2, one for each of columns"
    );

    let entry = |key: &'static str, value: Value<'static>| (Value::from(key), value);
    let map = Value::Map(vec![
        entry("name", "Berta".into()),
        entry("id", 2_i64.into()),
    ]);
    let line = run.from_connect_data("t", None, &map).unwrap();
    assert_eq!(line.as_deref(), Some(b"2;Berta".as_slice()));
}

#[test]
fn what_has_no_place_in_a_cell_is_an_error() {
    let mut run = run([]);
    let nested = Value::Array(vec![Value::Array(Vec::new())]);
    let error = run.from_connect_data("t", None, &nested).unwrap_err();
    assert!(
        error
            .message()
            .contains("A java.util.ArrayList has no place in a cell")
    );
    let error = run.to_connect_data("t", Some(b"a\nb")).unwrap_err();
    assert!(error.message().starts_with("There is more than one line"));
    let error = run.to_connect_data("t", Some(b"a,\xff")).unwrap_err();
    assert_eq!(error.message(), "Cell 2 of the line is no UTF-8");
}

#[test]
fn it_converts_headers_too() {
    let mut run =
        ConverterRun::<CsvConverter>::start(Config::new(), ConverterRole::Header).unwrap();
    let read = run.to_connect_data("t", Some(b"a,b")).unwrap();
    assert_eq!(read.value, texts(&[Some("a"), Some("b")]));
}
