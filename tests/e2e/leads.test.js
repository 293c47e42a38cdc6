// LeadService: a lead's life, and what is refused on the way.
'use strict';

const assert = require('node:assert/strict');
const { describe, it, before, after } = require('node:test');
const {
  facts, plain, refused, sharedServer, timestamp, toMs, value,
} = require('./harness.js');

const ALL_THREE = { kp_level: 'FIRST', need: true, budget: true };

describe('leads', () => {
  const shared = sharedServer({ before, after });
  const leads = () => shared.api.leads;
  let count = 0;

  // A new lead with these facts; gives its id.
  async function create(values = ALL_THREE, lead = {}) {
    const leadId = `made-${++count}`;
    await leads().createLead({ leadId, lead: { facts: facts(values), ...lead } });
    return leadId;
  }
  const get = async (id) => (await leads().getLead({ name: `leads/${id}` })).lead;
  const missing = (id) => refused(leads().getLead({ name: `leads/${id}` }),
    { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND', text: new RegExp(id) });

  it('creates a lead, decides it, and reads it back', async () => {
    const before = Date.now();
    const { lead, decision } = await leads().createLead({
      leadId: 'acme',
      lead: { displayName: 'Acme 有限公司', owner: 'li', facts: facts(ALL_THREE, { source: 'visit' }) },
      languageCode: 'en',
    });
    assert.equal(lead.name, 'leads/acme');
    assert.equal(lead.displayName, 'Acme 有限公司');
    assert.equal(lead.owner, 'li');
    assert.equal(lead.grade, 'A');
    assert.equal(lead.eventCount, 0);
    assert.ok(lead.etag);
    assert.ok(toMs(lead.createTime) >= before - 1000 && toMs(lead.createTime) <= Date.now() + 1000);
    assert.deepEqual(lead.updateTime, lead.createTime);
    assert.deepEqual(Object.keys(lead.facts).sort(), ['budget', 'kp_level', 'need']);
    assert.equal(plain(lead.facts.kp_level.value), 'FIRST');
    assert.equal(lead.facts.kp_level.status, 'FACT_STATUS_CONFIRMED');
    assert.equal(lead.facts.kp_level.source, 'visit');
    const observed = toMs(lead.facts.kp_level.observedTime);
    assert.ok(observed >= before - 1000 && observed <= toMs(lead.createTime));
    assert.equal(lead.gradeHistory.length, 1);
    const [entered] = lead.gradeHistory;
    assert.equal(entered.fromGrade, '');
    assert.equal(entered.toGrade, 'A');
    assert.equal(entered.rule, 'all-three-labels');
    assert.equal(entered.cause, 'CHANGE_CAUSE_FACT');
    assert.match(entered.bundleDigest, /^sha256:[0-9a-f]{64}$/);
    assert.equal(decision.lead, 'leads/acme');
    assert.equal(decision.grade, 'A');
    assert.deepEqual(decision.nextActions.map((action) => action.code), ['close']);
    assert.deepEqual(await get('acme'), lead);
  });

  it('gives back a claim as it was stated', async () => {
    const observedTime = timestamp('2026-03-01T09:30:00.125+08:00');
    const id = await create({}, {
      facts: {
        need: { value: value(true), status: 'FACT_STATUS_CLAIMED', source: '前台', observedTime },
        approval_layers: { value: value(2) },
      },
    });
    const lead = await get(id);
    assert.equal(plain(lead.facts.need.value), true);
    assert.equal(lead.facts.need.status, 'FACT_STATUS_CLAIMED');
    assert.equal(lead.facts.need.source, '前台');
    assert.deepEqual(lead.facts.need.observedTime, observedTime);
    assert.equal(plain(lead.facts.approval_layers.value), 2);
  });

  it('keeps what different sources say side by side, until somebody confirms', async () => {
    const say = (source, said, more = {}) => ({
      value: value(said), status: 'FACT_STATUS_CLAIMED', source, ...more,
    });
    const id = await create({}, {
      facts: { ...facts({ kp_level: 'FIRST', need: true }), budget: say('Li', true) },
    });
    const tell = async (statement) => {
      const { lead, decision } = await leads().updateLead(
        { lead: { name: `leads/${id}`, facts: { budget: statement } } });
      const said = lead.statements.filter(({ fact }) => fact === 'budget').map(({ source }) => source);
      return { lead, decision, said };
    };
    const conflict = await tell(say('Zhao', false));
    assert.deepEqual(conflict.said, ['Li', 'Zhao']);
    assert.equal(conflict.lead.facts.budget, undefined);
    assert.deepEqual(conflict.decision.conflicts.map(({ fact }) => fact), ['budget']);
    assert.deepEqual(conflict.decision.nextActions.map(({ code }) => code).sort(),
      ['confirm_budget', 'settle_conflict']);
    const again = await tell(say('Li', false));
    assert.deepEqual(again.said, ['Zhao', 'Li']);
    assert.equal(again.decision.grade, 'D');
    assert.deepEqual(again.decision.conflicts, []);
    const confirmed = await tell({ value: value(true), source: 'Chen', sourceRole: 'EXECUTIVE' });
    assert.equal(confirmed.decision.grade, 'A');
    assert.equal(confirmed.lead.facts.budget.source, 'Chen');
    assert.equal(confirmed.lead.facts.budget.sourceRole, 'EXECUTIVE');
    assert.deepEqual(confirmed.said, ['Zhao', 'Li', 'Chen']);
    const { lead: none } = await leads().updateLead(
      { lead: { name: `leads/${id}` }, updateMask: { paths: ['facts.budget'] } });
    assert.deepEqual(none.statements.filter(({ fact }) => fact === 'budget'), []);
  });

  it('takes several statements of one fact in one call', async () => {
    const statements = [
      { fact: 'budget', value: value(true), status: 'FACT_STATUS_CLAIMED', source: 'Li' },
      { fact: 'budget', value: value(true), status: 'FACT_STATUS_REFUTED', source: 'CFO' },
    ];
    const { lead } = await leads().createLead({ leadId: 'two-sources', lead: { statements } });
    assert.equal(plain(lead.facts.budget.value), false);
    assert.equal(lead.facts.budget.status, 'FACT_STATUS_CONFIRMED');
    assert.deepEqual(lead.statements.map(({ status }) => status),
      ['FACT_STATUS_CLAIMED', 'FACT_STATUS_REFUTED']);
    const { lead: replaced } = await leads().updateLead({
      lead: { name: lead.name, statements: statements.slice(0, 1) }, updateMask: { paths: ['facts'] },
    });
    assert.deepEqual(replaced.statements.map(({ source }) => source), ['Li']);
  });

  it('creates a lead of which nothing is known', async () => {
    const { lead, decision } = await leads().createLead({ leadId: 'blank', lead: {} });
    assert.deepEqual(lead.facts, {});
    assert.equal(lead.grade, 'D');
    assert.equal(decision.provisional, true);
    assert.equal(decision.potentialGrade, 'A');
  });

  it('does not create a lead twice', async () => {
    const id = await create();
    const stored = await get(id);
    await refused(leads().createLead({ leadId: id, lead: { facts: facts({ need: false }) } }),
      { code: 'ALREADY_EXISTS', reason: 'LEAD_ALREADY_EXISTS', text: new RegExp(id) });
    assert.deepEqual(await get(id), stored);
  });

  it('takes lead ids of up to 128 bytes of the allowed characters', async () => {
    const leadId = `-_.~:Az09${'x'.repeat(119)}`;
    assert.equal(leadId.length, 128);
    const { lead } = await leads().createLead({ leadId, lead: {} });
    assert.equal(lead.name, `leads/${leadId}`);
    assert.equal((await get(leadId)).name, lead.name);
  });

  it('refuses other lead ids', async () => {
    for (const leadId of ['', 'x'.repeat(129), 'a/b', 'a b', '中文', 'a\n']) {
      await refused(leads().createLead({ leadId, lead: {} }),
        { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'lead_id' });
    }
  });

  it('refuses a create without a lead', async () => {
    await refused(leads().createLead({ leadId: 'no-lead' }),
      { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'lead' });
    await missing('no-lead');
  });

  // What is wrong with one fact of a lead to be created: the field named, and how.
  const wrongFacts = [
    ['an unknown fact, with a hint', 'lead.facts.kp_levl', /did you mean `kp_level`/,
      { kp_levl: { value: value('FIRST') } }],
    ['an unknown enum value, with a hint', 'lead.facts.kp_level.value',
      /`FRIST`.*did you mean `FIRST`/, { kp_level: { value: value('FRIST') } }],
    ['a text where a bool belongs', 'lead.facts.need.value', /expected `true` or `false`/,
      { need: { value: value('yes') } }],
    ['a number out of range', 'lead.facts.approval_layers.value', /at most 9/,
      { approval_layers: { value: value(10) } }],
    ['half a person', 'lead.facts.approval_layers.value', /whole number/,
      { approval_layers: { value: value(1.5) } }],
    ['null where there must be a value', 'lead.facts.need.value', /expected `true` or `false`/,
      { need: { value: value(null) } }],
    ['no value at all', 'lead.facts.need.value', /./, { need: {} }],
    ['an object', 'lead.facts.need.value', /./, { need: { value: value({ yes: true }) } }],
    ['a value of a fact said to be unknown', 'lead.facts.need.value', /leave it out/,
      { need: { value: value(true), status: 'FACT_STATUS_UNKNOWN' } }],
    ['a source role that is none', 'lead.facts.need.source_role', /did you mean `MANAGER`/,
      { need: { value: value(true), sourceRole: 'MANAGR' } }],
    ['an expiry before the observation', 'lead.facts.need.expire_time', /before it was observed/,
      { need: { value: value(true), expireTime: timestamp('2020-01-01T00:00:00Z') } }],
    ['a source of more than 256 bytes', 'lead.facts.need.source', /256/,
      { need: { value: value(true), source: 'x'.repeat(257) } }],
    ['a time with too many nanoseconds', 'lead.facts.need.observed_time', /./,
      { need: { value: value(true), observedTime: { seconds: 1, nanos: 1e9 } } }],
    ['a time past the year 9999', 'lead.facts.need.observed_time', /./,
      { need: { value: value(true), observedTime: { seconds: 253402300800 } } }],
  ];
  for (const [what, field, text, given] of wrongFacts) {
    it(`refuses ${what}, and stores nothing`, async () => {
      const leadId = `wrong-${++count}`;
      await refused(leads().createLead({ leadId, lead: { facts: { ...facts({ budget: true }), ...given } } }),
        { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field, text });
      await missing(leadId);
    });
  }

  it('names every wrong field at once', async () => {
    const { violations } = await refused(leads().createLead({
      leadId: 'many-wrong',
      lead: {
        displayName: 'x'.repeat(257), owner: 'y'.repeat(129),
        facts: facts({ nead: true, budget: 3 }),
      },
    }), { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID' });
    assert.deepEqual(violations.map((violation) => violation.field).sort(), [
      'lead.display_name', 'lead.facts.budget.value', 'lead.facts.nead', 'lead.owner',
    ]);
    await missing('many-wrong');
  });

  it('takes texts that just fit', async () => {
    const id = await create({}, {
      displayName: 'x'.repeat(256), owner: 'y'.repeat(128),
      facts: { need: { value: value(true), source: 'z'.repeat(256) } },
    });
    assert.equal((await get(id)).displayName.length, 256);
  });

  it('tells an unknown lead from a name that is none', async () => {
    await missing('nobody');
    for (const name of ['', 'nobody', 'lead/nobody', 'leads/', 'leads/a/b', 'leads/a b']) {
      await refused(leads().getLead({ name }),
        { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'name' });
    }
  });

  it('updates what the mask names, and nothing else', async () => {
    const id = await create(ALL_THREE, { displayName: 'before', owner: 'li' });
    const stored = await get(id);
    const { lead } = await leads().updateLead({
      lead: { name: `leads/${id}`, displayName: 'after', owner: 'wang', facts: facts({ need: false }) },
      updateMask: { paths: ['display_name'] },
    });
    assert.equal(lead.displayName, 'after');
    assert.equal(lead.owner, 'li');
    assert.deepEqual(lead.facts, stored.facts);
    assert.notEqual(lead.etag, stored.etag);
    assert.deepEqual(lead.createTime, stored.createTime);
    assert.deepEqual(await get(id), lead);
  });

  it('empties a field that the mask names and the lead leaves out', async () => {
    const id = await create({}, { displayName: 'name', owner: 'li' });
    await leads().updateLead({
      lead: { name: `leads/${id}` }, updateMask: { paths: ['display_name', 'owner'] },
    });
    const lead = await get(id);
    assert.equal(lead.displayName, '');
    assert.equal(lead.owner, '');
  });

  it('replaces all facts by the mask `facts`', async () => {
    const id = await create();
    const { lead } = await leads().updateLead({
      lead: { name: `leads/${id}`, facts: facts({ need: true, approval_layers: 1 }) },
      updateMask: { paths: ['facts'] },
    });
    assert.deepEqual(Object.keys(lead.facts).sort(), ['approval_layers', 'need']);
    assert.deepEqual(await get(id), lead);
  });

  it('changes and retracts single facts', async () => {
    const id = await create();
    const { lead, decision } = await leads().updateLead({
      lead: { name: `leads/${id}`, facts: facts({ kp_level: 'SECOND', need: false }) },
      updateMask: { paths: ['facts.kp_level', 'facts.budget'] },
    });
    assert.deepEqual(Object.keys(lead.facts).sort(), ['kp_level', 'need']);
    assert.equal(plain(lead.facts.kp_level.value), 'SECOND');
    assert.equal(plain(lead.facts.need.value), true);
    assert.deepEqual(decision.missingFacts.map((fact) => fact.fact), ['budget']);
    assert.equal(decision.potentialGrade, 'B');
    assert.equal(decision.grade, 'D');
  });

  it('changes the fields that are set where there is no mask', async () => {
    const id = await create(ALL_THREE, { displayName: 'before', owner: 'li' });
    const { lead } = await leads().updateLead({
      lead: { name: `leads/${id}`, displayName: 'after' },
    });
    assert.equal(lead.displayName, 'after');
    assert.equal(lead.owner, 'li');
    assert.equal(Object.keys(lead.facts).length, 3);
  });

  it('records a change of grade with its cause', async () => {
    const id = await create();
    const { lead } = await leads().updateLead({
      lead: { name: `leads/${id}`, facts: facts({ approval_layers: 1 }) },
      updateMask: { paths: ['facts.approval_layers'] },
    });
    assert.deepEqual(
      lead.gradeHistory.map((change) => [change.fromGrade, change.toGrade, change.rule, change.cause]),
      [['', 'A', 'all-three-labels', 'CHANGE_CAUSE_FACT'],
        ['A', 'B', 'one-approval-above', 'CHANGE_CAUSE_FACT']]);
    assert.equal(lead.grade, 'B');
  });

  it('refuses a mask that names no field', async () => {
    const id = await create();
    const stored = await get(id);
    for (const mask of ['grade', 'display_nam', 'facts.', 'facts.nead', 'etag', '']) {
      await refused(leads().updateLead({
        lead: { name: `leads/${id}`, displayName: 'other' },
        updateMask: { paths: ['display_name', mask] },
      }), { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID' });
      assert.deepEqual(await get(id), stored, `after the mask ${JSON.stringify(mask)}`);
    }
  });

  it('updates under the right etag, and under no other', async () => {
    const id = await create(ALL_THREE, { displayName: 'first' });
    const { etag } = await get(id);
    const rename = (displayName, given) => leads().updateLead({
      lead: { name: `leads/${id}`, displayName, etag: given }, updateMask: { paths: ['display_name'] },
    });
    const { lead } = await rename('second', etag);
    assert.notEqual(lead.etag, etag);
    await refused(rename('third', etag), { code: 'ABORTED', reason: 'ETAG_MISMATCH' });
    assert.deepEqual(await get(id), lead);
    await rename('third', lead.etag);
    assert.equal((await get(id)).displayName, 'third');
  });

  it('never takes an etag it did not give', async () => {
    const id = await create();
    const stored = await get(id);
    for (const etag of ['nonsense', `${stored.etag}0`, '0', '-1']) {
      await assert.rejects(leads().updateLead({
        lead: { name: `leads/${id}`, displayName: 'other', etag },
        updateMask: { paths: ['display_name'] },
      }));
    }
    assert.deepEqual(await get(id), stored);
  });

  it('does not update a lead that is not there', async () => {
    await refused(leads().updateLead({ lead: { name: 'leads/absent', displayName: 'x' } }),
      { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND' });
    await refused(leads().updateLead({}),
      { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID' });
    await refused(leads().updateLead({ lead: { name: 'absent' } }),
      { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'lead.name' });
    await missing('absent');
  });

  it('deletes a lead with its events and its history', async () => {
    const id = await create();
    const event = { lead: `leads/${id}`, eventId: 'first', type: 'visit' };
    await leads().recordEvents({ events: [event] });
    await leads().deleteLead({ name: `leads/${id}` });
    await missing(id);
    await refused(shared.api.scoring.scoreLead({ name: `leads/${id}` }),
      { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND' });
    await refused(leads().deleteLead({ name: `leads/${id}` }),
      { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND' });
    // Nothing is left that a new lead of this name could inherit.
    await leads().createLead({ leadId: id, lead: {} });
    const lead = await get(id);
    assert.equal(lead.eventCount, 0);
    assert.deepEqual(lead.gradeHistory.map((change) => change.fromGrade), ['']);
    const { results } = await leads().recordEvents({ events: [event] });
    assert.equal(results[0].duplicate, false);
  });

  it('ignores what only the server says of a lead', async () => {
    const id = await create({}, {
      grade: 'A', eventCount: 7, createTime: timestamp(0),
      gradeHistory: [{ fromGrade: 'B', toGrade: 'A' }],
    });
    const lead = await get(id);
    assert.equal(lead.grade, 'D');
    assert.equal(lead.eventCount, 0);
    assert.ok(toMs(lead.createTime) > 0);
  });
});
