//! The keys of each account, from a file that may change at any time.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::RwLock;
use twilio_verify_webhooks::{
    AccountKeys, AccountSid, Algorithm, AuthToken, ConfigError, Key, KeyError, KeyStore,
    KeyStoreError, SharedKey,
};

/// How often the file is looked at.
const PERIOD: Duration = Duration::from_secs(1);

/// In how many looks the file must be missing until the keys are dropped: some editors delete a file before they write
/// it again.
const MISSING_LOOKS: u32 = 3;

type Keys = HashMap<AccountSid, Arc<AccountKeys>>;

/// Knows the keys of each account. Cheap to clone; clones see the same keys.
#[derive(Clone)]
pub(crate) struct Tenants {
    /// None while the file is gone.
    keys: Arc<RwLock<Option<Keys>>>,
}

impl KeyStore for Tenants {
    type Error = KeyStoreError;

    /// Fails while the file is gone: nothing is known of any account then, not that there is none.
    async fn keys(
        &self,
        account_sid: AccountSid,
    ) -> Result<Option<Arc<AccountKeys>>, KeyStoreError> {
        let keys = self.keys.read().await;
        let keys = keys.as_ref().ok_or("the file of accounts is gone")?;
        Ok(keys.get(&account_sid).cloned())
    }
}

impl Tenants {
    /// Takes the token of a single account.
    pub(crate) fn one(account_sid: AccountSid, token: AuthToken) -> Result<Self, Box<dyn Error>> {
        let keys = AccountKeys::new(account_sid, [token])?;
        Ok(Self::new([(account_sid, Arc::new(keys))].into()))
    }

    /// Reads a file, and reads it again on a thread of its own whenever it says something else.
    ///
    /// A file that cannot be used, because it is half-written for example, is looked at again: until then the keys stay
    /// as they are. If it is missing for some seconds, lookups fail until it is there again.
    pub(crate) fn follow(file: PathBuf) -> Result<Self, Box<dyn Error>> {
        let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let keys = parse(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        let tenants = Self::new(keys);
        let mut followed = Followed {
            tenants: tenants.clone(),
            file,
            loaded: Some(text),
            missing: 0,
        };
        thread::spawn(move || {
            loop {
                thread::sleep(PERIOD);
                followed.look();
            }
        });
        Ok(tenants)
    }

    fn new(keys: Keys) -> Self {
        let keys = Arc::new(RwLock::new(Some(keys)));
        Self { keys }
    }

    fn replace(&self, keys: Option<Keys>) {
        *self.keys.blocking_write() = keys;
    }
}

/// A file, and what was last taken from it.
struct Followed {
    tenants: Tenants,
    file: PathBuf,
    /// All of the text: a replacement of the same size and time is seen too. `None` if the keys were dropped.
    loaded: Option<Vec<u8>>,
    /// In how many looks, one after the other, there was no file.
    missing: u32,
}

impl Followed {
    fn look(&mut self) {
        let stay = |error: &dyn Error| {
            eprintln!("keys stay as they are: {}: {error}", self.file.display());
        };
        let text = match fs::read(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.missing = self.missing.saturating_add(1);
                match (&self.loaded, self.missing) {
                    (None, _) => {}
                    (Some(_), ..MISSING_LOOKS) => stay(&error),
                    (Some(_), _) => {
                        self.tenants.replace(None);
                        self.loaded = None;
                        let file = self.file.display();
                        eprintln!("{file} is gone: keys of all accounts dropped");
                    }
                }
                return;
            }
            Err(error) => return stay(&error),
        };
        self.missing = 0;
        if self.loaded.as_ref() == Some(&text) {
            return;
        }
        match parse(&text) {
            Ok(keys) => {
                let count = keys.len();
                self.tenants.replace(Some(keys));
                self.loaded = Some(text);
                eprintln!("keys of {count} accounts loaded");
            }
            Err(error) => stay(&*error),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    #[serde(default)]
    auth_tokens: Vec<String>,
    #[serde(default)]
    shared_keys: Vec<Shared>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shared {
    id: String,
    secret: String,
    algorithm: SharedAlgorithm,
}

#[derive(Deserialize)]
enum SharedAlgorithm {
    #[serde(rename = "HMAC_SHA1")]
    HmacSha1,
    #[serde(rename = "HMAC_SHA256")]
    HmacSha256,
}

fn parse(text: &[u8]) -> Result<Keys, Box<dyn Error>> {
    // What serde_json says may quote the file, which holds secrets.
    let accounts: HashMap<AccountSid, Account> = serde_json::from_slice(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        format!("expected accounts and their keys, found something else at {line}:{column}")
    })?;
    let keys = accounts.into_iter().map(|(account_sid, account)| {
        let keys = account.keys(account_sid);
        let keys = keys.map_err(|error| format!("{account_sid}: {error}"))?;
        Ok((account_sid, Arc::new(keys)))
    });
    keys.collect()
}

impl Account {
    fn keys(self, account_sid: AccountSid) -> Result<AccountKeys, ConfigError> {
        let tokens = self.auth_tokens.iter();
        let tokens = tokens.map(|token| AuthToken::new(token).map(Key::from));
        let shared = self.shared_keys.iter();
        let shared = shared.map(|key| key.shared_key().map(Key::from));
        let keys: Result<Vec<_>, _> = tokens.chain(shared).collect();
        AccountKeys::new(account_sid, keys?)
    }
}

impl Shared {
    fn shared_key(&self) -> Result<SharedKey, KeyError> {
        let algorithm = match self.algorithm {
            SharedAlgorithm::HmacSha1 => Algorithm::HmacSha1,
            SharedAlgorithm::HmacSha256 => Algorithm::HmacSha256,
        };
        SharedKey::new(&self.id, &self.secret, algorithm)
    }
}
