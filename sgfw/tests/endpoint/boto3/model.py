# Every name of sgfw's description of the API is that of the service model that botocore has: members, their order, what they
# are called in a query and in XML, their kinds, and which of them a request needs.
import json
import sys

import botocore
from botocore import xform_name
from botocore.serialize import EC2Serializer

from common import client

# Models grow. Members and their order are compared with the one that `cargo xtask setup` installs, names with any.
OWN = botocore.__version__ == "1.43.11"
# Members that only models after that one have.
NEWER = {
    "CreateVpcPeeringConnection.RequesterPeeringConnectionOptions",
    "CreateFlowLogs.TagFieldSpecifications",
    "ModifyInstanceAttribute.EnclaveOptions",
}
NEWER |= {
    f"ModifyVpcPeeringConnectionOptions.{side}PeeringConnectionOptions.{name}"
    for side in ("Accepter", "Requester")
    for name in ("AllowMultipathResilience", "MultipathResilienceMode")
}

model = client().meta.service_model
query_name = EC2Serializer()._get_serialized_name
wrong = []


def note(place, found, wanted):
    if found != wanted:
        wrong.append(f"{place}: {found!r}, and in the model {wanted!r}")


def kind(place, ours, shape, seen):
    if isinstance(ours, str):
        # Numbers of any size are one kind here, and a blob is its base64 text.
        theirs = {"long": "integer", "double": "integer", "float": "integer", "blob": "string"}
        note(place, ours, theirs.get(shape.type_name, shape.type_name))
    elif "list" in ours:
        note(place, "list", shape.type_name)
        if shape.type_name == "list":
            kind(place + "[]", ours["list"], shape.member, seen)
    else:
        note(place, "structure", shape.type_name)
        if shape.type_name == "structure":
            structure(place, ours["structure"], shape, seen)


def structure(place, ours, shape, seen):
    names = [member["name"] for member in ours]
    if OWN:
        known = [name for name in names if name in shape.members or f"{place}.{name}" not in NEWER]
        note(place + " (order)", known, [name for name in shape.members if name in names])
    for name in shape.required_members:
        note(f"{place}.{name} (required)", name in names, True)
    for member in ours:
        at, theirs = f"{place}.{member['name']}", shape.members.get(member["name"])
        if theirs is None:
            if OWN and at not in NEWER:
                wrong.append(f"{at}: the model has no such member")
            continue
        if seen == "input":
            note(at + " (query)", member["query"], query_name(theirs, member["name"]))
            note(at + " (required)", member["required"], member["name"] in shape.required_members)
        else:
            note(at + " (xml)", member["xml"], theirs.serialization.get("name", member["name"]))
            if theirs.type_name == "list":
                note(at + " (items)", theirs.member.serialization.get("name", "member"), "item")
        kind(at, member["kind"], theirs, seen)


given = json.load(sys.stdin)
for operation in given["operations"]:
    theirs = model.operation_model(operation["name"])
    structure(operation["name"], operation["input"], theirs.input_shape, "input")
    if theirs.output_shape is not None:
        structure(operation["name"] + " reply", operation["output"], theirs.output_shape, "output")
for empty in given["empty"]:
    for member in empty["members"]:
        theirs = model.operation_model(empty["name"]).output_shape.members[member["json"]]
        note(empty["name"], member["xml"], theirs.serialization["name"])
        note(empty["name"], member["text"] is None, theirs.type_name in ("list", "structure"))
# What there is none of is read as nothing, and not as an error.
ec2 = client()
for empty in given["empty"]:
    answer = getattr(ec2, xform_name(empty["name"]))()
    for member in empty["members"]:
        assert str(answer[member["json"]]).lower() in (member["text"], "[]", "{}"), answer
assert len(given["operations"]) > 70
assert not wrong, "\n".join(wrong)
