//! MaskPattern: what a regular expression finds in texts of a record is replaced.

mod mask;

pub use mask::MaskPattern;

connect_sdk::export_transformation!(MaskPattern);
