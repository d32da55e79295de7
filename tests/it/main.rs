//! Integration tests, in one binary so that linking is paid once.

mod architecture;
mod fields_bad_input;
mod fields_cases;
mod fields_flood;
mod fields_flood_swe;
mod fields_gpu;
mod life;
mod papers;
mod toy;
