use std::borrow::Borrow;
use std::sync::Arc;

use super::account_keys::AccountKeys;
use super::builder::{AccountReceiverBuilder, Configured};
use super::configuration::Endpoint;
use super::received::Received;
use super::request::Request;
use super::unverified::UnverifiedDelivery;
use crate::delivery::Delivery;
use crate::error::{ReceiveError, Refusal};
use crate::params::{Buffer, Stack};
use crate::sid::AccountSid;

/// Receives the deliveries of many accounts at one URL, each verified with the keys of its own account.
///
/// Twilio signs the webhooks of a sub-account with the sub-account's token, so the keys depend on the account that a
/// delivery names. Anyone can name an account: only a matching key shows that it is right. Built by
/// [`AccountReceiver::builder`]; cheap to clone.
///
/// If the keys are in memory, [`receive`](Self::receive) looks them up in a closure. If looking them up takes I/O,
/// [`receive_async`](Self::receive_async) waits for it. [`Accounts`](crate::Accounts) ties a receiver to a store of
/// keys, for the adapters. To reuse a buffer, [`open`](Self::open) the delivery first.
///
/// **Strangers choose which account is looked up**, and how often: the account is read before anything is verified. A
/// cache of bounded size spares lookups of an account that is named again, and not those of a new one each time: limit how
/// many are made, and how long they take. [`KeyStore`](crate::KeyStore) says how; `examples/servers/service` does so.
///
/// **Act once for each [`delivery_id`](crate::Event::delivery_id)**, account and uuid together. Whoever holds the token
/// of one account can sign any uuid with it, that of another account's delivery too: an application that compares
/// uuids alone then takes the genuine approval for a repetition and drops it.
#[derive(Debug, Clone)]
pub struct AccountReceiver {
    pub(super) endpoint: Arc<Endpoint>,
}

impl AccountReceiver {
    /// Starts from the URL of the webhook, as [`Receiver::builder`](crate::Receiver::builder) does.
    pub fn builder(url: impl Into<String>) -> AccountReceiverBuilder {
        AccountReceiverBuilder::new(Configured::Url(url.into()))
    }

    /// Starts from the public origin, as [`Receiver::builder_for_origin`](crate::Receiver::builder_for_origin) does.
    pub fn builder_for_origin(origin: impl Into<String>) -> AccountReceiverBuilder {
        AccountReceiverBuilder::new(Configured::Origin(origin.into()))
    }

