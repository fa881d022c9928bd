/** One point on which the program and the captured facts differ. */
export interface Disagreement {
  id: string;
  /** What was compared: `code`, `message`, `verdict`... */
  what: string;
  expected: string;
  got: string;
}

/** A case that needs a kind or a plugin of a later issue. It is counted and listed, never hidden. */
export interface LaterCase {
  id: string;
  why: string;
}

/** Result of one family of cases. `total` counts the compared cases; those of `later` are not among them. */
export interface ConformanceFamily {
  name: string;
  agree: number;
  total: number;
  disagree: Disagreement[];
  later: LaterCase[];
}

/** Result of one topic of `shared/conformance`. */
export interface ConformanceReport {
  topic: string;
  families: ConformanceFamily[];
}
