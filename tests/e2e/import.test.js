// ImportLeads: leads with their past, each at its own time. The server's clock is real, so what was
// said lies some calendar days ago, in the zone of the bundle.
'use strict';

const assert = require('node:assert/strict');
const { describe, it, before, after } = require('node:test');
const {
  facts, plain, refused, refusedStatus, sharedServer, timestamp, toMs, value,
} = require('./harness.js');

const DAY_MS = 86_400_000;
const ZONE_MS = 8 * 3_600_000; // Asia/Shanghai, all year
const LABELS = {
  A: { kp_level: 'FIRST', need: true, budget: true },
  B: { kp_level: 'SECOND', need: true, budget: true },
  C: { kp_level: 'THIRD', need: true, budget: true },
};
const WINDOW_DAYS = { A: 10, B: 20, C: 30 };

const today = () => Math.floor((Date.now() + ZONE_MS) / DAY_MS);
// That time of the day `days` ago in Shanghai.
const ago = (days, hours = 12) => (today() - days) * DAY_MS - ZONE_MS + hours * 3_600_000;

// Runs `body` again where the day changed in Shanghai meanwhile.
async function onOneDay(body) {
  for (;;) {
    const day = today();
    try {
      return await body();
    } catch (error) {
      if (day === today()) throw error;
    }
  }
}

