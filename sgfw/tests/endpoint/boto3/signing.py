# Who signs how: right and wrong keys, a clock that is wrong, presigned addresses, and who one is.
import datetime
import json
import sys
import urllib.error
import urllib.request
from unittest import mock

import botocore.auth

from common import client, refused, same

given = json.load(sys.stdin)
reads, operates, admin = given["keys"]
secret = given["secret"]


def ec2(key=admin, secret=secret, **more):
    return client(key=key, secret=secret, **more)


ec2().describe_security_groups()
refused(401, "AuthFailure", "", ec2("AKIANOBODY").describe_security_groups)
refused(403, "SignatureDoesNotMatch", "", ec2(secret="another").describe_security_groups)
refused(403, "UnauthorizedOperation", "", ec2(reads).create_security_group, GroupName="web", Description="web")
refused(403, "UnauthorizedOperation", "", ec2(operates).create_security_group, GroupName="web", Description="web")
group = ec2().create_security_group(GroupName="web", Description="web")["GroupId"]
same(ec2(reads, region="eu-central-1").describe_security_groups(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroups"], [])
ec2(operates).authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="10.0.0.0/8")

now = datetime.datetime.now(datetime.timezone.utc)
for minutes, accepted in [(-4, True), (4, True), (-16, False), (16, False)]:
    there = now + datetime.timedelta(minutes=minutes)
    with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, there=there, **__: there.replace(tzinfo=None)):
        if accepted:
            ec2().describe_security_groups()
        else:
            refused(400, "RequestExpired", "", ec2().describe_security_groups)

identity = client("sts", key=reads, secret=secret).get_caller_identity()
same((identity["Account"], identity["UserId"]), ("111122223333", reads))
same(identity["Arn"], f"arn:aws:iam::111122223333:user/{reads}")
refused(403, "SignatureDoesNotMatch", "", client("sts", key=reads, secret="another").get_caller_identity)


def fetched(url, method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def presigned(method="GET", **members):
    call = {"Params": members, "ExpiresIn": 60, "HttpMethod": method}
    return ec2().generate_presigned_url("describe_security_groups", **call)


for method in ("GET", "POST"):
    status, body = fetched(presigned(method, GroupIds=[group]), method)
    same(status, 200)
    assert f"<groupId>{group}</groupId>" in body, body
for url, method in [(presigned(GroupIds=[group]).replace(group, "sg-99999999"), "GET"), (presigned(), "POST")]:
    status, body = fetched(url, method)
    same(status, 403)
    assert "SignatureDoesNotMatch" in body, body
past = now - datetime.timedelta(minutes=2)
with mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, **__: past.replace(tzinfo=None)):
    url = presigned()
status, body = fetched(url)
same(status, 400)
assert "RequestExpired" in body, body
