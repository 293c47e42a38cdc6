// One of the clients that write at once: a lane. It has leads of its own, on which it creates,
// updates and deletes, and shares others with all lanes, for which it only records events. One
// operation after the other; the one that gets no answer is in doubt.
'use strict';

const { facts, grpc } = require('../e2e/harness.js');
const { Random } = require('./random.js');

const OWN_LEADS = 4;
const SHARED_LEADS = 20;
const TYPES = ['visit', 'call', 'message', 'meeting', 'signature', 'reopened'];
const LEVELS = ['FIRST', 'SECOND', 'THIRD', 'NONE'];

class Writer {
  constructor(api, model, { round, lane, seed }) {
    this.api = api;
    this.model = model;
    this.round = round;
    this.random = new Random(seed * 1_000_003 + round * 1009 + lane);
    // New leads now and then, so that none grows without end.
    this.own = Array.from({ length: OWN_LEADS }, (_, i) => `leads/own-${lane}-${round >> 3}-${i}`);
    this.shared = Array.from({ length: SHARED_LEADS }, (_, i) => `leads/shared-${round >> 2}-${i}`);
    this.prefix = `${round}-${lane}-`;
    this.count = 0;
    this.lastEvent = null;
    this.inDoubt = null;
    this.acknowledged = { events: 0, edits: 0 };
  }

  // Writes until the server is gone.
  async run() {
    for (;;) {
      const operation = this.choose();
      try {
        await this.send(operation);
      } catch (error) {
        if (error.code !== grpc.status.UNAVAILABLE) throw error;
        this.inDoubt = operation;
        return;
      }
      this.model.apply(operation, this.round);
      if (operation.kind === 'record') {
        this.acknowledged.events += operation.events.length;
      } else {
        this.acknowledged.edits++;
      }
    }
  }

  choose() {
    if (this.random.chance(0.7)) return { kind: 'record', events: this.events() };
    const lead = this.random.pick(this.own);
    if (!this.model.get(lead)) {
      return { kind: 'create', lead, displayName: `made by ${this.prefix}${this.count++}`, facts: this.facts() };
    }
    return this.random.chance(0.15) ? { kind: 'delete', lead } : { kind: 'update', lead, facts: this.facts() };
  }

  events() {
    const leads = Array.from({ length: this.random.between(1, 4) },
      () => this.random.pick(this.random.chance(0.7) ? this.shared : this.own));
    return Array.from({ length: this.random.between(1, 16) }, () => ({
      lead: this.random.pick(leads), eventId: this.prefix + this.count++, type: this.random.pick(TYPES),
      note: this.random.chance(0.1) ? 'n'.repeat(this.random.between(1, 2000)) : '',
    }));
  }

  facts() {
    const out = { kp_level: this.random.pick(LEVELS) };
    if (this.random.chance(0.7)) out.need = this.random.chance(0.8);
    if (this.random.chance(0.7)) out.budget = this.random.chance(0.8);
    if (this.random.chance(0.3)) out.approval_layers = this.random.between(0, 3);
    return out;
  }

  // Gives the results of recorded events.
  async send(operation) {
    const { leads } = this.api;
    const { kind, lead: name } = operation;
    if (kind === 'record') {
      return (await leads.recordEvents({ events: operation.events, createMissingLeads: true })).results;
    }
    if (kind === 'delete') return leads.deleteLead({ name });
    const lead = { name, displayName: operation.displayName, facts: facts(operation.facts) };
    if (kind === 'create') return leads.createLead({ leadId: name.slice('leads/'.length), lead });
    const paths = Object.keys(operation.facts).map((fact) => `facts.${fact}`);
    return leads.updateLead({ lead, updateMask: { paths } });
  }
}

// The leads that an operation touches.
function touched(operation) {
  return operation.kind === 'record' ? [...new Set(operation.events.map((event) => event.lead))] :
    [operation.lead];
}

module.exports = { Writer, touched };
