/** Partitions of due_action: one per day, in a ring longer than most waits, so that no partition is made while running. */
export const DUE_SLOTS = 64;

const DAY_MS = 86_400_000;

/** The partition of an instant: its UTC day, round the ring. Two days may share one; each keeps its own index on due_at. */
export const dueSlot = (at: Date): number => Math.floor(at.getTime() / DAY_MS) % DUE_SLOTS;
