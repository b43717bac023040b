//! Internet gateways, as far as F21 needs them.

use super::shape::shapes;
use super::tag::{Filter, Tag, TagSpecification};

shapes! {
    /// Creates an Internet gateway.
    CreateInternetGateway {
        tag_specifications as "TagSpecification": Vec<TagSpecification>,
        dry_run: Option<bool>,
    }

    /// The VPC that a gateway is attached to.
    InternetGatewayAttachment {
        state: Option<String>,
        vpc_id: Option<String>,
    }

    /// An Internet gateway (F21).
    InternetGateway {
        attachments as "attachmentSet": Vec<InternetGatewayAttachment>,
        internet_gateway_id: Option<String>,
        owner_id: Option<String>,
        tags as "tagSet": Vec<Tag>,
    }

    /// Reply to `CreateInternetGateway`.
    CreateInternetGatewayReply {
        internet_gateway: Option<InternetGateway>,
    }

    /// Attaches an Internet gateway to a VPC (F21).
    AttachInternetGateway {
        dry_run: Option<bool>,
        internet_gateway_id: Option<String> [required],
        vpc_id: Option<String> [required],
    }

    /// Reply to `AttachInternetGateway`.
    AttachInternetGatewayReply {}

    /// Describes Internet gateways.
    DescribeInternetGateways {
        next_token: Option<String>,
        max_results: Option<i64>,
        dry_run: Option<bool>,
        internet_gateway_ids as "internetGatewayId": Vec<String>,
        filters as "Filter": Vec<Filter>,
    }

    /// Reply to `DescribeInternetGateways`.
    DescribeInternetGatewaysReply {
        internet_gateways as "internetGatewaySet": Vec<InternetGateway>,
        next_token: Option<String>,
    }
}
