import { ok } from '#shared/core/result.ts';
import type { AnyObject, Container, Pod } from '#shared/kube/types.ts';
import { forbiddenStatus } from '../status.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../types.ts';

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

type Spec = Pod['spec'] & { ephemeralContainers?: Container[] };

function listsOf(object: AnyObject): { list: (typeof LISTS)[number]; containers: readonly Container[] }[] {
  const spec = object.spec as Spec | undefined;
  return LISTS.map((list) => ({ list, containers: (spec?.[list] ?? []) as readonly Container[] }));
}

/** Updates that bring no new image are left alone, so that pods from before can still be changed. */
function concerns(request: AdmissionRequest): boolean {
  const { object, old, operation } = request;
  if (object?.kind !== 'Pod' || request.subresource !== undefined) return false;
  if (operation !== 'UPDATE' || old === null) return operation === 'CREATE';
  const known = new Set(listsOf(old).flatMap(({ containers }) => containers.map(({ image }) => image)));
  return listsOf(object).some(({ containers }) => containers.some(({ image }) => !known.has(image)));
}

/**
 * Every container pulls its image at each start, so that nobody runs a private image that another pod brought to the node. Off unless enabled.
 * Models plugin/pkg/admission/alwayspullimages.
 */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  mutate(object, request) {
    if (!concerns({ ...request, object })) return ok(object);
    const spec: Record<string, unknown> = { ...(object.spec as object) };
    for (const { list, containers } of listsOf(object)) {
      if (containers.some(({ imagePullPolicy }) => imagePullPolicy !== 'Always'))
        spec[list] = containers.map((container) => ({ ...container, imagePullPolicy: 'Always' }));
    }
    const volumes = (object.spec as Spec | undefined)?.volumes as { image?: { pullPolicy?: string } }[] | undefined;
    if (volumes?.some(({ image }) => image !== undefined && image.pullPolicy !== 'Always'))
      spec.volumes = volumes.map((one) =>
        one.image === undefined ? one : { ...one, image: { ...one.image, pullPolicy: 'Always' } },
      );
    return ok({ ...object, spec });
  },
  validate(request) {
    const { object } = request;
    if (object === null || !concerns(request)) return null;
    const errors = listsOf(object).flatMap(({ list, containers }) =>
      containers.flatMap(({ imagePullPolicy }, i) =>
        imagePullPolicy === 'Always'
          ? []
          : [`spec.${list}[${i}].imagePullPolicy: Unsupported value: "${imagePullPolicy ?? ''}": supported values: "Always"`],
      ),
    );
    return errors.length === 0
      ? null
      : forbiddenStatus(object, errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`);
  },
};
