//! How lines about agencies are read.

use super::{
    NotACommand,
    verbs::Said,
    words::{Words, syntax},
};
use crate::{AgreeSharing, Code, EndSharing, ShareIncident, UnshareIncident};

pub(super) fn share(w: &mut Words, _: &Said<'_>) -> Result<ShareIncident, NotACommand> {
    Ok(ShareIncident {
        incident: w.incident()?,
        agency: w.code("an agency")?,
    })
}

pub(super) fn unshare(w: &mut Words, _: &Said<'_>) -> Result<UnshareIncident, NotACommand> {
    Ok(UnshareIncident {
        incident: w.incident()?,
        agency: w.code("an agency")?,
    })
}

pub(super) fn agree(w: &mut Words, _: &Said<'_>) -> Result<AgreeSharing, NotACommand> {
    let (agency, with, incident_type) = agreement(w)?;
    Ok(AgreeSharing {
        agency,
        with,
        incident_type,
    })
}

pub(super) fn end(w: &mut Words, _: &Said<'_>) -> Result<EndSharing, NotACommand> {
    let (agency, with, incident_type) = agreement(w)?;
    Ok(EndSharing {
        agency,
        with,
        incident_type,
    })
}

fn agreement(w: &mut Words) -> Result<(Code, Code, Code), NotACommand> {
    let agency = w.code("an agency")?;
    if !w.keyword("with") {
        return syntax("expected 'with' and the agency that sees it");
    }
    Ok((agency, w.code("an agency")?, w.code("a type")?))
}
