# What the files beside this one share: clients that know where the endpoint is, and what a refusal must look like.
import os

import boto3
import botocore.config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["ENDPOINT"]
# What boto3 would refuse by itself is for the endpoint to refuse.
ONCE = botocore.config.Config(retries={"total_max_attempts": 1}, parameter_validation=False)
# Nothing here takes time, so no waiter need sleep.
AT_ONCE = {"Delay": 0, "MaxAttempts": 2}


def session(key="123456789012", secret="secret", region="us-east-1", **more):
    return boto3.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name=region, **more)


def client(service="ec2", **more):
    return session(**more).client(service, endpoint_url=ENDPOINT, config=ONCE)


def resource():
    return session().resource("ec2", endpoint_url=ENDPOINT, config=ONCE)


def same(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r} is not {wanted!r}")


def refused(status, code, words, call, **members):
    """The call is refused with this status and code, and a message that has these words."""
    try:
        answer = call(**members)
    except ClientError as error:
        response = error.response
    else:
        raise AssertionError(f"not refused with {code}: {answer}")
    same(response["Error"]["Code"], code)
    same(response["ResponseMetadata"]["HTTPStatusCode"], status)
    assert response["ResponseMetadata"]["RequestId"], response
    assert words in response["Error"]["Message"], response["Error"]["Message"]


def network(ec2, block="10.0.0.0/16", subnet="10.0.0.0/24"):
    """A VPC with a subnet: their ids."""
    vpc = ec2.create_vpc(CidrBlock=block)["Vpc"]["VpcId"]
    return vpc, ec2.create_subnet(VpcId=vpc, CidrBlock=subnet)["Subnet"]["SubnetId"]


def tcp(port, **more):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **more}
