//! Access keys: who may sign, for which account, and how much they may.
//!
//! A file of JSON, `{"keys": [{"access_key_id": .., "secret_access_key": .., "account": .., "role": ..}]}`, that nobody
//! but its owner and its group can read. Secrets are wiped when dropped and never shown.

use super::Role;
use crate::inventory::AccountId;
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use thiserror::Error;
use zeroize::Zeroizing;

/// Characters of a secret at least.
const SECRET: usize = 16;
/// Characters of the id of a key at most.
const ID: usize = 128;

/// Why a file of keys is not taken.
#[derive(Debug, Error)]
#[error("{path}: {why}", path = path.display())]
pub struct KeysError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong, and what to do.
    pub why: String,
}

/// What signs.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// A secret from text.
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// An access key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// What a request names.
    pub access_key_id: String,
    /// What it is signed with.
    pub secret_access_key: Secret,
    /// Whose key it is.
    pub account: AccountId,
    /// What it may.
    pub role: Role,
}

/// Keys by their ids.
#[derive(Clone, Debug, Default)]
pub struct Keys(HashMap<String, Key>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    keys: Vec<Key>,
}

impl Keys {
    /// These keys.
    ///
    /// # Errors
    /// There is none, an id is there twice or has other characters than letters, digits, `-` and `_`, or a secret is
    /// short.
    pub fn new(keys: Vec<Key>) -> Result<Self, String> {
        let mut by_id = HashMap::new();
        for key in keys {
            check(&key)?;
            if let Some(twice) = by_id.insert(key.access_key_id.clone(), key) {
                return Err(format!("the key {} is there twice: remove one", twice.access_key_id));
            }
        }
        if by_id.is_empty() { Err("there is no key in it: add one".into()) } else { Ok(Self(by_id)) }
    }

    /// The keys in a file.
    ///
    /// # Errors
    /// It cannot be read, others can read or write it, or it is not as it must be.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        let error = |why: String| KeysError { path: path.into(), why };
        let mut file = File::open(path).map_err(|it| error(it.to_string()))?;
        let mode = file.metadata().map_err(|it| error(it.to_string()))?.permissions().mode();
        if mode & 0o027 != 0 {
            let mode = mode & 0o777;
            return Err(error(format!("its mode is {mode:04o}, so others can read or change it: chmod 0600 it")));
        }
        let mut text = Zeroizing::new(Vec::new());
        file.read_to_end(&mut text).map_err(|it| error(it.to_string()))?;
        let document: Document = serde_json::from_slice(&text).map_err(|it| error(it.to_string()))?;
        Self::new(document.keys).map_err(error)
    }

    /// The key with this id.
    pub fn get(&self, id: &str) -> Option<&Key> {
        self.0.get(id)
    }
}

fn check(key: &Key) -> Result<(), String> {
    let id = &key.access_key_id;
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if id.is_empty() || id.len() > ID || !is_plain {
        return Err(format!("the key id {id:?} must be 1 to {ID} letters, digits, - or _"));
    }
    if key.secret_access_key.bytes().len() < SECRET {
        return Err(format!("the secret of {id} is shorter than {SECRET} characters: take a random one"));
    }
    Ok(())
}
