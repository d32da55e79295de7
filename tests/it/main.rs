//! Integration tests, in one binary so that linking is paid once.

mod life;
mod toy;
