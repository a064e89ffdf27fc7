"""What a function must answer to CloudEvents on Knative, and what must come where it publishes. The function is `faas-probe`."""

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from cloudevents.core.bindings.http import HTTPMessage, from_binary_event, to_binary_event, to_structured_event
from cloudevents.v1.http import CloudEvent as OlderEvent
from cloudevents.v1.http import to_binary as older_binary
from cloudevents.v1.http import to_structured as older_structured

import peer
from knative import BATCH, batch, event
from lambda_cases import same

EVERY_BYTE = bytes(range(256))
TEXT = "žluťoučký 🐎 \"\\ % %25\n"
# Also a value that has been encoded before: it is decoded once.
ATTRIBUTE = "Euro € 😀 50% \"of\" %41"
TIME = datetime(2026, 2, 3, 4, 5, 6, 789012, timezone(timedelta(hours=5, minutes=30)))
TRACE = "0af7651916cd43dd8448eb211c80319c"
RECEIVING, PUBLISHING, ENDING = [], [], []


def case(cases, name):
    def keep(body):
        cases.append((name, body))
        return body
    return keep


def publishing(sink):
    """The environment of a function that has a sink, and a place for its dead letters there."""
    extensions = {"shop": "Corner Café"}
    return {
        "K_SINK": sink.url, "K_CE_OVERRIDES": json.dumps({"extensions": extensions}), "FAAS__QUEUES__LOST__URL": sink.url}


def delivered(reply):
    same(("delivered", b""), (reply.verdict(), reply.body))


def refused(reply, verdict, *statuses):
    if reply.verdict() != verdict or statuses and reply.status not in statuses:
        raise AssertionError(f"a sender reads {reply.verdict()!r}, not {verdict!r}: {reply}")


def note(function, /, **wanted):
    """The only note of the handlers, by the fields that are told here."""
    found = function.seen()
    same([wanted], [{name: each.get(name) for name in wanted} for each in found])
    return found[0]


def work(number, task="ok", **attributes):
    return event("com.example.work", {"id": number, "do": task}, datacontenttype="application/json", **attributes)


# Each way to send an event, with what the library makes of it.
MODES = [("binary", to_binary_event), ("structured", to_structured_event)]


def in_each_mode(name):
    """A case for each mode: its body gets the function that writes an event."""
    def keep(body):
        for mode, written in MODES:
            RECEIVING.append((f"{mode}: {name}", lambda function, written=written: body(function, written)))
        return body
    return keep


@in_each_mode("attributes and JSON data")
def attributes(function, written):
    sent = event(
        "com.example.work", {"id": 7, "do": "ok"}, id="e-7", source="/shop/a?b#c", subject="orders/7", time=TIME,
        datacontenttype="application/json", dataschema="https://example.com/order", tenant="t1", sequence="007")
    delivered(function.post(written(sent)))
    found = note(
        function, function="work", id="e-7", source="/shop/a?b#c", type="com.example.work", subject="orders/7",
        schema="https://example.com/order", extensions={"tenant": "t1", "sequence": "007"}, data={"id": 7, "do": "ok"})
    same(TIME, datetime.fromtimestamp(int(found["time_us"]) / 1_000_000, timezone.utc))


@in_each_mode("attributes that are no ASCII come back in the reply")
def unicode_attributes(function, written):
    sent = event("com.example.parrot", {"a": 1}, subject=ATTRIBUTE, city=ATTRIBUTE, datacontenttype="application/json")
    reply = function.post(written(sent))
    same("delivered", reply.verdict())
    read = reply.event()
    same((ATTRIBUTE, ATTRIBUTE), (read.get_subject(), read.get_extension("city")))
    note(function, function="parrot", subject=ATTRIBUTE, extensions={"city": ATTRIBUTE})


