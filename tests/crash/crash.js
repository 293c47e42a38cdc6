// See `run`. A round: start, write from many clients at once, SIGKILL at some moment, `leadgrade
// verify`, start again, compare. The next round goes on with the same data.
'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { Program, Server, SALES, connect, delay, run, tempDir } = require('../e2e/harness.js');
const { ChangeLog } = require('./change_log.js');
const { Model, checkAs, isAs, show, showExpected } = require('./model.js');
const { Random } = require('./random.js');
const { Writer, touched } = require('./writer.js');

const CONNECTIONS = 4;
const LANES_PER_CONNECTION = 4;
const MOMENTS_MS = [20, 500];
const BATCH = 1000;

const rounds = Number(process.argv[2] ?? 50);
const seed = Number(process.argv[3] ?? Math.floor(Date.now() / 86_400_000));
if (!(Number.isSafeInteger(rounds) && rounds > 0 && Number.isSafeInteger(seed))) {
  console.error('usage: tests/crash/run [ROUNDS [SEED]]');
  process.exit(2);
}

const data = path.join(tempDir(), 'data');
const random = new Random(seed);
const model = new Model();
const log = new ChangeLog();
const total = { events: 0, edits: 0, inDoubt: 0, landed: 0 };

// Writers at work until the kill; gives them, and what a watcher saw.
async function writeAndKill(round) {
  const server = await Server.start({ data });
  const watcher = await log.watch(server.api);
  const apis = Array.from({ length: CONNECTIONS }, () => connect(server.grpc));
  const writers = Array.from({ length: CONNECTIONS * LANES_PER_CONNECTION }, (_, lane) => (
    new Writer(apis[lane % CONNECTIONS], model, { round, lane, seed })));
  const ends = Promise.all(writers.map((writer) => writer.run()));
  await Promise.race([delay(random.between(...MOMENTS_MS)), ends]);
  assert.ok(!server.exited, `the server ended by itself:\n${server.stderr}`);
  await server.kill();
  await ends;
  const seen = await watcher.rest();
  for (const api of apis) api.close();
  return { writers, seen };
}

// Now and then the next start is killed too, in the middle of its recovery.
async function crashWhileStarting() {
  const program = new Program(['serve', '--rules', SALES, '--data', data, '--grpc', '127.0.0.1:0',
    '--http', '127.0.0.1:0']);
  await Promise.race([delay(random.between(0, 100)), program.exit]);
  program.signal('SIGKILL');
  await program.exit;
}

async function verify() {
  const { code, stdout, stderr } = await run(['verify', '--data', data]);
  assert.equal(code, 0, `verify found something:\n${stdout}${stderr}`);
}

async function storedLeads(api) {
  const out = new Map();
  for (let pageToken = ''; ;) {
    const page = await api.leads.listLeads({ pageSize: BATCH, pageToken });
    for (const lead of page.leads) out.set(lead.name, lead);
    pageToken = page.nextPageToken;
    if (!pageToken) return out;
  }
}

// Whether the operation that got no answer is stored: all of it or nothing of it. Undefined where
// it only touches leads that others wrote to as well.
function landedOf(writer, stored) {
  const operation = writer.inDoubt;
  let landed;
  for (const name of writer.own) {
    const before = model.get(name) ?? null;
    const now = stored.get(name);
    if (!touched(operation).includes(name)) {
      checkAs(now, before, name);
      continue;
    }
    const after = model.after(operation, name);
    const isAfter = isAs(now, after);
    assert.ok(isAfter || isAs(now, before), `${name} is neither as before nor as after ` +
      `${operation.kind}: stored is ${show(now)}, before ${showExpected(before)}, after ${showExpected(after)}`);
    assert.ok(landed === undefined || landed === isAfter, `half of a batch is stored: ${name}`);
    landed = isAfter;
  }
  return landed;
}

// Settles what is in doubt: the model then says exactly what must be there.
async function settle(api, writers, stored, round) {
  for (const writer of writers) {
    const operation = writer.inDoubt;
    writer.api = api;
    let landed = landedOf(writer, stored);
    if (operation.kind === 'record') {
      const duplicates = (await writer.send(operation)).filter((result) => result.duplicate).length;
      assert.ok(duplicates === 0 || duplicates === operation.events.length,
        `half of a batch was stored: ${duplicates} of ${operation.events.length} events`);
      assert.equal(landed ?? duplicates > 0, duplicates > 0, 'a batch is stored without its events');
      landed = duplicates > 0;
    }
    total.inDoubt++;
    total.landed += landed ? 1 : 0;
    // A batch that had not landed has by now: it was sent again.
    if (landed || operation.kind === 'record') model.apply(operation, round);
  }
}

// Every event that was acknowledged in this round is known when it is sent again.
async function checkEvents(api, round) {
  const events = [];
  for (const [lead, { events: known }] of model.leads) {
    for (const [eventId, since] of known) {
      if (since === round) events.push({ lead, eventId, type: 'visit' });
    }
  }
  for (let i = 0; i < events.length; i += BATCH) {
    const { results } = await api.leads.recordEvents({ events: events.slice(i, i + BATCH) });
    const lost = results.find((result) => !result.duplicate);
    assert.ok(!lost, `an acknowledged event is lost: ${JSON.stringify(lost)}`);
  }
}

async function compare(round, writers, seen) {
  const server = await Server.start({ data });
  const { api } = server;
  await settle(api, writers, await storedLeads(api), round);
  await checkEvents(api, round);
  const marker = { kind: 'create', lead: `leads/marker-${round}`, displayName: '', facts: { need: false } };
  await writers[0].send(marker);
  model.apply(marker, round);
  const stored = await storedLeads(api);
  for (const name of new Set([...stored.keys(), ...model.leads.keys()])) {
    checkAs(stored.get(name), model.get(name), name);
  }
  await log.readUpTo(api, marker.lead, seen);
  log.check(stored.values());
  await server.stop();
}

async function main() {
  const begin = Date.now();
  for (let round = 0; round < rounds; round++) {
    try {
      const { writers, seen } = await writeAndKill(round);
      if (random.chance(0.2)) await crashWhileStarting();
      await verify();
      await compare(round, writers, seen);
      for (const { acknowledged } of writers) {
        total.events += acknowledged.events;
        total.edits += acknowledged.edits;
      }
    } catch (error) {
      console.error(`crash: round ${round} of seed ${seed} failed: ${error.stack}`);
      process.exit(1);
    }
  }
  console.log(`crash: ${rounds} rounds, seed ${seed}: kept ${total.events} acknowledged events and ` +
    `${total.edits} edits of ${model.leads.size} leads, ${log.count} grade changes; ` +
    `${total.landed} of ${total.inDoubt} writes in doubt had landed; ` +
    `${((Date.now() - begin) / 1000).toFixed(0)} s`);
}

main();
