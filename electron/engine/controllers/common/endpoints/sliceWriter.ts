import type { EndpointSlice, Status } from '#shared/kube/types.ts';
import type { ApiResult, Client, Handler } from '../../../client/types.ts';

/** Label of a slice: the service it belongs to. */
export const SERVICE_LABEL = 'kubernetes.io/service-name';
/** Label of a slice: the controller that looks after it. */
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';

/** Queue key of the service a slice belongs to; undefined when it names none. */
export function serviceKeyOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.[SERVICE_LABEL];
  return name === undefined || name === '' ? undefined : `${metadata.namespace ?? ''}/${name}`;
}

/** Writes slices, and tells one's own changes from those of others. Each write answers with what refused it. */
export interface SliceWriter {
  isOwn(slice: EndpointSlice): boolean;
  create(slice: EndpointSlice): Status | undefined;
  update(slice: EndpointSlice): Status | undefined;
  /** A slice that is gone already is no failure. */
  remove(slice: EndpointSlice): Status | undefined;
  /**
   * Handler that calls `mend` for slices of this controller which somebody else has touched. Labels alone count for nothing, as the generation
   * does not tell them. Models the slice handlers of both controllers with their tracker of expected generations.
   */
  foreignChanges(mend: (slice: EndpointSlice) => void): Required<Handler<EndpointSlice>>;
}

/** Writer of the slices that carry this controller's label. */
export function sliceWriter(client: Client, controller: string): SliceWriter {
  /** Set while this controller writes: its own changes need no second look. */
  let writing = false;
  const write = (work: () => ApiResult<unknown>): Status | undefined => {
    writing = true;
    try {
      const written = work();
      return written.ok ? undefined : written.error;
    } finally {
      writing = false;
    }
  };
  const isOwn = ({ metadata }: EndpointSlice): boolean => metadata.labels?.[MANAGED_BY] === controller;
  return {
    isOwn,
    create: (slice) => write(() => client.create(slice)),
    update: (slice) => write(() => client.update(slice)),
    remove({ metadata }) {
      const ref = { kind: 'EndpointSlice', namespace: metadata.namespace ?? '', name: metadata.name };
      const failure = write(() => client.delete(ref));
      return failure?.reason === 'NotFound' ? undefined : failure;
    },
    foreignChanges: (mend) => ({
      onAdd: (slice) => {
        if (!writing && isOwn(slice)) mend(slice);
      },
      onUpdate: (before, after) => {
        const taken = isOwn(before) !== isOwn(after);
        const changed = isOwn(after) && before.metadata.generation !== after.metadata.generation;
        if (!writing && (taken || changed)) mend(after);
      },
      onDelete: (slice) => {
        if (!writing && isOwn(slice)) mend(slice);
      },
    }),
  };
}