@in_each_mode("a reply is an event of its own")
def reply_event(function, written):
    sent = event("com.example.parrot", {"a": [1, None, "ü"]}, id="asked", datacontenttype="application/json")
    reply = function.post(written(sent))
    same(200, reply.status)
    read = from_binary_event(HTTPMessage(reply.headers, reply.body))
    same(("com.example.parroted", "1.0", {"a": [1, None, "ü"]}), (read.get_type(), read.get_specversion(), read.get_data()))
    if read.get_id() in ("asked", "") or not read.get_source():
        raise AssertionError(f"the reply is not one of its own: {read.get_attributes()}")
    function.seen()


@in_each_mode("every byte there and back")
def every_byte(function, written):
    reply = function.post(written(event("com.example.parrot", EVERY_BYTE, datacontenttype="application/octet-stream")))
    same((EVERY_BYTE, "application/octet-stream"), (reply.event().get_data(), reply.event().get_datacontenttype()))
    note(function, function="parrot", bytes=list(EVERY_BYTE))


@in_each_mode("text there and back")
def text(function, written):
    reply = function.post(written(event("com.example.parrot", TEXT, datacontenttype="text/plain; charset=utf-8")))
    same((TEXT, "text/plain; charset=utf-8"), (reply.event().get_data(), reply.event().get_datacontenttype()))
    note(function, function="parrot", bytes=list(TEXT.encode()), content_type="text/plain; charset=utf-8")


@in_each_mode("an event without data")
def no_data(function, written):
    reply = function.post(written(event("com.example.parrot")))
    same(("delivered", None), (reply.verdict(), reply.event().get_data()))
    note(function, function="parrot", bytes=[], content_type=None)


@in_each_mode("a handler that answers nothing gets an empty body")
def no_reply(function, written):
    delivered(function.post(written(event("com.example.quiet", {"a": 1}, datacontenttype="application/json"))))
    note(function, function="quiet")


@in_each_mode("failures: again, or never")
def failures(function, written):
    refused(function.post(written(work(1, "fail"))), "again", 500)
    refused(function.post(written(work(2, "panic"))), "again", 500)
    refused(function.post(written(work(3, "reject"))), "never")
    later = function.post(written(work(4, "later")))
    refused(later, "again", 429, 503)
    same("7", later.headers.get("retry-after"))
    delivered(function.post(written(work(5))))
    same([1, 2, 3, 4, 5], [each["data"]["id"] for each in function.seen()])


@in_each_mode("data of another form is refused for good, with the field")
def other_form(function, written):
    sent = event("com.example.work", {"id": "seven"}, datacontenttype="application/json")
    reply = function.post(written(sent))
    refused(reply, "never", 400, 422)
    same(True, b"`id`" in reply.body)
    same([], function.seen())


@in_each_mode("a type that no function takes is refused for good")
def unroutable(function, written):
    reply = function.post(written(event("com.example.nobody", {"a": 1}, datacontenttype="application/json")))
    refused(reply, "never")
    same(True, b"com.example.nobody" in reply.body)


@in_each_mode("the closest type wins, a star takes the rest")
def star(function, written):
    for kind in ("com.example.star.one", "com.example.star.two.three"):
        delivered(function.post(written(event(kind, {"a": 1}, datacontenttype="application/json"))))
    same([("star_one", "com.example.star.one"), ("star", "com.example.star.two.three")],
         [(each["function"], each["type"]) for each in function.seen()])


@case(RECEIVING, "structured: any JSON value is the data, and a text is not parsed again")
def json_values(function):
    for value in ('{"a":1}', 7, [1, "two"], True):
        message = to_structured_event(event("com.example.quiet", value, datacontenttype="application/json"))
        delivered(function.post(message))
    same(['{"a":1}', 7, [1, "two"], True], [json.loads(bytes(each["bytes"])) for each in function.seen()])


@case(RECEIVING, "structured: the media type in other letters, with a parameter")
def media_type(function):
    message = to_structured_event(work(1))
    delivered(function.post(HTTPMessage({"content-type": "Application/CloudEvents+JSON; charset=UTF-8"}, message.body)))
    note(function, function="work")


@case(RECEIVING, "structured: headers beside it do not count")
def headers_beside(function):
    message = to_structured_event(work(1, id="inside"))
    delivered(function.post(message, **{"ce-id": "outside", "ce-type": "com.example.nobody"}))
    note(function, id="inside")


