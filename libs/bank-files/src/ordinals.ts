/** Adds to each text the how-manieth of its like it is. */
export function ordinals(): (text: string) => string {
  const counts = new Map<string, number>();
  return (text) => {
    const ordinal = (counts.get(text) ?? 0) + 1;
    counts.set(text, ordinal);
    return `${text}|${ordinal}`;
  };
}
