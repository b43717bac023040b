//! What an action is refused with: AWS's code and words.

use crate::inventory::MalformedId;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use thiserror::Error;

/// A refusal. Displayed as `CODE: message`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{code}: {message}")]
pub struct Fault {
    /// The code of the EC2 API, such as `InvalidGroup.NotFound`; without the `Client.` of older tools.
    pub code: &'static str,
    /// The words for people.
    pub message: String,
}

impl Fault {
    /// A refusal with this code and these words.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A refusal as another process told it.
    pub fn told(code: &str, message: impl Into<String>) -> Self {
        static CODES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        let mut codes = CODES.lock().unwrap_or_else(PoisonError::into_inner);
        let code = codes.get(code).copied().unwrap_or_else(|| {
            // Once for each code there is, which are some dozens.
            let kept: &'static str = Box::leak(code.to_owned().into_boxed_str());
            codes.insert(kept);
            kept
        });
        Self::new(code, message)
    }

    /// What a dry run that would have succeeded is answered with.
    pub fn dry_run() -> Self {
        Self::new("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
    }

    /// What a request for an operation that sgfw does not have is answered with.
    pub fn invalid_action(operation: &str) -> Self {
        Self::new("InvalidAction", format!("The action {operation} is not valid for this web service."))
    }

    /// A parameter is missing.
    pub fn missing(parameter: &str) -> Self {
        Self::new("MissingParameter", format!("The request must contain the parameter {parameter}"))
    }

    /// A value makes no sense.
    pub fn value(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterValue", message)
    }

    /// The status of the HTTP answer.
    pub fn status(&self) -> u16 {
        match self.code {
            "DryRunOperation" => 412,
            "UnauthorizedOperation" | "AuthFailure" | "SignatureDoesNotMatch" | "InvalidClientTokenId" => 403,
            "RequestLimitExceeded" | "Unavailable" => 503,
            "InternalError" => 500,
            _ => 400,
        }
    }
}

/// An id of the wrong form, with the code of its kind.
impl From<MalformedId> for Fault {
    fn from(error: MalformedId) -> Self {
        let code = match error.prefix {
            "sg-" => "InvalidGroupId.Malformed",
            "sgr-" => "InvalidSecurityGroupRuleId.Malformed",
            "vpc-" => "InvalidVpcID.Malformed",
            "subnet-" => "InvalidSubnetID.Malformed",
            "eni-" => "InvalidNetworkInterfaceID.Malformed",
            "eni-attach-" => "InvalidAttachmentID.Malformed",
            "i-" => "InvalidInstanceID.Malformed",
            "pl-" => "InvalidPrefixListID.Malformed",
            "pcx-" => "InvalidVpcPeeringConnectionId.Malformed",
            "igw-" => "InvalidInternetGatewayId.Malformed",
            _ => "InvalidParameterValue",
        };
        Self::new(code, error.to_string())
    }
}
