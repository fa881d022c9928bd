import type { AnyObject, KubeObject, ObjectRef } from '#shared/kube/types.ts';
import { patchObject } from '../apiserver/patch/index.ts';
import { type HttpRequest, type HttpResponse, handleRequest } from '../apiserver/request/index.ts';
import type { ApiServer } from '../apiserver/server.ts';
import { bindPod } from '../apiserver/subresources/binding.ts';
import { evictPod } from '../apiserver/subresources/eviction.ts';
import { finalizeNamespace } from '../apiserver/subresources/finalize.ts';
import { setScale } from '../apiserver/subresources/scale.ts';
import type { Answer, RequestOptions } from '../apiserver/types.ts';
import type { ApiResult, Client, DeleteOptions, ObjectOf, WriteOptions } from './types.ts';

/** The API as `user` sees it. */
export class ApiClient implements Client {
  readonly user: string;
  readonly #server: ApiServer;
  readonly #warn: ((text: string) => void) | undefined;

  /** `warn` takes the server's warnings; those of dry runs are not told. */
  constructor(server: ApiServer, user: string, warn?: (text: string) => void) {
    this.#server = server;
    this.user = user;
    this.#warn = warn;
  }

  get<K extends string>(kind: K, namespace: string, name: string): ApiResult<ObjectOf<K>> {
    return this.#server.read(kind, namespace, name) as unknown as ApiResult<ObjectOf<K>>;
  }

  create<T extends KubeObject>(object: T, options?: WriteOptions): ApiResult<T> {
    return typed(this.#server.create(object as unknown as AnyObject, this.#request(options)));
  }

  update<T extends KubeObject>(object: T, options?: WriteOptions): ApiResult<T> {
    return typed(this.#server.put(object as unknown as AnyObject, this.#request(options)));
  }

  updateStatus<T extends KubeObject>(object: T, options?: WriteOptions): ApiResult<T> {
    return typed(this.#server.updateStatus(object as unknown as AnyObject, this.#request(options)));
  }

  patch(
    ref: ObjectRef,
    type: 'merge' | 'strategic',
    patch: unknown,
    options?: WriteOptions & { subresource?: 'status' | 'scale' },
  ): ApiResult<AnyObject> {
    return patchObject(this.#server, ref, type, patch, this.#with(options));
  }

  delete(ref: ObjectRef, options?: DeleteOptions): ApiResult<AnyObject> {
    return this.#server.delete(ref, this.#with(options));
  }

  scale(ref: ObjectRef, replicas: number): ApiResult<AnyObject> {
    return setScale(this.#server, ref, replicas, this.#request(undefined));
  }

  bind(namespace: string, podName: string, nodeName: string): ApiResult<AnyObject> {
    return bindPod(this.#server, namespace, podName, nodeName, this.#request(undefined));
  }

  evict(namespace: string, podName: string, options?: DeleteOptions): ApiResult<AnyObject> {
    return evictPod(this.#server, namespace, podName, this.#with(options));
  }

  finalizeNamespace(name: string, finalizers: readonly string[]): ApiResult<AnyObject> {
    return finalizeNamespace(this.#server, name, finalizers, this.#request(undefined));
  }

  request(request: Omit<HttpRequest, 'user'>): HttpResponse {
    return handleRequest(this.#server, { ...request, user: this.user });
  }

  #request(options: WriteOptions | undefined): RequestOptions {
    const dryRun = options?.dryRun === true;
    return { user: this.user, dryRun, rehearsal: options?.rehearsal, warn: dryRun ? undefined : this.#warn };
  }

  /** The options given, with the user and what is to hear warnings. */
  #with<T extends { dryRun?: boolean }>(options: T | undefined): Omit<T, 'dryRun'> & RequestOptions {
    return { ...(options as T), user: this.user, warn: options?.dryRun === true ? undefined : this.#warn };
  }
}

function typed<T>(answer: Answer): ApiResult<T> {
  return answer as unknown as ApiResult<T>;
}
