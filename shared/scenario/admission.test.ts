import { expect, it } from 'vitest';
import { parseScenario, printScenario } from './index.ts';

const text = (admission: string): string =>
  `apiVersion: stowage/v1alpha1\nkind: Scenario\nmetadata: { name: a }\nspec:\n  config: { admission: ${admission} }\n`;

function problemsOf(admission: string): string[] {
  const parsed = parseScenario(text(admission), 'a.yaml');
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path} | ${message}`);
}

it('admission plugins of a scenario are read and printed', () => {
  const parsed = parseScenario(text('{ enable: [NodeRestriction], disable: [PodSecurity] }'), 'a.yaml');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  expect(parsed.value.config).toEqual({ admission: { enable: ['NodeRestriction'], disable: ['PodSecurity'] } });
  const again = parseScenario(printScenario(parsed.value), 'b.yaml');
  expect(again.ok && again.value.config).toEqual(parsed.value.config);
});

it('unknown plugins are told with the one that was meant', () => {
  expect(problemsOf('{ enable: [NodeRestrictions] }')).toEqual([
    'spec.config.admission.enable[0] | unknown admission plugin "NodeRestrictions": did you mean "NodeRestriction"?',
  ]);
  expect(problemsOf('{ enable: [ImagePolicyWebhook] }')).toEqual([
    'spec.config.admission.enable[0] | this admission plugin is not simulated',
  ]);
  expect(problemsOf('{ disable: [ImagePolicyWebhook] }')).toEqual([]);
});
