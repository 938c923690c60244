//! What the diagnosis sees of a receiver.

use super::configuration::{Address, Endpoint};
use super::{AccountKeys, AccountReceiver, Receiver};
use crate::signature::Key;

impl Receiver {
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }
}

impl AccountReceiver {
    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }
}

impl AccountKeys {
    pub(crate) fn keys(&self) -> &[Key] {
        &self.keys
    }
}

impl Address {
    pub(crate) fn fragment(&self) -> Option<&str> {
        let (Self::Url(url) | Self::Origin(url)) = self;
        url.fragment()
    }
}
