//! The registry of what a simulation remembers, and snapshots of it.
//!
//! Every plugin registers the tables (entities of one kind), their columns (components) and the resources that are
//! state. A [`Snapshot`] is a copy of all of them and nothing else; whatever is not registered must be rebuilt from
//! what is.
//!
//! Entities of a kind live in one table and are never despawned while a simulation runs: a slot that falls free is
//! marked and used again. So row = slot, and a column is one contiguous slice. A snapshot keeps the slots as they are
//! (free ones included), because components refer to each other by slot.

use std::io::{self, Write};
use std::path::Path;

use bevy::ecs::bundle::{DynamicBundle, NoBundleEffect};
use bevy::ecs::change_detection::ContiguousMut;
use bevy::ecs::component::Mutable;
use bevy::prelude::*;
use bytemuck::Pod;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::draws::Stream;
use super::files;

/// The bundle of a table; its default is a free slot.
pub trait Slot: Bundle + DynamicBundle<Effect: NoBundleEffect> + Default + Clone {}
impl<B: Bundle + DynamicBundle<Effect: NoBundleEffect> + Default + Clone> Slot for B {}

/// A component that a snapshot can copy as plain bytes.
pub trait Column: Component<Mutability = Mutable> + Pod {}
impl<C: Component<Mutability = Mutable> + Pod> Column for C {}

struct TableEntry {
    name: &'static str,
    n_rows: fn(&mut World) -> usize,
    resize: fn(&mut World, usize),
    columns: Vec<ColumnEntry>,
}

struct ColumnEntry {
    name: &'static str,
    row_bytes: usize,
    read: fn(&mut World) -> Vec<u8>,
    write: fn(&mut World, &[u8]),
}

struct ResourceEntry {
    name: &'static str,
    read: fn(&World) -> Vec<u8>,
    write: fn(&mut World, &[u8]) -> Result<(), SnapshotError>,
}

/// A part of the state that enters the digest.
pub struct DigestEntry {
    /// Name, for reports of differing digests.
    pub name: &'static str,
    /// Feeds the part into the hasher, in key order.
    pub feed: fn(&mut World, &mut blake3::Hasher),
    /// True if it is cheap enough for every tick.
    pub every_tick: bool,
}

/// Everything that plugins have registered.
#[derive(Resource, Default)]
pub struct StateRegistry {
    tables: Vec<TableEntry>,
    resources: Vec<ResourceEntry>,
    /// Parts of the digest, in order of registration.
    pub(super) digests: Vec<DigestEntry>,
    /// Named streams of draws.
    pub(super) streams: Vec<Stream>,
}

/// Registration, for plugins.
pub trait RegisterState {
    /// A table: entities that all have bundle `B`, whose default is a free slot.
    fn register_table<B: Slot, First: Column>(&mut self, name: &'static str) -> &mut Self;
    /// A column of table `table`.
    fn register_column<C: Column>(&mut self, table: &'static str, name: &'static str) -> &mut Self;
    /// A resource that is state.
    fn register_state<R: Resource + Serialize + DeserializeOwned>(&mut self, name: &'static str) -> &mut Self;
    /// A part of the digest.
    fn register_digest(&mut self, entry: DigestEntry) -> &mut Self;
    /// A stream of draws.
    fn register_stream(&mut self, stream: Stream) -> &mut Self;
}

fn registry(app: &mut App) -> Mut<'_, StateRegistry> {
    app.world_mut().get_resource_or_init::<StateRegistry>()
}

impl RegisterState for App {
    fn register_table<B: Slot, First: Column>(&mut self, name: &'static str) -> &mut Self {
        let entry = TableEntry { name, n_rows: n_rows::<First>, resize: resize::<B, First>, columns: Vec::new() };
        registry(self).tables.push(entry);
        self
    }

    fn register_column<C: Column>(&mut self, table: &'static str, name: &'static str) -> &mut Self {
        let entry = ColumnEntry { name, row_bytes: size_of::<C>(), read: read_column::<C>, write: write_column::<C> };
        let mut registry = registry(self);
        let table = registry.tables.iter_mut().find(|t| t.name == table);
        table.expect("a table is registered before its columns").columns.push(entry);
        self
    }

    fn register_state<R: Resource + Serialize + DeserializeOwned>(&mut self, name: &'static str) -> &mut Self {
        registry(self).resources.push(ResourceEntry { name, read: read_resource::<R>, write: write_resource::<R> });
        self
    }

