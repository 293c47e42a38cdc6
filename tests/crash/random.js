// Random numbers that a seed determines.
'use strict';

class Random {
  constructor(seed) { this.state = seed >>> 0; }

  // In [0, 1). Mulberry32.
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  // A whole number in [from, to].
  between(from, to) { return from + Math.floor(this.next() * (to - from + 1)); }
  chance(probability) { return this.next() < probability; }
  pick(list) { return list[this.between(0, list.length - 1)]; }
}

module.exports = { Random };