@case(RECEIVING, "binary: on any path, whatever is routed there")
def any_path(function):
    delivered(function.post(to_binary_event(work(1)), "/hello/ada"))
    note(function, function="work")


@case(RECEIVING, "the library's older interface")
def older(function):
    attributes = {"type": "com.example.work", "source": "/older", "datacontenttype": "application/json", "subject": "S"}
    for written in (older_binary, older_structured):
        headers, body = written(OlderEvent(attributes, {"id": 3}))
        delivered(function.post(HTTPMessage(headers, body)))
    same([("/older", "S", 3)] * 2, [(each["source"], each["subject"], each["data"]["id"]) for each in function.seen()])


@case(RECEIVING, "batched: every event, those of a function in order, and an empty answer")
def batched(function):
    delivered(function.post(batch(
        work(1), event("com.example.quiet", EVERY_BYTE, datacontenttype="image/png"), work(3), event("com.example.parrot", TEXT))))
    found = function.seen()
    same(["parrot", "quiet", "work", "work"], sorted(each["function"] for each in found))
    same([1, 3], [each["data"]["id"] for each in found if each["function"] == "work"])


@case(RECEIVING, "batched: none at all")
def empty_batch(function):
    delivered(function.post(batch()))
    same([], function.seen())


@case(RECEIVING, "batched: one that fails lets all come again")
def failed_batch(function):
    refused(function.post(batch(work(1), work(2, "reject"), work(3, "fail"), work(4))), "again")
    same([1, 2, 3, 4], [each["data"]["id"] for each in function.seen()])


@case(RECEIVING, "batched: a rejected one is no reason to send all of them again")
def rejected_batch(function):
    refused(function.post(batch(work(1), work(2, "reject"), work(3))), "never")
    same([1, 2, 3], [each["data"]["id"] for each in function.seen()])


@case(RECEIVING, "batched: a malformed one, and nothing runs")
def malformed_batch(function):
    whole = batch(work(1), work(2)).body
    missing = json.loads(whole)
    del missing[1]["source"]
    reply = function.post(HTTPMessage({"content-type": BATCH}, json.dumps(missing).encode()))
    refused(reply, "never", 400)
    same([], function.seen())


@case(RECEIVING, "malformed events are refused for good, with what is wrong")
def malformed(function):
    binary, structured = to_binary_event(work(1)), to_structured_event(work(1))
    without = {name: value for name, value in binary.headers.items() if name != "ce-id"}
    cases = [
        (HTTPMessage(without, binary.body), 400, b"id"),
        (HTTPMessage({**binary.headers, "ce-specversion": "0.3"}, binary.body), 400, b"0.3"),
        (HTTPMessage({**binary.headers, "ce-subject": "%C0%A0"}, binary.body), 400, b"subject"),
        (HTTPMessage({**binary.headers, "ce-time": "yesterday"}, binary.body), 400, b"time"),
        (HTTPMessage(structured.headers, structured.body[:-1]), 400, b""),
        (HTTPMessage(structured.headers, b"[]"), 400, b""),
        (HTTPMessage({"content-type": "application/cloudevents+avro"}, b"\0"), 415, b"avro"),
    ]
    for message, status, part in cases:
        reply = function.post(message)
        refused(reply, "never", status)
        same(True, part in reply.body)
    same([], function.seen())


