// BullMQ on Redis with an append-only file. usage: node bullmq.js JOBS LATENCIES
'use strict';

const { Queue, Worker } = require('bullmq');
const { rate, inSlices, latency, starts, allOf, main } = require('./measure');

const connection = { path: process.env.PEER_SOCKET };
const gone = { removeOnComplete: true, removeOnFail: true };

main(async (jobs, latencies) => {
  const queue = new Queue('noop', { connection, defaultJobOptions: gone });
  await queue.waitUntilReady();
  const enqueue = await rate(jobs, () => inSlices(jobs, 1000, (from, size) =>
    queue.addBulk(Array.from({ length: size }, (_, i) => ({ name: 'noop', data: { id: from + i } })))));
  const all = allOf(jobs);
  let worker;
  const drain = await rate(jobs, async () => {
    worker = new Worker('noop', async () => {}, { connection, concurrency: 100, ...gone });
    worker.on('completed', all.tell);
    await all.done;
  });
  await worker.close();
  const began = starts();
  worker = new Worker('noop', async () => { began.tell(); }, { connection, concurrency: 100 });
  await worker.waitUntilReady();
  const measured = await latency(latencies, (id) => queue.add('noop', { id }), began.next);
  await worker.close();
  await queue.close();
  return { enqueue_per_s: enqueue, drain_per_s: drain, ...measured };
});
