//! Keys of many accounts, looked up while a delivery waits.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use super::account::AccountReceiver;
use super::account_keys::AccountKeys;
use super::received::Received;
use crate::delivery::Delivery;
use crate::error::ReceiveError;
use crate::sid::AccountSid;

/// Where the keys of an account are looked up: a database, a secret store, a cache in front of them.
///
/// **Strangers choose which account is looked up**, and how often, because the account is read before anything is
/// verified. Three things bound what they can bring about:
///
/// - A cache of bounded size spares lookups of an account that is named again; keep for a while also that there is no such
///   account. It bounds memory. It does not bound lookups: who names a new account each time is looked up each time.
/// - A limit of lookups a second and at once, beyond which a lookup fails without being made, such as a semaphore's
///   `try_acquire`. Failed lookups count too, or a database that is down is asked by every request.
/// - A time limit, because a lookup that hangs keeps its request, and what the limit allows.
///
/// `examples/servers/service` has a `Bounded` key store around any other, with all three. An account that is in the cache is
/// received whatever strangers do; one that is not may meet a 503 meanwhile.
///
/// ```
/// use std::collections::HashMap;
/// use std::convert::Infallible;
/// use std::sync::Arc;
///
/// use twilio_verify_webhooks::{AccountKeys, AccountSid, KeyStore};
///
/// struct Tenants(HashMap<AccountSid, Arc<AccountKeys>>);
///
/// impl KeyStore for Tenants {
///     type Error = Infallible;
///
///     async fn keys(&self, account_sid: AccountSid) -> Result<Option<Arc<AccountKeys>>, Infallible> {
///         Ok(self.0.get(&account_sid).cloned())
///     }
/// }
/// ```
pub trait KeyStore: Send + Sync + 'static {
    /// Why a lookup failed. It is told apart from refusals, and may be logged.
    type Error: Into<KeyStoreError>;

    /// Looks the keys of an account up; `None` if there is no such account.
    ///
    /// # Errors
    ///
    /// [`Error`](Self::Error) if the lookup failed, which is answered with 503; not if there is no such account.
    fn keys(
        &self,
        account_sid: AccountSid,
    ) -> impl Future<Output = Result<Option<Arc<AccountKeys>>, Self::Error>> + Send;
}

/// The failure of a [`KeyStore`], whichever it is.
pub type KeyStoreError = Box<dyn Error + Send + Sync>;

/// A receiver for many accounts and the store of their keys: what the adapters take. Cheap to clone.
///
/// With axum it is a part of the state, with actix-web one of the application's data, and the argument of a handler is
/// `AccountReceived`; with tower it makes a `WebhookLayer`. A lookup that fails is answered with 503.
#[derive(Clone)]
pub struct Accounts {
    receiver: AccountReceiver,
    store: Arc<dyn AnyStore>,
}

impl Accounts {
    /// Ties a receiver to a store of keys.
    pub fn new(receiver: AccountReceiver, store: impl KeyStore) -> Self {
        let store = Arc::new(store);
        Self { receiver, store }
    }

    /// Receives a delivery with the keys of the account that it names, as
    /// [`AccountReceiver::receive_async`] does.
    ///
    /// # Errors
    ///
    /// [`ReceiveError::Refused`] says why the delivery is not accepted; [`ReceiveError::Keys`] why the lookup failed.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # #[cfg(feature = "testing")] {
    /// # use std::{convert::Infallible, sync::Arc};
    /// # use twilio_verify_webhooks::testing::{Device, Signer};
    /// # use twilio_verify_webhooks::{AccountReceiver, AuthToken};
    /// # use twilio_verify_webhooks::{AccountKeys, AccountSid, KeyStore};
    /// use twilio_verify_webhooks::Accounts;
    ///
    /// # struct Tenants(Arc<AccountKeys>);
    /// # impl KeyStore for Tenants {
    /// #     type Error = Infallible;
    /// #     async fn keys(&self, account_sid: AccountSid) -> Result<Option<Arc<AccountKeys>>, Infallible> {
    /// #         Ok(Some(self.0.clone()).filter(|keys| keys.account_sid() == account_sid))
    /// #     }
    /// # }
    /// # let (url, token) = ("https://example.com/webhook", AuthToken::new("a-token-for-tests")?);
    /// # let receiver = AccountReceiver::builder(url).build()?;
    /// # let mut device = Device::new().with_account_sid("AC0123456789abcdef0123456789abcdef");
    /// # let delivery = Signer::new(url, token.clone())?.post(&device.factor_created());
    /// # let tenants = Tenants(AccountKeys::new("AC0123456789abcdef0123456789abcdef".parse()?, [token])?.into());
    /// let accounts = Accounts::new(receiver, tenants);
    /// let received = accounts.receive(&delivery.as_delivery()).await?;
    /// assert_eq!(received.event.event_type(), "factor.created");
    /// # }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn receive(
        &self,
        delivery: &Delivery<'_>,
    ) -> Result<Received<'static>, ReceiveError<KeyStoreError>> {
        let keys_of = async |account_sid| self.store.any_keys(account_sid).await;
        self.receiver.receive_async(delivery, keys_of).await
    }

    /// Returns how many bytes a body may have.
    #[must_use]
    pub fn body_limit(&self) -> usize {
        self.receiver.body_limit()
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accounts")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}

type Lookup<'s> =
    Pin<Box<dyn Future<Output = Result<Option<Arc<AccountKeys>>, KeyStoreError>> + Send + 's>>;

/// [`KeyStore`] with a boxed future, so that the type of the store need not be named in every handler.
trait AnyStore: Send + Sync {
    fn any_keys(&self, account_sid: AccountSid) -> Lookup<'_>;
}

impl<S: KeyStore> AnyStore for S {
    fn any_keys(&self, account_sid: AccountSid) -> Lookup<'_> {
        Box::pin(async move { self.keys(account_sid).await.map_err(Into::into) })
    }
}
