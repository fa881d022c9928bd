import { describe, expect, it } from 'vitest';
import { createLab } from '../../conformance/deployments/lab.ts';
import { webDeployment, withImage } from '../../conformance/rollouts.ts';
import { unwrap } from '../../testing/harness.ts';

const condition = (lab: ReturnType<typeof createLab>, type: string) => {
  const found = lab.deployment().status.conditions?.find((one) => one.type === type);
  return found === undefined ? undefined : `${found.status} ${found.reason}`;
};

describe('Deployment controller', () => {
  it('reports a missed deadline and recovers', () => {
    const lab = createLab();
    lab.cluster.create(webDeployment(2, { progressDeadlineSeconds: 10 }, 'registry.example/app:slow-never'));
    lab.settle();
    expect(condition(lab, 'Progressing')).toBe('True ReplicaSetUpdated');
    lab.cluster.runFor(12_000);
    expect(condition(lab, 'Progressing')).toBe('False ProgressDeadlineExceeded');
    unwrap(lab.cluster.client.update(withImage(lab.deployment(), 'registry.example/app:v2')));
    lab.lockstep();
    expect(condition(lab, 'Progressing')).toBe('True NewReplicaSetAvailable');
    expect(condition(lab, 'Available')).toBe('True MinimumReplicasAvailable');
  });

  it('shows the failure of its ReplicaSet', () => {
    const lab = createLab();
    const built = webDeployment(2);
    const spec = { containers: [{ name: 'app', image: 'a' }], priorityClassName: 'missing' };
    lab.cluster.create({ ...built, spec: { ...built.spec, template: { ...built.spec.template, spec } } });
    lab.settle();
    expect(condition(lab, 'ReplicaFailure')).toBe('True FailedCreate');
    expect(lab.cluster.events(lab.cluster.list('ReplicaSet')[0]?.metadata.name ?? '')[0]).toMatch(
      /^Warning FailedCreate Error creating: pods/,
    );
  });

  it('is quiet when it has nothing to do', () => {
    const lab = createLab();
    lab.cluster.create(webDeployment(3));
    lab.lockstep();
    const revision = lab.cluster.core.store.revision;
    lab.cluster.runFor(3_600_000 - 10_000);
    expect(lab.cluster.core.store.revision).toBe(revision);
  });

  it('says what it scaled', () => {
    const lab = createLab();
    lab.cluster.create(webDeployment(1));
    lab.lockstep();
    expect(lab.cluster.events('web')).toEqual(['Normal ScalingReplicaSet Scaled up replica set web-7874c6d779 from 0 to 1']);
  });

  it.each([3, 7, 11, 20, 33])('ends the same when every controller is restarted every %i tasks', (every) => {
    const outcome = (restarts: boolean) => {
      const lab = createLab();
      lab.cluster.create(webDeployment(5));
      lab.lockstep();
      unwrap(lab.cluster.client.update(withImage(lab.deployment(), 'registry.example/app:v2')));
      for (let round = 0; restarts && round < 40; round++) {
        lab.cluster.run({ untilMs: lab.cluster.nowMs + 100, maxTasks: every });
        for (const component of lab.cluster.components) component.stop();
        for (const component of lab.cluster.components) component.start();
      }
      lab.lockstep();
      const sizes = lab.cluster
        .list('ReplicaSet')
        .map((one) => `${one.metadata.name} ${one.spec.replicas} ${one.status.availableReplicas ?? 0}`);
      return { sizes, pods: lab.cluster.list('Pod').length, progress: condition(lab, 'Progressing') };
    };
    expect(outcome(true)).toEqual(outcome(false));
  });
});
