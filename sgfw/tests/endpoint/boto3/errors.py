# Errors, as programs tell them apart: by code; and the words that people see. Dry runs and tokens too.
from common import client, network, refused, same, tcp

ec2 = client()
vpc, subnet = network(ec2)
web = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
other = ec2.create_security_group(GroupName="other", Description="other", VpcId=vpc)["GroupId"]
default = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}])
default = default["SecurityGroups"][0]["GroupId"]
ssh = [tcp(22, IpRanges=[{"CidrIp": "203.0.113.0/24"}])]

# A dry run says what would have been, and changes nothing.
dry = "Request would have succeeded, but DryRun flag is set."
refused(412, "DryRunOperation", dry, ec2.authorize_security_group_ingress, GroupId=web, IpPermissions=ssh, DryRun=True)
refused(412, "DryRunOperation", dry, ec2.describe_security_groups, DryRun=True)
refused(412, "DryRunOperation", dry, ec2.delete_security_group, GroupId=web, DryRun=True)
same(ec2.describe_security_groups(GroupIds=[web])["SecurityGroups"][0]["IpPermissions"], [])
ec2.authorize_security_group_ingress(GroupId=web, IpPermissions=ssh)

create, authorize, revoke = ec2.create_security_group, ec2.authorize_security_group_ingress, ec2.revoke_security_group_ingress
duplicate = 'the specified rule "peer: 203.0.113.0/24, TCP, from port: 22, to port: 22, ALLOW" already exists'
reserved = f'the specified group: "{default}" name: "default" cannot be deleted by a user'
missing = "The security group 'sg-99999999' does not exist"
exists = f"The security group 'web' already exists for VPC '{vpc}'"
bad = [tcp(22, IpRanges=[{"CidrIp": "203.0.113.0"}])]
for code, words, call, members in [
    ("InvalidPermission.Duplicate", duplicate, authorize, {"GroupId": web, "IpPermissions": ssh}),
    ("InvalidPermission.Duplicate", duplicate, authorize, {"GroupId": web, "IpPermissions": ssh, "DryRun": True}),
    ("InvalidPermission.NotFound", "does not exist", revoke, {"GroupId": other, "IpPermissions": ssh}),
    ("InvalidGroup.NotFound", missing, authorize, {"GroupId": "sg-99999999", "IpPermissions": ssh}),
    ("InvalidGroup.NotFound", missing, ec2.describe_security_groups, {"GroupIds": ["sg-99999999"]}),
    ("InvalidGroup.NotFound", "'nobody'", ec2.describe_security_groups, {"GroupNames": ["nobody"]}),
    ("InvalidGroup.NotFound", missing, ec2.delete_security_group, {"GroupId": "sg-99999999"}),
    ("InvalidGroup.Duplicate", exists, create, {"GroupName": "web", "Description": "x", "VpcId": vpc}),
    ("InvalidVpcID.NotFound", "vpc-99999999", create, {"GroupName": "x", "Description": "x", "VpcId": "vpc-99999999"}),
    ("InvalidParameterValue", "sg-", create, {"GroupName": "sg-x", "Description": "x", "VpcId": vpc}),
    ("CannotDelete", reserved, ec2.delete_security_group, {"GroupId": default}),
    ("InvalidParameterValue", "CIDR block 203.0.113.0 is malformed", authorize, {"GroupId": web, "IpPermissions": bad}),
    ("MissingParameter", "", authorize, {"GroupId": web}),
    ("InvalidGroupId.Malformed", "web", ec2.delete_security_group, {"GroupId": "web"}),
    ("InvalidSubnetID.NotFound", "subnet-99999999", ec2.create_network_interface, {"SubnetId": "subnet-99999999"}),
    ("InvalidVpcID.NotFound", "vpc-99999999", ec2.describe_stale_security_groups, {"VpcId": "vpc-99999999"}),
    ("DependencyViolation", vpc, ec2.delete_vpc, {"VpcId": vpc}),
    ("InvalidAction", "DescribeFpgaImages", ec2.describe_fpga_images, {}),
]:
    refused(400, code, words, call, **members)

ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[tcp(80, UserIdGroupPairs=[{"GroupId": web}])])
refused(400, "DependencyViolation", f"resource {web} has a dependent object", ec2.delete_security_group, GroupId=web)

# Exceptions of the client can be caught by their general class, and retries find the thing they made.
made = [ec2.create_network_interface(SubnetId=subnet, ClientToken="once")["NetworkInterface"] for _ in range(3)]
same(len({one["NetworkInterfaceId"] for one in made}), 1)
refused(
    400, "IdempotentParameterMismatch", "token", ec2.create_network_interface,
    SubnetId=subnet, ClientToken="once", Description="another",
)
launch = {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet}
runs = [ec2.run_instances(**launch, ClientToken="run")["Instances"][0]["InstanceId"] for _ in range(2)]
same(len(set(runs)), 1)
# Without a token boto3 makes one of its own for every call.
same(len({ec2.run_instances(**launch)["Instances"][0]["InstanceId"] for _ in range(2)}), 2)
lists = {"PrefixListName": "offices", "MaxEntries": 5, "AddressFamily": "IPv4"}
same(len({ec2.create_managed_prefix_list(**lists, ClientToken="a")["PrefixList"]["PrefixListId"] for _ in range(2)}), 1)

# Flow logs: one for each resource; what is there already or makes no sense is refused, and unknown ids hinder no deletion.
logs = {"ResourceType": "VPC", "ResourceIds": [vpc], "TrafficType": "ALL"}
made = [ec2.create_flow_logs(**logs, LogGroupName="flows", ClientToken="logs")["FlowLogIds"] for _ in range(2)]
same(made[0], made[1])
there = "There is an existing Flow Log with the same configuration and log destination."
for code, words, members in [
    ("FlowLogAlreadyExists", there, {"LogGroupName": "flows"}),
    ("InvalidParameter", "LogDestination can't be empty if LogGroupName is not provided.", {}),
    ("InvalidParameter", '"sourceaddr" is not a field', {"LogGroupName": "flows", "LogFormat": "${sourceaddr}"}),
    ("InvalidParameter", "no part of it is . or ..", {"LogGroupName": "../flows"}),
    ("InvalidVpcID.NotFound", "vpc-99999999", {"LogGroupName": "flows", "ResourceIds": ["vpc-99999999"]}),
]:
    refused(400, code, words, ec2.create_flow_logs, **{**logs, **members})
refused(400, "InvalidFlowLogId.NotFound", "[TotalCount: 1] fl-99999999", ec2.describe_flow_logs, FlowLogIds=["fl-99999999"])
shown = ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc]}])["FlowLogs"]
same([(one["FlowLogId"], one["LogGroupName"]) for one in shown], [(made[0][0], "flows")])
gone = ec2.delete_flow_logs(FlowLogIds=[made[0][0], "fl-99999999"])["Unsuccessful"]
same([(one["ResourceId"], one["Error"]["Code"]) for one in gone], [("fl-99999999", "InvalidFlowLogId.NotFound")])
same(ec2.describe_flow_logs()["FlowLogs"], [])
