//! Regions, zones and the attributes of the account.

use super::shape::shapes;
use super::tag::Filter;

shapes! {
    /// Attributes of the account.
    DescribeAccountAttributes {
        dry_run: Option<bool>,
        attribute_names as "attributeName": Vec<String>,
    }

    /// A value of an attribute of the account.
    AccountAttributeValue {
        attribute_value: Option<String>,
    }

    /// An attribute of the account.
    AccountAttribute {
        attribute_name: Option<String>,
        attribute_values as "attributeValueSet": Vec<AccountAttributeValue>,
    }

    /// Reply to `DescribeAccountAttributes`.
    DescribeAccountAttributesReply {
        account_attributes as "accountAttributeSet": Vec<AccountAttribute>,
    }

    /// Describes regions.
    DescribeRegions {
        region_names as "RegionName": Vec<String>,
        all_regions: Option<bool>,
        dry_run: Option<bool>,
        filters as "Filter": Vec<Filter>,
    }

    /// A region.
    Region {
        opt_in_status: Option<String>,
        region_name: Option<String>,
        endpoint as "regionEndpoint": Option<String>,
    }

    /// Reply to `DescribeRegions`.
    DescribeRegionsReply {
        regions as "regionInfo": Vec<Region>,
    }

    /// Describes the zones of a region.
    DescribeAvailabilityZones {
        zone_names as "ZoneName": Vec<String>,
        zone_ids as "ZoneId": Vec<String>,
        all_availability_zones: Option<bool>,
        dry_run: Option<bool>,
        filters as "Filter": Vec<Filter>,
    }

    /// A message about a zone.
    AvailabilityZoneMessage {
        message: Option<String>,
    }

    /// A zone of a region.
    AvailabilityZone {
        opt_in_status: Option<String>,
        messages as "messageSet": Vec<AvailabilityZoneMessage>,
        region_name: Option<String>,
        zone_name: Option<String>,
        zone_id: Option<String>,
        group_name: Option<String>,
        network_border_group: Option<String>,
        zone_type: Option<String>,
        parent_zone_name: Option<String>,
        parent_zone_id: Option<String>,
        group_long_name: Option<String>,
        state as "zoneState": Option<String>,
    }

    /// Reply to `DescribeAvailabilityZones`.
    DescribeAvailabilityZonesReply {
        availability_zones as "availabilityZoneInfo": Vec<AvailabilityZone>,
    }
}
