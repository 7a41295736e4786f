// graphile-worker with all that makes it fast: a local queue, ends written in batches. Its settings
// are those its own performance test uses. usage: node graphile_worker.js JOBS LATENCIES
'use strict';

const { Pool } = require('pg');
const { run, makeWorkerUtils, Logger } = require('graphile-worker');
const { rate, inSlices, latency, starts, allOf, main } = require('./measure');

const quiet = new Logger(() => () => {});

const worker = (pgPool, taskList) => run({
  pgPool,
  taskList,
  logger: quiet,
  noHandleSignals: true,
  concurrency: 24,
  preset: {
    worker: {
      concurrentJobs: 24,
      pollInterval: 2000,
      localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
});

main(async (jobs, latencies) => {
  const pgPool = new Pool({ connectionString: process.env.PEER_DATABASE, max: 10 });
  for (const event of ['error', 'connect']) pgPool.on(event, () => {}); // else it warns
  const utils = await makeWorkerUtils({ pgPool, logger: quiet });
  await utils.migrate();
  const enqueue = await rate(jobs, () => inSlices(jobs, 1000, (from, size) =>
    utils.addJobs(Array.from({ length: size }, (_, i) =>
      ({ identifier: 'noop', payload: { id: from + i } })))));
  const all = allOf(jobs);
  let runner;
  const drain = await rate(jobs, async () => {
    runner = await worker(pgPool, { noop: () => all.tell() });
    await all.done;
    await runner.stop(); // returns when the ends are written
  });
  const began = starts();
  runner = await worker(pgPool, { noop: () => began.tell() });
  const measured = await latency(latencies, (id) => utils.addJob('noop', { id }), began.next);
  await runner.stop();
  return { enqueue_per_s: enqueue, drain_per_s: drain, ...measured };
});
