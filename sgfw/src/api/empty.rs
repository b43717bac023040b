//! Questions about what sgfw has none of. They are answered with nothing, or with what is so where there is nothing, so that
//! programs that look at everything in an account report no error.

/// An operation whose answer is always the same.
#[derive(Debug)]
pub struct Empty {
    /// As the API calls it.
    pub name: &'static str,
    /// As the command line calls it.
    pub verb: &'static str,
    /// What is in the answer.
    pub members: &'static [Nothing],
}

/// A member of an answer that is always the same.
#[derive(Debug)]
pub struct Nothing {
    /// In JSON.
    pub json: &'static str,
    /// In XML.
    pub xml: &'static str,
    /// What it says; none if it is a list or a structure with nothing in it.
    pub text: Option<&'static str>,
}

/// Lines of `Operation: Member "inXml" = "text", ...;`, where `= "text"` is left out for what is empty.
macro_rules! empty {
    ($($name:ident: $($json:ident $xml:literal $(= $text:literal)?),+;)*) => {
        &[$(Empty {
            name: stringify!($name),
            verb: $crate::api::shape::name!(kebab stringify!($name)),
            members: &[$(Nothing { json: stringify!($json), xml: $xml, text: empty!(@text $($text)?) }),+],
        }),*]
    };
    (@text) => { None };
    (@text $text:literal) => { Some($text) };
}

/// Every such operation.
pub static EMPTY: &[Empty] = empty! {
    DescribeAddresses: Addresses "addressesSet";
    DescribeAddressesAttribute: Addresses "addressSet";
    DescribeCapacityReservations: CapacityReservations "capacityReservationSet";
    DescribeCarrierGateways: CarrierGateways "carrierGatewaySet";
    DescribeClientVpnEndpoints: ClientVpnEndpoints "clientVpnEndpoint";
    DescribeCustomerGateways: CustomerGateways "customerGatewaySet";
    DescribeDhcpOptions: DhcpOptions "dhcpOptionsSet";
    DescribeEgressOnlyInternetGateways: EgressOnlyInternetGateways "egressOnlyInternetGatewaySet";
    DescribeFleets: Fleets "fleetSet";
    DescribeHosts: Hosts "hostSet";
    DescribeIamInstanceProfileAssociations: IamInstanceProfileAssociations "iamInstanceProfileAssociationSet";
    DescribeImages: Images "imagesSet";
    DescribeInstanceConnectEndpoints: InstanceConnectEndpoints "instanceConnectEndpointSet";
    DescribeKeyPairs: KeyPairs "keySet";
    DescribeLaunchTemplates: LaunchTemplates "launchTemplates";
    DescribeLocalGateways: LocalGateways "localGatewaySet";
    DescribeNatGateways: NatGateways "natGatewaySet";
    DescribeNetworkAcls: NetworkAcls "networkAclSet";
    DescribePlacementGroups: PlacementGroups "placementGroupSet";
    DescribeReservedInstances: ReservedInstances "reservedInstancesSet";
    DescribeRouteTables: RouteTables "routeTableSet";
    DescribeSnapshots: Snapshots "snapshotSet";
    DescribeSpotFleetRequests: SpotFleetRequestConfigs "spotFleetRequestConfigSet";
    DescribeSpotInstanceRequests: SpotInstanceRequests "spotInstanceRequestSet";
    DescribeTransitGatewayAttachments: TransitGatewayAttachments "transitGatewayAttachments";
    DescribeTransitGatewayPeeringAttachments: TransitGatewayPeeringAttachments "transitGatewayPeeringAttachments";
    DescribeTransitGatewayVpcAttachments: TransitGatewayVpcAttachments "transitGatewayVpcAttachments";
    DescribeTransitGateways: TransitGateways "transitGatewaySet";
    DescribeVolumes: Volumes "volumeSet";
    DescribeVpcEndpointConnections: VpcEndpointConnections "vpcEndpointConnectionSet";
    DescribeVpcEndpointServiceConfigurations: ServiceConfigurations "serviceConfigurationSet";
    DescribeVpcEndpointServices: ServiceNames "serviceNameSet", ServiceDetails "serviceDetailSet";
    DescribeVpcEndpoints: VpcEndpoints "vpcEndpointSet";
    DescribeVpnConnections: VpnConnections "vpnConnectionSet";
    DescribeVpnGateways: VpnGateways "vpnGatewaySet";
    GetEbsEncryptionByDefault: EbsEncryptionByDefault "ebsEncryptionByDefault" = "false";
    GetImageBlockPublicAccessState: ImageBlockPublicAccessState "imageBlockPublicAccessState" = "unblocked";
    GetInstanceMetadataDefaults: AccountLevel "accountLevel";
    GetSerialConsoleAccessStatus: SerialConsoleAccessEnabled "serialConsoleAccessEnabled" = "false";
    GetSnapshotBlockPublicAccessState: State "state" = "unblocked";
};
