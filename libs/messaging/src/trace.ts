import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(4096);
let used = pool.length;

const hex = (bytes: number): string => {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
};

/** A W3C traceparent for what an event causes: the same trace, a new span; a new trace where there is none. */
export function childTrace(parent: string | undefined): string {
  const trace = parent && /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(parent) ? parent.slice(3, 35) : hex(16);
  return `00-${trace}-${hex(8)}-01`;
}
