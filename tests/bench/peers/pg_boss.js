// pg-boss, a thousand jobs a fetch in two lanes: its own work() polls twice a second at most, which
// would measure the pause. usage: node pg_boss.js JOBS
'use strict';

const PgBoss = require('pg-boss');
const { rate, inSlices, main } = require('./measure');

const queue = 'noop';

async function lane(boss) {
  for (;;) {
    const jobs = await boss.fetch(queue, { batchSize: 1000 });
    if (jobs.length === 0) return;
    await boss.complete(queue, jobs.map((job) => job.id));
  }
}

main(async (jobs) => {
  const boss = new PgBoss({ connectionString: process.env.PEER_DATABASE, supervise: false, schedule: false });
  await boss.start();
  await boss.createQueue(queue);
  const enqueue = await rate(jobs, () => inSlices(jobs, 1000, (from, size) =>
    boss.insert(Array.from({ length: size }, (_, i) => ({ name: queue, data: { id: from + i } })))));
  const drain = await rate(jobs, () => Promise.all([lane(boss), lane(boss)]));
  await boss.stop({ graceful: false });
  return { enqueue_per_s: enqueue, drain_per_s: drain };
});