    fn register_digest(&mut self, entry: DigestEntry) -> &mut Self {
        registry(self).digests.push(entry);
        self
    }

    fn register_stream(&mut self, stream: Stream) -> &mut Self {
        registry(self).streams.push(stream);
        self
    }
}

/// The one contiguous slice of a read query; empty if there are no entities.
///
/// # Panics
/// If the entities are spread over several tables, which is a bug: see the module's text.
pub fn slice<'a, C: Component>(query: &'a Query<&C>) -> &'a [C] {
    let mut tables = query.contiguous_iter().expect("table components are dense").filter(|t| !t.is_empty());
    let slice = tables.next().unwrap_or(&[]);
    assert!(tables.next().is_none(), "component {} lives in more than one table", std::any::type_name::<C>());
    slice
}

/// The one contiguous slice of a write query, without change detection; see [`slice`].
pub fn slice_mut<'a, C: Component<Mutability = Mutable>>(query: &'a mut Query<&mut C>) -> &'a mut [C] {
    let mut found: &mut [C] = &mut [];
    for table in query.contiguous_iter_mut().expect("table components are dense") {
        let (rows, _) = ContiguousMut::bypass_change_detection_split(table);
        if !rows.is_empty() {
            assert!(found.is_empty(), "component {} lives in more than one table", std::any::type_name::<C>());
            found = rows;
        }
    }
    found
}

/// Appends `n` free slots to the table of bundle `B`.
pub fn grow<B: Slot>(world: &mut World, n: usize) {
    let low = LowEntities::keep(world);
    world.spawn_batch(std::iter::repeat_n(B::default(), n)).for_each(drop);
    low.free(world);
}
/// Entities of low number, kept for resources while tables are filled.
///
/// Bevy keeps a resource as the component of an entity, in a sparse set that is as long as the entity's number is large.
/// A resource made after two million rows would take eight megabytes, whatever it holds.
pub struct LowEntities(Vec<Entity>);

impl LowEntities {
    /// Enough for every resource of a simulation.
    const N: usize = 512;

    /// Keeps them.
    pub fn keep(world: &mut World) -> LowEntities {
        LowEntities((0..Self::N).map(|_| world.spawn_empty().id()).collect())
    }

    /// Lets whatever is made next have them.
    pub fn free(self, world: &mut World) {
        for entity in self.0 {
            world.despawn(entity);
        }
    }
}

fn n_rows<C: Column>(world: &mut World) -> usize {
    world.query::<&C>().iter(world).len()
}

fn resize<B: Slot, First: Column>(world: &mut World, n: usize) {
    let entities: Vec<Entity> = world.query_filtered::<Entity, With<First>>().iter(world).collect();
    // From the last row backwards, so that the rows that stay keep their places.
    for &entity in entities.iter().skip(n).rev() {
        world.despawn(entity);
    }
    grow::<B>(world, n.saturating_sub(entities.len()));
}

fn read_column<C: Column>(world: &mut World) -> Vec<u8> {
    let mut state = world.query::<&C>();
    bytemuck::cast_slice(slice(&state.query(world))).to_vec()
}

fn write_column<C: Column>(world: &mut World, bytes: &[u8]) {
    let mut state = world.query::<&mut C>();
    bytemuck::cast_slice_mut(slice_mut(&mut state.query_mut(world))).copy_from_slice(bytes);
}

fn read_resource<R: Resource + Serialize>(world: &World) -> Vec<u8> {
    postcard::to_stdvec(world.resource::<R>()).expect("state resources can be written")
}

fn write_resource<R: Resource + DeserializeOwned>(world: &mut World, bytes: &[u8]) -> Result<(), SnapshotError> {
    let value: R = postcard::from_bytes(bytes).map_err(|_| SnapshotError::OtherModel)?;
    world.insert_resource(value);
    Ok(())
}

/// A full copy of a simulation's state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    tables: Vec<TableCopy>,
    resources: Vec<(String, Vec<u8>)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TableCopy {
    name: String,
    n_rows: usize,
    columns: Vec<(String, Vec<u8>)>,
}

/// Why a snapshot cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be read or written, or is damaged.
    #[error(transparent)]
    File(#[from] files::FileError),
    /// The snapshot was made by a simulation with other plugins or another version.
    #[error("the snapshot comes from another model or another version of it")]
    OtherModel,
}

