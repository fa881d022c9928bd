/** Bumped whenever a schema changes (a hash test forces it). */
export const PROTOCOL_VERSION = 12;
