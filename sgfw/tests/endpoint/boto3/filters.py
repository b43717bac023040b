# Filters: wildcards, several values, several filters, tags; a name that there is not is refused.
from common import client, network, refused, same, tcp

ec2 = client()
vpc, subnet = network(ec2)
for name, stage in [("web-a", "prod"), ("web-b", "test"), ("db", "prod"), ("we?b", "odd")]:
    group = ec2.create_security_group(
        GroupName=name.replace("?", "."),
        Description="The {} group".format(name.replace("?", ".")),
        VpcId=vpc,
        TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "Stage", "Value": stage}, {"Key": "Odd*", "Value": name}]}],
    )["GroupId"]
    permission = tcp(80 if name != "db" else 3306, IpRanges=[{"CidrIp": "10.0.0.0/8"}])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def names(*filters):
    filters = [{"Name": name, "Values": list(values)} for name, *values in filters]
    return {group["GroupName"] for group in ec2.describe_security_groups(Filters=filters)["SecurityGroups"]}


here = ("vpc-id", vpc)
for filters, found in [
    ([here], {"default", "web-a", "web-b", "db", "we.b"}),
    ([("group-name", "web-*")], {"web-a", "web-b"}),
    ([("group-name", "web-?", "db")], {"web-a", "web-b", "db"}),
    ([("group-name", "WEB-*")], set()),
    ([("tag:Stage", "prod")], {"web-a", "db"}),
    ([("tag:Stage", "pr*", "te??")], {"web-a", "web-b", "db"}),
    ([("tag:Stage", "prod"), ("group-name", "web*")], {"web-a"}),
    ([("tag-key", "Stage"), here], {"web-a", "web-b", "db", "we.b"}),
    ([("tag:Odd*", "we\\?b")], {"we.b"}),
    ([("description", "The web-? group")], {"web-a", "web-b"}),
    ([("ip-permission.from-port", "3306")], {"db"}),
    ([("ip-permission.cidr", "10.0.0.0/8"), ("ip-permission.to-port", "80")], {"web-a", "web-b", "we.b"}),
    ([("owner-id", "123456789012"), ("group-name", "db")], {"db"}),
    ([("owner-id", "999988887777")], set()),
]:
    same((filters, names(*filters)), (filters, found))
refused(400, "InvalidParameterValue", "no-such-filter", ec2.describe_security_groups, Filters=[{"Name": "no-such-filter", "Values": ["x"]}])
rules = ec2.describe_security_group_rules(Filters=[{"Name": "tag:Stage", "Values": ["*"]}])
same(rules["SecurityGroupRules"], [])
tags = ec2.describe_tags(Filters=[{"Name": "key", "Values": ["Stage"]}, {"Name": "value", "Values": ["p*"]}])["Tags"]
same({tag["ResourceType"] for tag in tags}, {"security-group"})
same(len(tags), 2)
