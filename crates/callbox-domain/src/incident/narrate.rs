use minicbor::{Decode, Encode};

use super::Line;
use crate::{
    Center, Context, Entry, Event, IncidentId, LineNo, Personal, Refusal, Text,
    command::Verb,
    event::{Payload, personal},
};

/// Adds a line to an incident's narrative.
///
/// Refusals: no such incident; it is erased; the narrative is full.
#[derive(Clone, Debug, PartialEq)]
pub struct AddNarrative {
    /// Which incident; a closed one takes lines too.
    pub incident: IncidentId,
    /// What was learnt or done.
    pub text: Text,
}

/// A line was added to an incident's narrative; it is never changed.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct NarrativeAdded {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The number that the line got.
    #[n(1)]
    pub line: LineNo,
    /// What it says.
    #[cbor(skip)]
    pub text: Personal<Text>,
}

impl Verb for AddNarrative {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_incident(self.incident)?;
        let line = incident.next_line()?;
        let text = Personal::Known(self.text.clone());
        Ok(vec![
            NarrativeAdded {
                incident: self.incident,
                line,
                text,
            }
            .into(),
        ])
    }
}

impl Payload for NarrativeAdded {
    personal!(text);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let line = Line {
            no: self.line,
            at: entry.at,
            author: entry.actor,
            text: self.text.clone(),
            corrects: None,
        };
        center.add_line(self.incident, line);
    }
}
