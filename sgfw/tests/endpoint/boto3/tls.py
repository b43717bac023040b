# Over TLS: with the endpoint's certificate at hand, and not without it.
import json
import os
import sys

from botocore.exceptions import SSLError

from common import ENDPOINT, ONCE, same, session

given = json.load(sys.stdin)
place = ENDPOINT.replace("http://127.0.0.1", "https://localhost")
caller = session(given["key"], given["secret"])


def speak(service, **more):
    return caller.client(service, endpoint_url=place, config=ONCE, **more)


# What was trusted by the environment is not what is tried.
os.environ.pop("AWS_CA_BUNDLE", None)
assert speak("ec2", verify=given["certificate"]).describe_security_groups()["SecurityGroups"]
same(speak("sts", verify=given["certificate"]).get_caller_identity()["Account"], "111122223333")
try:
    speak("ec2").describe_security_groups()
except SSLError:
    pass
else:
    raise AssertionError("whoever signs a certificate for localhost is believed")
