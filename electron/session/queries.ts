import { err, ok } from '#shared/core/result.ts';
import { keyOf } from '#shared/kube/types.ts';
import { PROTOCOL_VERSION, type Problem, type Query, type QueryReply } from '#shared/protocol/index.ts';
import { parseManifest, printManifests } from '#shared/scenario/index.ts';
import { baseTitle, type Origin, scenarioText } from './document.ts';
import type { Library, Settings } from './files.ts';
import type { Playground } from './playground.ts';
import { bridgeError, loadProblems, statusError } from './problems.ts';
import type { Outcome, SessionServices } from './types.ts';

/** What queries read. */
export interface QueryContext {
  playground: Playground;
  origin: Origin;
  speed: number;
  services: SessionServices;
  library: Library;
  settings: Settings;
}

/** Checks manifests as `apply` would take them: the text's own mistakes first, then each object against the API server. */
function checkText(playground: Playground, text: string): Problem[] {
  const manifest = parseManifest(text);
  if (!manifest.ok) return manifest.error;
  const errors = manifest.value.objects.flatMap((object, index) => {
    const checked = playground.simulation.check(object);
    return checked.ok ? [] : [{ index, status: checked.error }];
  });
  return loadProblems(manifest.value, errors);
}

/** Suggested file name of a playground. */
export function suggestedName(context: Pick<QueryContext, 'playground' | 'origin'>, format: 'scenario' | 'manifests'): string {
  const { origin, playground } = context;
  const base = origin.fileName === null ? playground.scenario.name : baseTitle(origin.fileName);
  return `${base}${format === 'manifests' ? '-manifests' : ''}.yaml`;
}

type Reply = QueryReply<Query['type']>;

/** Answers a query; nothing is changed by it. */
export function answer(query: Exclude<Query, { type: 'compare' }>, context: QueryContext): Outcome<Reply> {
  const { playground, services } = context;
  const { simulation } = playground;
  switch (query.type) {
    case 'explain':
      return ok({ attempts: [...simulation.explain(query.namespace, query.name)] });
    case 'fit': {
      const pod = 'kind' in query.pod && 'metadata' in query.pod ? query.pod : simulation.get(keyOf(query.pod));
      if (!pod) return err(bridgeError('NotFound', 'the pod does not exist (any more)'));
      const attempt = simulation.fit(pod as Parameters<typeof simulation.fit>[0]);
      return attempt.ok ? ok({ attempt: attempt.value }) : err(statusError(attempt.error));
    }
    case 'drainPreview': {
      const preview = simulation.drainPreview(query.node, query.options);
      return preview.ok ? preview : err(statusError(preview.error));
    }
    case 'suggest': {
      const suggestions = simulation.suggest(query.namespace, query.name);
      return suggestions.ok ? ok({ suggestions: suggestions.value }) : err(statusError(suggestions.error));
    }
    case 'preview': {
      const preview = simulation.preview(query.command);
      return preview.ok ? preview : err(statusError(preview.error));
    }
    case 'admission':
      return ok({ decisions: simulation.admission(query.ref) });
    case 'metrics':
      return ok(simulation.metrics(query.ref));
    case 'top': {
      const lines = simulation.top(query.what, query.options);
      return lines.ok ? ok({ lines: lines.value }) : err(statusError(lines.error));
    }
    case 'logs': {
      const { namespace, name } = query.ref;
      const lines = simulation.logs(namespace, name, query.container, query.previous === true);
      return lines.ok ? ok({ lines: lines.value }) : err(statusError(lines.error));
    }
    case 'rollout': {
      const lines = simulation.rollout(query.ref, query.what);
      return lines.ok ? ok({ lines: lines.value }) : err(statusError(lines.error));
    }
    case 'schedulers':
      return ok({ schedulers: simulation.schedulers() });
    case 'settings':
      return ok(simulation.settings());
    case 'object':
      return ok({ object: simulation.get(keyOf(query.ref)) ?? null });
    case 'checkText':
      return ok({ problems: checkText(playground, query.text) });
    case 'library':
      return ok({ entries: context.library.entries(context.settings.language) });
    case 'recent':
      return ok({ paths: [...context.settings.recent] });
    case 'fileText': {
      const text = query.format === 'scenario' ? scenarioText(playground, context.speed) : printManifests(simulation.objects());
      return ok({ name: suggestedName(context, query.format), text });
    }
    case 'digest':
      return ok({ digest: simulation.digest(), revision: simulation.revision, nowMs: simulation.nowMs });
    case 'about':
      return ok({ version: services.version, kubernetes: '1.36', protocol: PROTOCOL_VERSION, host: services.host });
  }
}
