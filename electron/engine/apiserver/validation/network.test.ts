import { describe, expect, it } from 'vitest';
import type { AnyObject } from '#shared/kube/types.ts';
import { applyDefaults } from '../defaulting/index.ts';
import { networkUpdateWarnings, networkWarnings } from '../serviceWarnings.ts';
import { validateCreate, validateStatusUpdate, validateUpdate } from './index.ts';

function object(apiVersion: string, kind: string, rest: Record<string, unknown>, name = 'x'): AnyObject {
  return applyDefaults({ apiVersion, kind, metadata: { name, namespace: 'default' }, ...rest } as AnyObject);
}

const texts = (errors: readonly { field: string; message: string }[]): string[] =>
  errors.map(({ field, message }) => `${field}: ${message}`);

const service = (spec: Record<string, unknown>) => {
  const given = {
    clusterIP: '10.96.0.9',
    clusterIPs: ['10.96.0.9'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ port: 80 }],
  };
  return object('v1', 'Service', { spec: { ...given, ...spec } });
};

describe('services', () => {
  it.each([
    [{}, []],
    [
      { ports: [{ port: 10_250 }], type: 'LoadBalancer' },
      ['spec.ports[0]: Invalid value: 10250: may not expose port 10250 externally since it is used by kubelet'],
    ],
    [
      { clusterIPs: ['10.96.0.9', '10.96.0.10'] },
      [expect.stringContaining('may specify no more than one IP for each IP family')],
    ],
    [
      { clusterIPs: ['10.96.0.9', 'None'] },
      [expect.stringContaining('spec.clusterIPs[1]: Invalid value: "None": must be a valid IP')],
    ],
    [
      { clusterIPs: ['None', '10.96.0.9'], clusterIP: 'None' },
      [expect.stringContaining("'None' must be the first and only value")],
    ],
    [
      { ipFamilies: ['IPv6'] },
      ['spec.clusterIPs[0]: Invalid value: "10.96.0.9": expected an IPv6 value as indicated by `ipFamilies[0]`'],
    ],
    [{ ipFamilies: ['IPv4', 'IPv4'] }, ['spec.ipFamilies[1]: Duplicate value: "IPv4"']],
    [
      { ipFamilyPolicy: 'Both' },
      ['spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"'],
    ],
    [
      { externalIPs: ['::ffff:1.2.3.4'] },
      ['spec.externalIPs[0]: Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address'],
    ],
    [{ externalIPs: ['0.0.0.0'] }, ['spec.externalIPs[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)']],
    [{ externalIPs: ['169.254.1.1'] }, [expect.stringContaining('link-local range (169.254.0.0/16, fe80::/10)')]],
    [
      { loadBalancerSourceRanges: ['10.0.0.0/8'] },
      ["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
    [
      { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.1/8'] },
      [expect.stringContaining('must not have bits set beyond the prefix length')],
    ],
    [
      { allocateLoadBalancerNodePorts: true },
      ["spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'"],
    ],
    [{ type: 'LoadBalancer', externalTrafficPolicy: 'Local' }, ['spec.healthCheckNodePort: Required value']],
    [
      {
        type: 'NodePort',
        ports: [
          { name: 'a', port: 80, nodePort: 30_001 },
          { name: 'b', port: 81, nodePort: 30_001 },
        ],
      },
      ['spec.ports[1].nodePort: Duplicate value: 30001'],
    ],
  ])('%j', (spec, expected) => expect(texts(validateCreate(service(spec)))).toEqual(expected));

  it.each([
    [
      { ipFamilies: ['IPv4', 'IPv6'] },
      {},
      [
        'spec.ipFamilies[0]: Invalid value: ["IPv4"]: `ipFamilyPolicy` must be set to \'SingleStack\' when releasing the secondary ipFamily',
      ],
      { ipFamilyPolicy: 'PreferDualStack' },
    ],
    [{}, { clusterIP: '', clusterIPs: [] }, ['spec.clusterIPs[0]: Invalid value: []: primary clusterIP can not be unset'], {}],
  ])('%j becomes %j', (before, after, expected, both) => {
    const errors = texts(validateUpdate(service({ ...both, ...after }), service({ ...both, ...before })));
    expect(errors).toEqual(expected);
  });

  it('only balancers have addresses of one', () => {
    const status = { loadBalancer: { ingress: [{ ip: '1.2.3.4', ipMode: 'VIP' }] } };
    expect(texts(validateStatusUpdate({ ...service({}), status }, service({})))).toEqual([
      "status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
    ]);
  });

  it.each([
    [
      { sessionAffinity: 'ClientIP', clusterIP: 'None', clusterIPs: ['None'] },
      ['spec.SessionAffinity is ignored for headless services'],
    ],
    [{ externalName: 'a.example' }, ['spec.externalName is ignored when spec.type is not "ExternalName"']],
    [{ loadBalancerIP: '010.1.1.1' }, [expect.stringContaining('use "10.1.1.1"')]],
    [{ loadBalancerSourceRanges: ['FE80::/10'] }, [expect.stringContaining('RFC 5952 canonical format ("fe80::/10")')]],
  ])('warnings of %j', (spec, expected) => {
    expect(networkWarnings(service(spec))).toEqual(expected);
    expect(networkUpdateWarnings(service(spec))).toEqual(expected);
  });
});

describe('endpoints', () => {
  const subset = (rest: object) => object('v1', 'Endpoints', { subsets: [rest] });
  const slice = (rest: object) => object('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', endpoints: [], ...rest });
  it.each([
    [subset({ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }), []],
    [subset({ ports: [{ port: 80 }] }), ['subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`']],
    [
      subset({ addresses: [{ ip: '127.0.0.1' }] }),
      [expect.stringContaining('subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback')],
    ],
    [
      subset({ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }, { name: 'b', port: 0 }] }),
      [
        'subsets[0].ports[0].name: Required value',
        'subsets[0].ports[1].port: Invalid value: 0: must be between 1 and 65535, inclusive',
      ],
    ],
    [slice({}), []],
    [slice({ addressType: '' }), ['addressType: Required value']],
    [slice({ addressType: 'IP' }), ['addressType: Unsupported value: "IP": supported values: "FQDN", "IPv4", "IPv6"']],
    [slice({ endpoints: [{ addresses: [] }] }), ['endpoints[0].addresses: Required value: must contain at least 1 address']],
    [
      slice({ endpoints: [{ addresses: ['fd00::1'] }] }),
      ['endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address'],
    ],
    [
      slice({ endpoints: [{ addresses: ['10.0.0.1'], hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }] }),
      ['endpoints[0].hints.forZones[1].name: Duplicate value: "a"'],
    ],
    [slice({ ports: [{ port: 1 }, { port: 2 }] }), ['ports[1].name: Duplicate value: ""']],
    [
      slice({ ports: [{ port: 1, protocol: 'X' }] }),
      ['ports[0].protocol: Unsupported value: "X": supported values: "SCTP", "TCP", "UDP"'],
    ],
  ])('%# %j', (one, expected) => expect(texts(validateCreate(one))).toEqual(expected));

  it('a slice keeps its type of addresses', () => {
    expect(texts(validateUpdate(slice({ addressType: 'IPv6' }), slice({})))).toEqual([
      'addressType: Invalid value: "IPv6": field is immutable',
    ]);
  });
});

