//! Who the caller is: the one answer of another service, STS, that clients ask for.

use super::shape::shapes;

shapes! {
    /// Reply to `GetCallerIdentity` of STS. Its XML names are those of JSON.
    GetCallerIdentityReply {
        user_id as "UserId": Option<String>,
        account as "Account": Option<String>,
        arn as "Arn": Option<String>,
    }
}
