struct First;
struct Second;

connect_sdk::export_source!(First, First);
connect_sdk::export_sink!(Second, Second);

fn main() {}
