//! The command line.
//!
//! Data goes to stdout, messages to stderr. Colours and progress bars appear on a terminal only, and never with
//! `NO_COLOR`. What is wrong is told as `error: FILE:LINE: message` and `hint: …`.
//!
//! | exit code | meaning |
//! |---|---|
//! | 0 | done |
//! | 1 | failed |
//! | 2 | wrong arguments or input |
//! | 3 | interrupted; `--resume` goes on |
//! | 4 | refused: too large for the memory there is |

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the command line is where the program prints")]

mod check;
mod completions;
mod failure;
pub mod flood;
pub mod heat;