describe('importing leads', () => {
  const shared = sharedServer({ before, after });
  let count = 0;
  const get = async (name) => (await shared.api.leads.getLead({ name })).lead;

  // Imports one lead that was all of a grade's labels since `since`; gives it as stored.
  async function importOne(labels, since, events = []) {
    const name = `leads/imported-${++count}`;
    const { results } = await shared.api.leads.importLeads({
      leads: [{ lead: { name, facts: facts(labels, { observedTime: timestamp(since) }) }, events }],
    });
    assert.equal(results[0].code, 0, results[0].message);
    return get(name);
  }
  const grades = (lead) => lead.gradeHistory.map((change) => change.toGrade);

  for (const [grade, labels] of Object.entries(LABELS)) {
    const days = WINDOW_DAYS[grade];
    it(`an ${grade} of ${days} days ago still is one`, () => onOneDay(async () => {
      const lead = await importOne(labels, ago(days, 0));
      assert.deepEqual(grades(lead), [grade]);
      assert.equal(toMs(lead.gradeHistory[0].changeTime), ago(days, 0));
      assert.equal(lead.gradeHistory[0].cause, 'CHANGE_CAUSE_IMPORT');
      const { decision } = await shared.api.scoring.scoreLead({ name: lead.name });
      assert.equal(toMs(decision.validUntil), ago(-1, 0));
    }));

    it(`an ${grade} of ${days + 1} days ago lapsed at the start of today`, () => onOneDay(async () => {
      const lead = await importOne(labels, ago(days + 1, 23.99));
      assert.deepEqual(grades(lead), [grade, 'D']);
      const lapse = lead.gradeHistory[1];
      assert.equal(lapse.rule, 'window-passed');
      assert.equal(lapse.cause, 'CHANGE_CAUSE_TIMER');
      assert.equal(toMs(lapse.changeTime), ago(0, 0));
      const { decision } = await shared.api.scoring.scoreLead({ name: lead.name });
      assert.equal(decision.grade, 'D');
      assert.equal(decision.reasons[0].rule, 'lapsed-stays');
      assert.deepEqual(decision.attainableGrades, ['D']);
    }));
  }

  it('an A signed within its window does not lapse', async () => {
    const lead = await importOne(LABELS.A, ago(60),
      [{ eventId: 's', type: 'signature', eventTime: timestamp(ago(50)), amount: 1000 }]);
    assert.deepEqual(grades(lead), ['A']);
    const { decision } = await shared.api.scoring.scoreLead({ name: lead.name });
    assert.deepEqual(decision.nextActions.map((action) => action.code), ['ask_referral']);
  });

  it('an A signed after it lapsed is an A again', async () => {
    const lead = await importOne(LABELS.A, ago(60),
      [{ eventId: 's', type: 'signature', eventTime: timestamp(ago(40)) }]);
    assert.deepEqual(grades(lead), ['A', 'D', 'A']);
    assert.equal(toMs(lead.gradeHistory[1].changeTime), ago(49, 0));
    assert.equal(toMs(lead.gradeHistory[2].changeTime), ago(40));
  });

  it('a lapsed lead that was reopened has a fresh window', () => onOneDay(async () => {
    const reopened = [{ eventId: 'r', type: 'reopened', eventTime: timestamp(ago(5)) }];
    const lead = await importOne(LABELS.A, ago(60), reopened);
    assert.deepEqual(grades(lead), ['A', 'D', 'A']);
    const { decision } = await shared.api.scoring.scoreLead({ name: lead.name });
    assert.equal(toMs(decision.validUntil), ago(-6, 0));
  }));

  it('takes facts at their own times, however they are ordered', async () => {
    const name = 'leads/grew';
    const at = (days, values) => facts(values, { observedTime: timestamp(ago(days)) });
    await shared.api.leads.importLeads({
      leads: [{
        lead: {
          name,
          facts: {
            ...at(8, { kp_level: 'SECOND' }), ...at(15, { need: true }), ...at(3, { budget: true }),
            ...at(1, { approval_layers: 0 }),
          },
        },
      }],
    });
    const lead = await get(name);
    assert.deepEqual(lead.gradeHistory.map((change) => [change.toGrade, toMs(change.changeTime)]),
      [['D', ago(15)], ['B', ago(3)]]);
  });

  it('imports again what is there without doubling it', async () => {
    const events = ['a', 'b'].map((eventId, i) => (
      { eventId, type: 'visit', eventTime: timestamp(ago(i + 1)) }));
    const lead = { name: 'leads/twice', displayName: 'one', facts: facts(LABELS.B) };
    await shared.api.leads.importLeads({ leads: [{ lead, events }] });
    await shared.api.leads.importLeads({
      leads: [{
        lead: { ...lead, displayName: 'two', facts: facts({ kp_level: 'FIRST' }) },
        events: [...events, { eventId: 'c', type: 'call' }],
      }],
    });
    const stored = await get('leads/twice');
    assert.equal(stored.eventCount, 3);
    assert.equal(stored.displayName, 'two');
    assert.equal(plain(stored.facts.kp_level.value), 'FIRST');
    assert.equal(plain(stored.facts.budget.value), true);
    assert.equal(stored.grade, 'A');
  });

  it('refuses single leads without stopping the others, and stores nothing of them', async () => {
    const event = { eventId: 'e', type: 'visit' };
    const { results } = await shared.api.leads.importLeads({
      leads: [
        { lead: { name: 'leads/good-1', facts: facts(LABELS.A) }, events: [event] },
        { lead: { name: 'leads/bad-fact', facts: facts({ kp_level: 'FOURTH' }) }, events: [event] },
        { lead: { name: 'leads/bad-event' }, events: [event, { eventId: 'x', type: 'vist' }] },
        { lead: { name: 'no name' } },
        {},
        { lead: { name: 'leads/good-2', facts: facts(LABELS.B) } },
      ],
    });
    assert.deepEqual(results.map((result) => result.code), [0, 3, 3, 3, 3, 0]);
    const invalid = { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID' };
    refusedStatus(results[1], { ...invalid, field: 'leads[1].lead.facts.kp_level.value' });
    refusedStatus(results[2],
      { ...invalid, field: 'leads[2].events[1].type', text: /did you mean `visit`/ });
    refusedStatus(results[3], { ...invalid, field: 'leads[3].lead.name' });
    assert.equal((await get('leads/good-1')).eventCount, 1);
    assert.equal((await get('leads/good-2')).grade, 'B');
    for (const name of ['leads/bad-fact', 'leads/bad-event']) {
      await refused(get(name), { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND' });
    }
  });

  it('refuses an empty import and one of more than 1000 leads', async () => {
    await refused(shared.api.leads.importLeads({}),
      { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'leads' });
    const leads = Array.from({ length: 1001 }, (_, i) => ({ lead: { name: `leads/over-${i}` } }));
    await refused(shared.api.leads.importLeads({ leads }),
      { code: 'INVALID_ARGUMENT', reason: 'BATCH_TOO_LARGE', field: 'leads' });
    await refused(get('leads/over-0'), { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND' });
    const { results } = await shared.api.leads.importLeads({ leads: leads.slice(1) });
    assert.equal(results.filter((result) => result.code === 0).length, 1000);
  });

  it('takes 1000 events with a lead and no more', async () => {
    const events = Array.from({ length: 1001 }, (_, i) => (
      { eventId: `e-${i}`, type: 'call', eventTime: timestamp(ago(1)) }));
    const { results } = await shared.api.leads.importLeads({
      leads: [
        { lead: { name: 'leads/e-1000' }, events: events.slice(1) },
        { lead: { name: 'leads/e-1001' }, events },
      ],
    });
    assert.equal(results[0].code, 0);
    refusedStatus(results[1], { code: 'INVALID_ARGUMENT', field: 'leads[1].events' });
    assert.equal((await get('leads/e-1000')).eventCount, 1000);
    await refused(get('leads/e-1001'), { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND' });
  });

  it('takes a lead given twice in one import as one after the other', async () => {
    const { results } = await shared.api.leads.importLeads({
      leads: [
        { lead: { name: 'leads/both', facts: facts({ need: true }) } },
        { lead: { name: 'leads/both', facts: { budget: { value: value(true) } } } },
      ],
    });
    assert.deepEqual(results.map((result) => result.code), [0, 0]);
    assert.deepEqual(Object.keys((await get('leads/both')).facts).sort(), ['budget', 'need']);
  });
});
