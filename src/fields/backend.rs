//! Where a field is computed, and on whose device.

use std::fmt;
use std::str::FromStr;

use super::stage::{self, Stage};

/// Where a field is computed.
#[derive(Debug, Clone, Copy, Default)]
pub enum Backend {
    /// A real graphics processor if there is one, else the CPU with one line of notice.
    #[default]
    Auto,
    /// The CPU: bitwise the same on every machine.
    Cpu,
    /// Whatever adapter there is, software ones included.
    Gpu,
    /// For finding a stage that differs: each step on the CPU until this stage and on the graphics processor from it on.
    GpuFrom(&'static Stage),
}

impl PartialEq for Backend {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "auto" => Ok(Backend::Auto),
            "cpu" => Ok(Backend::Cpu),
            "gpu" => Ok(Backend::Gpu),
            _ => match name.strip_prefix("gpu-from:") {
                Some(stage) => stage::find(stage).map(Backend::GpuFrom),
                None => Err(format!("unknown backend `{name}`; expected auto, cpu, gpu or gpu-from:STAGE")),
            },
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Backend::Auto => f.write_str("auto"),
            Backend::Cpu => f.write_str("cpu"),
            Backend::Gpu => f.write_str("gpu"),
            Backend::GpuFrom(stage) => write!(f, "gpu-from:{}", stage.name),
        }
    }
}

/// Where a field is computed, and on whose device: one of its own, unless somebody lends one.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Where.
    pub backend: Backend,
    #[cfg(feature = "gpu")]
    lent: Option<super::gpu::GpuContext>,
}

impl From<Backend> for Site {
    fn from(backend: Backend) -> Site {
        Site {
            backend,
            #[cfg(feature = "gpu")]
            lent: None,
        }
    }
}

#[cfg(feature = "gpu")]
impl Site {
    /// On the device of somebody else, such as the renderer of the live city.
    pub fn on_device(gpu: super::gpu::GpuContext) -> Site {
        Site { backend: Backend::Gpu, lent: Some(gpu) }
    }

    /// The device: the one that is lent, or else the best there is. The error says in one line why there is none.
    pub fn device(&self, software_too: bool) -> Result<super::gpu::GpuContext, String> {
        match &self.lent {
            Some(gpu) => Ok(gpu.clone()),
            None => super::gpu::GpuContext::headless(software_too),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written_alike() {
        for name in ["auto", "cpu", "gpu", "gpu-from:flood.sources"] {
            assert_eq!(name.parse::<Backend>().unwrap().to_string(), name);
        }
        assert_eq!("gpu-from:timestep".parse::<Backend>().unwrap().to_string(), "gpu-from:flood.timestep");
        let unknown = "gpu-from:flux".parse::<Backend>().unwrap_err();
        assert!(unknown.contains("flood.local_inertial_flux, "), "{unknown}");
    }
}
