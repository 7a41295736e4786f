#!/usr/bin/env python3
"""A worker for bgerp in Python, standard library only: takes jobs of one queue over the API.

    BGERP_URL=http://acme.localhost:8080 BGERP_TOKEN=… python3 worker.py remote.example
"""
import json, os, sys, threading, time
import urllib.error, urllib.request

URL = os.environ["BGERP_URL"]
HEADERS = {"Authorization": "Bearer " + os.environ["BGERP_TOKEN"],
           "Content-Type": "application/json"}


def call(path: str, body: dict) -> dict:
    """POSTs; repeats what got no answer, which every call allows (a job is ended only once)."""
    request = urllib.request.Request(URL + "/api/v1" + path, json.dumps(body).encode(), HEADERS)
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code not in (429, 502, 503, 504):
                return json.load(error)  # a problem document: {"status", "code", "detail", …}
        except OSError:
            print("no answer", file=sys.stderr)
        time.sleep(1)


def wait(job: dict, stop: threading.Event) -> dict:
    if stop.wait(job["args"]["seconds"]):
        raise RuntimeError("stopped")
    return {"waited": job["args"]["seconds"]}


KINDS = {"example.sum": lambda job, stop: {"sum": sum(job["args"]["numbers"])},
         "example.flaky": lambda job, stop: {"one": 1 // (job["attempt"] - 1)},  # raises at first
         "example.wait": wait}


def run(job: dict) -> None:
    done, stop, path = threading.Event(), threading.Event(), "/jobs/" + job["uuid"]

    def keep() -> None:  # until the job is done, or isn't ours to do any more
        while not done.wait(job["lease_s"] / 3) and not stop.is_set():
            if call(path + "/heartbeat", {"lease": job["lease"]}).get("stop", True):
                stop.set()

    threading.Thread(target=keep, daemon=True).start()
    try:
        end, body = "/complete", {"output": KINDS[job["kind"]](job, stop)}
    except Exception as error:  # whatever the handler throws is the attempt's error
        end, body = "/fail", {"error": repr(error), "retryable": job["kind"] in KINDS}
    done.set()
    print(job["kind"], job["uuid"], call(path + end, {"lease": job["lease"], **body}), flush=True)


while True:
    answer = call(f"/queues/{sys.argv[1]}/reserve", {"wait_s": 20})
    for one in answer.get("jobs") or time.sleep(1) or []:
        run(one)
