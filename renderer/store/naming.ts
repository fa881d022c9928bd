/** First of `prefix-1`, `prefix-2`, … that is not taken. */
export function freshName(prefix: string, taken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const name = `${prefix}-${number}`;
    if (!taken(name)) return name;
  }
}

/** Name for a copy: the trailing number counts on (`node-3` -> next free `node-N`), another name gets one. */
export function copyName(name: string, taken: (name: string) => boolean): string {
  return freshName(name.replace(/-\d+$/, ''), taken);
}
