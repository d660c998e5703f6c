//! The erasure certificate: what the record says about one erasure, with the proofs of it.
//!
//! Everything that it states is read from three events (asked for, approved, completed) whose proofs
//! it carries. Whoever checks it needs the ledger's key and nothing else.

use callbox_domain::{Center, Event, IncidentId, Timestamp};
use callbox_ledger::{MAX_PROOF_BYTES, TlogProof, VerifierKey, read_leaf, verify_proof};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use thiserror::Error;

/// The first member of a certificate; another one is another form.
const FORM: &str = "callbox erasure certificate 1";
/// The most bytes of a certificate.
pub const MAX_CERTIFICATE_BYTES: usize = 3 * MAX_PROOF_BYTES + 65_536;

/// Why a certificate does not hold, or cannot be made.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "each variant's message says what it is")]
pub enum CertificateError {
    #[error("it is no erasure certificate: {0}")]
    Form(String),
    #[error("the proof of '{what}' does not hold: {why}")]
    Proof { what: &'static str, why: String },
    #[error("its three events do not belong together: {0}")]
    Apart(&'static str),
    #[error("its words differ from its proofs")]
    Words,
}

/// The three events of an erasure.
const PARTS: [&str; 3] = ["requested", "approved", "completed"];

#[derive(Deserialize, Serialize)]
struct Certificate {
    form: String,
    statement: Map<String, Value>,
    proofs: Proofs,
}

#[derive(Deserialize, Serialize)]
struct Proofs {
    requested: String,
    approved: String,
    completed: String,
}

/// One event, as its proof shows it.
struct Shown {
    seq: u64,
    origin: String,
    recorded: Timestamp,
    actor: u64,
    event: Event,
}

/// The positions of an erasure's three events; `None` while it is not complete.
pub fn positions(center: &Center, id: IncidentId) -> Option<[u64; 3]> {
    let erased = center.erasure(id)?.erased.as_ref()?;
    Some([erased.request.seq, erased.seq, erased.completed?])
}

/// Makes the certificate of three proofs that `key` signed.
pub fn make(proofs: [String; 3], key: &VerifierKey) -> Result<String, CertificateError> {
    let [requested, approved, completed] = proofs;
    let proofs = Proofs {
        requested,
        approved,
        completed,
    };
    let certificate = Certificate {
        form: FORM.to_owned(),
        statement: state(&proofs, key)?,
        proofs,
    };
    let text = serde_json::to_string_pretty(&certificate);
    text.map(|text| text + "\n")
        .map_err(|error| CertificateError::Form(error.to_string()))
}

/// What a certificate that holds states.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Its words, as its proofs show them.
    pub statement: Map<String, Value>,
    /// The signed checkpoints of its proofs.
    pub notes: Vec<String>,
}

/// Checks a certificate with nothing but the ledger's key, and gives what it states.
pub fn check(text: &str, key: &VerifierKey) -> Result<Checked, CertificateError> {
    if text.len() > MAX_CERTIFICATE_BYTES {
        return Err(CertificateError::Form("it is too long".to_owned()));
    }
    let certificate: Certificate =
        serde_json::from_str(text).map_err(|error| CertificateError::Form(error.to_string()))?;
    if certificate.form != FORM {
        return Err(CertificateError::Form("it has another form".to_owned()));
    }
    let statement = state(&certificate.proofs, key)?;
    if statement != certificate.statement {
        return Err(CertificateError::Words);
    }
    let Proofs {
        requested,
        approved,
        completed,
    } = certificate.proofs;
    let notes = [requested, approved, completed];
    let notes = notes
        .iter()
        .filter_map(|proof| TlogProof::parse(proof).ok());
    Ok(Checked {
        statement,
        notes: notes.map(|proof| proof.note).collect(),
    })
}

/// What three events that belong together say.
fn state(proofs: &Proofs, key: &VerifierKey) -> Result<Map<String, Value>, CertificateError> {
    let [asked, approved, done] = [
        (PARTS[0], &proofs.requested),
        (PARTS[1], &proofs.approved),
        (PARTS[2], &proofs.completed),
    ]
    .map(|(what, proof)| show(what, proof, key));
    let (asked, approved, done) = (asked?, approved?, done?);
    let (
        Event::ErasureRequested(request),
        Event::DomainErased(erased),
        Event::ErasureCompleted(end),
    ) = (&asked.event, &approved.event, &done.event)
    else {
        return Err(CertificateError::Apart("they are of other kinds"));
    };
    let apart = |holds: bool, why| match holds {
        true => Ok(()),
        false => Err(CertificateError::Apart(why)),
    };
    let incidents = [request.incident, erased.incident, end.incident];
    apart(
        incidents.windows(2).all(|two| two[0] == two[1]),
        "they are about several incidents",
    )?;
    apart(erased.request == asked.seq, "another request was approved")?;
    apart(
        erased.requested_by.0 == asked.actor,
        "somebody else had asked",
    )?;
    apart(approved.actor != asked.actor, "who asked has approved")?;
    apart(
        request.basis == erased.basis,
        "they name several legal bases",
    )?;
    apart(
        asked.seq < approved.seq && approved.seq < done.seq,
        "they do not stand in this order",
    )?;
    let waited = asked
        .recorded
        .plus_seconds(i64::from(request.wait_days) * 86_400);
    apart(
        approved.recorded >= waited,
        "the waiting period was not kept",
    )?;
    apart(
        end.payloads == erased.facts.payloads,
        "not everything was blanked",
    )?;
    apart(
        end.keys as usize >= erased.facts.keys.len(),
        "not every key was destroyed",
    )?;
    let at = |shown: &Shown| shown.recorded.to_string();
    let digests = erased.facts.keys.iter().map(ToString::to_string);
    let statement = json!({
        "origin": done.origin,
        "incident": erased.incident.0,
        "basis": erased.basis.as_str(),
        "requested": {"seq": asked.seq, "recorded": at(&asked), "actor": asked.actor},
        "wait_days": request.wait_days,
        "approved": {"seq": approved.seq, "recorded": at(&approved), "actor": approved.actor},
        "completed": {"seq": done.seq, "recorded": at(&done)},
        "payloads_blanked": end.payloads,
        "payloads_digest": erased.facts.digest.to_string(),
        "keys_destroyed": end.keys,
        "key_digests": digests.collect::<Vec<_>>(),
        "key_epoch_ended": end.epoch,
    });
    match statement {
        Value::Object(statement) => Ok(statement),
        _ => unreachable!("it is written as an object above"),
    }
}

fn show(what: &'static str, proof: &str, key: &VerifierKey) -> Result<Shown, CertificateError> {
    let failed = |why: String| CertificateError::Proof { what, why };
    let parsed = TlogProof::parse(proof).map_err(|error| failed(error.to_string()))?;
    let leaf = parsed
        .extra
        .ok_or_else(|| failed("it does not hold its event".to_owned()))?;
    let verified =
        verify_proof(proof, &leaf, key, None).map_err(|error| failed(error.to_string()))?;
    let leaf = read_leaf(&leaf).map_err(|error| failed(error.to_string()))?;
    let event = Event::decode(leaf.kind, leaf.schema, leaf.open, None)
        .map_err(|error| failed(error.to_string()))?;
    Ok(Shown {
        seq: verified.seq,
        origin: verified.checkpoint.origin,
        recorded: Timestamp::from_micros(leaf.recorded_us),
        actor: leaf.actor,
        event,
    })
}
