//! Diagnoses of deliveries that are broken in one way each, in several, or forged.

mod accounts;
mod bounds;
mod broken;
mod cookbook;
mod forged;
mod hypotheses;
mod redaction;
mod report;
mod requests;
mod scene;
mod together;
mod tries;