    /// Receives a delivery with the keys that `keys_of` returns for the account it names.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery is not accepted; [`Refusal::UnknownAccount`] if `keys_of` returns none.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// use std::collections::HashMap;
    /// # use twilio_verify_webhooks::testing::{Device, Signer};
    /// # use twilio_verify_webhooks::{AccountReceiver, AuthToken};
    /// use twilio_verify_webhooks::{AccountKeys, AccountSid, Refusal};
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = AccountReceiver::builder(url).build()?;
    /// # let mut device = Device::new().with_account_sid("AC0123456789abcdef0123456789abcdef");
    /// # let delivery = Signer::new(url, token.clone())?.post(&device.factor_created());
    /// let account_sid = AccountSid::new("AC0123456789abcdef0123456789abcdef")?;
    /// let accounts = HashMap::from([(account_sid, AccountKeys::new(account_sid, [token])?)]);
    /// let received = receiver.receive(&delivery.as_delivery(), |account_sid| accounts.get(&account_sid))?;
    /// assert_eq!(received.event.account_sid(), account_sid);
    ///
    /// let refusal = receiver.receive(&delivery.as_delivery(), |_| None::<AccountKeys>).unwrap_err();
    /// assert_eq!(refusal, Refusal::UnknownAccount);
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn receive<K: Borrow<AccountKeys>>(
        &self,
        delivery: &Delivery<'_>,
        keys_of: impl FnOnce(AccountSid) -> Option<K>,
    ) -> Result<Received<'static>, Refusal> {
        let request = Request::new(&self.endpoint, delivery)?;
        let account_sid = request.account_sid()?;
        let keys = keys_of(account_sid).ok_or(Refusal::UnknownAccount)?;
        self.receive_with(&request, account_sid, keys.borrow())
    }

    /// Receives a delivery with the keys that a lookup finds for the account it names, however long that takes.
    ///
    /// While the lookup waits, nothing is held for the delivery but the request itself: its parameters are decoded after.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Refused`] says why the delivery is not accepted, with [`Refusal::UnknownAccount`] where the
    /// lookup finds no keys; [`ReceiveError::Keys`] is the failure of the lookup itself.
    ///
    /// ```
    /// use twilio_verify_webhooks::{
    ///     AccountKeys, AccountReceiver, AccountSid, AuthToken, Delivery, Event, ReceiveError,
    /// };
    ///
    /// async fn keys_of(account_sid: AccountSid) -> Result<Option<AccountKeys>, std::io::Error> {
    ///     // Ask a database.
    /// #   let token = AuthToken::new("token").map_err(std::io::Error::other)?;
    /// #   AccountKeys::new(account_sid, [token]).map(Some).map_err(std::io::Error::other)
    /// }
    ///
    /// async fn handle(
    ///     receiver: &AccountReceiver,
    ///     delivery: &Delivery<'_>,
    /// ) -> Result<Event<'static>, ReceiveError<std::io::Error>> {
    ///     let received = receiver.receive_async(delivery, keys_of).await?;
    ///     Ok(received.event)
    /// }
    /// ```
    pub async fn receive_async<K: Borrow<AccountKeys>, E>(
        &self,
        delivery: &Delivery<'_>,
        keys_of: impl AsyncFnOnce(AccountSid) -> Result<Option<K>, E>,
    ) -> Result<Received<'static>, ReceiveError<E>> {
        let request = Request::new(&self.endpoint, delivery)?;
        let account_sid = request.account_sid()?;
        let keys = keys_of(account_sid).await.map_err(ReceiveError::Keys)?;
        let keys = keys.ok_or(Refusal::UnknownAccount)?;
        Ok(self.receive_with(&request, account_sid, keys.borrow())?)
    }

    fn receive_with(
        &self,
        request: &Request<'_>,
        account_sid: AccountSid,
        keys: &AccountKeys,
    ) -> Result<Received<'static>, Refusal> {
        let keys = keys.keys_for(account_sid)?;
        let mut memory = Stack::new();
        let candidates = self.endpoint.candidates(keys);
        let matched = self.endpoint.verify(request, candidates, &mut memory)?;
        matched.verified().read_owned()
    }

    /// Decodes a delivery without verifying it, to find out whose keys it needs.
    ///
    /// The buffer grows to the length of the body and a little more, whoever sent it. [`receive`](Self::receive) takes
    /// memory for more than 8 KiB only once the signature is verified.
    ///
    /// # Errors
    ///
    /// [`Refusal`] says why the delivery cannot be accepted, whatever the keys.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// # use twilio_verify_webhooks::testing::{Device, Signer};
    /// # use twilio_verify_webhooks::{AccountReceiver, AuthToken};
    /// # use twilio_verify_webhooks::AccountKeys;
    /// use twilio_verify_webhooks::{Buffer, Refusal};
    ///
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = AccountReceiver::builder(url).build()?;
    /// # let mut device = Device::new().with_account_sid("AC0123456789abcdef0123456789abcdef");
    /// # let delivery = Signer::new(url, token.clone())?.post(&device.factor_created());
    /// # let account_sid = "AC0123456789abcdef0123456789abcdef".parse()?;
    /// # let keys_of = |_| AccountKeys::new(account_sid, [token.clone()]).ok();
    /// # let delivery = delivery.as_delivery();
    /// let mut buffer = Buffer::new();
    /// let unverified = receiver.open(&delivery, &mut buffer)?;
    /// let keys = keys_of(unverified.account_sid()?).ok_or(Refusal::UnknownAccount)?;
    /// let received = unverified.receive(&keys)?;
    /// assert_eq!(received.event.event_type(), "factor.created");
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub fn open<'b>(
        &'b self,
        delivery: &Delivery<'b>,
        buffer: &'b mut Buffer,
    ) -> Result<UnverifiedDelivery<'b>, Refusal> {
        let request = Request::new(&self.endpoint, delivery)?;
        let decoded = request.decode(buffer)?;
        Ok(UnverifiedDelivery::new(&self.endpoint, request, decoded))
    }

    /// Returns how many bytes a body, or the query of a GET, may have.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.endpoint.body_limit
    }
}
