//! Checks of the project's structure, as an ordinary test: layers, third-party fences, names,
//! sizes. The rules are in ARCHITECTURE.md; the exceptions are listed here and may only shrink.

#[cfg(test)]
mod layers;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod words;
