//! Integration tests, in one binary so that linking is paid once.

mod life;
mod toy;
//! One integration-test binary, so that linking is paid once.
mod fields_cases;
mod fields_flood;
mod fields_flood_swe;
