//! What holds for every report of a diagnosis.

use twilio_verify_webhooks::diagnosis::{Cause, Diagnosis, Likely, MAX_TRIES, Verdict};

use crate::SECRETS;

/// Stands in an input for [`PLANTED`].
const PLANT: u8 = 1;

/// What nobody but a user or a request writes, so that a report never shows it; no name that a refusal shows holds it.
pub const PLANTED: &str = "Planted-7";

/// Writes out what is to be planted.
pub fn plant(bytes: &[u8]) -> Vec<u8> {
    let piece = |byte: &u8| match *byte {
        PLANT => PLANTED.as_bytes().to_vec(),
        byte => vec![byte],
    };
    bytes.iter().flat_map(piece).collect()
}

/// The causes that the signature proves, in the order in which they are listed.
pub fn causes(diagnosis: &Diagnosis) -> Vec<Cause> {
    let mut causes: Vec<Cause> = diagnosis.causes.iter().map(|found| found.cause).collect();
    causes.sort_unstable();
    causes.dedup();
    causes
}

/// The parts of a report agree, and its work is bounded.
pub fn assert_is_consistent(diagnosis: &Diagnosis) {
    let Diagnosis {
        verdict,
        refusal,
        causes,
        observations,
        key,
        excluded,
        tried_alone,
        likely,
        tries,
        complete,
        ..
    } = diagnosis;
    assert_eq!(*verdict == Verdict::Accepted, refusal.is_none());
    assert_eq!(*verdict == Verdict::Explained, !causes.is_empty());
    let is_matched = matches!(verdict, Verdict::Signed | Verdict::Explained);
    assert_eq!(is_matched, key.is_some());
    assert_eq!(*verdict == Verdict::Unexplained, !likely.is_empty());
    assert!(*verdict == Verdict::Unexplained || (excluded.is_empty() && *complete));
    assert!(*verdict == Verdict::Unexplained || tried_alone.is_empty());
    assert!(tried_alone.iter().all(|cause| !excluded.contains(cause)));
    assert!(tried_alone.is_sorted_by(|a, b| a < b) && excluded.is_sorted_by(|a, b| a < b));
    assert!(likely.is_sorted_by(|a, b| a < b));
    assert_eq!(likely.contains(&Likely::Untried), !complete);
    assert!(likely.is_empty() || likely.contains(&Likely::Forgery));
    assert!(*tries <= MAX_TRIES);
    match verdict {
        Verdict::Accepted => assert!(observations.is_empty() && *tries == 0),
        Verdict::Unsigned => assert!(!observations.is_empty() && *tries == 0),
        _ => assert!(*tries > 0 || !complete),
    }
}

/// A report shows, in no form it is printed in, a secret, a signature, or what was planted.
pub fn assert_hides(diagnosis: &Diagnosis, signatures: &[String]) {
    let json = serde_json::to_string(diagnosis).unwrap();
    let texts = format!("{diagnosis} {diagnosis:?} {json}").to_lowercase();
    let hides = |hidden: &str| !texts.contains(&hidden.to_lowercase());
    assert!(hides(PLANTED), "{diagnosis}");
    assert!(SECRETS.iter().all(|(_, secret, _)| hides(secret)));
    for signature in signatures.iter().filter(|signature| signature.len() >= 28) {
        assert!(hides(&signature[..12]), "{diagnosis}");
    }
}
