use minicbor::{Decode, Encode};

use super::Line;
use crate::{
    Center, Context, Entry, Event, IncidentId, LineNo, Personal, Refusal, Text,
    command::Verb,
    event::{Payload, personal},
};

/// Corrects a narrative line by a new one that refers back to it.
///
/// Refusals: no such incident or line; the narrative is full.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrectNarrative {
    /// Which incident; a closed one takes lines too.
    pub incident: IncidentId,
    /// The line that is wrong; it stays in sight.
    pub line: LineNo,
    /// What was learnt or done.
    pub text: Text,
}

/// A narrative line was corrected by a new one.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct NarrativeCorrected {
    /// Which incident.
    #[n(0)]
    pub incident: IncidentId,
    /// The number that the line got.
    #[n(1)]
    pub line: LineNo,
    /// The line that it corrects.
    #[n(2)]
    pub corrects: LineNo,
    /// What it says.
    #[cbor(skip)]
    pub text: Personal<Text>,
}

impl Verb for CorrectNarrative {
    fn incidents(&self) -> Vec<IncidentId> {
        vec![self.incident]
    }

    fn decide(&self, center: &Center, _: &Context) -> Result<Vec<Event>, Refusal> {
        let incident = center.need_incident(self.incident)?;
        if !(1..=incident.lines.len()).contains(&(self.line.0 as usize)) {
            return Err(Refusal::UnknownLine {
                incident: self.incident,
                line: self.line,
            });
        }
        let line = incident.next_line()?;
        let text = Personal::Known(self.text.clone());
        Ok(vec![
            NarrativeCorrected {
                incident: self.incident,
                line,
                corrects: self.line,
                text,
            }
            .into(),
        ])
    }
}

impl Payload for NarrativeCorrected {
    personal!(text);

    fn evolve(&self, center: &mut Center, entry: &Entry) {
        let line = Line {
            no: self.line,
            at: entry.at,
            author: entry.actor,
            text: self.text.clone(),
            corrects: Some(self.corrects),
        };
        center.add_line(self.incident, line);
    }
}
