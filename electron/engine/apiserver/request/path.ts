import { allKinds, type KindInfo } from '#shared/kube/registry.ts';

/** What a request path names. */
export interface Target {
  readonly info: KindInfo;
  /** The version in the path: `v1`; may be another one than the stored. */
  readonly apiVersion: string;
  readonly namespace: string;
  /** Empty for the whole collection. */
  readonly name: string;
  readonly subresource: string;
}

/** Why a path names nothing: `page` for paths outside of the API's groups (plain text 404), `resource` for unknown things inside of one. */
export type Lost = 'page' | 'resource';

const byPlural: ReadonlyMap<string, KindInfo> = new Map(
  allKinds.flatMap((info) => info.apiVersions.map((apiVersion) => [`${apiVersion}/${info.plural}`, info] as const)),
);
const groups: ReadonlySet<string> = new Set(
  allKinds.flatMap((info) => info.apiVersions.map((version) => (version.includes('/') ? (version.split('/')[0] ?? '') : ''))),
);

/**
 * Reads the path of a request: `/api/v1/...` or `/apis/<group>/<version>/...`, with an optional namespace, name and subresource.
 * Models apiserver/pkg/endpoints/request RequestInfoFactory together with the routes of the installer.
 */
export function targetOf(path: string): Target | Lost {
  const parts = path.split('/').slice(1).map(decodePart);
  let rest: string[];
  let apiVersion: string;
  if (parts[0] === 'api') {
    apiVersion = parts[1] ?? '';
    rest = parts.slice(2);
  } else if (parts[0] === 'apis' && groups.has(parts[1] ?? '') && parts[1] !== '') {
    apiVersion = `${parts[1]}/${parts[2] ?? ''}`;
    rest = parts.slice(3);
  } else return 'page';
  if (rest[rest.length - 1] === '') rest = rest.slice(0, -1);
  let namespace = '';
  const own =
    rest[0] === 'namespaces' && (rest.length <= 2 || (rest.length === 3 && ['status', 'finalize'].includes(rest[2] ?? '')));
  if (rest[0] === 'namespaces' && !own) {
    namespace = rest[1] ?? '';
    rest = rest.slice(2);
  }
  const info = byPlural.get(`${apiVersion}/${rest[0] ?? ''}`);
  if (info === undefined || rest.length > 3) return 'resource';
  if (namespace !== '' && !info.namespaced) return 'resource';
  const name = rest[1] ?? '';
  if (info.namespaced && name !== '' && namespace === '') return 'resource';
  return { info, apiVersion, namespace, name, subresource: rest[2] ?? '' };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
