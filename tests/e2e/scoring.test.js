// ScoringService: decisions, and why.
'use strict';

const assert = require('node:assert/strict');
const { describe, it, before, after } = require('node:test');
const {
  Stream, facts, plain, refused, refusedStatus, sharedServer, timestamp, toMs, value,
} = require('./harness.js');

const ALL_THREE = { kp_level: 'FIRST', need: true, budget: true };
const AT = '2026-03-12T10:00:00+08:00';

describe('scoring', () => {
  const shared = sharedServer({ before, after });
  const scoring = () => shared.api.scoring;
  const NAMES = Array.from({ length: 40 }, (_, i) => `leads/s-${String(i).padStart(2, '0')}`);
  const KP = ['FIRST', 'SECOND', 'THIRD', 'NONE'];
  before(async () => {
    const leads = NAMES.map((name, i) => (
      { lead: { name, facts: facts({ kp_level: KP[i % 4], need: true, budget: true }) } }));
    await shared.api.leads.importLeads({ leads });
  });
  const gradeOf = (i) => 'ABCD'[i % 4];

  it('decides a stored lead as of now, in full', async () => {
    const before = Date.now();
    const { decision } = await scoring().scoreLead({ name: NAMES[1] });
    assert.equal(decision.lead, NAMES[1]);
    assert.ok(toMs(decision.decisionTime) >= before - 1000);
    assert.equal(decision.grade, 'B');
    assert.equal(decision.potentialGrade, 'B');
    assert.equal(decision.provisional, false);
    assert.deepEqual(decision.attainableGrades, ['B']);
    assert.equal(decision.score, undefined);
    assert.deepEqual(decision.reasons.map((reason) => [reason.ruleSet, reason.rule]),
      [['grading', 'one-approval-above'], ['next_steps', 'meet-approver']]);
    assert.equal(decision.reasons[0].text,
      'Need and budget are there; one person above must still agree');
    assert.deepEqual(decision.missingFacts, []);
    const [action] = decision.nextActions;
    assert.equal(action.code, 'meet_approver');
    assert.equal(action.title, 'Meet the approver');
    assert.equal(action.text, 'Have the contact introduce the one who must still agree.');
    assert.equal(action.channel, 'visit');
    assert.equal(action.priority, 'ACTION_PRIORITY_HIGH');
    assert.deepEqual(action.checklist, ['Ask who has a veto']);
    assert.equal(toMs(action.dueTime) - toMs(action.proposedTime), 5 * 86_400_000);
    assert.ok(toMs(decision.validUntil) > Date.now());
    assert.equal(decision.bundle.name, 'sales');
    assert.match(decision.bundle.digest, /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual(decision.issues, []);
    assert.equal(Date.parse(plain(decision.outputs.window_end)), toMs(decision.validUntil));
  });

  it('speaks Chinese and English, and English where it is asked for another language', async () => {
    const title = async (languageCode) => {
      const { decision } = await scoring().scoreLead({ name: NAMES[0], languageCode });
      return decision.nextActions[0].title;
    };
    for (const code of ['zh', 'zh-CN', 'zh-Hans-CN', 'ZH']) assert.equal(await title(code), '促成签约');
    for (const code of ['', 'en', 'en-GB', 'fr']) assert.equal(await title(code), 'Close');
  });

  it('gives the same decision for the same lead, but for the instant', async () => {
    const [one, two] = [await scoring().scoreLead({ name: NAMES[2] }),
      await scoring().scoreLead({ name: NAMES[2] })];
    delete one.decision.decisionTime;
    delete two.decision.decisionTime;
    assert.deepEqual(one, two);
  });

  it('does not write', async () => {
    const get = () => shared.api.leads.getLead({ name: NAMES[3] });
    const stored = await get();
    await scoring().scoreLead({ name: NAMES[3] });
    await scoring().explainLead({ name: NAMES[3] });
    assert.deepEqual(await get(), stored);
  });

  it('does not know an unknown lead', async () => {
    for (const method of ['scoreLead', 'explainLead']) {
      await refused(scoring()[method]({ name: 'leads/nobody' }),
        { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND', text: /nobody/ });
      await refused(scoring()[method]({ name: 'nobody' }),
        { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'name' });
    }
  });

  it('scores many at once, each for itself', async () => {
    const names = [NAMES[3], 'leads/nobody', NAMES[0], 'no name', NAMES[0]];
    const { results } = await scoring().batchScoreLeads({ names, languageCode: 'zh' });
    assert.deepEqual(results.map((result) => result.result),
      ['decision', 'error', 'decision', 'error', 'decision']);
    assert.deepEqual([0, 2, 4].map((i) => results[i].decision.grade), ['D', 'A', 'A']);
    assert.equal(results[2].decision.nextActions[0].title, '促成签约');
    refusedStatus(results[1].error, { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND' });
    refusedStatus(results[3].error,
      { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'names[3]' });
  });

  it('scores 1 to 1000 leads in a batch', async () => {
    const names = Array.from({ length: 1000 }, (_, i) => NAMES[i % NAMES.length]);
    const { results } = await scoring().batchScoreLeads({ names });
    assert.deepEqual(results.map((result) => result.decision.grade), names.map((_, i) => gradeOf(i % 40)));
    await refused(scoring().batchScoreLeads({ names: [...names, NAMES[0]] }),
      { code: 'INVALID_ARGUMENT', reason: 'BATCH_TOO_LARGE', field: 'names' });
    await refused(scoring().batchScoreLeads({}),
      { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'names' });
  });

  it('scores a stream in the order of its requests, bad names among them', async () => {
    const stream = new Stream(scoring().streamScoreLeads());
    const wanted = [];
    for (let i = 0; i < 500; i++) {
      const name = i % 50 === 7 ? 'no name' : i % 50 === 9 ? `leads/nobody-${i}` : NAMES[i % 40];
      wanted.push(name);
      stream.call.write({ name });
    }
    for (const [i, name] of wanted.entries()) {
      const reply = await stream.next();
      assert.equal(reply.name, name, `reply ${i}`);
      if (name === 'no name') {
        refusedStatus(reply.error, { code: 'INVALID_ARGUMENT', reason: 'FIELD_INVALID', field: 'name' });
      } else if (name.startsWith('leads/nobody')) {
        refusedStatus(reply.error, { code: 'NOT_FOUND', reason: 'LEAD_NOT_FOUND' });
      } else {
        assert.equal(reply.decision.lead, name);
        assert.equal(reply.decision.grade, gradeOf(i % 40));
      }
    }
    stream.call.end();
    assert.equal((await stream.ended()).code, 0);
  });

  it('answers a stream request by request, each in its language', async () => {
    const stream = new Stream(scoring().streamScoreLeads());
    for (const [languageCode, title] of [['zh', '促成签约'], ['en', 'Close'], ['zh', '促成签约']]) {
      stream.call.write({ name: NAMES[0], languageCode });
      assert.equal((await stream.next()).decision.nextActions[0].title, title);
    }
    stream.call.end();
    assert.equal((await stream.ended()).code, 0);
  });

  it('lets a client walk away from a stream', async () => {
    const stream = new Stream(scoring().streamScoreLeads());
    stream.call.write({ name: NAMES[0] });
    await stream.next();
    stream.cancel();
    assert.equal((await stream.ended()).code, 1);
    assert.equal((await scoring().scoreLead({ name: NAMES[0] })).decision.grade, 'A');
  });

  const evaluate = (values, rest = {}) => scoring().evaluateFacts(
    { facts: facts(values), decisionTime: timestamp(AT), ...rest });

  it('decides on facts that are not stored', async () => {
    const { decision } = await evaluate(ALL_THREE);
    assert.equal(decision.lead, '');
    assert.equal(decision.grade, 'A');
    assert.equal(toMs(decision.decisionTime), Date.parse(AT));
  });

  it('takes the clock of the server where none is given', async () => {
    const before = Date.now();
    const { decision } = await evaluate(ALL_THREE, { decisionTime: undefined });
    assert.ok(Math.abs(toMs(decision.decisionTime) - before) < 60_000);
  });

  it('shows what unknown facts leave open, and which to get', async () => {
    const { decision } = await evaluate({ kp_level: 'FIRST', need: true }, { languageCode: 'zh' });
    assert.equal(decision.grade, 'D');
    assert.equal(decision.potentialGrade, 'A');
    assert.equal(decision.provisional, true);
    assert.deepEqual(decision.attainableGrades, ['A', 'B', 'C', 'D']);
    assert.deepEqual(decision.missingFacts,
      [{ fact: 'budget', title: '有预算', question: '这笔预算批下来了吗？由谁批？', status: 'FACT_STATUS_UNKNOWN' }]);
    assert.deepEqual(decision.nextActions.map((action) => action.code), ['confirm_budget']);
  });

  it('takes a stated derived fact over its derivation', async () => {
    const { decision } = await evaluate({ ...ALL_THREE, current_grade: 'A', days_in_grade: 11 });
    assert.equal(decision.grade, 'D');
    assert.equal(decision.reasons[0].rule, 'window-passed');
  });

  it('knows a past that is given: both sides of the end of the window', async () => {
    const gradeHistory = [{ toGrade: 'A', changeTime: timestamp('2026-03-01T23:30:00+08:00') }];
    const at = async (time) => (await evaluate(ALL_THREE,
      { gradeHistory, decisionTime: timestamp(time) })).decision;
    const last = await at('2026-03-11T23:59:59.999+08:00');
    assert.equal(last.grade, 'A');
    assert.equal(toMs(last.validUntil), Date.parse('2026-03-12T00:00:00+08:00'));
    assert.equal((await at('2026-03-12T00:00:00+08:00')).grade, 'D');
  });

  it('knows events that are given', async () => {
    const events = [{ type: 'signature', eventTime: timestamp('2026-03-02T09:00:00+08:00'), amount: 5 }];
    const { decision } = await evaluate(ALL_THREE, { events });
    assert.deepEqual(decision.nextActions.map((action) => action.code), ['ask_referral']);
  });

  const wrongInput = [
    ['an unknown fact', 'facts.kp_levl', /did you mean `kp_level`/, { facts: facts({ kp_levl: 'FIRST' }) }],
    ['an unknown enum value', 'facts.kp_level.value', /did you mean `FIRST`/,
      { facts: facts({ kp_level: 'FRIST' }) }],
    ['an unknown event type', 'events[0].type', /did you mean `visit`/,
      { events: [{ type: 'vist', eventTime: timestamp(AT) }] }],
    ['an event without a time', 'events[0].event_time', /./, { events: [{ type: 'visit' }] }],
    ['a grade there is not', 'grade_history[0].to_grade', /./,
      { gradeHistory: [{ toGrade: 'E', changeTime: timestamp(AT) }] }],
    ['a clock past the year 9999', 'decision_time', /./, { decisionTime: { seconds: 253402300800 } }],
    ['more than 1000 events', 'events', /1000/,
      { events: Array(1001).fill({ type: 'visit', eventTime: timestamp(AT) }) }],
  ];
  for (const [what, field, text, request] of wrongInput) {
    it(`refuses to decide on ${what}`, async () => {
      await refused(scoring().evaluateFacts({ decisionTime: timestamp(AT), ...request }),
        { code: 'INVALID_ARGUMENT', field, text });
    });
  }

  it('explains a decision rule by rule, fact by fact', async () => {
    const { explanation } = await scoring().explainLead({ name: NAMES[1], languageCode: 'en' });
    assert.equal(explanation.decision.grade, 'B');
    const settled = explanation.rules.find((rule) => rule.rule === 'one-approval-above');
    assert.equal(settled.ruleSet, 'grading');
    assert.equal(settled.truth, 'TRUTH_TRUE');
    assert.equal(settled.settles, true);
    assert.ok(settled.text);
    assert.ok(settled.terms.length > 0);
    const almost = explanation.rules.find((rule) => rule.rule === 'all-three-labels');
    assert.equal(almost.truth, 'TRUTH_FALSE');
    assert.equal(almost.almost, true);
    assert.equal(almost.settles, false);
    assert.equal(almost.terms[0].truth, 'TRUTH_FALSE');
    assert.ok(almost.terms[0].facts.includes('kp_level = SECOND'), almost.terms[0].facts.join());
    const facts = Object.fromEntries(explanation.facts.map(({ fact, value }) => [fact, value]));
    assert.equal(facts.kp_level, 'SECOND');
    assert.equal(facts.need, 'true');
    assert.equal(facts.approval_layers, '1');
    assert.equal(facts.current_grade, 'B');
  });

  it('forecasts the grades to come with no news', async () => {
    const { explanation } = await scoring().explainLead({ name: NAMES[1] });
    const { steps, untilTime } = explanation.forecast;
    assert.deepEqual(steps.map(({ grade, rule }) => [grade, rule]),
      [['B', 'one-approval-above'], ['D', 'window-passed']]);
    assert.deepEqual(steps[1].startTime, explanation.decision.validUntil);
    assert.equal(untilTime ?? null, null);
  });

  it('says what to ask next, what each answer means, and what would make it better', async () => {
    const name = 'leads/to-ask';
    await shared.api.leads.createLead({
      leadId: 'to-ask',
      lead: {
        facts: {
          kp_level: { value: value('FIRST') }, need: { value: value(true) },
          budget: { value: value(true), status: 'FACT_STATUS_CLAIMED' },
        },
      },
    });
    const { explanation } = await scoring().explainLead({ name, languageCode: 'zh' });
    assert.equal(explanation.decision.grade, 'B');
    const [question] = explanation.questions;
    assert.equal(question.fact, 'budget');
    assert.equal(question.status, 'FACT_STATUS_CLAIMED');
    assert.match(question.question, /预算/);
    assert.deepEqual(question.answers.map(({ value: said, grade, potentialGrade, likelihood }) =>
      [plain(said), grade, potentialGrade, likelihood]), [[false, 'D', 'D', 0.5], [true, 'A', 'A', 0.5]]);
    assert.deepEqual(explanation.improvements.map(({ grade, cost, changes }) =>
      [grade, cost, changes.map(({ fact, fromValue, toValue }) => [fact, plain(fromValue), plain(toValue)])]),
    [['A', 1, [['budget', true, true]]]]);
    assert.equal(explanation.improvementsTruncated, false);
  });

  it('says what is unknown in an explanation', async () => {
    await shared.api.leads.createLead({ leadId: 'little', lead: { facts: { need: { value: value(true) } } } });
    const { explanation } = await scoring().explainLead({ name: 'leads/little', languageCode: 'zh' });
    const rule = explanation.rules.find((one) => one.rule === 'no-budget');
    assert.equal(rule.truth, 'TRUTH_UNKNOWN');
    assert.equal(rule.text, '没有预算');
    const facts = Object.fromEntries(explanation.facts.map(({ fact, value }) => [fact, value]));
    assert.equal(facts.budget, 'unknown');
  });
});
