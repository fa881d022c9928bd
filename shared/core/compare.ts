/** Orders two strings by UTF-16 code unit, as Go orders byte strings for the ASCII names Kubernetes allows. Never the locale. */
export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