@case(RECEIVING, "a ping, a Kafka record and a stored object go to their triggers")
def sources(function):
    namespace = "/apis/v1/namespaces/default"
    tick = event("dev.knative.sources.ping", {"message": "tick"}, source=f"{namespace}/pingsources/my-scheduled-rule",
                 time=TIME, datacontenttype="application/json")
    record = event("dev.knative.kafka.event", {"id": 9}, source=f"{namespace}/kafkasources/shop#orders",
                   id="partition:0/offset:9", subject="partition:0#9", partitionkey="cust-7", kafkaheadertraceid="abc",
                   datacontenttype="application/json")
    stored = event("com.amazonaws.s3.ObjectCreated:Put", {"eventName": "ObjectCreated:Put", "s3": {
        "bucket": {"name": "uploads"}, "object": {"key": "in/my+file+%C3%A9.txt", "size": 12, "eTag": "abc"}}},
        source="aws:s3.us-east-1.uploads", subject="in/my%20file%20%C3%A9.txt", datacontenttype="application/json")
    for each in (tick, record, stored):
        delivered(function.post(to_binary_event(each)))
    found = function.seen()
    wanted = [
        {"function": "my-scheduled-rule", "due": int(TIME.timestamp())},
        {"function": "orders", "id": 9, "message": "partition:0/offset:9", "queue": "orders", "key": "cust-7"},
        {"function": "uploads", "bucket": "uploads", "key": "in/my file é.txt", "kind": "created", "size": 12},
    ]
    same(wanted, [{name: each.get(name) for name in one} for one, each in zip(wanted, found)])
    same(3, len(found))


@case(RECEIVING, "a rejected delivery whose dead letters have no place is refused for good")
def no_place(function):
    refused(function.post(to_binary_event(parcel(1))), "never")
    note(function, function="parcels", id=1)


def parcel(number):
    """A message that is rejected, of a queue that has dead letters."""
    return event("dev.knative.kafka.event", {"id": number, "do": "reject"}, source="/kafkasources/shop#parcels",
                 id=f"p-{number}", partitionkey="k", datacontenttype="application/json")


@case(RECEIVING, "a queue, a timer and a bucket without a function are refused for good")
def unknown_sources(function):
    for kind, source in (
            ("dev.knative.sources.ping", "/apis/v1/namespaces/default/pingsources/unheard"),
            ("dev.knative.kafka.event", "/apis/v1/namespaces/default/kafkasources/shop#unheard"),
            ("com.amazonaws.s3.ObjectCreated:Put", "aws:s3.us-east-1.unheard")):
        data = {"s3": {"bucket": {"name": "unheard"}, "object": {"key": "a"}}}
        reply = function.binary(kind, data, source=source, subject="a", datacontenttype="application/json")
        refused(reply, "never")
        same(True, b"unheard" in reply.body)
    same([], function.seen())


@case(RECEIVING, "requests that are no events are HTTP, and probes are answered")
def plain_requests(function):
    same((200, b'{"greeting":"hello ada"}'), answer(function.request("GET", "/hello/ada")))
    same((200, b"text"), answer(function.request("POST", "/echo", {"content-type": "text/plain"}, b"text")))
    same(404, function.request("POST", "/", {"content-type": "application/json"}, b"{}").status)
    for path in ("/health/liveness", "/health/readiness"):
        same(200, function.request("GET", path).status)


@case(RECEIVING, "many at once, each for itself")
def many(function):
    tasks = ["ok", "fail", "panic", "reject"] * 16
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda numbered: function.post(to_binary_event(work(*numbered))), enumerate(tasks)))
    verdicts = {"ok": "delivered", "fail": "again", "panic": "again", "reject": "never"}
    same([verdicts[task] for task in tasks], [reply.verdict() for reply in replies])
    same(list(range(64)), sorted(each["data"]["id"] for each in function.seen()))


@case(RECEIVING, "publishing without K_SINK names the key to set")
def unbound(function):
    headers = {"content-type": "application/json"}
    for path, body, key in (("/send", b'{"id":1}', b"queues.orders.url"), ("/emit", b'{"id":1}', b"events.url")):
        reply = function.request("POST", path, headers, body)
        if reply.status < 400 or key not in reply.body:
            raise AssertionError(f"{path}: {reply}")


def answer(reply):
    return reply.status, reply.body


