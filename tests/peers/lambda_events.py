"""Events as AWS's front ends send them, and answers as those front ends read them."""

import base64
import json
from pathlib import Path

FIXTURES = Path(__file__).resolve().parents[2] / "faas-runtime-shim/tests/fixtures/aws"


def http_v2(method, path, headers=None, cookies=None, body=None, query=""):
    """An HTTP API's event, format 2.0."""
    event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "api.example.com", **(headers or {})},
        "requestContext": {
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "203.0.113.7"},
            "requestId": "request-1",
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if isinstance(body, bytes):
        event.update(body=base64.b64encode(body).decode(), isBase64Encoded=True)
    elif body is not None:
        event["body"] = body
    return encoded(event)


def recorded(name, method=None, path=None):
    """A recorded event, sent to a method and path that the probe serves."""
    event = json.loads((FIXTURES / name).read_text())
    if "rawPath" in event:
        http = event["requestContext"]["http"]
        event["rawPath"] = http["path"] = path or event["rawPath"]
        http["method"] = method or http["method"]
    elif path:
        event["path"] = path
        event["httpMethod"] = method or event["httpMethod"]
    return encoded(event)


def sqs(queue, *bodies, groups=None):
    """An SQS batch: a record for each body, `m-1` and so on; those of a FIFO queue are of these groups."""
    records = []
    for number, body in enumerate(bodies, 1):
        attributes = {
            "ApproximateReceiveCount": "2",
            "SentTimestamp": "1732000000123",
            "SenderId": "AIDAEXAMPLEID",
            "ApproximateFirstReceiveTimestamp": "1732000000456",
        }
        if groups:
            attributes.update(
                MessageGroupId=groups[number - 1], MessageDeduplicationId=f"d-{number}", SequenceNumber=f"1887{number:016}")
        records.append({
            "messageId": f"m-{number}",
            "receiptHandle": "AQEBexampleReceiptHandle==",
            "body": body if isinstance(body, str) else json.dumps(body),
            "attributes": attributes,
            "messageAttributes": {},
            "md5OfBody": "00000000000000000000000000000000",
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:eu-west-1:123456789012:{queue}",
            "awsRegion": "eu-west-1",
        })
    return encoded({"Records": records})


def s3(bucket, name, key):
    """The recorded S3 notification, of another name, bucket and encoded key."""
    event = json.loads((FIXTURES / "s3-created.json").read_text())
    record = event["Records"][0]
    record["eventName"] = name
    record["s3"]["bucket"]["name"] = bucket
    record["s3"]["object"]["key"] = key
    return encoded(event)


def encoded(value):
    return json.dumps(value).encode()


def response(status, body, content_type="application/json", cookies=(), multi=False):
    """An HTTP answer, as the front end of the event's form understands it."""
    headers = {"content-type": content_type}
    if multi:
        listed = {name: [value] for name, value in headers.items()}
        if cookies:
            listed["set-cookie"] = list(cookies)
        headers, cookies = {}, ()
    else:
        listed = {}
    return {"statusCode": status, "headers": headers, "multiValueHeaders": listed, "cookies": list(cookies), "body": body}


def understood(answer):
    """What a front end makes of an answer: keys that are missing have their defaults, the body is what the client gets."""
    read = json.loads(answer)
    body = read.pop("body", "") or ""
    encoded_body = read.pop("isBase64Encoded", False)
    # Only a text beside the number, for ALB.
    read.pop("statusDescription", None)
    return {
        "statusCode": None,
        "headers": {},
        "multiValueHeaders": {},
        "cookies": [],
        **{key: value for key, value in read.items() if value is not None},
        "body": base64.b64decode(body, validate=True) if encoded_body else body,
    }
