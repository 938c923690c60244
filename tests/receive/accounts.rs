//! Deliveries of many accounts at one URL, each with keys of its own.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use twilio_verify_webhooks::*;

use crate::support::*;

const SUB_ACCOUNT: &str = "ACffffffffffffffffffffffffffffffff";

fn sub_token() -> AuthToken {
    AuthToken::new("a-sub-account's-token").unwrap()
}

fn accounts() -> HashMap<AccountSid, AccountKeys> {
    [(ACCOUNT, token()), (SUB_ACCOUNT, sub_token())]
        .map(|(sid, token)| {
            let sid = sid.parse().unwrap();
            (sid, AccountKeys::new(sid, [token]).unwrap())
        })
        .into()
}

fn receiver() -> AccountReceiver {
    AccountReceiver::builder(URL).build().unwrap()
}

fn signed_by(token: &AuthToken, pairs: &Pairs) -> Request {
    Request::signed(pairs).replace(SIGNATURE_HEADER, &token.sign(URL, pairs.clone()))
}

#[test]
fn each_delivery_is_verified_with_the_keys_of_its_account() {
    let (receiver, accounts) = (receiver(), accounts());
    let mismatch = Refusal::from(SignatureError::Mismatch { tries: 2 });
    for (account, signer, expected) in [
        (ACCOUNT, token(), None),
        (SUB_ACCOUNT, sub_token(), None),
        (SUB_ACCOUNT, token(), Some(mismatch)),
        (ACCOUNT, sub_token(), Some(mismatch)),
        (
            "AC00000000000000000000000000000000",
            token(),
            Some(Refusal::UnknownAccount),
        ),
    ] {
        let pairs = with(v2_challenge(), "account_sid", account);
        let request = signed_by(&signer, &pairs);
        let received = receiver.receive(&request.delivery(), |sid| accounts.get(&sid));
        assert_eq!(received.as_ref().err(), expected.as_ref(), "{account}");
        if let Ok(received) = received {
            assert_eq!(received.event.account_sid(), account);
        }
        let shared = receiver.receive(&request.delivery(), |sid| {
            accounts.get(&sid).cloned().map(Arc::new)
        });
        assert_eq!(shared.err(), expected);
    }
}

#[test]
fn keys_of_another_account_are_no_keys() {
    // A look-up that ignores the account, and a tenant who signs with the token it knows.
    let accounts = accounts();
    let request = signed_by(&sub_token(), &v2_challenge());
    let sub_account = &accounts[&SUB_ACCOUNT.parse().unwrap()];
    let refusal = receiver()
        .receive(&request.delivery(), |_| Some(sub_account))
        .unwrap_err();
    assert_eq!(refusal, Refusal::OtherAccount);
    assert_eq!(refusal.status(), 403);
}

#[test]
fn a_delivery_without_an_account_is_refused_before_any_look_up() {
    for (pairs, error) in [
        (
            without(v2_challenge(), "account_sid"),
            EventError::Missing {
                name: "account_sid",
            },
        ),
        (
            with(v2_challenge(), "account_sid", "x"),
            EventError::Sid {
                name: "account_sid",
                error: SidError::Length {
                    prefix: "AC",
                    found: 1,
                },
            },
        ),
    ] {
        let request = Request::signed(&pairs);
        let refusal =
            receiver().receive(&request.delivery(), |_| -> Option<AccountKeys> { panic!() });
        assert_eq!(refusal.unwrap_err(), Refusal::Event(error));
    }
    let request = Request::signed(&v2_challenge()).remove(SIGNATURE_HEADER);
    let refusal = receiver().receive(&request.delivery(), |_| -> Option<AccountKeys> { panic!() });
    assert_eq!(
        refusal.unwrap_err(),
        Refusal::Signature(SignatureError::Missing)
    );
}

#[test]
fn a_look_up_may_take_its_time() {
    async fn keys_of(sid: AccountSid) -> Option<AccountKeys> {
        let mut waited = false;
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut waited, true) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })
        .await;
        accounts().remove(&sid)
    }

    async fn handle(request: Request) -> Result<Event<'static>, Refusal> {
        let (receiver, mut buffer) = (receiver(), Buffer::new());
        let delivery = request.delivery();
        let unverified = receiver.open(&delivery, &mut buffer)?;
        assert_eq!(unverified.params().get("type"), Some("challenge.approved"));
        let keys = keys_of(unverified.account_sid()?)
            .await
            .ok_or(Refusal::UnknownAccount)?;
        Ok(unverified.receive(&keys)?.event.into_owned())
    }

    fn assert_send<F: Future + Send>(future: F) -> F {
        future
    }

    let mut future = pin!(assert_send(handle(Request::signed(&v2_challenge()))));
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    assert_eq!(
        future.as_mut().poll(&mut context),
        Poll::Ready(Ok(accepted(&v2_challenge())))
    );
}

#[test]
fn the_keys_of_an_account_rotate_and_mix() {
    let shared = SharedKey::new("key_1", "secret", Algorithm::HmacSha256).unwrap();
    let keys: [Key; 3] = [token().into(), sub_token().into(), shared.clone().into()];
    let keys = AccountKeys::new(ACCOUNT.parse().unwrap(), keys).unwrap();
    let mut buffer = Buffer::new();
    let request = signed_by(&sub_token(), &v2_challenge());
    let delivery = request.delivery();
    let receiver = receiver();
    let verified = receiver
        .open(&delivery, &mut buffer)
        .unwrap()
        .verify(&keys)
        .unwrap();
    assert_eq!(verified.key().position, 1);
    let signature = shared.sign(URL, v2_challenge());
    let request = Request::signed(&v2_challenge())
        .replace(SIGNATURE_HEADER, &signature)
        .header(SIGNATURE_SETTINGS_HEADER, &shared.settings());
    let received = receiver
        .receive(&request.delivery(), |_| Some(&keys))
        .unwrap();
    assert_eq!(received.key.key_id.as_deref(), Some("key_1"));
}

#[test]
fn keys_are_checked_when_they_are_tied_to_their_account() {
    let sid = ACCOUNT.parse().unwrap();
    assert_eq!(
        AccountKeys::new(sid, [] as [Key; 0]).unwrap_err(),
        ConfigError::NoKey
    );
    let key = SharedKey::new("key_1", "secret", Algorithm::HmacSha256).unwrap();
    let error = AccountKeys::new(sid, [key.clone(), key]).unwrap_err();
    assert_eq!(error, ConfigError::RepeatedSharedKey { position: 1 });
    assert_eq!(accounts()[&sid].account_sid(), sid);
}

#[test]
fn pins_and_limits_hold_for_accounts_too() {
    let other = ServiceSid::new("VA00000000000000000000000000000000").unwrap();
    let builder = || AccountReceiver::builder(URL).body_limit(300);
    let receive = |builder: AccountReceiverBuilder, pairs: &Pairs| {
        let receiver = builder.build().unwrap();
        assert_eq!(receiver.body_limit(), 300);
        let request = Request::signed(pairs);
        receiver
            .receive(&request.delivery(), |sid| accounts().remove(&sid))
            .map(drop)
    };
    assert_eq!(receive(builder(), &v1_factor()), Ok(()));
    assert_eq!(
        receive(builder().service_sid(other), &v1_factor()),
        Err(Refusal::OtherService)
    );
    assert_eq!(
        receive(builder(), &v2_challenge()).unwrap_err().status(),
        413
    );
    let error = AccountReceiver::builder("example.com").build().unwrap_err();
    assert_eq!(error, ConfigError::Url(UrlError::NotAbsolute));
}
