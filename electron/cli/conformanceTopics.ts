import type { ConformanceReport } from '#engine/conformance/types.ts';

/** Runs one topic of a data directory; undefined when the directory does not have it. `readText` reads a file, unpacking .gz. */
export type Topic = (data: string, readText: (file: string) => string) => ConformanceReport | undefined;

/** Topics beside the scheduler's decisions. */
export const otherTopics: readonly Topic[] = [];
