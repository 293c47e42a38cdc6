// What the store must hold: leads by name, as far as they were acknowledged.
'use strict';

const assert = require('node:assert/strict');
const { plain } = require('../e2e/harness.js');

const blank = () => ({ displayName: '', facts: {}, events: new Map() });

// An operation is {kind, lead, …} on one lead, or {kind: 'record', events} on several. `events` maps
// event ids to the round in which they were acknowledged.
class Model {
  constructor() { this.leads = new Map(); }

  get(name) { return this.leads.get(name); }

  apply(operation, round) {
    const { kind, lead: name } = operation;
    if (kind === 'record') {
      for (const { lead, eventId } of operation.events) {
        if (!this.leads.has(lead)) this.leads.set(lead, blank());
        const { events } = this.leads.get(lead);
        if (!events.has(eventId)) events.set(eventId, round);
      }
    } else if (kind === 'delete') {
      this.leads.delete(name);
    } else if (kind === 'create') {
      this.leads.set(name, { ...blank(), displayName: operation.displayName, facts: operation.facts });
    } else {
      const before = this.leads.get(name);
      this.leads.set(name, { ...before, facts: { ...before.facts, ...operation.facts } });
    }
  }

  // How the lead would be after the operation; null: not there.
  after(operation, name) {
    const trial = new Model();
    const before = this.leads.get(name);
    if (before) trial.leads.set(name, { ...before, events: new Map(before.events) });
    trial.apply(operation, 0);
    return trial.leads.get(name) ?? null;
  }
}

// Whether the stored lead is as the model says, to the last fact; both may be missing.
function isAs(stored, expected) {
  if (!stored || !expected) return !stored && !expected;
  return stored.displayName === expected.displayName &&
    stored.eventCount === expected.events.size && JSON.stringify(factsOf(stored)) ===
    JSON.stringify(sorted(Object.entries(expected.facts)));
}

const sorted = (entries) => entries.sort(([a], [b]) => (a < b ? -1 : 1));
const factsOf = (lead) => sorted(Object.entries(lead.facts).map(([name, fact]) => [name, plain(fact.value)]));

function show(stored) {
  return stored ? `${stored.displayName} ${stored.eventCount} events ${JSON.stringify(factsOf(stored))}` :
    'nothing';
}

function showExpected(expected) {
  return expected ? `${expected.displayName} ${expected.events.size} events ` +
    JSON.stringify(sorted(Object.entries(expected.facts))) : 'nothing';
}

function checkAs(stored, expected, what) {
  assert.ok(isAs(stored, expected),
    `${what}: stored is ${show(stored)}, expected ${showExpected(expected)}`);
}

module.exports = { Model, checkAs, isAs, show, showExpected };
