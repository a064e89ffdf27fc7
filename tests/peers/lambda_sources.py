"""What a function must answer on AWS Lambda to queues, stores and timers, in the form of `lambda_cases`."""

from lambda_cases import Session, error, exactly, failed, saw
from lambda_events import http_v2, recorded, s3, sqs, understood

# What the probe's handlers have noted, which is forgotten with it.
NOTES = http_v2("DELETE", "/seen")


def work(number, task="ok"):
    """A message for the probe's queues: what its handler shall do."""
    return {"id": number, "do": task}


def row(**more):
    """A row of the recorded table, as the probe's handler has decoded it."""
    return {"key": "binary", "val": "data", "integer": None, "text": None, "map": None, **more}


def noted(function, *numbers):
    return [{"function": function, "id": number} for number in numbers]


def refused(*parts):
    """An HTTP answer that is no success, with these texts in it."""
    def check(answer, _):
        read = understood(answer.body)
        if not 400 <= read["statusCode"] <= 599:
            raise AssertionError(f"a failure is answered as {read['statusCode']}: {read}")
        for part in parts:
            if part not in read["body"]:
                raise AssertionError(f"the answer should hold {part!r}: {read}")
    return check


UNROUTABLE = r"Runtime\.UnroutableEvent"

SESSIONS = [
    Session("queues, stores and timers", [
        ("an SQS batch of five: one fails, one panics, one is rejected", [
            (sqs("orders", work(1), work(2, "fail"), work(3, "panic"), work(4, "reject"), work(5)), failed("m-2", "m-3", "m-4")),
            (NOTES, saw(*noted("orders", 1, 2, 3, 4, 5))),
        ]),
        ("an SQS batch that succeeds, with what the queue tells", [
            (sqs("orders", work(1), work(2)), failed()),
            (NOTES, saw(
                {"function": "orders", "id": 1, "message": "m-1", "queue": "orders", "attempt": 2, "sent_ms": 1732000000123},
                {"function": "orders", "id": 2, "message": "m-2"})),
        ]),
        ("a body of another form fails alone", [
            (sqs("orders", work(1), "no JSON", '{"id":"seven"}', work(4)), failed("m-2", "m-3")),
            (NOTES, saw(*noted("orders", 1, 4))),
        ]),
        ("a FIFO group stops behind its failure, another goes on", [
            (sqs("steps.fifo", work(1), work(2, "fail"), work(3), work(4), work(5), groups="abaab"), failed("m-2", "m-5")),
            (NOTES, saw(*noted("steps", 1, 3, 4, 2))),
        ]),
        ("a FIFO group behind a panic", [
            (sqs("steps.fifo", work(1, "panic"), work(2), work(3), groups="aab"), failed("m-1", "m-2")),
            (NOTES, saw({"function": "steps", "id": 1, "key": "a"}, {"function": "steps", "id": 3, "key": "b"})),
        ]),
        ("a handler that takes the batch as a whole reports on each", [
            (sqs("bulk", work(1), work(2, "fail"), work(3), work(4, "reject")), failed("m-2", "m-4")),
            (NOTES, saw(*noted("bulk", 1, 2, 3, 4))),
        ]),
        ("a handler that takes the batch as a whole panics behind its first report", [
            (sqs("bulk", work(1), work(2, "panic"), work(3)), failed("m-2", "m-3")),
            (NOTES, saw(*noted("bulk", 1, 2))),
        ]),
        ("a rejected one whose dead letters have no place stays with the queue", [
            (sqs("parcels", work(1, "reject"), work(2)), failed("m-1")),
            (NOTES, saw(*noted("parcels", 1, 2))),
        ]),
        ("Kafka", [
            (recorded("kafka-msk.json"), failed()),
            (NOTES, saw({
                "function": "mytopic", "queue": "mytopic", "key": "recordKey", "body": {"key": "value"},
                "attributes": {"headerKey": "headerValue", "nonAscii": "hë"}, "sent_ms": 1545084650987})),
        ]),
        ("S3", [
            (recorded("s3-created.json"), exactly(b"null")),
            (NOTES, saw({
                "function": "sourcebucket", "bucket": "sourcebucket", "key": "Happy Face.jpg", "kind": "created", "size": 1024,
                "version": "version", "etag": "d41d8cd98f00b204e9800998ecf8427e"})),
        ]),
        ("S3, a key in its encoding", [
            (s3("uploads", "ObjectCreated:Put", "in/my+file+%C3%A9%2B1.txt"), exactly(b"null")),
            (NOTES, saw({"function": "uploads", "bucket": "uploads", "key": "in/my file é+1.txt"})),
        ]),
        ("S3, what the function does not ask for", [
            (s3("uploads", "ObjectRemoved:DeleteMarkerCreated", "in/a.txt"), exactly(b"null")),
            (s3("uploads", "ObjectCreated:Put", "in/a.png"), exactly(b"null")),
            (NOTES, saw()),
        ]),
        ("S3, a failure is the invocation's", [
            (s3("uploads", "ObjectCreated:Copy", "fail/a.txt"), error(r".+", "asked to fail")),
            (s3("uploads", "ObjectCreated:Copy", "panic/a.txt"), error(r".+", "asked to panic")),
            (NOTES, saw({"function": "uploads", "key": "fail/a.txt"}, {"function": "uploads", "key": "panic/a.txt"})),
        ]),
        ("a schedule", [
            (recorded("eventbridge-schedule-rule.json"), exactly(b"null")),
            (NOTES, saw({"function": "my-scheduled-rule", "timer": "my-scheduled-rule", "due": 1444323186})),
        ]),
        ("DynamoDB", [
            (recorded("dynamodb-stream.json"), failed()),
            (NOTES, saw(
                {"function": "example_table", "table": "Example-Table", "kind": "insert", "before": None,
                 "position": "1405400000000002063282832", "after": row()},
                {"function": "example_table", "kind": "insert",
                 "after": row(integer=123, text="Hello", map={"Name": "Joe", "Age": 35})})),
        ]),
        ("an event of EventBridge", [
            (recorded("eventbridge-custom.json"), exactly(b"null")),
            (NOTES, saw({
                "function": "instances", "type": "EC2 Instance State-change Notification", "source": "aws.ec2"})),
        ]),
        ("an unknown queue is loud, with the key to set", [
            (recorded("sqs-standard.json"), error(UNROUTABLE, "`SQSQueue`", "queues.", "orders")),
            (NOTES, saw()),
        ]),
        ("an unknown table is loud", [(recorded("documentdb.json"), error(UNROUTABLE, "`test_database.test_collection`"))]),
        ("publishing to a queue that is not bound names the key to set", [
            (http_v2("POST", "/send", {"content-type": "application/json"}, body='{"id":1}'), refused("queues.orders.url")),
            (http_v2("POST", "/forward/elsewhere", {"content-type": "text/plain"}, body="text"),
             refused("queues.elsewhere.url")),
            (NOTES, saw()),
        ]),
    ]),
    Session("a queue by its physical name", [
        ("the binding's name wins", [
            (recorded("sqs-standard.json"), error(".+", "`MessageID_1`")),
            (sqs("orders", work(1)), failed()),
        ]),
    ], {"FAAS__QUEUES__ORDERS__NAME": "SQSQueue"}),
    Session("two seconds for a batch", [
        ("what was done before the deadline counts", [
            (sqs("orders", work(1), work(2, "slow"), work(3)), failed("m-2", "m-3")),
            (NOTES, saw(*noted("orders", 1, 2))),
        ]),
    ], {"AWS_LAMBDA_FUNCTION_TIMEOUT": "2"}, rie_only=True),
    Session("quickstart", [
        ("an order that cannot be published is refused, with the key to set", [(
            http_v2("POST", "/orders", {"content-type": "application/json"}, body='{"item":"pen","quantity":2,"price":150}'),
            refused("queues.orders.url"))]),
    ], binary="quickstart"),
]