describe('ingresses', () => {
  const group = 'networking.k8s.io/v1';
  const path = (rest: object, host?: string) =>
    object(group, 'Ingress', {
      spec: {
        rules: [
          {
            host,
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 's', port: { number: 80 } } }, ...rest }],
            },
          },
        ],
      },
    });
  it.each([
    [path({}), []],
    [path({ path: '/a/..' }), ['spec.rules[0].http.paths[0].path: Invalid value: "/a/..": cannot end with \'/..\'']],
    [path({ path: '/a%2fb' }), ['spec.rules[0].http.paths[0].path: Invalid value: "/a%2fb": must not contain \'%2f\'']],
    [
      path({ pathType: 'ImplementationSpecific', path: 'a' }),
      ['spec.rules[0].http.paths[0].path: Invalid value: "a": must be an absolute path'],
    ],
    [
      path({ backend: { resource: { kind: '', name: 'a/b' } } }),
      [
        'spec.rules[0].http.paths[0].backend.resource.kind: Required value: kind is required',
        'spec.rules[0].http.paths[0].backend.resource.name: Invalid value: "a/b": may not contain \'/\'',
      ],
    ],
    [
      path({ backend: { service: { name: 's', port: { name: '80' } } } }),
      ['spec.rules[0].http.paths[0].backend.service.port.name: Invalid value: "80": must contain at least one letter (a-z)'],
    ],
    [path({}, '*.*.com'), [expect.stringContaining('a wildcard DNS-1123 subdomain must start with')]],
  ])('%# %j', (one, expected) => expect(texts(validateCreate(one))).toEqual(expected));

  it('what is stored with a bad secret name stays allowed', () => {
    const tls = (secretName: string) =>
      object(group, 'Ingress', {
        spec: { defaultBackend: { service: { name: 's', port: { number: 1 } } }, tls: [{ secretName }] },
      });
    expect(validateUpdate(tls('Bad_Other'), tls('Bad_Name'))).toEqual([]);
    expect(validateUpdate(tls('Bad_Other'), tls('good'))).toHaveLength(1);
  });

  it.each([
    [
      { controller: 'a.example/' },
      ['spec.controller: Invalid value: "a.example/": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
    [{ controller: 'A_b/c' }, [expect.stringContaining('spec.controller: Invalid value: "A_b": a lowercase RFC 1123 subdomain')]],
    [
      { controller: 'a/c', parameters: { kind: 'X', name: 'p', scope: 'World' } },
      ['spec.parameters.scope: Unsupported value: "World": supported values: "Cluster", "Namespace"'],
    ],
  ])('class %j', (spec, expected) => {
    const { metadata, ...rest } = object(group, 'IngressClass', { spec });
    const { namespace: _none, ...own } = metadata;
    expect(texts(validateCreate({ ...rest, metadata: own } as AnyObject))).toEqual(expected);
  });
});

describe('network policies', () => {
  const policy = (spec: object) => object('networking.k8s.io/v1', 'NetworkPolicy', { spec });
  it.each([
    [{ egress: [{}] }, []],
    [{ ingress: [{ from: [{ ipBlock: { cidr: '' } }] }] }, ['spec.ingress[0].from[0].ipBlock.cidr: Required value']],
    [
      { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8' } }] }] },
      [expect.stringContaining('must not have bits set beyond the prefix length')],
    ],
    [
      { egress: [{ ports: [{ port: 80, endPort: 70_000 }] }] },
      ['spec.egress[0].ports[0].endPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ],
  ])('%j', (spec, expected) => expect(texts(validateCreate(policy(spec)))).toEqual(expected));
  it('a range stored before stays allowed', () => {
    const block = (except: string[]) => policy({ ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8', except } }] }] });
    expect(validateUpdate(block(['10.1.0.0/16']), block([]))).toEqual([]);
  });
});
