//! Stages: what a step is made of, one CPU function and one WGSL file of the same name each, in one list.
//!
//! A [`Stage`] names its bindings in order; a set of [`Buffers`] holds what they are bound to, on the host. So any
//! stage can be run on either side from the same buffers: that is how parity is tested, and how `gpu-from:STAGE` finds
//! the stage that differs (CPU up to it, graphics processor from it on). Whole runs do not come by here: on the CPU the
//! stages are fused into one pass over memory, on a graphics processor the buffers stay where they are.
//!
//! Stage `flood.timestep` lies in `shaders/flood/timestep.wgsl`, and `shaders/flood/common.wgsl` stands before it.
//! [`stages`] lists all; tests walk that list: every stage is validated, bindings, workgroup sizes and struct layouts are compared with what this list says.

use std::collections::BTreeMap;

use bytemuck::Pod;

/// How a stage uses a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// A uniform buffer.
    Uniform,
    /// A storage buffer that is read.
    Read,
    /// A storage buffer that is read and written.
    Write,
}

/// One binding of group 0; its number is its place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// Name of the variable in WGSL and of the buffer.
    pub name: &'static str,
    /// How it is used.
    pub access: Access,
}

/// A uniform buffer.
pub const fn uniform(name: &'static str) -> Binding {
    Binding { name, access: Access::Uniform }
}

/// A storage buffer that is read.
pub const fn read(name: &'static str) -> Binding {
    Binding { name, access: Access::Read }
}

/// A storage buffer that is read and written.
pub const fn write(name: &'static str) -> Binding {
    Binding { name, access: Access::Write }
}

/// Layout of a struct that Rust and WGSL share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// Name on both sides.
    pub name: &'static str,
    /// Bytes.
    pub size: usize,
    /// Fields with their offsets in bytes.
    pub fields: &'static [(&'static str, usize)],
}

/// The [`Record`] of a struct from its own fields.
macro_rules! record {
    ($name:ident { $($field:ident),* $(,)? }) => {
        $crate::fields::stage::Record {
            name: stringify!($name),
            size: size_of::<$name>(),
            fields: &[$((stringify!($field), std::mem::offset_of!($name, $field))),*],
        }
    };
}
pub(in crate::fields) use record;

/// The text of a shader: `common.wgsl` of its folder, with the structs that all stages share, and its own file.
macro_rules! shader {
    ($field:literal, $stage:literal) => {
        concat!(
            include_str!(concat!("../../../shaders/", $field, "/common.wgsl")),
            include_str!(concat!("../../../shaders/", $field, "/", $stage, ".wgsl"))
        )
    };
}
pub(in crate::fields) use shader;

/// How many cells a stage works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Size {
    /// Columns of cells.
    pub n_cols: u32,
    /// Rows of cells.
    pub n_rows: u32,
    /// Entries in a list beside the map.
    pub n_list: u32,
}

/// One stage.
#[derive(Debug)]
pub struct Stage {
    /// Field and stage, also the label in debuggers: `flood.local_inertial_flux`.
    pub name: &'static str,
    /// Text of the WGSL file of the same name, with what its field's stages share before it.
    pub wgsl: &'static str,
    /// Bindings in order.
    pub bindings: &'static [Binding],
    /// Structs that Rust and WGSL share.
    pub records: &'static [Record],
    /// Invocations in a workgroup.
    pub workgroup: [u32; 2],
    /// Invocations that the stage needs.
    pub invocations: fn(Size) -> [u32; 2],
    /// Constants of the shader.
    pub overrides: &'static [(&'static str, f64)],
    /// Two buffers that change their names afterwards.
    pub swaps: Option<[&'static str; 2]>,
    /// The same on the CPU.
    pub cpu: fn(&mut Buffers),
}

impl Stage {
    /// The file with the shader, from the project's root.
    pub fn file(&self) -> String {
        format!("shaders/{}.wgsl", self.name.replace('.', "/"))
    }

    /// Workgroups to dispatch.
    pub fn workgroups(&self, size: Size) -> [u32; 2] {
        let [x, y] = (self.invocations)(size);
        [x.div_ceil(self.workgroup[0]), y.div_ceil(self.workgroup[1])]
    }

    /// Run on the CPU, names changed as the stage asks.
    pub fn run_on_cpu(&self, buffers: &mut Buffers) {
        (self.cpu)(buffers);
        self.swap(buffers);
    }

    /// Change the names that the stage asks for.
    pub fn swap(&self, buffers: &mut Buffers) {
        if let Some([a, b]) = self.swaps {
            buffers.swap(a, b);
        }
    }
}

/// All stages of all fields.
pub fn stages() -> impl Iterator<Item = &'static Stage> {
    super::flood::stages::STAGES.iter().chain(super::heat::stages::STAGES).chain(super::film::stages::STAGES)
}

/// The stage called `name`, with or without its field in front; otherwise a message with all names.
pub fn find(name: &str) -> Result<&'static Stage, String> {
    let short = |s: &Stage| s.name.split_once('.').map_or(s.name, |(_, short)| short);
    stages().find(|s| s.name == name || short(s) == name).ok_or_else(|| {
        let names: Vec<&str> = stages().map(|s| s.name).collect();
        format!("unknown stage `{name}`; expected one of {}", names.join(", "))
    })
}

/// Buffers of a step on the host, by name, in words of four bytes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Buffers {
    words: BTreeMap<&'static str, Vec<u32>>,
    /// Shape of the map.
    pub size: Size,
}

impl Buffers {
    /// None yet.
    pub fn new(size: Size) -> Self {
        Buffers { words: BTreeMap::new(), size }
    }

    /// Make or replace a buffer.
    pub fn set<T: Pod>(&mut self, name: &'static str, values: &[T]) {
        self.words.insert(name, bytemuck::cast_slice(values).to_vec());
    }

    /// A buffer's values.
    ///
    /// # Panics
    /// When there is no buffer of that name: a bug.
    pub fn get<T: Pod>(&self, name: &str) -> &[T] {
        let Some(words) = self.words.get(name) else { panic!("no buffer `{name}`") };
        bytemuck::cast_slice(words)
    }

    /// The first value of a buffer: its only one, if it holds one struct.
    pub fn one<T: Pod>(&self, name: &str) -> T {
        self.get::<T>(name)[0]
    }

    /// A copy of a buffer.
    pub fn copy<T: Pod>(&self, name: &str) -> Vec<T> {
        self.get(name).to_vec()
    }

    /// Let two buffers change their names.
    pub fn swap(&mut self, a: &'static str, b: &'static str) {
        if let (Some(x), Some(y)) = (self.words.remove(a), self.words.remove(b)) {
            self.words.insert(a, y);
            self.words.insert(b, x);
        }
    }
}
