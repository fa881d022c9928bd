import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { Problem } from '#shared/protocol/index.ts';
import { yamlExtensions } from './editor.ts';

/** A YAML editor that begins with a text and then goes its own way; give it another `key` to begin anew. */
export function YamlEditor({
  label,
  initial,
  check,
  onText,
  onSave,
}: {
  label: string;
  initial: string;
  check: (text: string) => readonly Problem[];
  onText: (text: string) => void;
  onSave: () => void;
}) {
  const host = useRef<HTMLDivElement>(null);
  const latest = useRef({ initial, check, onText, onSave });
  latest.current = { ...latest.current, check, onText, onSave };
  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.initial,
        extensions: yamlExtensions({
          label,
          check: async (text) => latest.current.check(text),
          onText: (text) => latest.current.onText(text),
          onSave: () => latest.current.onSave(),
        }),
      }),
    });
    return () => editor.destroy();
  }, [label]);
  return <div className="yaml-editor" ref={host} />;
}

/** What is wrong with the text, below its editor. */
export function ProblemLines({ problems }: { problems: readonly Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <ul className="problem-list" role="alert">
      {problems.slice(0, 4).map((problem) => (
        <li key={`${problem.line}|${problem.column}|${problem.message}`} className={problem.severity}>
          {problem.line ? <span className="mono muted">{problem.line}: </span> : null}
          {problem.path ? <b className="mono">{problem.path} </b> : null}
          {problem.message}
        </li>
      ))}
    </ul>
  );
}
