import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { AnyObject } from '#shared/kube/types.ts';
import type { Problem } from '#shared/protocol/index.ts';
import { parseManifest, printObjects } from '#shared/scenario/index.ts';
import { Button } from '../../components/index.ts';
import { useT } from '../../i18n/index.ts';
import { ask, sendCommand } from '../../store/actions.ts';
import { yamlExtensions } from '../yaml/editor.ts';
import { ProblemLines } from '../yaml/YamlEditor.tsx';

function withoutStatus(object: AnyObject): AnyObject {
  const { status: _status, ...rest } = object;
  return rest as AnyObject;
}

async function check(text: string): Promise<readonly Problem[]> {
  const answer = await ask({ type: 'checkText', text });
  return answer.ok ? answer.value.problems : [{ severity: 'error', message: answer.error.message }];
}

/**
 * The object as a manifest. Typing is checked as the API server would; Apply gives one `replace`. While the text is untouched it follows the
 * object; once edited it stays, and a change behind its back is announced.
 */
export function YamlTab({ object }: { object: AnyObject }) {
  const t = useT();
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const [hideStatus, setHideStatus] = useState(true);
  const [edit, setEdit] = useState<{ base: string; version: string } | null>(null);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const stored = useMemo(() => printObjects([hideStatus ? withoutStatus(object) : object]), [object, hideStatus]);
  const version = object.metadata.resourceVersion ?? '';
  const name = object.metadata.name;
  const base = useRef({ stored, version });
  const apply = useRef<() => void>(() => undefined);

  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: base.current.stored,
        extensions: yamlExtensions({
          label: t('panels:yamlEditor', { name }),
          check: async (text) => {
            if (text === base.current.stored) {
              setProblems([]);
              return [];
            }
            const found = await check(text);
            setProblems(found);
            return found;
          },
          onText: (text) =>
            setEdit((before) =>
              text === base.current.stored ? null : (before ?? { base: base.current.stored, version: base.current.version }),
            ),
          onSave: () => apply.current(),
        }),
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [name, t]);

  const reset = (text: string): void => {
    base.current = { stored: text, version };
    view.current?.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: text } });
    setEdit(null);
    setProblems([]);
  };
  // Follows the object while nobody is typing.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new text matters
  useEffect(() => {
    if (edit === null && stored !== base.current.stored) reset(stored);
  }, [stored, edit]);

  apply.current = () => {
    const text = view.current?.state.doc.toString() ?? '';
    const parsed = parseManifest(text, name);
    const next = parsed.ok && parsed.value.objects.length === 1 ? parsed.value.objects[0] : undefined;
    if (!next) {
      setProblems(parsed.ok ? [{ severity: 'error', message: t('panels:yamlFault') }] : parsed.error);
      return;
    }
    const { resourceVersion: _old, ...metadata } = next.metadata;
    void sendCommand({ type: 'replace', object: { ...next, metadata } }, { quiet: true }).then((answer) => {
      if (answer.ok) return setEdit(null);
      setProblems(answer.error.problems ?? [{ severity: 'error', message: answer.error.message }]);
    });
  };
  const errors = problems.filter((problem) => problem.severity === 'error');
  return (
    <div className="yaml-tab">
      <div className="yaml-editor" ref={host} />
      {edit && edit.version !== version ? <p className="notice">{t('panels:changedMeanwhile')}</p> : null}
      <ProblemLines problems={problems} />
      <div className="yaml-foot">
        <label className="inline-check">
          <input
            type="checkbox"
            checked={hideStatus}
            disabled={edit !== null}
            onChange={(event) => setHideStatus(event.target.checked)}
          />
          {t('panels:yamlHideStatus')}
        </label>
        <Button tone="quiet" disabled={edit === null} onClick={() => reset(stored)}>
          {t('panels:revert')}
        </Button>
        <Button tone="primary" disabled={edit === null || errors.length > 0} onClick={() => apply.current()}>
          {t('panels:apply')}
        </Button>
      </div>
    </div>
  );
}
