# Waiters: each comes back for what there is; for what there is not, it fails or gives up as its description says.
from botocore.exceptions import WaiterError

from common import AT_ONCE, client, network, resource, same

ec2 = client()
vpc, subnet = network(ec2)
group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
other, _ = network(ec2, "10.1.0.0/16", "10.1.0.0/24")
peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)["VpcPeeringConnection"]
peering = peering["VpcPeeringConnectionId"]
instance = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]


def wait(name, **members):
    ec2.get_waiter(name).wait(**members, WaiterConfig=AT_ONCE)


def waits_in_vain(name, words, **members):
    try:
        wait(name, **members)
    except WaiterError as error:
        assert words in str(error), error
    else:
        raise AssertionError(f"{name} found {members}")


wait("security_group_exists", GroupIds=[group])
wait("vpc_exists", VpcIds=[vpc])
wait("vpc_available", VpcIds=[vpc, other])
wait("subnet_available", SubnetIds=[subnet])
wait("network_interface_available", NetworkInterfaceIds=[interface])
wait("internet_gateway_exists", InternetGatewayIds=[gateway])
wait("vpc_peering_connection_exists", VpcPeeringConnectionIds=[peering])
wait("instance_exists", InstanceIds=[instance])
wait("instance_running", InstanceIds=[instance])
wait("instance_status_ok", InstanceIds=[instance])
wait("system_status_ok", InstanceIds=[instance])
waits_in_vain("instance_stopped", "Max attempts exceeded", InstanceIds=[instance])
ec2.stop_instances(InstanceIds=[instance])
wait("instance_stopped", InstanceIds=[instance])
ec2.terminate_instances(InstanceIds=[instance])
wait("instance_terminated", InstanceIds=[instance])
waits_in_vain("vpc_peering_connection_deleted", "Max attempts exceeded", VpcPeeringConnectionIds=[peering])
ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=peering)
wait("vpc_peering_connection_deleted", VpcPeeringConnectionIds=[peering])
waits_in_vain("security_group_exists", "Max attempts exceeded", GroupIds=["sg-99999999"])
waits_in_vain("network_interface_available", "InvalidNetworkInterfaceID.NotFound", NetworkInterfaceIds=["eni-99999999"])
waits_in_vain("vpc_available", "InvalidVpcID.NotFound", VpcIds=["vpc-99999999"])
same(resource().Vpc(vpc).wait_until_available(WaiterConfig=AT_ONCE), None)
