// A worker for bgerp in JavaScript (Node 18 or newer, no packages): takes jobs of one queue over
// the API.   BGERP_URL=http://acme.localhost:8080 BGERP_TOKEN=… node worker.mjs remote.example
import { setTimeout as sleep } from 'node:timers/promises';

const { BGERP_URL, BGERP_TOKEN } = process.env;

// POSTs; repeats what got no answer, which every call allows (a job is ended only once).
async function call(path, body) {
  for (;;) {
    try {
      const answer = await fetch(`${BGERP_URL}/api/v1${path}`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${BGERP_TOKEN}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(60_000),
      });
      if (![429, 502, 503, 504].includes(answer.status)) {
        return await answer.json(); // or a problem document: {"status", "code", "detail", …}
      }
    } catch (error) {
      console.error(`the server can't be reached: ${error.message}`);
    }
    await sleep(1000);
  }
}

const kinds = {
  'example.sum': async (job) => ({ sum: job.args.numbers.reduce((a, b) => a + b, 0) }),
  'example.flaky': async (job) => {
    if (job.attempt === 1) throw new Error('not the first time');
    return { one: 1 };
  },
  'example.wait': async (job, signal) => {
    await sleep(job.args.seconds * 1000, undefined, { signal }); // throws when it is to stop
    return { waited: job.args.seconds };
  },
};

async function run(job) {
  const stop = new AbortController();
  const beat = setInterval(async () => {
    const answer = await call(`/jobs/${job.uuid}/heartbeat`, { lease: job.lease });
    if (answer.stop !== false) stop.abort(); // cancelled, or not ours any more
  }, (job.lease_s * 1000) / 3);
  let end = 'complete';
  let body;
  try {
    body = { output: await kinds[job.kind](job, stop.signal) };
  } catch (error) {
    [end, body] = ['fail', { error: String(error), retryable: job.kind in kinds }];
  }
  clearInterval(beat);
  console.log(job.kind, await call(`/jobs/${job.uuid}/${end}`, { lease: job.lease, ...body }));
}

for (;;) {
  const { jobs } = await call(`/queues/${process.argv[2]}/reserve`, { wait_s: 20 });
  await Promise.all((jobs ?? (await sleep(1000)) ?? []).map(run)); // no jobs: refused; see the log
}
