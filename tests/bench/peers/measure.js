// What the comparisons in Node share: dividing jobs, timing, percentiles, one line of JSON at the end.
'use strict';

const seconds = (since) => Number(process.hrtime.bigint() - since) / 1e9;

/** Runs `fn` and returns how many of `count` things it did a second. */
async function rate(count, fn) {
  const since = process.hrtime.bigint();
  await fn();
  return Math.round(count / seconds(since));
}

/** Calls `fn(from, size)` for slices of `count`, two at a time. */
async function inSlices(count, size, fn) {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const from = next;
      next += size;
      await fn(from, Math.min(size, count - from));
    }
  };
  await Promise.all([lane(), lane()]);
}

/**
 * Adds one job after another, each when the one before it began, and a pause later; returns the
 * milliseconds from before the adding to the handler's start.
 */
async function latency(count, add, started) {
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const begun = started();
    const since = process.hrtime.bigint();
    await add(i);
    times.push(Number((await begun) - since) / 1e6);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  times.sort((a, b) => a - b);
  const at = (part) => Number(times[Math.floor(part * (times.length - 1))].toFixed(3));
  return { p50_ms: at(0.5), p99_ms: at(0.99) };
}

/** A promise that `tell` fulfils with the moment it is called, made anew for each job. */
function starts() {
  let resolve = () => {};
  return {
    tell: () => resolve(process.hrtime.bigint()),
    next: () => new Promise((done) => { resolve = done; }),
  };
}

/** A promise of the moment at which `tell` has been called `count` times. */
function allOf(count) {
  let left = count;
  let resolve;
  const done = new Promise((fulfil) => { resolve = fulfil; });
  return { done, tell: () => { left -= 1; if (left === 0) resolve(); } };
}

async function main(run) {
  const [jobs, latencies] = process.argv.slice(2).map(Number);
  try {
    console.log(JSON.stringify(await run(jobs, latencies)));
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

module.exports = { rate, inSlices, latency, starts, allOf, main };
