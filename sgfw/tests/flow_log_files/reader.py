# Reads the logs below a directory with flowlogs-reader, which takes them for a log group and a bucket of AWS.
import calendar
import datetime
import json
import os
import sys

from flowlogs_reader import FlowLogsReader, S3FlowLogsReader

root, fields = sys.argv[1], sys.argv[2:]


class Group:
    """As much of CloudWatch Logs as the reader asks: a page of lines for each stream."""

    def get_paginator(self, operation):
        assert operation == "filter_log_events", operation
        return self

    def paginate(self, logGroupName, **_):
        directory = root + logGroupName
        for stream in sorted(os.listdir(directory)):
            with open(os.path.join(directory, stream)) as lines:
                yield {"events": [{"message": line.rstrip("\n")} for line in lines]}


class Bucket:
    """As much of S3: keys are paths."""

    def list_objects_v2(self, Bucket, Delimiter, Prefix):
        names = sorted(os.listdir(os.path.join(root, Bucket, Prefix)))
        return {"CommonPrefixes": [{"Prefix": Prefix + name + Delimiter} for name in names]}

    def get_paginator(self, operation):
        assert operation == "list_objects_v2", operation
        return self

    def paginate(self, Bucket, Prefix):
        directory = os.path.join(root, Bucket, Prefix)
        yield {"Contents": [{"Key": Prefix + name} for name in sorted(os.listdir(directory))]}

    def get_object(self, Bucket, Key):
        path = os.path.join(root, Bucket, Key)
        return {"Body": open(path, "rb"), "ContentLength": os.path.getsize(path)}


def said(reader):
    return [record.to_dict() for record in reader]


day = datetime.datetime(2018, 6, 21)
times = {"start_time": day, "end_time": day + datetime.timedelta(hours=23), "raise_on_error": True}
group = FlowLogsReader("/vpc/logs", fields=fields, boto_client=Group(), **times)
bucket = S3FlowLogsReader("my-logs/in/it", boto_client=Bucket(), **times)
print(json.dumps([said(group), said(bucket)], default=lambda time: calendar.timegm(time.utctimetuple())))
