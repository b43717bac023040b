//! Describes of things that sgfw has none of. They are answered with an empty list, so that programs that look at
//! everything in an account report no error.

/// An operation whose answer is always an empty list.
#[derive(Debug)]
pub struct Empty {
    /// As the API calls it.
    pub name: &'static str,
    /// The list in JSON.
    pub json: &'static str,
    /// The list in XML.
    pub xml: &'static str,
}

/// Every such operation.
pub static EMPTY: &[Empty] = &[
    Empty { name: "DescribeAddresses", json: "Addresses", xml: "addressesSet" },
    Empty { name: "DescribeImages", json: "Images", xml: "imagesSet" },
    Empty { name: "DescribeLaunchTemplates", json: "LaunchTemplates", xml: "launchTemplates" },
    Empty { name: "DescribeNetworkAcls", json: "NetworkAcls", xml: "networkAclSet" },
    Empty { name: "DescribeSnapshots", json: "Snapshots", xml: "snapshotSet" },
    Empty { name: "DescribeVolumes", json: "Volumes", xml: "volumeSet" },
];
