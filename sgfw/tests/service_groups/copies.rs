//! Copies of groups: F28.

use crate::cloud::{Cloud, NOW};
use serde_json::json;
use sgfw::service::{CopyGroup, copy_group};

fn cloud() -> Cloud {
    let mut cloud = Cloud::new();
    cloud.vpc("vpc-bbbbbbbb", "10.2.0.0/16");
    cloud.group("sg-aaaa1111", "web", "vpc-1a2b3c4d");
    cloud.allow("sg-aaaa1111", 443, "0.0.0.0/0");
    cloud.allow_group("sg-aaaa1111", 7946, "sg-aaaa1111");
    cloud
}

fn copy(cloud: &mut Cloud, request: CopyGroup) -> Result<String, String> {
    let mut count = 1000;
    let mut mint = || {
        count += 1;
        count
    };
    let copied = copy_group(&cloud.state, &cloud.scope, &request, NOW, &mut mint).map_err(|fault| fault.to_string())?;
    copied.state.check().unwrap();
    cloud.state = copied.state;
    Ok(copied.group.to_string())
}

fn request(name: &str, vpc: Option<&str>) -> CopyGroup {
    CopyGroup { source: "sg-aaaa1111".into(), name: name.into(), vpc: vpc.map(Into::into), ..CopyGroup::default() }
}

#[test]
fn f28_a_copy_has_the_rules_and_refers_to_itself() {
    let mut cloud = cloud();
    let all = json!({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]});
    cloud.ask("RevokeSecurityGroupEgress", json!({"GroupId": "sg-aaaa1111", "IpPermissions": [all]}));
    for (name, vpc, lands) in [("web2", None, "vpc-1a2b3c4d"), ("web", Some("vpc-bbbbbbbb"), "vpc-bbbbbbbb")] {
        let id = copy(&mut cloud, request(name, vpc)).unwrap();
        let (old, mut new) = (cloud.described("sg-aaaa1111"), cloud.described(&id));
        assert_eq!(
            (&new["GroupName"], &new["VpcId"], &new["Description"]),
            (&json!(name), &json!(lands), &json!("web"))
        );
        assert_eq!(new["IpPermissionsEgress"], json!([]), "it is not given what new groups have");
        assert_eq!(new["IpPermissions"][1]["UserIdGroupPairs"][0]["GroupId"], json!(id));
        new["IpPermissions"][1]["UserIdGroupPairs"][0]["GroupId"] = json!("sg-aaaa1111");
        assert_eq!(new["IpPermissions"], old["IpPermissions"]);
    }
}

#[test]
fn f28_what_the_other_vpc_does_not_allow_refuses_the_copy() {
    let mut cloud = cloud();
    cloud.group("sg-cccc3333", "db", "vpc-1a2b3c4d");
    cloud.allow_group("sg-aaaa1111", 3306, "sg-cccc3333");
    let before = cloud.state.clone();
    assert_eq!(
        copy(&mut cloud, request("web", Some("vpc-bbbbbbbb"))),
        Err("InvalidGroup.NotFound: You have specified two resources that belong to different networks.".into())
    );
    assert_eq!(
        copy(&mut cloud, request("db", None)),
        Err("InvalidGroup.Duplicate: The security group 'db' already exists for VPC 'vpc-1a2b3c4d'".into())
    );
    assert_eq!(cloud.state, before);
    let rehearsal = CopyGroup { dry_run: true, ..request("web2", None) };
    assert!(copy(&mut cloud, rehearsal).unwrap_err().starts_with("DryRunOperation"));
    assert!(copy(&mut cloud, request("web2", None)).is_ok());
}

#[test]
fn f28_of_ec2_classic_the_inbound_rules_are_copied() {
    let mut cloud = Cloud::classic();
    cloud.group("sg-aaaa1111", "websrv", "");
    cloud.allow("sg-aaaa1111", 80, "192.0.2.0/24");
    cloud.vpc_with("vpc-66666666", "10.6.0.0/16", Some("2001:db8:1234:1a00::/56"));
    let id = copy(&mut cloud, request("websrv", Some("vpc-66666666"))).unwrap();
    let group = cloud.described(&id);
    assert_eq!(group["IpPermissions"][0]["IpRanges"], json!([{"CidrIp": "192.0.2.0/24"}]));
    assert_eq!(group["IpPermissionsEgress"][0]["Ipv6Ranges"], json!([{"CidrIpv6": "::/0"}]));
}
