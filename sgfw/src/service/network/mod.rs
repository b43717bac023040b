//! Where groups and interfaces live: regions and zones, VPCs and their blocks, subnets, gateways.

mod account;
mod association;
mod attribute;
pub(super) mod block;
mod gateway;
mod subnet;
mod vpc;
pub(super) mod zone;

pub(super) use account::describe_account_attributes;
pub(super) use association::{associate_vpc_cidr_block, disassociate_vpc_cidr_block};
pub(super) use attribute::{describe_vpc_attribute, modify_vpc_attribute};
pub(super) use gateway::{attach_internet_gateway, create_internet_gateway, describe_internet_gateways};
pub(super) use subnet::{create_subnet, delete_subnet, describe_subnets};
pub(super) use vpc::{create_default_vpc, create_vpc, delete_vpc, describe_vpcs};
pub(super) use zone::{describe_availability_zones, describe_regions};
