//! From a message to an answer, apart from waiting: who asks, what, whether they may, and what comes of it.

use super::audit::Audit;
use super::caller::{Caller, Peer};
use super::gate;
use super::rate::Rates;
use crate::api::{Action, GetCallerIdentityReply};
use crate::endpoint::form::{Pair, pairs};
use crate::endpoint::query::{self, Asked, Call};
use crate::endpoint::sigv4::{Claim, verify};
use crate::endpoint::{Keys, Message, Perform, PerformError, Refusal, Role, xml};
use crate::inventory::{AccountId, Scope};
use crate::service::Asker;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// What answers.
pub(super) struct Front {
    pub(super) backend: Arc<dyn Perform>,
    pub(super) keys: Option<RwLock<Arc<Keys>>>,
    pub(super) home: Scope,
    pub(super) rates: Rates,
    pub(super) audit: Audit,
}

/// A request that was understood, of somebody who may ask it.
#[derive(Debug)]
pub(super) struct Ask {
    pub(super) caller: Caller,
    pub(super) call: Call,
}

/// A request that was not, and whether STS would have been the one to say so.
#[derive(Debug)]
pub(super) struct Unheard {
    pub(super) refusal: Refusal,
    pub(super) sts: bool,
}

impl Front {
    /// Who asks what, if they may.
    pub(super) fn hear(&self, message: &Message<'_>, peer: &Peer, id: &str) -> Result<Ask, Unheard> {
        let mut sts = false;
        self.understood(message, peer, id, &mut sts).map_err(|refusal| Unheard { refusal, sts })
    }

    fn understood(&self, message: &Message<'_>, peer: &Peer, id: &str, sts: &mut bool) -> Result<Ask, Refusal> {
        gate::pass(message)?;
        let service = self.caller(message, peer).inspect_err(|_| *sts = is_sts(message));
        let (caller, service) = match service {
            Ok(known) => known,
            // Whoever has no key tries from somewhere.
            Err(refusal) if self.rates.allow(&peer.to_string(), Instant::now()) => return Err(refusal),
            Err(_) => return Err(Refusal::limit()),
        };
        *sts = service.as_deref() == Some("sts");
        if !self.rates.allow(caller.bucket(), Instant::now()) {
            return Err(Refusal::limit());
        }
        let call = query::decode(&parameters(message)?, service.as_deref())?;
        *sts = matches!(call.asked, Asked::Identity);
        if let Asked::Action(action) = &call.asked
            && !caller.role.may(action)
        {
            let refusal =
                Refusal::forbidden("UnauthorizedOperation", "You are not authorized to perform this operation.");
            self.audit.write(&caller, action, id, &refusal.code, None);
            return Err(refusal);
        }
        Ok(Ask { caller, call })
    }

    /// Who signed, and for which service.
    fn caller(&self, message: &Message<'_>, peer: &Peer) -> Result<(Caller, Option<String>), Refusal> {
        let from = peer.to_string();
        let Some(keys) = &self.keys else { return self.anybody(message, peer, from) };
        let keys = keys.read().unwrap_or_else(PoisonError::into_inner).clone();
        let verified = verify(message, &keys, now())?;
        let scope = Scope { account: verified.key.account.clone(), region: verified.claim.region };
        let (role, key) = (verified.key.role, Some(verified.claim.key));
        Ok((Caller { scope, role, key, from }, Some(verified.claim.service)))
    }

    /// Without keys everybody may do everything, for the account and region that they name.
    fn anybody(&self, message: &Message<'_>, peer: &Peer, from: String) -> Result<(Caller, Option<String>), Refusal> {
        let claim = match peer {
            Peer::Address(_) => Some(gate::pass_without_keys(message)?),
            Peer::User(_) => Claim::of(message)?,
        };
        let mut scope = self.home.clone();
        if let Some(claim) = &claim {
            scope.account = AccountId::parse(&claim.key).unwrap_or(scope.account);
            if is_region(&claim.region) {
                scope.region.clone_from(&claim.region);
            }
        }
        let caller = Caller { scope, role: Role::Admin, key: None, from };
        Ok((caller, claim.map(|claim| claim.service).filter(|service| service == "sts" || service == "ec2")))
    }

    /// What comes of an action. It may take its time.
    pub(super) fn perform(&self, caller: &Caller, action: &Action, version: &str, id: &str) -> Result<String, Refusal> {
        let asker = Asker { scope: &caller.scope, version, author: &caller.author() };
        let result = self.backend.perform(&asker, action);
        let (outcome, revision) = match &result {
            Ok(performed) => ("done", Some(performed.revision)),
            Err(error) => (code(error), None),
        };
        if action.operation().writes {
            self.audit.write(caller, action, id, outcome, revision);
        }
        match result {
            Ok(performed) => Ok(xml::reply(&performed.reply, version, id)),
            Err(PerformError::Fault(fault)) => Err(fault.into()),
            Err(PerformError::Unavailable(why)) => {
                eprintln!("error: request {id}: {}: nobody answers: {why}", action.name());
                Err(Refusal::unavailable())
            }
            Err(PerformError::Broken(why)) => {
                eprintln!("error: request {id}: {}: {why}", action.name());
                Err(Refusal::internal())
            }
        }
    }
}

fn code(error: &PerformError) -> &str {
    match error {
        PerformError::Fault(fault) => fault.code,
        PerformError::Unavailable(_) => "Unavailable",
        PerformError::Broken(_) => "InternalError",
    }
}

/// Who the caller is, as STS says it.
pub(super) fn identity(caller: &Caller) -> GetCallerIdentityReply {
    let account = caller.scope.account.as_str();
    let name = caller.key.as_deref().unwrap_or("anybody");
    GetCallerIdentityReply {
        user_id: Some(name.into()),
        account: Some(account.into()),
        arn: Some(format!("arn:aws:iam::{account}:user/{name}")),
    }
}

/// The parameters of the API, from query and body; those of a signature in the query left out.
fn parameters<'a>(message: &Message<'a>) -> Result<Vec<Pair<'a>>, Refusal> {
    let body = std::str::from_utf8(message.body);
    let body = body.map_err(|_| Refusal::bad("MalformedQueryString", "The body must be a form, in UTF-8."))?;
    let mut all = pairs(message.query)?;
    all.retain(|(name, _)| !name.starts_with("X-Amz-"));
    if message.method == "POST" {
        all.extend(pairs(body)?);
    }
    Ok(all)
}

/// Whether a request that could not be proved says that it is for STS.
fn is_sts(message: &Message<'_>) -> bool {
    Claim::of(message).ok().flatten().is_some_and(|claim| claim.service == "sts")
}

fn is_region(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=32).contains(&text.len()) && text.bytes().all(is_plain)
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
