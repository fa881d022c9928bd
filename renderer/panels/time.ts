/** A duration for people, as kubectl prints ages: `3.2s`, `45s`, `5m10s`, `3h4m`, `2d`. Milliseconds in; negative counts as zero. */
export function printAge(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 10) return `${Math.floor(seconds * 10) / 10}s`;
  if (seconds < 120) return `${Math.floor(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return `${minutes}m${Math.floor(seconds % 60)}s`;
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours}h`;
  return `${Math.floor(hours / 24)}d`;
}

/** Virtual time as `mm:ss.mmm` (hours in front when there are any). */
export function printClock(ms: number): string {
  const whole = Math.max(0, Math.floor(ms));
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const hours = Math.floor(whole / 3_600_000);
  const rest = `${pad(Math.floor(whole / 60_000) % 60, 2)}:${pad(Math.floor(whole / 1000) % 60, 2)}.${pad(whole % 1000, 3)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
