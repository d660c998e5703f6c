//! The streets as the server holds them: driving times, places, and what follows from both.

use std::{path::Path, sync::Arc};

use callbox_geo::{
    eta::{Streets, StreetsError},
    geocode::{Geocoder, IndexError},
    import::FindError,
};
use thiserror::Error;

/// Everything that the server knows of streets; cheap to clone, shared by all handlers.
///
/// A center without streets works on: places stay words, and units are ordered by station.
#[derive(Clone, Debug)]
pub struct Geography {
    /// Driving times and routes, with the closures in force.
    pub streets: Arc<Streets>,
    /// Addresses, crossings and names.
    pub geocoder: Arc<Geocoder>,
}

/// Says why imported streets cannot be used.
#[derive(Debug, Error)]
pub enum GeographyError {
    /// The road network cannot be opened.
    #[error(transparent)]
    Streets(#[from] StreetsError),
    /// The addresses cannot be opened.
    #[error(transparent)]
    Places(#[from] IndexError),
}

impl Geography {
    /// Opens what the last import into `dir` made; `None` when nothing was imported yet.
    pub fn open(dir: &Path) -> Result<Option<Self>, GeographyError> {
        let streets = match Streets::open(dir) {
            Err(StreetsError::Find(FindError::Missing(_))) => return Ok(None),
            opened => opened?,
        };
        Ok(Some(Self {
            streets: Arc::new(streets),
            geocoder: Arc::new(Geocoder::open(dir)?),
        }))
    }
}
