//! The keys of each account, from a file that may change at any time.

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use twilio_verify_webhooks::{
    AccountKeys, AccountSid, Algorithm, AuthToken, ConfigError, Key, KeyError, SharedKey,
};

/// How often the file is looked at.
const PERIOD: Duration = Duration::from_secs(1);

type Keys = HashMap<AccountSid, Arc<AccountKeys>>;

/// Knows the keys of each account. Cheap to clone; clones see the same keys.
#[derive(Clone)]
pub(crate) struct Accounts {
    keys: Arc<RwLock<Keys>>,
}

impl Accounts {
    /// Takes the token of a single account.
    pub(crate) fn one(account_sid: AccountSid, token: AuthToken) -> Result<Self, Box<dyn Error>> {
        let keys = AccountKeys::new(account_sid, [token])?;
        Ok(Self::new([(account_sid, Arc::new(keys))].into()))
    }

    /// Reads a file, and reads it again on a thread of its own whenever it has changed.
    ///
    /// A changed file that cannot be used, because it is half-written for example, is looked at again: until then the
    /// keys stay as they are.
    pub(crate) fn follow(file: PathBuf) -> Result<Self, Box<dyn Error>> {
        let mut loaded = modified(&file)?;
        let accounts = Self::new(read(&file)?);
        let followed = accounts.clone();
        thread::spawn(move || {
            loop {
                thread::sleep(PERIOD);
                match followed.reload(&file, loaded) {
                    Ok(modified) => loaded = modified,
                    Err(error) => eprintln!("keys stay as they are: {error}"),
                }
            }
        });
        Ok(accounts)
    }

    fn new(keys: Keys) -> Self {
        let keys = Arc::new(RwLock::new(keys));
        Self { keys }
    }

    /// Reads the file if it is not the one that was loaded.
    fn reload(&self, file: &Path, loaded: SystemTime) -> Result<SystemTime, Box<dyn Error>> {
        // Before it is read: a change in between is seen the next time.
        let modified = modified(file)?;
        if modified != loaded {
            let keys = read(file)?;
            let count = keys.len();
            *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
            eprintln!("keys of {count} accounts loaded");
        }
        Ok(modified)
    }

    /// Looks up the keys of an account. Asynchronous, as it would be if they were in a database.
    pub(crate) async fn keys_of(&self, account_sid: AccountSid) -> Option<Arc<AccountKeys>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(&account_sid).cloned()
    }
}

fn modified(file: &Path) -> Result<SystemTime, Box<dyn Error>> {
    let modified = fs::metadata(file).and_then(|file| file.modified());
    Ok(modified.map_err(|error| format!("{}: {error}", file.display()))?)
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

fn read(file: &Path) -> Result<Keys, Box<dyn Error>> {
    let name = file.display();
    let text = fs::read(file).map_err(|error| format!("{name}: {error}"))?;
    // What serde_json says may quote the file, which holds secrets.
    let accounts: HashMap<AccountSid, Account> =
        serde_json::from_slice(&text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!(
                "{name}: expected accounts and their keys, found something else at {line}:{column}"
            )
        })?;
    let keys = accounts.into_iter().map(|(account_sid, account)| {
        let keys = account.keys(account_sid);
        let keys = keys.map_err(|error| format!("{name}: {account_sid}: {error}"))?;
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
