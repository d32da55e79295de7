//! Integration tests, in one binary so that linking is paid once.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "tests say what they measured and why they were skipped")]

mod ageing;
mod architecture;
mod areas;
mod base;
mod cli;
mod climate;
mod configs;
mod crime;
mod episodes;
mod equal_rates;
mod fields_bad_input;
mod fields_cases;
mod fields_flood;
mod fields_flood_swe;
mod fields_gpu;
mod fields_gpu_film;
mod fields_gpu_heat;
mod hindcast;
mod lab;
mod life;
mod neighbourhoods;
mod papers;
mod real;
mod session;
mod shelter;
mod taking_part;
mod toy;
mod twin;
#[cfg(feature = "viewer")]
mod viewer;
#[cfg(feature = "viewer")]
mod viewer_device;
#[cfg(feature = "viewer")]
mod viewer_walk;
