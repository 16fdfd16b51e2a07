//! Names with other meanings than the system's, from one look-up to the next.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Mutex;

use async_trait::async_trait;
use connect_wasm::sandbox::{NameResolver, SystemResolver};

/// The names of all tests; each test has its own.
#[derive(Debug, Default)]
pub struct Names(Mutex<HashMap<String, Vec<Vec<IpAddr>>>>);

impl Names {
    /// Gives a name its answers, in this order; the last one stays.
    pub fn set(&self, name: &str, answers: &[&[&str]]) {
        let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().unwrap()).collect();
        let answers = answers.iter().map(parse).collect();
        self.0.lock().unwrap().insert(name.to_owned(), answers);
    }
}

#[async_trait]
impl NameResolver for &'static Names {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        {
            let mut names = self.0.lock().unwrap();
            if let Some(answers) = names.get_mut(name) {
                return Ok(match answers.len() {
                    1 => answers[0].clone(),
                    _ => answers.remove(0),
                });
            }
        }
        SystemResolver.addresses(name).await
    }
}
