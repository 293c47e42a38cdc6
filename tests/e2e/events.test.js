// RecordEvents: what happened, stored once, whole batches or nothing.
'use strict';

const assert = require('node:assert/strict');
const { describe, it, before, after } = require('node:test');
const {
  connect, encode, facts, grpc, rawCall, refused, sharedServer, timestamp, toMs, waitFor,
} = require('./harness.js');

const RECORD = '/leadgrade.v1.LeadService/RecordEvents';
const ALL_THREE = { kp_level: 'FIRST', need: true, budget: true };
const HOUR_MS = 3_600_000;

describe('recording events', () => {
  const shared = sharedServer({ before, after });
  let count = 0;

  async function create(values = ALL_THREE) {
    const leadId = `lead-${++count}`;
    await shared.api.leads.createLead({ leadId, lead: { facts: facts(values) } });
    return `leads/${leadId}`;
  }
  const record = (events, rest = {}) => shared.api.leads.recordEvents({ events, ...rest });
  const eventCount = async (name) => (await shared.api.leads.getLead({ name })).lead.eventCount;
  const absent = (name) => refused(shared.api.leads.getLead({ name }),
    { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND' });
  const visits = (lead, n) => Array.from({ length: n }, (_, i) => (
    { lead, eventId: `v-${i}`, type: 'visit' }));

  it('records an event and answers for it', async () => {
    const lead = await create();
    const { results, decisions } = await record([{ lead, eventId: 'one', type: 'visit', note: '见了总经理' }]);
    assert.deepEqual(results, [{ lead, eventId: 'one', duplicate: false }]);
    assert.deepEqual(decisions, []);
    assert.equal(await eventCount(lead), 1);
  });

  it('moves the decision', async () => {
    const lead = await create();
    const { decisions } = await record([{ lead, eventId: 's', type: 'signature', amount: 100000 }],
      { withDecisions: true, languageCode: 'zh' });
    assert.equal(decisions.length, 1);
    assert.equal(decisions[0].lead, lead);
    assert.deepEqual(decisions[0].nextActions.map((action) => action.code), ['ask_referral']);
    assert.equal(decisions[0].nextActions[0].title, '请客户转介绍');
  });

  it('knows by when a promise is to be kept', async () => {
    const lead = await create();
    const DAY_MS = 24 * HOUR_MS;
    const promise = async (eventId, made, due) => {
      const eventTime = timestamp(Date.now() + made * DAY_MS);
      const { decisions } = await record([
        { lead, eventId: `${eventId}-visit`, type: 'visit', eventTime },
        { lead, eventId, type: 'promise', eventTime, dueTime: timestamp(Date.now() + due * DAY_MS) },
      ], { withDecisions: true });
      return decisions[0].nextActions.map((action) => action.code);
    };
    assert.ok((await promise('missed', -5, -3)).includes('keep_promise'));
    const actions = await promise('ahead', -1, 400);
    assert.ok(!actions.includes('keep_promise'));
    assert.ok(!actions.includes('agree_next_step'));
  });

  it('takes a batch of many leads, and answers in order', async () => {
    const leads = [];
    for (let i = 0; i < 20; i++) leads.push(await create());
    const events = [];
    for (let round = 0; round < 5; round++) {
      for (const lead of [...leads].reverse()) {
        events.push({ lead, eventId: `r-${round}`, type: 'call' });
      }
    }
    const { results, decisions } = await record(events, { withDecisions: true });
    assert.deepEqual(results, events.map(({ lead, eventId }) => ({ lead, eventId, duplicate: false })));
    assert.deepEqual(decisions.map((decision) => decision.lead), [...leads].reverse());
    for (const lead of leads) assert.equal(await eventCount(lead), 5);
  });

  it('reports an event that is there already, and stores it once', async () => {
    const lead = await create();
    const event = { lead, eventId: 'once', type: 'visit' };
    await record([event]);
    const stored = (await shared.api.leads.getLead({ name: lead })).lead;
    const { results } = await record([event]);
    assert.deepEqual(results, [{ lead, eventId: 'once', duplicate: true }]);
    assert.deepEqual((await shared.api.leads.getLead({ name: lead })).lead, stored);
  });

  it('finds a duplicate within one batch too', async () => {
    const lead = await create();
    const event = { lead, eventId: 'once', type: 'visit' };
    const { results } = await record([event, event, { ...event, eventId: 'twice' }]);
    assert.deepEqual(results.map((result) => result.duplicate), [false, true, false]);
    assert.equal(await eventCount(lead), 2);
  });

  it('knows an event id within its lead only', async () => {
    const [one, two] = [await create(), await create()];
    const { results } = await record([one, two].map((lead) => ({ lead, eventId: 'same', type: 'call' })));
    assert.deepEqual(results.map((result) => result.duplicate), [false, false]);
  });

  it('takes any bytes of text as an event id', async () => {
    const lead = await create();
    const ids = ['订单 1', 'a/b', 'x'.repeat(128), '\u0000', ' '];
    for (const duplicate of [false, true]) {
      const { results } = await record(ids.map((eventId) => ({ lead, eventId, type: 'order' })));
      assert.deepEqual(results.map((result) => result.duplicate), ids.map(() => duplicate));
      assert.deepEqual(results.map((result) => result.eventId), ids);
    }
  });

  it('creates leads that are missing where that is asked for', async () => {
    const { results, decisions } = await record(
      [{ lead: 'leads/new-1', eventId: 'e', type: 'message' }],
      { createMissingLeads: true, withDecisions: true });
    assert.equal(results[0].duplicate, false);
    assert.equal(decisions[0].grade, 'D');
    assert.equal(decisions[0].potentialGrade, 'A');
    assert.equal(await eventCount('leads/new-1'), 1);
  });

  it('does not know an unknown lead otherwise, and stores nothing of the batch', async () => {
    const lead = await create();
    await refused(record([...visits(lead, 3), { lead: 'leads/stranger', eventId: 'e', type: 'visit' }]),
      { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND', text: /stranger/ });
    assert.equal(await eventCount(lead), 0);
    await absent('leads/stranger');
  });

  // What is wrong with the second of two events.
  const wrongEvents = [
    ['an unknown event type, with a hint', 'type', /`vist`.*did you mean `visit`/, { type: 'vist' }],
    ['no event type', 'type', /./, { type: '' }],
    ['no event id', 'event_id', /./, { eventId: '' }],
    ['an event id of more than 128 bytes', 'event_id', /128/, { eventId: 'x'.repeat(129) }],
    ['a lead name that is none', 'lead', /./, { lead: 'lead/x' }],
    ['no lead', 'lead', /./, { lead: '' }],
    ['an event of the day after tomorrow', 'event_time', /./,
      { eventTime: timestamp(Date.now() + 25 * HOUR_MS) }],
    ['a time before the year 1', 'event_time', /./, { eventTime: { seconds: -62135596801 } }],
    ['what is due before it happened', 'due_time', /due before it happened/,
      { eventTime: timestamp(Date.now() - HOUR_MS), dueTime: timestamp(Date.now() - 2 * HOUR_MS) }],
    ['a due time after the year 9999', 'due_time', /./, { dueTime: { seconds: 253402300800 } }],
    ['a note of more than 4096 bytes', 'note', /4096/, { note: 'x'.repeat(4097) }],
    ['an amount that is no number', 'amount', /./, { amount: NaN }],
    ['an infinite amount', 'amount', /./, { amount: Infinity }],
  ];
  for (const [what, field, text, wrong] of wrongEvents) {
    it(`refuses ${what}, and stores nothing of the batch`, async () => {
      const lead = await create();
      await refused(record([
        { lead, eventId: 'good', type: 'visit' }, { lead, eventId: 'bad', type: 'visit', ...wrong },
      ], { createMissingLeads: true }),
      { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: `events[1].${field}`, text });
      assert.equal(await eventCount(lead), 0);
    });
  }

  it('takes what just fits', async () => {
    const lead = await create();
    await record([
      { lead, eventId: 'soon', type: 'visit', eventTime: timestamp(Date.now() + 23 * HOUR_MS) },
      { lead, eventId: 'old', type: 'visit', eventTime: { seconds: -62135596800 } },
      { lead, eventId: 'long', type: 'visit', note: 'x'.repeat(4096) },
      { lead, eventId: 'loss', type: 'order', amount: -1.5 },
    ]);
    assert.equal(await eventCount(lead), 4);
  });

  it('refuses an empty batch', async () => {
    await refused(record([]), { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'events' });
  });

  it('takes 1000 events and refuses 1001, of which it stores none', async () => {
    const lead = await create();
    await refused(record(visits(lead, 1001)),
      { code: 'INVALID_ARGUMENT', reason: 'BATCH_TOO_LARGE', field: 'events', text: /1000/ });
    assert.equal(await eventCount(lead), 0);
    const { results } = await record(visits(lead, 1000));
    assert.equal(results.length, 1000);
    assert.equal(await eventCount(lead), 1000);
  });

  it('refuses a message of more than 4 MiB, and stores nothing', async () => {
    const lead = await create();
    const events = visits(lead, 1000).map((event) => ({ ...event, note: 'x'.repeat(4096) }));
    const fit = encode('leadgrade.v1.RecordEventsRequest', { events });
    events.push(...visits(lead, 40).map((event) => ({ ...event, note: 'y'.repeat(4096) })));
    assert.ok(encode('leadgrade.v1.RecordEventsRequest', { events }).length > 4 << 20);
    await assert.rejects(record(events), { code: grpc.status.RESOURCE_EXHAUSTED });
    assert.equal(await eventCount(lead), 0);
    assert.ok(fit.length < 4 << 20);
    await record(events.slice(0, 1000));
    assert.equal(await eventCount(lead), 1000);
  });

  it('brings out-of-order events into their order', async () => {
    const inOrder = await create();
    const reversed = await create();
    const now = Date.now();
    const steps = ['visit', 'promise', 'call', 'signature', 'visit'].map((type, i) => (
      { eventId: `e-${i}`, type, eventTime: timestamp(now - (10 - i) * HOUR_MS) }));
    for (const step of steps) await record([{ ...step, lead: inOrder }]);
    for (const step of [...steps].reverse()) await record([{ ...step, lead: reversed }]);
    const of = async (name) => {
      const { explanation } = await shared.api.scoring.explainLead({ name });
      return explanation.facts.filter(({ fact }) => ['signed', 'days_since_contact'].includes(fact));
    };
    assert.deepEqual(await of(reversed), await of(inOrder));
    assert.equal(await eventCount(reversed), 5);
  });

  it('takes an old contact for no newer one', async () => {
    const lead = await create({ kp_level: 'THIRD', need: true, budget: true });
    const call = (eventId, days) => (
      { lead, eventId, type: 'call', eventTime: timestamp(Date.now() - days * 24 * HOUR_MS) });
    const actions = async (event) => {
      const { decisions } = await record([event], { withDecisions: true });
      return decisions[0].nextActions.map((action) => action.code);
    };
    assert.deepEqual(await actions(call('old', 20)), ['call_back', 'get_introduced']);
    assert.deepEqual(await actions(call('new', 0)), ['agree_next_step', 'get_introduced']);
    assert.deepEqual(await actions(call('older', 40)), ['agree_next_step', 'get_introduced']);
  });

  it('counts exactly where many clients write one lead at once', async () => {
    const lead = await create();
    const clients = Array.from({ length: 8 }, () => connect(shared.server.grpc));
    await Promise.all(clients.map(async (api, writer) => {
      for (let i = 0; i < 25; i++) {
        const own = { lead, eventId: `${writer}-${i}`, type: 'visit' };
        const common = { lead, eventId: `common-${i}`, type: 'visit' };
        const { results } = await api.leads.recordEvents({ events: [own, common] });
        assert.equal(results[0].duplicate, false);
      }
      api.close();
    }));
    assert.equal(await eventCount(lead), 8 * 25 + 25);
  });

  it('does nothing for a caller whose deadline has passed', async () => {
    const lead = await create();
    const body = encode('leadgrade.v1.RecordEventsRequest', { events: visits(lead, 1) });
    for (const timeout of ['0m', '1m', '1n']) {
      // The body leaves once the deadline is over, by far, on any clock.
      const end = Date.now() + 100;
      const answer = await rawCall(shared.server.grpc, RECORD, body, { 'grpc-timeout': timeout },
        async (write) => { await waitFor(() => Date.now() > end, 'the deadline'); write(); });
      if (answer.reset === undefined) {
        assert.equal(answer.status, grpc.status.DEADLINE_EXCEEDED, JSON.stringify(answer));
      }
    }
    const past = { deadline: Date.now() - 1 };
    await assert.rejects(shared.api.leads.recordEvents({ events: visits(lead, 1) }, past),
      { code: grpc.status.DEADLINE_EXCEEDED });
    assert.equal(await eventCount(lead), 0);
  });

  it('does nothing for a deadline of no time at all', async () => {
    const lead = await create();
    const body = encode('leadgrade.v1.RecordEventsRequest', { events: visits(lead, 1) });
    for (let i = 0; i < 20; i++) {
      const answer = await rawCall(shared.server.grpc, RECORD, body, { 'grpc-timeout': '0m' });
      if (answer.reset === undefined) {
        assert.equal(answer.status, grpc.status.DEADLINE_EXCEEDED, JSON.stringify(answer));
      }
    }
    assert.equal(await eventCount(lead), 0);
  });

  it('speaks to bare HTTP/2', async () => {
    const lead = await create();
    const body = encode('leadgrade.v1.RecordEventsRequest', { events: visits(lead, 1) });
    const answer = await rawCall(shared.server.grpc, RECORD, body, { 'grpc-timeout': '20S' });
    assert.equal(answer.status, grpc.status.OK);
    assert.equal(await eventCount(lead), 1);
  });

  it('refuses bytes that are no message', async () => {
    const answer = await rawCall(shared.server.grpc, RECORD, Buffer.from('not a message'), {});
    assert.notEqual(answer.status, grpc.status.OK);
  });

  it('takes a time before the lead was known at its own time', async () => {
    const lead = await create();
    const time = timestamp('2020-01-01T00:00:00Z');
    await record([{ lead, eventId: 'ancient', type: 'signature', eventTime: time }]);
    const { lead: stored } = await shared.api.leads.getLead({ name: lead });
    assert.equal(stored.eventCount, 1);
    assert.ok(toMs(stored.gradeHistory[0].changeTime) > toMs(time));
  });
});
