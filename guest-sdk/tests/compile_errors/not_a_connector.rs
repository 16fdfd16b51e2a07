struct Nothing;

connect_sdk::export_sink!(Nothing, Nothing);

fn main() {}
