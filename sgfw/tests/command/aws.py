# The AWS command line, unchanged, for every line of standard input: one process, so that Python starts once.
import contextlib
import io
import json
import os
import sys

from awscli.clidriver import create_clidriver

# The service model is read once.
loader = create_clidriver().session.get_component("data_loader")


def said(call):
    # Without keys the endpoint takes an access key of twelve digits for the account.
    os.environ["AWS_ACCESS_KEY_ID"] = call["account"]
    # A driver is made for one command: what some commands hook into it would meet the next one.
    driver = create_clidriver()
    driver.session.register_component("data_loader", loader)
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = driver.main(call["words"])
        except SystemExit as end:
            code = end.code
    out.flush()
    return {"code": code, "out": out.buffer.getvalue().decode(), "err": err.getvalue()}


for line in sys.stdin:
    print(json.dumps(said(json.loads(line))), flush=True)
