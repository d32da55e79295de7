//! Where a field is computed.

use std::fmt;
use std::str::FromStr;

/// Where a field is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Backend {
    /// A real graphics processor if there is one, else the CPU with one line of notice.
    #[default]
    Auto,
    /// The CPU: bitwise the same on every machine.
    Cpu,
    /// Whatever adapter there is, software ones included.
    Gpu,
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Backend::Auto),
            "cpu" => Ok(Backend::Cpu),
            "gpu" => Ok(Backend::Gpu),
            _ => Err(format!("unknown backend `{name}`; expected auto, cpu or gpu")),
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Backend::Auto => "auto",
            Backend::Cpu => "cpu",
            Backend::Gpu => "gpu",
        })
    }
}
