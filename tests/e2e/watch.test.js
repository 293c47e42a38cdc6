// WatchService: every grade change once it is on disk, from where the client left off.
'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it, before, after } = require('node:test');
const {
  Server, Stream, connect, details, facts, grpc, sharedServer, tempDir, timestamp, toMs, waitFor,
} = require('./harness.js');

const GRADES = { A: 'FIRST', B: 'SECOND', C: 'THIRD', D: 'NONE' };

// A bundle by which the clock changes grades within a moment, unlike the days of rules/sales.
const CLOCK_BUNDLE = `
apiVersion: leadgrade/v1
kind: Bundle
metadata: { name: clock }
decision: { grade: grading.grade }
---
apiVersion: leadgrade/v1
kind: FactSchema
metadata: { name: clock-facts }
types: { Grade: [D, A] }
events: [visit]
facts:
  good_until:
    type: timestamp
    title: { zh: 有效期, en: Good until }
    question: { zh: 到什么时候？, en: "Until when?" }
---
apiVersion: leadgrade/v1
kind: RuleSet
metadata: { name: grading }
hitPolicy: FIRST
outputs: [{ name: grade, type: Grade }]
rules:
  - { id: good, reason: { zh: 有效, en: Good }, when: now < good_until, then: { grade: A } }
  - { id: over, reason: { zh: 过期, en: Over }, then: { grade: D } }
`;

// What a change is, in one line.
const line = ({ change }) => `${change.lead} ${change.change.fromGrade}>${change.change.toGrade}`;

