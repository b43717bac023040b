# Paginators: whatever the size of a page, all of them together are everything, once and in the same order.
from common import client, network, refused, same, tcp

ec2 = client()
vpc, subnet = network(ec2)
groups = [
    ec2.create_security_group(GroupName=f"group-{number:02}", Description="one of many", VpcId=vpc)["GroupId"]
    for number in range(23)
]
for number, group in enumerate(groups):
    allowed = [tcp(port, IpRanges=[{"CidrIp": f"10.{number}.0.0/16"}]) for port in (22, 80)]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=allowed)
    ec2.create_tags(Resources=[group], Tags=[{"Key": "Number", "Value": str(number)}])
for number in range(11):
    ec2.create_network_interface(SubnetId=subnet, Groups=[groups[number]])
    ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number + 1}.0/24")
    ec2.create_vpc(CidrBlock=f"10.{number + 1}.0.0/16")
    entries = [{"Cidr": f"192.0.2.{host}/32"} for host in range(number + 1)]
    listed = ec2.create_managed_prefix_list(
        PrefixListName=f"list-{number}", MaxEntries=20, AddressFamily="IPv4", Entries=entries
    )
    ec2.create_flow_logs(ResourceType="VPC", ResourceIds=[vpc], TrafficType="ALL", LogGroupName=f"logs-{number}")
pages = {
    "describe_security_groups": {},
    "describe_security_group_rules": {},
    "describe_network_interfaces": {},
    "describe_subnets": {},
    "describe_vpcs": {},
    "describe_tags": {},
    "describe_managed_prefix_lists": {},
    "describe_prefix_lists": {},
    "describe_stale_security_groups": {"VpcId": vpc},
    "describe_vpc_peering_connections": {},
    "describe_instances": {},
    "describe_internet_gateways": {},
    "describe_flow_logs": {},
    "get_managed_prefix_list_entries": {"PrefixListId": listed["PrefixList"]["PrefixListId"]},
    "get_security_groups_for_vpc": {"VpcId": vpc},
}
least = {"describe_security_groups": 24, "describe_security_group_rules": 46 + 23, "describe_network_interfaces": 11}
least.update(describe_subnets=12, describe_vpcs=12, describe_tags=23, get_managed_prefix_list_entries=11, describe_flow_logs=11)
for verb, members in pages.items():
    whole = getattr(ec2, verb)(**members)
    key = next(key for key in whole if key not in ("ResponseMetadata", "NextToken"))
    assert len(whole[key]) >= least.get(verb, 0), (verb, len(whole[key]))
    for size in (5, 7, 100):
        turned = list(ec2.get_paginator(verb).paginate(**members, PaginationConfig={"PageSize": size}))
        same([one for page in turned for one in page[key]], whole[key])
        assert all(len(page[key]) <= size for page in turned), verb
        same(len(turned), max(1, -(-len(whole[key]) // size)))

# Somebody stops in the middle and goes on from there.
paginator = ec2.get_paginator("describe_security_groups")
first = paginator.paginate(PaginationConfig={"PageSize": 5, "MaxItems": 8}).build_full_result()
rest = paginator.paginate(PaginationConfig={"PageSize": 5, "StartingToken": first["NextToken"]}).build_full_result()
everything = ec2.describe_security_groups()["SecurityGroups"]
same(first["SecurityGroups"] + rest["SecurityGroups"], everything)
names = paginator.paginate(PaginationConfig={"PageSize": 5}).search("SecurityGroups[].GroupName")
same(list(names), [group["GroupName"] for group in everything])
refused(400, "InvalidNextToken", "not valid", ec2.describe_security_groups, NextToken="nonsense", MaxResults=5)
refused(400, "InvalidParameterValue", "4", ec2.describe_security_groups, MaxResults=4)
refused(400, "InvalidParameterValue", "1001", ec2.describe_security_groups, MaxResults=1001)
