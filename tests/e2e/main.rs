//! The worker as users have it: a process of its own, against real Apache Kafka, judged by what is
//! in topics and files, by answers over REST, exit codes and log lines.

mod bad_input;
mod client_overrides;
mod clients;
mod command_line;
mod ctl;
mod errors;
mod examples;
mod faults;
mod file_stream;
mod fuzz_rest;
mod isolation;
mod main_job;
mod misbehaving;
mod offsets_exchange;
mod offsets_rest;
mod operations;
mod other_toolchains;
mod plugin_check;
mod plugin_cli;
mod plugin_kinds;
mod plugin_upload;
mod quickstart;
mod rebalance;
mod responsive;
mod restart_policy;
mod secrets;
mod setup;
mod sink_calls;
mod state_machine;
mod stopping;
mod stress;
mod topic_creation;
mod transforms;
mod tutorial;
mod upgrade;
