//! What a delivery says about the key it was signed with.

use super::key::Key;
use crate::algorithm::Algorithm;
use crate::error::SignatureError;

/// The value of the settings header. It is not signed, so it only narrows the choice among configured keys.
#[derive(Clone, Copy)]
pub(crate) struct KeyHint<'a> {
    pub(crate) algorithm: Algorithm,
    id: Option<&'a [u8]>,
}

impl<'a> KeyHint<'a> {
    /// Reads `key=…,algorithm=…` in any order, spaces around each part ignored, the algorithm in any case. A signature
    /// is HMAC-SHA1 where no algorithm is named.
    #[inline(always)]
    pub(crate) fn parse(value: &'a [u8]) -> Result<Self, SignatureError> {
        let (mut algorithm, mut id) = (None, None);
        let is_blank = value.trim_ascii().is_empty();
        let parts = value.split(|byte| *byte == b',').filter(|_| !is_blank);
        for part in parts {
            let mut sides = part.splitn(2, |byte| *byte == b'=').map(<[u8]>::trim_ascii);
            let (Some(name), Some(value)) = (sides.next(), sides.next()) else {
                return Err(SignatureError::MalformedSettings);
            };
            let slot = match name {
                b"algorithm" => &mut algorithm,
                b"key" => &mut id,
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(SignatureError::MalformedSettings);
            }
        }
        let algorithm = match algorithm {
            None | Some(b"") => Algorithm::HmacSha1,
            Some(name) => [Algorithm::HmacSha1, Algorithm::HmacSha256]
                .into_iter()
                .find(|algorithm| name.eq_ignore_ascii_case(algorithm.as_str().as_bytes()))
                .ok_or(SignatureError::UnknownAlgorithm)?,
        };
        let id = id.filter(|id| !id.is_empty());
        Ok(Self { algorithm, id })
    }

    /// Tells whether a configured key may have made the signature.
    pub(crate) fn allows(&self, key: &Key) -> bool {
        self.algorithm == key.algorithm()
            && self
                .id
                .is_none_or(|id| key.id().is_some_and(|known| known.as_bytes() == id))
    }

    /// Returns the refusal of a delivery for which no key was allowed, or none of those tried matched.
    pub(crate) fn refusal(&self, tries: usize) -> SignatureError {
        match tries {
            0 => SignatureError::NoSuchKey {
                algorithm: self.algorithm,
                names_id: self.id.is_some(),
            },
            tries => SignatureError::Mismatch { tries },
        }
    }
}
