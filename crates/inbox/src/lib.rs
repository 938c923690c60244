//! Handles every verified event of Twilio Verify Push and recognises repetitions.
#![forbid(unsafe_code)]
