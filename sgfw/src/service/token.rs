//! Client tokens: the same request with the same token is done once and answered twice.

use super::{Desk, Fault};
use crate::inventory::{FlowLogId, InstanceId, InterfaceId, PrefixListId, Token};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The longest token, in characters.
const LONGEST: usize = 255;

/// A token that came with a request.
#[derive(Debug)]
pub(super) struct Ticket {
    key: String,
    token: Token,
}

impl Ticket {
    /// The ticket of a request, if it carries a token.
    ///
    /// # Errors
    /// The token is too long, or came with another request before.
    pub(super) fn of(
        desk: &Desk,
        operation: &str,
        token: Option<&str>,
        request: &impl Serialize,
    ) -> Result<Option<Self>, Fault> {
        let Some(token) = token.filter(|token| !token.is_empty()) else { return Ok(None) };
        if token.chars().count() > LONGEST || !token.is_ascii() {
            return Err(Fault::value(format!("The client token can have up to {LONGEST} ASCII characters.")));
        }
        let key = format!("{}/{}/{operation}/{token}", desk.scope.account, desk.scope.region);
        let ticket =
            Self { token: Token { operation: operation.into(), request: digest(request), id: String::new() }, key };
        match desk.state.tokens.get(&ticket.key) {
            Some(earlier) if earlier.request != ticket.token.request => {
                let words = "The client token was used before with other parameters.";
                Err(Fault::new("IdempotentParameterMismatch", words))
            }
            _ => Ok(Some(ticket)),
        }
    }

    /// What the request was answered with before.
    pub(super) fn earlier(&self, desk: &Desk) -> Option<String> {
        desk.state.tokens.get(&self.key).map(|token| token.id.clone())
    }

    /// Keeps what the request is answered with, and forgets the tokens of what is there no more.
    pub(super) fn keep(self, desk: &mut Desk, id: &str) {
        let state = &desk.state;
        let is_there = |id: &str| {
            InstanceId::parse(id).is_ok_and(|id| state.instances.contains_key(&id))
                || InterfaceId::parse(id).is_ok_and(|id| state.interfaces.contains_key(&id))
                || FlowLogId::parse(id).is_ok_and(|id| state.flow_logs.contains_key(&id))
                || PrefixListId::parse(id).is_ok_and(|id| state.prefix_lists.contains_key(&id))
        };
        let gone = |token: &Token| !token.id.split(',').any(is_there);
        let gone: Vec<String> = state.tokens.iter().filter(|(_, it)| gone(it)).map(|(key, _)| key.clone()).collect();
        gone.iter().for_each(|key| drop(desk.state.tokens.remove(key)));
        desk.state.tokens.insert(self.key, Arc::new(Token { id: id.into(), ..self.token }));
    }
}

/// What a request says; whether it is a dry run does not count.
fn digest(request: &impl Serialize) -> String {
    let mut value = serde_json::to_value(request).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.remove("DryRun");
    }
    let bytes = Sha256::digest(value.to_string());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
