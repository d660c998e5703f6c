//! How far an import is.

/// Names what an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Looks for the ways and relations to keep.
    Ways,
    /// Looks for the nodes of those ways, and for tagged nodes.
    Nodes,
    /// Builds the road graph.
    Roads,
    /// Finds the order in which the graph is contracted.
    Order,
    /// Computes travel times for each profile.
    Customize,
    /// Builds the geocoder.
    Geocoder,
    /// Writes files.
    Write,
}

/// Says how far a stage is.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// How much is done, in units that only the stage knows.
    pub done: u64,
    /// How much there is.
    pub total: u64,
}

/// Is called now and then, from any thread of the import.
pub type Progress<'a> = &'a (dyn Fn(Step) + Sync);

/// Reports to nobody.
pub fn quiet(_: Step) {}
