'use strict';

/** Loaded into a service before its own code (`node -r`): answers every message with how long its event loop stood still at most since the last, in milliseconds. */
const { monitorEventLoopDelay } = require('node:perf_hooks');

const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('message', () => {
  process.send(Math.max(0, delay.max / 1e6 - RESOLUTION_MS));
  delay.reset();
});
// Neither side keeps the other alive.
process.channel?.unref();
