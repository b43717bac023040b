# Signs drafts with botocore as the aws command line does, at the times that they name.
import datetime
import json
import sys
from unittest import mock

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

given = json.load(sys.stdin)
credentials = Credentials(given["id"], given["secret"])


def signed(draft):
    url = "http://" + draft["host"] + "/"
    now = datetime.datetime.fromtimestamp(draft["time"], datetime.timezone.utc)
    way = draft["way"]
    if way == "post":
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        request = AWSRequest("POST", url, headers=headers, data=dict(draft["parameters"]))
    else:
        request = AWSRequest("GET", url, params=dict(draft["parameters"]))
    if way == "presigned":
        signer = auth.SigV4QueryAuth(credentials, draft["service"], draft["region"], expires=draft["expires"])
    else:
        signer = auth.SigV4Auth(credentials, draft["service"], draft["region"])
    with mock.patch.object(auth, "get_current_datetime", lambda *_: now, create=True), mock.patch.object(
        auth, "datetime", mock.Mock(datetime=mock.Mock(utcnow=lambda: now, now=lambda *_: now)), create=True
    ):
        signer.add_auth(request)
    prepared = request.prepare()
    path, _, query = prepared.url.split(draft["host"], 1)[1].partition("?")
    body = prepared.body or b""
    headers = [(name.lower(), list(value if isinstance(value, bytes) else value.encode())) for name, value in prepared.headers.items()]
    headers = [("host", list(draft["host"].encode()))] + [it for it in headers if it[0] != "host"]
    return {
        "time": draft["time"],
        "expires": draft["expires"] if way == "presigned" else None,
        "method": prepared.method,
        "path": path,
        "query": query,
        "headers": headers,
        "body": list(body if isinstance(body, bytes) else body.encode()),
    }


json.dump([signed(draft) for draft in given["drafts"]], sys.stdout)
