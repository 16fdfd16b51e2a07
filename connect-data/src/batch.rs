//! The binary batch (wit/BATCH.md).
