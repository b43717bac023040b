# A request of an API version before 2011 makes a VPC with a second group, which is in the way of an Internet gateway.
from common import client, refused, same


def of_old(params, **_):
    params["body"]["Version"] = "2009-07-15"


ec2, old = client(), client()
old.meta.events.register("before-call.ec2", of_old)
vpc = old.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
new = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]


def groups(vpc):
    found = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    return {group["GroupName"]: group["GroupId"] for group in found}


same(set(groups(new)), {"default"})
same(set(groups(vpc)), {"default", "2009-07-15-default"})
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
refused(400, "DependencyViolation", "2009-07-15-default", ec2.attach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc)
ec2.delete_security_group(GroupId=groups(vpc)["2009-07-15-default"])
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
