//! Keys and credentials from what the arguments, the environment and files hold.

use std::path::Path;

use twilio_verify_webhooks::api::Credentials;
use twilio_verify_webhooks::{Algorithm, AuthToken, Key, SharedKey};

use super::{Environment, Secret};
use crate::arguments::{ApiArguments, ReceivingKeys, SigningKey, TokenArguments};
use crate::output::Failure;

/// The keys that a receiver is to accept, as they were given.
#[derive(Debug, Clone, Default)]
pub(crate) struct GivenKeys {
    pub(crate) token: Option<Secret>,
    pub(crate) shared_keys: Vec<GivenSharedKey>,
}

#[derive(Debug, Clone)]
pub(crate) struct GivenSharedKey {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    pub(crate) algorithm: Algorithm,
}

/// The secret of the option or its variable; a file that is named comes before both.
fn secret(
    given: Option<&Secret>,
    file: Option<&Path>,
    variable: &str,
    environment: &Environment,
) -> Result<Option<Secret>, Failure> {
    match file {
        Some(file) => Secret::read(file).map(Some),
        None => {
            let given = given.map(|secret| secret.expose().to_owned());
            Ok(environment.prefer(given, variable).map(Secret::from))
        }
    }
}

impl TokenArguments {
    /// Reads the file of variables that was named.
    pub(crate) fn environment(&self) -> Result<Environment, Failure> {
        Environment::read(self.env_file.as_deref())
    }

    pub(crate) fn token(&self, environment: &Environment) -> Result<Option<Secret>, Failure> {
        secret(
            self.token.as_ref(),
            self.token_file.as_deref(),
            "TWILIO_AUTH_TOKEN",
            environment,
        )
    }
}

const SHARED_KEY_SECRET: &str = "TWILIO_SHARED_KEY_SECRET";

impl SigningKey {
    /// Returns the key to sign with.
    pub(crate) fn key(&self, environment: &Environment) -> Result<Key, Failure> {
        let Some(shared_key) = &self.shared_key else {
            if self.algorithm.is_some() || self.secret_file.is_some() {
                return Err(Failure::usage(
                    "--secret, --secret-file and --algorithm go with --shared-key",
                ));
            }
            let token = self.token.token(environment)?.ok_or_else(|| {
                Failure::usage(
                    "expected TWILIO_AUTH_TOKEN, --token-file, --env-file or --shared-key: what the server verifies with",
                )
            })?;
            return AuthToken::new(token.expose())
                .map(Key::from)
                .map_err(|error| Failure::usage(format!("the AuthToken: {error}")));
        };
        let (id, given) = shared_key.split();
        let given = given.or_else(|| self.secret.clone());
        let file = self.secret_file.as_deref();
        let secret = secret(given.as_ref(), file, SHARED_KEY_SECRET, environment)?;
        let secret = secret.ok_or_else(missing_secret)?;
        let algorithm = self
            .algorithm
            .map_or(Algorithm::HmacSha256, Algorithm::from);
        SharedKey::new(id, secret.expose(), algorithm)
            .map(Key::from)
            .map_err(|error| Failure::usage(format!("the SharedKey: {error}")))
    }
}

impl ReceivingKeys {
    /// Returns the keys as they were given, at least one.
    pub(crate) fn given(&self, environment: &Environment) -> Result<GivenKeys, Failure> {
        self.given_if_any(environment)?.ok_or_else(|| {
            Failure::usage(
                "expected a key: TWILIO_AUTH_TOKEN, --token-file, --env-file or --shared-key",
            )
        })
    }

    /// Returns the keys as they were given.
    pub(crate) fn given_if_any(
        &self,
        environment: &Environment,
    ) -> Result<Option<GivenKeys>, Failure> {
        let token = self.token.token(environment)?;
        let mut shared_keys = Vec::new();
        for (given, algorithm) in [
            (&self.shared_key, Algorithm::HmacSha256),
            (&self.shared_key_sha1, Algorithm::HmacSha1),
        ] {
            for shared_key in given {
                let (id, secret) = shared_key.split();
                let secret =
                    secret.or_else(|| environment.var(SHARED_KEY_SECRET).map(Secret::from));
                shared_keys.push(GivenSharedKey {
                    id: id.to_owned(),
                    secret: secret.ok_or_else(missing_secret)?,
                    algorithm,
                });
            }
        }
        let is_any = token.is_some() || !shared_keys.is_empty();
        Ok(is_any.then_some(GivenKeys { token, shared_keys }))
    }
}

/// The id is not repeated: it may be a secret that lacks its id.
fn missing_secret() -> Failure {
    Failure::usage(
        "expected the secret of the SharedKey: TWILIO_SHARED_KEY_SECRET, --env-file, or ID=SECRET",
    )
}

impl GivenKeys {
    /// Makes keys of them.
    pub(crate) fn keys(&self) -> Result<Vec<Key>, Failure> {
        let token = self.token.iter().map(|token| {
            AuthToken::new(token.expose())
                .map(Key::from)
                .map_err(|error| Failure::usage(format!("the AuthToken: {error}")))
        });
        let shared = self.shared_keys.iter().map(|shared| {
            SharedKey::new(&shared.id, shared.secret.expose(), shared.algorithm)
                .map(Key::from)
                .map_err(|error| Failure::usage(format!("the SharedKey: {error}")))
        });
        token.chain(shared).collect()
    }

    /// Returns their secrets, for what may be wrong with the text of one.
    pub(crate) fn into_secrets(self) -> Vec<Secret> {
        let shared = self.shared_keys.into_iter().map(|shared| shared.secret);
        self.token.into_iter().chain(shared).collect()
    }
}

impl ApiArguments {
    /// Returns an API key, or else the account's own credentials.
    pub(crate) fn credentials(
        &self,
        token: &TokenArguments,
        environment: &Environment,
    ) -> Result<Credentials, Failure> {
        let expected = |what: &str| {
            Failure::usage(format!(
                "expected {what}: set TWILIO_API_KEY and TWILIO_API_KEY_SECRET, or TWILIO_ACCOUNT_SID and \
                 TWILIO_AUTH_TOKEN, in the environment or a file named by --env-file"
            ))
        };
        if let Some(sid) = environment.prefer(self.api_key.clone(), "TWILIO_API_KEY") {
            let secret = secret(
                self.api_key_secret.as_ref(),
                self.api_key_secret_file.as_deref(),
                "TWILIO_API_KEY_SECRET",
                environment,
            )?;
            let secret = secret.ok_or_else(|| expected("TWILIO_API_KEY_SECRET"))?;
            return Credentials::api_key(&sid, secret.expose())
                .map_err(|error| Failure::usage(format!("the API key: {error}")));
        }
        let account = environment.prefer(self.account.clone(), "TWILIO_ACCOUNT_SID");
        let account = account.ok_or_else(|| expected("TWILIO_ACCOUNT_SID or TWILIO_API_KEY"))?;
        let account = account
            .parse()
            .map_err(|error| Failure::usage(format!("the account: {error}")))?;
        let token = token.token(environment)?;
        let token = token.ok_or_else(|| expected("TWILIO_AUTH_TOKEN"))?;
        Credentials::auth_token(account, token.expose())
            .map_err(|error| Failure::usage(format!("the account's credentials: {error}")))
    }
}
