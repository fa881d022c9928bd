import { type FieldError, invalid } from '../../validation/errors.ts';

/** How strict a policy is. */
export type Level = 'privileged' | 'baseline' | 'restricted';

/** A level with the minor version of Kubernetes whose rules count; `latest` for this server's. */
export interface LevelVersion {
  readonly level: Level;
  readonly version: number | 'latest';
}

/** What a namespace asks for. Audit logs are not kept here, so their level is only checked. */
export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];
const VERSION = /^v1\.(0|[1-9][0-9]*)$/;
const OPEN: LevelVersion = { level: 'privileged', version: 'latest' };

/** `restricted:latest`, `baseline:v1.24`. */
export function printLevel({ level, version }: LevelVersion): string {
  return `${level}:${version === 'latest' ? 'latest' : `v1.${version}`}`;
}

/** More than 0 when the first is the stricter. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

/**
 * The policy of a namespace's labels, and what is wrong with them. Unreadable labels count as the strictest for enforce, as none for the others.
 * Without a warn label, what is enforced is also warned of. Models pod-security-admission/api PolicyToEvaluate.
 */
export function policyOf(labels: Readonly<Record<string, string>> | undefined): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const complain = (label: string, value: string, why: string): void => {
    errors.push(invalid(`metadata.labels[${label}]`, value, why));
  };
  const read = (mode: string, fallback: Level): LevelVersion & { given: boolean; sound: boolean } => {
    const [levelLabel, versionLabel] = [`${PREFIX}${mode}`, `${PREFIX}${mode}-version`];
    const [levelText, versionText] = [labels?.[levelLabel], labels?.[versionLabel]];
    const known = LEVELS.find((one) => one === levelText);
    if (levelText !== undefined && known === undefined)
      complain(levelLabel, levelText, 'must be one of privileged, baseline, restricted');
    const minor = versionText === undefined ? undefined : VERSION.exec(versionText)?.[1];
    if (versionText !== undefined && versionText !== 'latest' && minor === undefined)
      complain(versionLabel, versionText, 'must be "latest" or "v1.x"');
    return {
      level: known ?? (levelText === undefined ? 'privileged' : fallback),
      version: minor === undefined ? 'latest' : Number(minor),
      given: levelText !== undefined,
      sound: known !== undefined,
    };
  };
  const plain = ({ level, version }: LevelVersion): LevelVersion => ({ level, version });
  const enforce = read('enforce', 'restricted');
  const audit = plain(read('audit', 'privileged'));
  const warn = read('warn', 'privileged');
  const follows = enforce.sound && !warn.given;
  const hasWarnVersion = labels?.[`${PREFIX}warn-version`] !== undefined;
  const warned = follows ? { level: enforce.level, version: hasWarnVersion ? warn.version : enforce.version } : plain(warn);
  return { policy: { enforce: plain(enforce), audit, warn: warned }, errors };
}

/** The policy of a namespace without labels. */
export const OPEN_POLICY: Policy = { enforce: OPEN, audit: OPEN, warn: OPEN };
