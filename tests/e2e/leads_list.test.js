// ListLeads: order, pages, and tokens that are not of the list.
'use strict';

const assert = require('node:assert/strict');
const { describe, it, before, after } = require('node:test');
const { Server, facts, refused, sharedServer } = require('./harness.js');

const BY_GRADE = {
  A: { kp_level: 'FIRST', need: true, budget: true },
  B: { kp_level: 'SECOND', need: true, budget: true },
  C: { kp_level: 'THIRD', need: true, budget: true },
  D: { need: false },
};
const COUNT = 120;

// Leads l-000 to l-119, by turns of grade A, B, C and D.
async function fill(api) {
  const leads = Array.from({ length: COUNT }, (_, i) => ({
    lead: {
      name: `leads/l-${String(i).padStart(3, '0')}`,
      facts: facts(BY_GRADE['ABCD'[i % 4]]),
    },
  }));
  const { results } = await api.leads.importLeads({ leads });
  assert.ok(results.every((result) => result.code === 0));
  return leads.map(({ lead }) => lead.name);
}

describe('listing leads', () => {
  const shared = sharedServer({ before, after });
  const list = (request) => shared.api.leads.listLeads(request);
  let names = [];
  before(async () => { names = await fill(shared.api); });

  // All pages joined: {names, grades, decisions, pages}.
  async function all(request) {
    const out = { names: [], grades: [], decisions: [], pages: 0 };
    for (let pageToken = ''; ;) {
      const page = await list({ ...request, pageToken });
      out.names.push(...page.leads.map((lead) => lead.name));
      out.grades.push(...page.leads.map((lead) => lead.grade));
      out.decisions.push(...page.decisions);
      out.pages++;
      pageToken = page.nextPageToken;
      if (!pageToken) return out;
      assert.ok(out.pages < 1000, 'a listing that does not end');
    }
  }

  it('lists by id, 50 a page where nothing is asked for', async () => {
    const page = await list({});
    assert.deepEqual(page.leads.map((lead) => lead.name), names.slice(0, 50));
    assert.deepEqual(page.decisions, []);
    assert.ok(page.nextPageToken);
  });

  it('lists what lapses next first, and then what does not lapse', async () => {
    const { names: ordered, grades, decisions } =
      await all({ pageSize: 7, orderBy: 'valid_until', withDecisions: true });
    assert.deepEqual([...ordered].sort(), names);
    assert.equal(grades.join(''), 'A'.repeat(30) + 'B'.repeat(30) + 'C'.repeat(30) + 'D'.repeat(30));
    const ends = decisions.map(({ validUntil }) => (validUntil ? Number(validUntil.seconds) : Infinity));
    assert.deepEqual(ends, [...ends].sort((a, b) => a - b));
  });

  it('lists whose grade lapses next first, whatever else changes before', async () => {
    const day = 24 * 3600;
    const now = Math.floor(Date.now() / 1000);
    await shared.api.leads.recordEvents({
      events: [{ lead: 'leads/l-004', eventId: 'p', type: 'promise', dueTime: { seconds: now + day } }],
    });
    // On the day after its appointment the promise is overdue; the grade stays.
    assert.equal((await list({ orderBy: 'valid_until', pageSize: 1 })).leads[0].name, 'leads/l-004');
    const { leads } = await list({ orderBy: 'grade_valid_until', pageSize: COUNT });
    const ends = leads.map(({ gradeValidUntil }) => (gradeValidUntil ? Number(gradeValidUntil.seconds) : Infinity));
    assert.deepEqual(ends, [...ends].sort((a, b) => a - b));
    assert.deepEqual(leads.map(({ name }) => name), [
      ...['A', 'B', 'C', 'D'].flatMap((grade) => names.filter((_, i) => 'ABCD'[i % 4] === grade)),
    ]);
    assert.equal(ends[1], ends[0], 'an A is an A for as long, whatever is promised');
    assert.equal(ends[COUNT - 1], Infinity);
  });

  it('joins pages of any size to the whole, each lead once', async () => {
    for (const pageSize of [1, 7, 60, 119, 120, 121, 1000]) {
      assert.deepEqual((await all({ pageSize })).names, names, `pages of ${pageSize}`);
    }
  });

  it('lists by grade in the order asked for, then by id', async () => {
    const { names: found, grades } = await all({ grades: ['B', 'A'], pageSize: 13 });
    const of = (grade) => names.filter((_, i) => 'ABCD'[i % 4] === grade);
    assert.deepEqual(found, [...of('B'), ...of('A')]);
    assert.deepEqual([...new Set(grades)], ['B', 'A']);
  });

  it('decides each listed lead where that is asked for', async () => {
    const { names: found, decisions } = await all({ withDecisions: true, pageSize: 50 });
    assert.deepEqual(decisions.map((decision) => decision.lead), found);
    assert.deepEqual(decisions.slice(0, 4).map((decision) => decision.grade), ['A', 'B', 'C', 'D']);
  });

  it('gives texts in the language asked for', async () => {
    const { decisions } = await list({ withDecisions: true, pageSize: 1, languageCode: 'zh-CN' });
    assert.equal(decisions[0].nextActions[0].title, '促成签约');
  });

  it('goes on after the last lead seen where leads come and go', async () => {
    const first = await list({ pageSize: 10 });
    await shared.api.leads.createLead({ leadId: 'l-000a', lead: {} });
    await shared.api.leads.createLead({ leadId: 'l-010a', lead: {} });
    await shared.api.leads.deleteLead({ name: 'leads/l-000a' });
    const second = await list({ pageSize: 2, pageToken: first.nextPageToken });
    assert.deepEqual(second.leads.map((lead) => lead.name), ['leads/l-010', 'leads/l-010a']);
    await shared.api.leads.deleteLead({ name: 'leads/l-010a' });
  });

  it('refuses a negative page size, and takes one past the limit for the limit', async () => {
    await refused(list({ pageSize: -1 }),
      { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'page_size' });
    const all = await list({ pageSize: 1000 });
    for (const pageSize of [1001, 2147483647]) assert.deepEqual(await list({ pageSize }), all);
  });

  it('refuses a grade there is not', async () => {
    await refused(list({ grades: ['A', 'E'] }), { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID' });
  });

  const stale = (request, api = shared.api) => refused(api.leads.listLeads(request),
    { code: 'INVALID_ARGUMENT', reason: 'PAGE_TOKEN_INVALID', field: 'page_token' });

  it('refuses a page token of another list', async () => {
    const ofA = (await list({ grades: ['A'], pageSize: 5 })).nextPageToken;
    const ofAll = (await list({ pageSize: 5 })).nextPageToken;
    await stale({ pageToken: ofA });
    await stale({ grades: ['B'], pageToken: ofA });
    await stale({ grades: ['A', 'B'], pageToken: ofA });
    await stale({ grades: ['A'], pageToken: ofAll });
    assert.equal((await list({ grades: ['A'], pageToken: ofA })).leads[0].grade, 'A');
  });

  it('refuses a page token of another store', async () => {
    const token = (await list({ pageSize: 5 })).nextPageToken;
    const other = await Server.start();
    await fill(other.api);
    await stale({ pageToken: token }, other.api);
    await other.stop();
  });

  it('refuses a damaged page token', async () => {
    const token = (await list({ pageSize: 5 })).nextPageToken;
    const middle = token.length >> 1;
    const flipped = token[middle] === 'A' ? 'B' : 'A';
    for (const pageToken of ['x', '中文', token.slice(0, -4), `${token}AAAA`,
      token.slice(0, middle) + flipped + token.slice(middle + 1), 'x'.repeat(100000)]) {
      await stale({ pageToken });
    }
  });
});
