// The log of grade changes, as watchers see it: what was seen before a crash must be there after it,
// in its place, and the whole must tell the same as the leads' own histories.
'use strict';

const assert = require('node:assert/strict');
const { Stream } = require('../e2e/harness.js');

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

class ChangeLog {
  constructor() {
    this.token = ''; // of the last change read
    this.ofLead = new Map(); // changes since the lead was last made
    this.count = 0;
  }

  // Begins to watch, from where the log was read to.
  async watch(api) {
    const stream = this.open(api);
    await stream.next(); // under way
    return stream;
  }

  open(api) {
    return new Stream(api.watch.watchGradeChanges(
      this.token ? { resumeToken: this.token } : { fromStart: true }));
  }

  // Reads on up to the first change of the lead `last`. `seen` are messages that a watcher got before
  // the crash, from the same place on.
  async readUpTo(api, last, seen) {
    const stream = this.open(api);
    const isLast = ({ change }) => change?.lead === last;
    const messages = (await stream.until(isLast)).filter((message) => message.change);
    stream.cancel();
    for (const [i, message] of seen.filter((one) => one.change).entries()) {
      assert.ok(same(message, messages[i]),
        `a watcher saw ${JSON.stringify(message)}, and the log has ${JSON.stringify(messages[i])}`);
    }
    for (const message of messages) this.take(message);
  }

  take({ change: { lead, change }, resumeToken }) {
    this.token = resumeToken;
    this.count++;
    if (change.fromGrade === '') {
      this.ofLead.set(lead, [change]);
      return;
    }
    const changes = this.ofLead.get(lead) ?? [];
    assert.equal(changes.at(-1)?.toGrade, change.fromGrade, `${lead} changed from another grade`);
    changes.push(change);
  }

  // Holds the log against the leads as stored.
  check(leads) {
    for (const lead of leads) {
      const changes = this.ofLead.get(lead.name) ?? [];
      assert.ok(same(changes, lead.gradeHistory),
        `${lead.name}: its history is ${JSON.stringify(lead.gradeHistory)}, the log has ` +
        JSON.stringify(changes));
      assert.equal(lead.grade, lead.gradeHistory.at(-1).toGrade, lead.name);
    }
  }
}

module.exports = { ChangeLog };
