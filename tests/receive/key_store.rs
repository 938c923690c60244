//! Keys that are looked up while a delivery waits.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use twilio_verify_webhooks::*;

use crate::support::*;

const OTHER: &str = "ACffffffffffffffffffffffffffffffff";

/// Knows one account, fails for another, and gives the keys of a third to a fourth.
#[derive(Clone)]
pub(crate) struct Store(Arc<HashMap<AccountSid, Arc<AccountKeys>>>);

pub(crate) const FAILS: &str = "AC11111111111111111111111111111111";

impl Store {
    pub(crate) fn new() -> Self {
        let keys = |account: &str| {
            let keys = AccountKeys::new(account.parse().unwrap(), [token()]);
            Arc::new(keys.unwrap())
        };
        let accounts = [(ACCOUNT, keys(ACCOUNT)), (OTHER, keys(ACCOUNT))];
        let accounts = accounts.map(|(sid, keys)| (sid.parse().unwrap(), keys));
        Self(Arc::new(accounts.into()))
    }
}

impl KeyStore for Store {
    type Error = io::Error;

    async fn keys(&self, account_sid: AccountSid) -> io::Result<Option<Arc<AccountKeys>>> {
        tokio::task::yield_now().await;
        if account_sid == FAILS {
            return Err(io::Error::other("the database is down"));
        }
        Ok(self.0.get(&account_sid).cloned())
    }
}

pub(crate) fn accounts() -> Accounts {
    Accounts::new(AccountReceiver::builder(URL).build().unwrap(), Store::new())
}

fn request(account: &str) -> Request {
    Request::signed(&with(v2_challenge(), "account_sid", account))
}

#[tokio::test]
async fn a_lookup_may_take_its_time_and_its_failure_is_no_refusal() {
    let unknown = "AC22222222222222222222222222222222";
    for (account, status, code) in [
        (ACCOUNT, 200, ""),
        (unknown, 403, "account_unknown"),
        (OTHER, 403, "account_other"),
        (FAILS, 503, "keys_unavailable"),
    ] {
        let request = request(account);
        let received = accounts().receive(&request.delivery()).await;
        let found = received
            .as_ref()
            .map_or_else(|error| (error.status(), error.code()), |_| (200, ""));
        assert_eq!(found, (status, code), "{account}");
        if let Err(error) = received {
            assert_eq!(error.refusal().is_some(), status == 403);
        }
    }
}

#[tokio::test]
async fn what_is_refused_for_its_head_is_not_looked_up() {
    let receiver = AccountReceiver::builder(URL).build().unwrap();
    for request in [
        request(ACCOUNT).replace(SIGNATURE_HEADER, "x"),
        request(ACCOUNT).replace("content-type", "text/plain"),
        Request::signed(&without(v2_challenge(), "account_sid")),
        request("AC0"),
    ] {
        let keys_of = async |_| -> Result<Option<AccountKeys>, ()> { panic!("looked up") };
        let received = receiver.receive_async(&request.delivery(), keys_of).await;
        assert!(matches!(received, Err(ReceiveError::Refused(_))));
    }
}

#[tokio::test]
async fn a_lookup_runs_on_any_thread() {
    let task = tokio::spawn(async {
        let request = request(ACCOUNT);
        let accounts = accounts();
        let received = accounts.receive(&request.delivery()).await;
        received.map(|received| received.event.account_sid().to_string())
    });
    assert_eq!(task.await.unwrap().unwrap(), ACCOUNT);
}

#[tokio::test]
async fn a_signature_of_another_account_is_refused() {
    let pairs = v2_challenge();
    let stranger = AuthToken::new("ffffffffffffffffffffffffffffffff").unwrap();
    let request = Request::signed(&pairs).replace(SIGNATURE_HEADER, &stranger.sign(URL, pairs));
    let received = accounts().receive(&request.delivery()).await;
    assert_eq!(
        received.err().map(|error| error.code()),
        Some("signature_mismatch")
    );
}