@case(PUBLISHING, "a message is an event of its queue")
def sent(function, sink):
    same(202, function.request("POST", "/send", {"content-type": "application/json"}, '{"id":1,"do":"ok"}').status)
    read = from_binary_event(sink.take())
    same(("dev.faas.queue.message", "probe#orders", "order-1"), (read.get_type(), read.get_source(), read.get_id()))
    same(("customer-7", "blue", "Corner Café"), tuple(map(read.get_extension, ("partitionkey", "colour", "shop"))))
    same(({"id": 1, "do": "ok"}, "application/json"), (read.get_data(), read.get_datacontenttype()))


@case(PUBLISHING, "a message that comes back from the broker is a delivery of its queue")
def round_trip(function, sink):
    function.request("POST", "/send", {"content-type": "application/json"}, '{"id":2,"do":"ok"}')
    read = from_binary_event(sink.take())
    for written in (to_binary_event, to_structured_event):
        delivered(function.post(written(read)))
        note(function, function="orders", id=2, message="order-2", queue="orders", key="customer-7", idempotency_key="order-2")


@case(PUBLISHING, "bytes to a queue that has no function here")
def forwarded(function, sink):
    reply = function.request("POST", "/forward/else%20where", {"content-type": "image/png"}, EVERY_BYTE)
    same(202, reply.status)
    message = sink.take()
    read = from_binary_event(message)
    same(("dev.faas.queue.message", "probe#else%20where"), (read.get_type(), read.get_source()))
    same(EVERY_BYTE, message.body)


@case(PUBLISHING, "an event, as the handler made it")
def emitted(function, sink):
    same(202, function.request("POST", "/emit", {"content-type": "application/json"}, b'{"id":5,"do":"ok"}').status)
    read = from_binary_event(sink.take())
    same(("com.example.emitted", ATTRIBUTE, "Corner Café"), (read.get_type(), read.get_subject(), read.get_extension("shop")))
    same({"id": 5, "do": "ok"}, read.get_data())


@case(PUBLISHING, "what a handler publishes belongs to the trace of what it handles")
def traced(function, sink):
    message = to_binary_event(event("com.example.relay", {"id": 6}, datacontenttype="application/json"))
    delivered(function.post(message, traceparent=f"00-{TRACE}-b7ad6b7169203331-01"))
    taken = sink.take()
    same("com.example.relayed", from_binary_event(taken).get_type())
    same(TRACE, taken.headers.get("traceparent", "").split("-")[1:2][0])


@case(PUBLISHING, "a sink that fails lets the event come again")
def failing_sink(function, sink):
    sink.status = 503
    try:
        refused(function.binary("com.example.relay", {"id": 7}, datacontenttype="application/json"), "again")
    finally:
        sink.status = 202
        sink.take()


@case(PUBLISHING, "a rejected delivery is a dead letter, and done")
def dead_letter(function, sink):
    delivered(function.post(to_binary_event(parcel(8))))
    read = from_binary_event(sink.take())
    same(("probe#lost", {"id": 8, "do": "reject"}), (read.get_source(), read.get_data()))
    same(("p-8", "parcels"), (read.get_extension("faasid"), read.get_extension("faasqueue")))
    function.seen()


@case(PUBLISHING, "a dead letter that the sink does not take leaves the delivery with the sender")
def no_dead_letter(function, sink):
    sink.status = 500
    try:
        refused(function.post(to_binary_event(parcel(9))), "again")
    finally:
        sink.status = 202
        sink.take()
        function.seen()


@case(ENDING, "SIGTERM: what is in flight is answered, hooks run, status 0")
def drained(function, sink):
    sink.open.clear()
    replies = []
    sender = threading.Thread(target=lambda: replies.append(
        function.binary("com.example.relay", {"id": 1}, datacontenttype="application/json")))
    sender.start()
    sink.wait()
    os.kill(function.process.child.pid, signal.SIGTERM)
    peer.wait_until(lambda: "no new requests" in function.process.output(), "it does not say that it stops")
    same((True, []), (function.process.running(), replies))
    sink.open.set()
    sender.join(peer.SECONDS)
    same(["delivered"], [reply.verdict() for reply in replies])
    same(0, function.process.child.wait(peer.SECONDS))
    same(True, "faas-probe: stopped" in function.process.output())
