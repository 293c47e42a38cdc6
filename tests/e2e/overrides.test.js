// A grade that a person sets for a time, beside the one by the rules.
'use strict';

const assert = require('node:assert/strict');
const { describe, it, before, after } = require('node:test');
const {
  facts, refused, run, sharedServer, timestamp, toMs, waitFor,
} = require('./harness.js');

describe('overriding a grade', () => {
  const shared = sharedServer({ before, after });
  const leads = () => shared.api.leads;
  let count = 0;

  async function create(kpLevel = 'SECOND') {
    const leadId = `set-${++count}`;
    await leads().createLead({
      leadId, lead: { facts: facts({ kp_level: kpLevel, need: true, budget: true }) },
    });
    return `leads/${leadId}`;
  }
  const ahead = (ms) => timestamp(new Date(Date.now() + ms).toISOString());
  const request = (name, more = {}) => ({
    name, grade: 'A', reason: '周五签约', author: 'li', expireTime: ahead(3_600_000), ...more,
  });
  const changes = (lead) => lead.gradeHistory.map(
    ({ fromGrade, toGrade, cause }) => `${fromGrade}>${toGrade} ${cause.replace('CHANGE_CAUSE_', '')}`);

  it('shows the grade that is set, and the one by the rules beside it', async () => {
    const name = await create();
    const { lead, decision } = await leads().overrideGrade(request(name));
    assert.equal(decision.grade, 'A');
    assert.equal(decision.computedGrade, 'B');
    assert.equal(decision.gradeOverride.author, 'li');
    assert.equal(decision.gradeOverride.reason, '周五签约');
    assert.deepEqual(decision.validUntil, decision.gradeOverride.expireTime);
    assert.equal(lead.grade, 'A');
    assert.deepEqual(changes(lead), ['>B FACT', 'B>A OVERRIDE']);
    const { decision: scored } = await shared.api.scoring.scoreLead({ name });
    assert.equal(scored.grade, 'A');
    assert.equal(scored.computedGrade, 'B');
  });

  it('lists the lead under the grade that is set', async () => {
    const name = await create('THIRD');
    await leads().overrideGrade(request(name));
    const { leads: listed } = await leads().listLeads({ grades: ['A'], pageSize: 1000 });
    assert.ok(listed.some((lead) => lead.name === name));
  });

  it('goes back to the rules by itself, and says so to those who watch', async () => {
    const name = await create();
    const { decision } = await leads().overrideGrade(request(name, { expireTime: ahead(1200) }));
    await waitFor(async () => (await leads().getLead({ name })).lead.grade === 'B');
    const { lead } = await leads().getLead({ name });
    assert.deepEqual(changes(lead), ['>B FACT', 'B>A OVERRIDE', 'A>B OVERRIDE']);
    assert.deepEqual(lead.gradeHistory[2].changeTime, decision.gradeOverride.expireTime);
    assert.equal(lead.gradeOverride.author, 'li');
  });

  it('ends when it is told to', async () => {
    const name = await create();
    await leads().overrideGrade(request(name));
    const { lead, decision } = await leads().endGradeOverride({ name });
    assert.equal(decision.grade, 'B');
    assert.equal(decision.gradeOverride, null);
    assert.ok(toMs(lead.gradeOverride.expireTime) <= Date.now() + 1000);
    await refused(leads().endGradeOverride({ name }),
      { code: 'FAILED_PRECONDITION', reason: 'GRADE_NOT_OVERRIDDEN', text: /no grade of the lead/ });
  });

  it('goes on by the rules beneath it', async () => {
    const name = await create();
    await leads().overrideGrade(request(name));
    const { lead, decision } = await leads().updateLead({ lead: { name, facts: facts({ need: false }) } });
    assert.equal(decision.grade, 'A');
    assert.equal(decision.computedGrade, 'D');
    assert.equal(lead.gradeHistory.at(-1).overridden, true);
    const { lead: ended } = await leads().endGradeOverride({ name });
    assert.deepEqual(changes(ended).slice(-1), ['A>D OVERRIDE']);
  });

  for (const [what, field, text, more] of [
    ['no reason', 'reason', /why the grade is set/, { reason: ' ' }],
    ['no author', 'author', /who sets the grade/, { author: '' }],
    ['a grade that is none', 'grade', /unknown grade/, { grade: 'E' }],
    ['no end', 'expire_time', /when the override ends/, { expireTime: undefined }],
    ['an end that is over', 'expire_time', /is over already/, { expireTime: ahead(-1000) }],
    ['an end past a year', 'expire_time', /366 days/, { expireTime: ahead(367 * 86_400_000) }],
  ]) {
    it(`refuses ${what}`, async () => {
      const name = await create();
      await refused(leads().overrideGrade(request(name, more)),
        { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field, text });
      assert.equal((await leads().getLead({ name })).lead.grade, 'B');
    });
  }

  it('refuses a lead that does not exist', async () => {
    await refused(leads().overrideGrade(request('leads/nobody')),
      { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND', text: /nobody/ });
  });

  it('is there on the command line', async () => {
    const name = await create();
    const server = ['--server', shared.server.grpc];
    const set = await run(['override', name, 'A', '--reason', 'signs on Friday', '--author', 'li',
      '--until', new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+Z/, 'Z'), ...server]);
    assert.equal(set.code, 0, set.stderr);
    assert.match(set.stdout, /set by +li: signs on Friday, until .*; by the rules B/);
    const end = await run(['override', name, '--end', '--format', 'json', ...server]);
    assert.equal(end.code, 0, end.stderr);
    assert.equal(JSON.parse(end.stdout).grade, 'B');
    assert.equal((await run(['override', name, 'A', ...server])).code, 2);
  });
});
