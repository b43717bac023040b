//! Snapshot to image: pure, deterministic, knowing neither time, disk nor kernel.

mod image;

pub use image::{Image, Kind};