describe('watching grade changes', () => {
  const shared = sharedServer({ before, after });
  let count = 0;

  // A stream that is under way: its first message, a token, is here.
  async function watch(api, request) {
    const stream = new Stream(api.watch.watchGradeChanges(request));
    stream.first = await stream.next();
    assert.ok(stream.first, `the stream ended: ${stream.end?.details}`);
    assert.equal(stream.first.change, null);
    assert.ok(stream.first.resumeToken);
    return stream;
  }
  // The next `n` changes; heartbeats between them are passed over, but must have a token.
  async function changes(stream, n) {
    const out = [];
    while (out.length < n) {
      const message = await stream.next();
      assert.ok(message, `the stream ended: ${stream.end?.details}`);
      assert.ok(message.resumeToken);
      if (message.change) out.push(message);
    }
    return out;
  }
  const put = (api, name, grade) => api.leads.importLeads({
    leads: [{ lead: { name, facts: facts({ kp_level: GRADES[grade], need: true, budget: true }) } }],
  });
  const refusal = async (request, api = shared.api) => {
    const end = await new Stream(api.watch.watchGradeChanges(request)).ended();
    return { code: grpc.status[end.code], ...details(end) };
  };

  it('sends a change to whoever watches, with who, what, why and when', async () => {
    const stream = await watch(shared.api, {});
    const { lead } = await shared.api.leads.createLead({
      leadId: 'seen', lead: { facts: facts({ kp_level: 'FIRST', need: true, budget: true }) },
    });
    const [{ change }] = await changes(stream, 1);
    assert.equal(change.lead, 'leads/seen');
    assert.deepEqual(change.change, lead.gradeHistory[0]);
    assert.ok(Math.abs(toMs(change.recordTime) - Date.now()) < 60_000);
    stream.cancel();
  });

  it('starts from now on where nothing else is asked for', async () => {
    await put(shared.api, 'leads/before', 'A');
    const stream = await watch(shared.api, {});
    await put(shared.api, 'leads/after', 'B');
    assert.deepEqual((await changes(stream, 1)).map(line), ['leads/after >B']);
    stream.cancel();
  });

  it('keeps silent about writes that change no grade', async () => {
    const stream = await watch(shared.api, {});
    await put(shared.api, 'leads/quiet', 'A');
    await shared.api.leads.recordEvents({ events: [{ lead: 'leads/quiet', eventId: 'v', type: 'visit' }] });
    await put(shared.api, 'leads/quiet', 'A');
    await put(shared.api, 'leads/quiet', 'B');
    assert.deepEqual((await changes(stream, 2)).map(line), ['leads/quiet >A', 'leads/quiet A>B']);
    stream.cancel();
  });

  it('gives the whole log from its start, in order, to every watcher', async () => {
    const own = await Server.start();
    for (const [i, grade] of [...'ABCDABCD'].entries()) await put(own.api, `leads/w-${i % 3}`, grade);
    const expected = [
      'leads/w-0 >A', 'leads/w-1 >B', 'leads/w-2 >C', 'leads/w-0 A>D', 'leads/w-1 B>A',
      'leads/w-2 C>B', 'leads/w-0 D>C', 'leads/w-1 A>D',
    ];
    for (let i = 0; i < 3; i++) {
      const stream = await watch(own.api, { fromStart: true });
      assert.deepEqual((await changes(stream, 8)).map(line), expected);
      stream.cancel();
    }
    await own.stop();
  });

  it('resumes after any token, missing nothing and doubling nothing', async () => {
    const all = await watch(shared.api, {});
    const name = `leads/resumed-${++count}`;
    for (const grade of 'ABCABC') await put(shared.api, name, grade);
    const seen = await changes(all, 6);
    all.cancel();
    const expected = seen.map(line);
    for (let i = 0; i < 6; i++) {
      const resumed = await watch(shared.api, { resumeToken: seen[i].resumeToken });
      const since = expected.slice(i + 1);
      assert.deepEqual((await changes(resumed, since.length)).map(line), since);
      expected.push(`leads/probe-${++count} >A`);
      await put(shared.api, `leads/probe-${count}`, 'A');
      assert.deepEqual((await changes(resumed, 1)).map(line), expected.slice(-1));
      resumed.cancel();
    }
  });

  it('resumes across a restart and a crash', async () => {
    let server = await Server.start();
    const { data } = server;
    const heard = [];
    let token = (await watch(server.api, {})).first.resumeToken;
    const expected = [];
    for (const how of ['stop', 'kill', 'stop', 'kill']) {
      const stream = await watch(server.api, { resumeToken: token });
      for (let i = 0; i < 10; i++) {
        const name = `leads/r-${++count}`;
        expected.push(`${name} >${'ABCD'[i % 4]}`);
        await put(server.api, name, 'ABCD'[i % 4]);
      }
      // Some are handled now, the others after the server is back.
      for (const message of await changes(stream, 4)) {
        heard.push(line(message));
        token = message.resumeToken;
      }
      await server[how]();
      const end = await stream.ended();
      assert.equal(end.code, grpc.status.UNAVAILABLE, end.details);
      server = await Server.start({ data });
    }
    const stream = await watch(server.api, { resumeToken: token });
    heard.push(...(await changes(stream, expected.length - heard.length)).map(line));
    assert.deepEqual(heard, expected);
    await put(server.api, 'leads/last', 'A');
    assert.deepEqual((await changes(stream, 1)).map(line), ['leads/last >A']);
    stream.cancel();
    await server.stop();
  });

  it('resumes from a heartbeat too', async () => {
    const stream = await watch(shared.api, {});
    stream.cancel();
    await put(shared.api, 'leads/meanwhile', 'A');
    const resumed = await watch(shared.api, { resumeToken: stream.first.resumeToken });
    assert.deepEqual((await changes(resumed, 1)).map(line), ['leads/meanwhile >A']);
    resumed.cancel();
  });

  it('refuses a resume token of another store', async () => {
    const other = await Server.start();
    const stream = await watch(other.api, {});
    const answer = await refusal({ resumeToken: stream.first.resumeToken });
    assert.equal(answer.code, grpc.status.INVALID_ARGUMENT);
    assert.equal(answer.info.reason, 'RESUME_TOKEN_INVALID');
    assert.equal(answer.info.domain, 'leadgrade');
    stream.cancel();
    await other.stop();
  });

  it('refuses a damaged resume token', async () => {
    const stream = await watch(shared.api, {});
    const { resumeToken: token } = stream.first;
    stream.cancel();
    const middle = token.length >> 1;
    const damaged = token.slice(0, middle) + (token[middle] === 'A' ? 'B' : 'A') + token.slice(middle + 1);
    for (const resumeToken of ['x', '中文', damaged, token.slice(0, -2), `${token}A`, 'x'.repeat(100000)]) {
      const answer = await refusal({ resumeToken });
      assert.equal(answer.code, grpc.status.INVALID_ARGUMENT);
      assert.equal(answer.info.reason, 'RESUME_TOKEN_INVALID');
      assert.equal(answer.violations[0].field, 'resume_token');
    }
  });

  it('refuses a page token as a resume token', async () => {
    for (let i = 0; i < 2; i++) await put(shared.api, `leads/paged-${i}`, 'A');
    const { nextPageToken } = await shared.api.leads.listLeads({ pageSize: 1 });
    assert.equal((await refusal({ resumeToken: nextPageToken })).code,
      grpc.status.INVALID_ARGUMENT);
  });

  it('tells that it lives while nothing happens', async () => {
    const stream = await watch(shared.api, {});
    const beat = await stream.next(60_000);
    assert.equal(beat.change, null);
    assert.ok(beat.resumeToken);
    stream.cancel();
  });

  it('serves many watchers alike, and forgets those that left', async () => {
    const clients = Array.from({ length: 20 }, () => connect(shared.server.grpc));
    const streams = await Promise.all(clients.map((api) => watch(api, {})));
    await waitFor(async () => await shared.server.metric('leadgrade_watchers') >= 20, '20 watchers');
    streams.splice(10).forEach((stream) => stream.cancel());
    for (const grade of 'ABC') await put(shared.api, 'leads/popular', grade);
    for (const stream of streams) {
      assert.deepEqual((await changes(stream, 3)).map(line),
        ['leads/popular >A', 'leads/popular A>B', 'leads/popular B>C']);
    }
    streams.forEach((stream) => stream.cancel());
    clients.forEach((api) => api.close());
    await waitFor(async () => await shared.server.metric('leadgrade_watchers') === 0, 'no watchers');
  });

  it('reports what the clock alone changes, as it happens', async () => {
    const rules = path.join(tempDir(), 'clock');
    fs.mkdirSync(rules);
    fs.writeFileSync(path.join(rules, 'clock.yaml'), CLOCK_BUNDLE);
    const server = await Server.start({ rules });
    const stream = await watch(server.api, {});
    const end = Date.now() + 1500;
    const good = { good_until: new Date(end).toISOString() };
    await server.api.leads.createLead({ leadId: 'milk', lead: { facts: facts(good) } });
    const [fresh, over] = await changes(stream, 2);
    assert.equal(line(fresh), 'leads/milk >A');
    assert.equal(line(over), 'leads/milk A>D');
    assert.equal(over.change.change.cause, 'CHANGE_CAUSE_TIMER');
    assert.equal(over.change.change.rule, 'over');
    assert.deepEqual(over.change.change.changeTime, timestamp(end));
    assert.ok(toMs(over.change.recordTime) >= end);
    assert.ok(await server.metric('leadgrade_timers_rescored_total') >= 1);
    const { lead } = await server.api.leads.getLead({ name: 'leads/milk' });
    assert.equal(lead.grade, 'D');
    stream.cancel();
    await server.stop();
  });

  it('reports what the clock changed while no server ran', async () => {
    const rules = path.join(tempDir(), 'clock');
    fs.mkdirSync(rules);
    fs.writeFileSync(path.join(rules, 'clock.yaml'), CLOCK_BUNDLE);
    let server = await Server.start({ rules });
    const { data } = server;
    const stream = await watch(server.api, {});
    const end = Date.now() + 1000;
    await server.api.leads.createLead({
      leadId: 'milk', lead: { facts: facts({ good_until: new Date(end).toISOString() }) },
    });
    const [fresh] = await changes(stream, 1);
    await server.kill();
    await waitFor(() => Date.now() > end, 'the end of the milk');
    server = await Server.start({ rules, data });
    const resumed = await watch(server.api, { resumeToken: fresh.resumeToken });
    const [over] = await changes(resumed, 1);
    assert.equal(line(over), 'leads/milk A>D');
    assert.deepEqual(over.change.change.changeTime, timestamp(end));
    resumed.cancel();
    await server.stop();
  });

  // A server of its own, with a client: its log holds what the test wrote.
  async function own() {
    const server = await Server.start();
    return { server, api: server.api };
  }
  const putFor = (api, name, grade, owner) => api.leads.importLeads({
    leads: [{ lead: { name, owner, facts: facts({ kp_level: GRADES[grade], need: true, budget: true }) } }],
  });

  it('sends only the changes asked for: grades entered, grades left, owners', async () => {
    const { server, api } = await own();
    for (const [name, grade, owner] of [
      ['leads/x', 'A', 'li'], ['leads/x', 'B', 'li'], ['leads/y', 'B', 'wang'], ['leads/x', 'C', 'wang'],
      ['leads/y', 'A', 'wang'], ['leads/end', 'D', 'li'],
    ]) await putFor(api, name, grade, owner);
    for (const [conditions, expected] of [
      [{ gradesEntered: ['A', 'D'] }, ['leads/x >A', 'leads/y B>A', 'leads/end >D']],
      [{ gradesLeft: ['B'] }, ['leads/x B>C', 'leads/y B>A']],
      [{ owners: ['li'] }, ['leads/x >A', 'leads/x A>B', 'leads/end >D']],
      [{ gradesEntered: ['A'], owners: ['wang', 'zhao'] }, ['leads/y B>A']],
    ]) {
      const stream = await watch(api, { fromStart: true, ...conditions });
      assert.deepEqual((await changes(stream, expected.length)).map(line), expected);
      stream.cancel();
    }
    const stream = await watch(api, { fromStart: true });
    assert.equal((await changes(stream, 1))[0].change.owner, 'li');
    stream.cancel();
    await server.stop();
  });

  it('filters by CEL on the lead as it is', async () => {
    const stream = await watch(shared.api, { filter: 'kp_level == SECOND && budget' });
    await put(shared.api, 'leads/cel-1', 'A');
    await put(shared.api, 'leads/cel-2', 'B');
    await shared.api.leads.createLead({ leadId: 'cel-3', lead: { facts: facts({ kp_level: 'SECOND' }) } });
    await put(shared.api, 'leads/cel-4', 'B');
    assert.deepEqual((await changes(stream, 2)).map(line), ['leads/cel-2 >B', 'leads/cel-4 >B']);
    stream.cancel();
  });

  it('says what is wrong with conditions, field by field', async () => {
    const answer = await refusal({
      gradesEntered: ['E'],
      gradesLeft: [''],
      filter: 'budget && kp_levl == FIRST',
      settleTime: { seconds: 8 * 24 * 3600 },
      quietHours: { start: '7', end: '07:00', timeZone: 'Mars/Base' },
    });
    assert.equal(answer.code, grpc.status.INVALID_ARGUMENT);
    assert.equal(answer.info.reason, 'FIELD_INVALID');
    assert.deepEqual(answer.violations.map(({ field }) => field).sort(), [
      'filter', 'grades_entered[0]', 'grades_left[0]', 'quiet_hours.start', 'quiet_hours.time_zone',
      'settle_time',
    ]);
    const filter = answer.violations.find(({ field }) => field === 'filter');
    assert.match(filter.description, /^line 1, column 11: .*`kp_levl`.*did you mean `kp_level`\?/);
  });

  it('resumes across a stretch that was left out', async () => {
    const { server, api } = await own();
    for (let i = 0; i < 300; i++) await put(api, `leads/s-${i % 10}`, 'AB'[Math.floor(i / 10) % 2]);
    const stream = await watch(api, { fromStart: true, gradesEntered: ['C'] });
    const full = await watch(api, { fromStart: true });
    const last = (await changes(full, 300)).at(-1).resumeToken;
    full.cancel();
    let token;
    do token = (await stream.next(60_000)).resumeToken; while (token !== last);
    stream.cancel();
    await put(api, 'leads/s-0', 'C');
    const resumed = await watch(api, { resumeToken: token, gradesEntered: ['C'] });
    assert.deepEqual((await changes(resumed, 1)).map(line), ['leads/s-0 B>C']);
    resumed.cancel();
    await server.stop();
  });

  it('holds a change back until it settled, and leaves out what is undone', async () => {
    const stream = await watch(shared.api, { settleTime: { seconds: 2 } });
    await put(shared.api, 'leads/settle-1', 'A');
    await put(shared.api, 'leads/settle-1', 'B');
    await put(shared.api, 'leads/settle-1', 'C');
    const [message] = await changes(stream, 1);
    assert.equal(line(message), 'leads/settle-1 >C');
    assert.ok(Date.now() >= toMs(message.change.change.changeTime) + 2000);
    stream.cancel();
  });
});