const MAGIC: &[u8; 8] = b"WBSNAP01";

fn put(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    postcard::to_io(value, &mut *out).map(drop).map_err(io::Error::other)
}

fn put_bytes(out: &mut dyn Write, name: &str, bytes: &[u8]) -> io::Result<()> {
    put(out, &(name, bytes.len()))?;
    out.write_all(bytes)
}

impl Snapshot {
    /// Copies the registered state of `world`.
    pub(super) fn take(world: &mut World) -> Snapshot {
        world.resource_scope(|world, registry: Mut<StateRegistry>| {
            let table = |world: &mut World, t: &TableEntry| TableCopy {
                name: t.name.into(),
                n_rows: (t.n_rows)(world),
                columns: t.columns.iter().map(|c| (c.name.into(), (c.read)(world))).collect(),
            };
            Snapshot {
                tables: registry.tables.iter().map(|t| table(world, t)).collect(),
                resources: registry.resources.iter().map(|r| (r.name.into(), (r.read)(world))).collect(),
            }
        })
    }

    /// Puts the state into `world`, which must have been built by the same plugins. Checks everything first, so that
    /// an error leaves the world as it was.
    pub(super) fn put(&self, world: &mut World) -> Result<(), SnapshotError> {
        world.resource_scope(|world, registry: Mut<StateRegistry>| {
            let same_tables = self.tables.len() == registry.tables.len()
                && self.tables.iter().zip(&registry.tables).all(|(copy, table)| {
                    copy.name == table.name
                        && copy.columns.len() == table.columns.len()
                        && copy.columns.iter().zip(&table.columns).all(|((name, bytes), column)| {
                            name == column.name && bytes.len() == column.row_bytes * copy.n_rows
                        })
                });
            let same_resources =
                self.resources.iter().map(|(n, _)| n.as_str()).eq(registry.resources.iter().map(|r| r.name));
            if !same_tables || !same_resources {
                return Err(SnapshotError::OtherModel);
            }
            for (copy, resource) in self.resources.iter().zip(&registry.resources) {
                (resource.write)(world, &copy.1)?;
            }
            for (copy, table) in self.tables.iter().zip(&registry.tables) {
                (table.resize)(world, copy.n_rows);
                for ((_, bytes), column) in copy.columns.iter().zip(&table.columns) {
                    (column.write)(world, bytes);
                }
            }
            Ok(())
        })
    }

    /// Size in memory, bytes.
    pub fn n_bytes(&self) -> usize {
        let tables = self.tables.iter().flat_map(|t| &t.columns).map(|(_, b)| b.len()).sum::<usize>();
        tables + self.resources.iter().map(|(_, b)| b.len()).sum::<usize>()
    }

    /// Writes the snapshot to `path`, atomically, with version and checksum.
    pub fn save(&self, path: &Path) -> Result<(), SnapshotError> {
        let payload = postcard::to_stdvec(self).expect("snapshots can be written");
        Ok(files::save_checked(path, MAGIC, &payload)?)
    }

    /// Writes the state of `world` to `path` as [`Snapshot::save`] writes a snapshot of it, a column at a time: a copy of
    /// the whole would take half as much memory again.
    pub(super) fn save_of(world: &mut World, path: &Path) -> Result<(), SnapshotError> {
        let save = |world: &mut World, registry: &StateRegistry, out: &mut dyn Write| -> io::Result<()> {
            // The wire format of `postcard`: the length of a list, then its members; of a struct nothing but its members.
            put(out, &registry.tables.len())?;
            for table in &registry.tables {
                put(out, &(table.name, (table.n_rows)(world), table.columns.len()))?;
                for column in &table.columns {
                    put_bytes(out, column.name, &(column.read)(world))?;
                }
            }
            put(out, &registry.resources.len())?;
            registry.resources.iter().try_for_each(|r| put_bytes(out, r.name, &(r.read)(world)))
        };
        world.resource_scope(|world, registry: Mut<StateRegistry>| {
            Ok(files::save_checked_by(path, MAGIC, |out| save(world, &registry, out))?)
        })
    }

    /// Reads a snapshot from `path`; refuses other versions and damaged files.
    pub fn load(path: &Path) -> Result<Snapshot, SnapshotError> {
        let payload = files::load_checked(path, MAGIC)?;
        postcard::from_bytes(&payload).map_err(|_| SnapshotError::OtherModel)
    }
}
